"""The ledger fold: dated doses become using days, and using days become totals over windows.

Several doses on one day are one session. A dose of unknown amount counts as a session, and its amount stays unknown:
totals are then “at least”. Amounts are milligrams of base for doses given as the salt, and milligrams as taken for the
rest. Amounts of different substances, and of different routes, are kept apart.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from keel.exposure.errors import ExposureError
from keel.exposure.phases import Taken
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.quantities import Form, Interval, base_mg
from keel.record import Dose, Setting
from keel.record.selection import day_of, is_taken

K = TypeVar("K")
WINDOWS = {"28 days": 28, "180 days": 180, "12 months": 365, "lifetime": None}
"""Name to length in days; a window is the time up to and including now, lifetime has no start."""


class UsingDay(NamedTuple):
    """One day on which something was taken: how much is known of it, and how many doses are of unknown amount.

    A day on which both a clinic and a non-medical dose were taken is a day of both lanes.
    """

    day: dt.date
    mg: Mapping[Taken, Interval]
    doses: int
    unknown_doses: int
    settings: frozenset[Setting]

    def mg_as_taken(self) -> dict[str, Interval]:
        """Milligrams of each substance over all routes, as taken: what the band counts, and never a total to show."""
        sums: dict[str, Interval] = {}
        for taken, amount in self.mg.items():
            _add_to(sums, taken.substance, amount)
        return sums

    @property
    def is_medical(self) -> bool:
        """Whether a supervised or prescribed dose is among them."""
        return any(setting.is_medical for setting in self.settings)

    @property
    def is_non_medical(self) -> bool:
        """Whether a dose is among them that was not, or that nobody stated to be, supervised or prescribed."""
        return not all(setting.is_medical for setting in self.settings)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Totals over a window: using days, doses, milligrams, doses whose amount nobody knows.

    `mg_by_route` is by substance and, within it, by route. `mg` is by substance: None where it was taken by several.
    """

    name: str
    days: int | None
    using_days: int
    doses: int
    unknown_doses: int
    mg: dict[str, Interval | None]
    mg_by_route: dict[str, dict[str, Interval]]

    def amounts(self) -> dict[Taken, Interval]:
        """Milligrams by substance and route."""
        return {Taken(substance, route): mg for substance, by in self.mg_by_route.items() for route, mg in by.items()}


class Ledger(NamedTuple):
    """Dated doses folded into using days, oldest first; doses that could not count, with the reason."""

    days: tuple[UsingDay, ...]
    left_out: tuple[tuple[Dose, Message], ...]

    def window(self, name: str, at: dt.datetime) -> Window:
        """Totals over one of WINDOWS, ending at `at`."""
        length = WINDOWS[name]
        return total(name, length, self.within(length, at))

    def within(self, length: int | None, at: dt.datetime) -> tuple[UsingDay, ...]:
        """The using days of the last `length` days, today included; all of them for None."""
        if length is None:
            return self.days
        first = at.date() - dt.timedelta(days=length - 1)
        return tuple(day for day in self.days if day.day >= first)


def fold(doses: Iterable[Dose], *, at: dt.datetime, knowledge: Knowledge, weight_kg: float | None = None) -> Ledger:
    """The ledger of dated doses up to `at`; the order in which they come does not matter.

    A dose after `at` is left out and named. A dose written per kilogram counts by `weight_kg`, and is of unknown amount
    where that is None.
    """
    grouped: dict[dt.date, list[Dose]] = {}
    left_out = []
    for dose in sorted(doses, key=_place):
        if is_taken(dose, at):
            grouped.setdefault(day_of(dose.start, at), []).append(dose)
        else:
            left_out.append((dose, Message("it is dated in the future")))
    days = [_using_day(day, on_day, knowledge, weight_kg) for day, on_day in sorted(grouped.items())]
    return Ledger(tuple(days), tuple(left_out))


def _place(dose: Dose) -> tuple[object, ...]:
    """One order for any order of arrival, so that sums come out the same to the last bit."""
    amount = dose.amount_mg or dose.per_kg or Interval.exactly(0)
    return (dose.start, dose.substance, dose.route, dose.form, amount.low, amount.mid, amount.high, dose.id)


def _using_day(day: dt.date, doses: list[Dose], knowledge: Knowledge, weight_kg: float | None) -> UsingDay:
    mg: dict[Taken, Interval] = {}
    unknown = 0
    for dose in doses:
        amount = amount_of(dose, knowledge, weight_kg)
        if amount is None:
            unknown += 1
        else:
            _add_to(mg, Taken(dose.substance, dose.route), amount)
    return UsingDay(day, mg, len(doses), unknown, frozenset(dose.setting for dose in doses))


def _add_to(sums: dict[K, Interval], key: K, amount: Interval) -> None:
    sums[key] = sums[key] + amount if key in sums else amount


def amount_of(dose: Dose, knowledge: Knowledge, weight_kg: float | None) -> Interval | None:
    """Milligrams of a dose (salt converted to base), or None where nobody knows."""
    amount = dose.amount_mg
    if amount is None and dose.per_kg is not None and weight_kg is not None:
        amount = dose.per_kg * weight_kg
    if amount is None:
        return None
    return amount.each(lambda mg: _base(mg, dose, knowledge))


def _base(mg: float, dose: Dose, knowledge: Knowledge) -> float:
    if dose.form is not Form.HYDROCHLORIDE:
        return mg
    return base_mg(mg, dose.form, salt_factor(dose.substance, knowledge))


def salt_factor(substance: str, knowledge: Knowledge) -> float:
    """Milligrams of base in one milligram of hydrochloride; racemate and enantiomers have the same molar mass."""
    known = knowledge.substances.get(substance) or knowledge.substances["racemic"]
    if known.base_per_salt is None:
        raise ExposureError(
            Message("No salt factor is on file for {substance}. Give the amount as base.", substance=substance)
        )
    return known.base_per_salt.value


def total(name: str, length: int | None, days: Iterable[UsingDay]) -> Window:
    """The totals of some using days; an empty window is a window of zeros, not of unknowns."""
    days = tuple(days)
    mg: dict[str, dict[str, Interval]] = {}
    for day in days:
        for taken, amount in day.mg.items():
            _add_to(mg.setdefault(taken.substance, {}), taken.route, amount)
    return Window(
        name=name,
        days=length,
        using_days=len(days),
        doses=sum(day.doses for day in days),
        unknown_doses=sum(day.unknown_doses for day in days),
        mg={substance: next(iter(by.values())) if len(by) == 1 else None for substance, by in mg.items()},
        mg_by_route=mg,
    )
