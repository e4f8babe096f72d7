"""Times as written in files: ISO 8601, never guessed.

A time of day needs its offset, or the record a time zone. A local time that the clocks skip, or strike twice, is
refused: only an offset says which moment is meant. A date, month or year stands for its first moment with its
`Precision`, so that no day is invented.
"""

import datetime as dt
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from keel.interop.errors import ReadError, shown
from keel.messages import Message
from keel.record import Precision

_TIME = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(?P<offset>Z|z|[+-]\d\d:?\d\d)?)?)?)?"
)
_LOCAL = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)"')
_EXAMPLE = Message("Write for example 2026-11-21T09:30+01:00, 2026-11-21, 2026-11 or 2026.")


BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Stands in the order of times for one that is not known."""


class Moment(NamedTuple):
    """A time and how exactly it is known; `at` is the first moment of what was written."""

    at: dt.datetime
    precision: Precision


def read_moment(text: str, *, zone: ZoneInfo | None = None, where: str = "") -> Moment:
    """The moment in `text`; a time of day without an offset is taken in `zone`, or refused where there is none."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ReadError(Message("{text} is not a time.", text=shown(text)), where=where, fix=_EXAMPLE)
    parts = match.groupdict()
    precision = next(
        name
        for part, name in (
            ("clock", Precision.MINUTE),
            ("day", Precision.DAY),
            ("month", Precision.MONTH),
            ("year", Precision.YEAR),
        )
        if parts[part] is not None
    )
    day = f"{parts['year']}-{parts['month'] or '01'}-{parts['day'] or '01'}"
    try:
        offset = (parts["offset"] or "").upper()
        moment = dt.datetime.fromisoformat(f"{day}T{_micro(parts['clock'] or '00:00')}{offset}")
        if moment.tzinfo is not None:
            moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        problem = Message("{text} is a day or time that does not exist.", text=shown(text))
        raise ReadError(problem, where=where, fix=_EXAMPLE) from None
    if moment.tzinfo is not None:
        return Moment(moment, precision)
    local = moment.replace(tzinfo=zone or dt.UTC) if precision is not Precision.MINUTE else None
    try:
        return Moment(_fixed(local or _local(moment, zone, text, where)), precision)
    except OverflowError:
        raise ReadError(Message("{text} is out of range.", text=shown(text)), where=where, fix=_EXAMPLE) from None


def _fixed(moment: dt.datetime) -> dt.datetime:
    """The same moment with a fixed offset: adding minutes to a zoned one would add them to the clock on the wall.

    An offset with seconds (local mean time before zones) has no place in ISO 8601: such a moment is given in UTC.
    """
    offset = moment.utcoffset() or dt.timedelta()
    in_utc = moment.astimezone(dt.UTC)
    return in_utc if offset.seconds % 60 or offset.microseconds else moment.replace(tzinfo=dt.timezone(offset))


def _micro(clock: str) -> str:
    """Fractions of a second cut at microseconds, which is what a datetime holds."""
    whole, _, fraction = clock.partition(".")
    return f"{whole}.{fraction[:6]:0<6}" if fraction else whole


def _local(moment: dt.datetime, zone: ZoneInfo | None, text: str, where: str) -> dt.datetime:
    example = f"{moment.isoformat(timespec='minutes')}+01:00"
    if zone is None:
        problem = Message("{text} does not say in which time zone.", text=shown(text))
        fix = Message("Add the offset, for example {example}, or give the record a “timezone”.", example=example)
        raise ReadError(problem, where=where, fix=fix)
    fix = Message("Add the offset, for example {example}.", example=example)
    first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    back = first.astimezone(dt.UTC).astimezone(zone)
    if back.replace(tzinfo=None) != moment:
        problem = Message("{text} was skipped when the clocks changed in {zone}.", text=shown(text), zone=zone.key)
        raise ReadError(problem, where=where, fix=fix)
    if first.utcoffset() != second.utcoffset():
        problem = Message("{text} came twice when the clocks changed in {zone}.", text=shown(text), zone=zone.key)
        raise ReadError(problem, where=where, fix=fix)
    return first


def with_offsets(text: bytes, zone: ZoneInfo | None) -> bytes:
    """JSON with the offset of a zone behind each time that has none; one that the clocks skip or strike twice stays."""

    def completed(match: re.Match[bytes]) -> bytes:
        try:
            return f'"{read_moment(match.group(1).decode(), zone=zone).at.isoformat()}"'.encode()
        except ReadError:
            return match.group()

    return _LOCAL.sub(completed, text) if zone else text


def read_zone(name: str, *, where: str = "") -> ZoneInfo:
    """The time zone of an IANA name such as Europe/London."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fix = Message("Write an IANA name, for example “Europe/London” or “America/New_York”.")
        problem = Message("The time zone {name} is not known.", name=shown(name))
        raise ReadError(problem, where=where, fix=fix) from None


def read_date(text: str, *, where: str = "") -> dt.date:
    """A whole date; ReadError for a month or a year alone."""
    moment = read_moment(text, where=where) if len(text) <= 10 else read_moment(text[:10], where=where)
    if moment.precision is not Precision.DAY:
        problem = Message("{text} is not a whole date.", text=shown(text))
        raise ReadError(problem, where=where, fix=Message("Write for example 1992-05-17."))
    return moment.at.date()


def written_start(start: dt.datetime, precision: Precision) -> str:
    """A start as exactly as it is known: a month remains one."""
    if precision is Precision.MINUTE:
        return start.isoformat()
    return start.date().isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(precision, 10)]


def is_future(moment: Moment, at: dt.datetime) -> bool:
    """Whether the moment lies after `at`; a date is future only when it has begun nowhere on Earth (UTC+14)."""
    grace = dt.timedelta(0) if moment.precision is Precision.MINUTE else dt.timedelta(hours=14)
    return moment.at > at.astimezone(dt.UTC) + grace  # a sum of a zoned time forgets which of two hours it meant


def from_milliseconds(value: float) -> dt.datetime | None:
    """The UTC time of milliseconds since 1970; None where no calendar holds it."""
    try:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None
