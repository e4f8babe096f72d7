"""The slow, obvious twin of the ledger fold: every dose is looked at for every window."""

import datetime as dt

from keel.record import Dose


def milligrams_within(doses: list[Dose], substance: str, days: int | None, at: dt.datetime) -> float:
    """The middle amounts of the doses of one substance in the last `days` days, today included."""
    total = 0.0
    for dose in doses:
        age = (at.date() - dose.start.date()).days
        if dose.start <= at and dose.substance == substance and dose.amount_mg and (days is None or age < days):
            total += dose.amount_mg.mid
    return total


def using_days_within(doses: list[Dose], days: int | None, at: dt.datetime) -> int:
    """The number of different dates on which something was taken."""
    dates = set()
    for dose in doses:
        age = (at.date() - dose.start.date()).days
        if dose.start <= at and (days is None or age < days):
            dates.add(dose.start.date())
    return len(dates)
