"""What is due and overdue: the schedule of a protocol laid over the moments and readings of a session.

A check is done when its reading comes at most a little before its time, or at any time after it. Once the next reading
is there, an earlier gap is no longer due; it is listed as missed.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.session.dose import minutes_between
from keel.assessment.session.vitals import Readings
from keel.knowledge.protocols import CHECKS, Protocol, Slot


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done: in words, when, whether that has passed, by how many minutes, and by which slot or rule."""

    what: str
    due_at: dt.datetime
    overdue: bool
    minutes_overdue: float
    checks: tuple[str, ...]
    rule: str


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A check that nobody did in its time."""

    what: str
    due_at: dt.datetime


class Moments(NamedTuple):
    """The moments of a session on which schedules hang; None where it has not come or is not on record.

    `trigger` is the newest reading or pause after which sets follow closely, while they still do.
    """

    session_start: dt.datetime | None = None
    dose_start: dt.datetime | None = None
    dose_end: dt.datetime | None = None
    first_device: dt.datetime | None = None
    last_device: dt.datetime | None = None
    trigger: dt.datetime | None = None
    discharge: dt.datetime | None = None


class Laid(NamedTuple):
    """One time at which one check of one slot is due, and from when on a reading counts for it."""

    due_at: dt.datetime
    counts_from: dt.datetime
    check: str
    slot: Slot


def due_checks(
    protocol: Protocol, moments: Moments, readings: Readings, *, at: dt.datetime, route: str
) -> tuple[tuple[Due, ...], tuple[Missed, ...]]:
    """What is due now or next, earliest first; and what was missed."""
    slots = [slot for slot in protocol.slots if not slot.routes or route in slot.routes]
    due: list[Due] = []
    missed: dict[tuple[dt.datetime, str], list[str]] = {}
    open_now: dict[str, list[Laid]] = {}
    coming: dict[str, list[Laid]] = {}
    for check in dict.fromkeys(check for slot in slots for check in slot.checks):
        times = reading_times(readings, check)
        laid = sorted((one for slot in slots for one in lay(slot, check, protocol, moments, at)), key=_by_time)
        newest = max(times, default=None)
        for position, one in enumerate(laid):
            is_done = newest is not None and newest >= one.counts_from
            if one.due_at > at:
                if not is_done:
                    coming.setdefault(one.slot.id, []).append(one)
            elif not is_done:
                open_now.setdefault(one.slot.id, []).append(one)
            elif one.slot.ends != "dose_start" and not _was_done(one, laid[position + 1 :], times):
                missed.setdefault((one.due_at, one.slot.title), []).append(check)
    # A close check that is late is one thing to do, not two.
    ahead = {name: ones for name, ones in coming.items() if name not in open_now or ones[0].slot.anchor != "trigger"}
    for found in (open_now, ahead):
        due += [_due(ones, at) for ones in found.values()]
    gaps = tuple(
        Missed(what=f"{title}: {_names(checks)}", due_at=when) for (when, title), checks in sorted(missed.items())
    )
    return tuple(sorted(due, key=lambda one: (one.due_at, one.rule))), gaps


def reading_times(readings: Readings, check: str) -> list[dt.datetime]:
    """When a check was done."""
    if check == "bp":
        return [one.at for one in readings.pressures]
    facts = {"sedation": ("moaas",), "dissociation": ("cadss6", "cadss", "dissociation")}.get(check, (check,))
    return sorted(one.at for fact in facts for one in readings.of(fact))


def lay(slot: Slot, check: str, protocol: Protocol, moments: Moments, at: dt.datetime) -> Iterator[Laid]:
    """The times of one check of a slot up to `at`, and the first one after it."""
    anchor: dt.datetime | None = getattr(moments, slot.anchor)
    if check not in slot.checks or anchor is None:
        return
    ends = _end(slot, moments)
    early = dt.timedelta(minutes=protocol.number(slot.early) if slot.early else 0.0)
    until = protocol.number(slot.until) if slot.until else None
    for offset in _offsets(slot, protocol):
        if until is not None and offset > until:
            return
        due_at = anchor + dt.timedelta(minutes=offset)
        if ends is not None and due_at >= ends:
            return
        yield Laid(due_at, due_at - early, check, slot)
        if due_at > at:
            return


def _offsets(slot: Slot, protocol: Protocol) -> Iterator[float]:
    offset, step = protocol.number(slot.first), protocol.number(slot.every) if slot.every else None
    count = 0
    while slot.count is None or count < slot.count:
        yield offset
        count += 1
        if step is None or step <= 0:
            return
        offset += step


def _end(slot: Slot, moments: Moments) -> dt.datetime | None:
    """When a slot is over; discharge ends every one."""
    named = {"dose_start": moments.dose_start, "dose_end": moments.dose_end}.get(slot.ends)
    return min((one for one in (named, moments.discharge) if one is not None), default=None)


def _was_done(one: Laid, following: Sequence[Laid], times: Sequence[dt.datetime]) -> bool:
    """Whether a reading came between a due time and the next one of the same check."""
    after = next((other.counts_from for other in following if other.due_at > one.due_at), None)
    return any(one.counts_from <= time and (after is None or time < after) for time in times)


def _by_time(one: Laid) -> tuple[dt.datetime, str]:
    return one.due_at, one.slot.id


def _due(ones: Sequence[Laid], at: dt.datetime) -> Due:
    first = min(ones, key=_by_time)
    overdue = minutes_between(first.due_at, at)
    checks = tuple(dict.fromkeys(one.check for one in ones))
    return Due(
        what=f"{first.slot.title}: {_names(checks)}",
        due_at=first.due_at,
        overdue=overdue > 0,
        minutes_overdue=max(0.0, round(overdue, 2)),
        checks=checks,
        rule=first.slot.id,
    )


def _names(checks: Sequence[str]) -> str:
    return ", ".join(CHECKS[check] for check in checks)
