"""The same amount on fewer days: what a year would come to. Shows the change; no row is a goal or a limit."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keel.assessment.picture import Picture
from keel.quantities import Interval
from keel.record import Record, UsePattern

DAYS_A_YEAR: tuple[tuple[int, Promise], ...] = (
    (12, _("Once a month")),
    (26, _("Every two weeks")),
    (52, _("Once a week")),
    (104, _("Two days a week")),
    (156, _("Three days a week")),
    (260, _("Five days a week")),
    (365, _("Every day")),
)


class Row(NamedTuple):
    """A frequency: days a year, a year's milligrams, how many times the reference course, change from now in percent.

    `is_now` marks the person's own figure.
    """

    name: str
    days: float
    mg_per_year: Interval
    multiple: Interval
    change_percent: float
    is_now: bool


class Frequencies(NamedTuple):
    """The rows, the amount that stays the same, and the words of the pattern it is from."""

    rows: tuple[Row, ...]
    mg_per_session: Interval
    text: str


def frequencies(record: Record, picture: Picture) -> Frequencies | None:
    """The table for the non-medical pattern that makes up most of a year; None where no amount or no days are told.

    Treatment gets no such table: how often it is given is the prescriber's to decide. No row has more days than now.
    """
    pattern = _largest(record.patterns)
    if pattern is None or pattern.mg_per_session is None or pattern.sessions_per_year is None:
        return None
    amount, now, reference = pattern.mg_per_session, pattern.sessions_per_year, picture.exposure.reference.mg_per_year
    fewer = [(days, name) for days, name in DAYS_A_YEAR if days < now.low]
    if not fewer:
        return None
    rows = [Row(str(name), days, amount * days, amount * days / reference, round(100 * (days / now.mid - 1)), False)
            for days, name in fewer]  # fmt: skip
    name = next((name for days, name in DAYS_A_YEAR if now.is_exact and now.mid == days), _("As you told it"))
    rows.append(Row(str(name), now.mid, amount * now, amount * now / reference, 0, is_now=True))
    return Frequencies(tuple(rows), amount, pattern.text)


def _largest(patterns: Iterable[UsePattern]) -> UsePattern | None:
    told = [one for one in patterns if one.is_current and not one.setting.is_medical and one.mg_per_session]
    return max(told, key=_year_mg, default=None)


def _year_mg(pattern: UsePattern) -> float:
    sessions = pattern.sessions_per_year.mid if pattern.sessions_per_year else 0.0
    return sessions * (pattern.mg_per_session.mid if pattern.mg_per_session else 0.0)
