"""When the checks of a protocol are due: a timed check laid out from a moment of the session."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from keel.knowledge.protocols import Protocol, TimedCheck


class Anchors(NamedTuple):
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


class CheckTime(NamedTuple):
    """One time at which one check of a timed check is due, and from when on a reading counts for it."""

    due_at: dt.datetime
    counts_from: dt.datetime
    check: str
    timed: TimedCheck

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """By time, then by timed check."""
        return self.due_at, self.timed.id


def check_times(
    timed: TimedCheck, check: str, protocol: Protocol, anchors: Anchors, at: dt.datetime
) -> Iterator[CheckTime]:
    """The times of one check of a timed check up to `at`, and the first one after it."""
    anchor: dt.datetime | None = getattr(anchors, timed.anchor)
    if check not in timed.checks or anchor is None:
        return
    ends = _end(timed, anchors)
    early = dt.timedelta(minutes=protocol.number(timed.early) if timed.early else 0.0)
    until = protocol.number(timed.until) if timed.until else None
    for offset in _offsets(timed, protocol):
        if until is not None and offset > until:
            return
        due_at = anchor + dt.timedelta(minutes=offset)
        if ends is not None and due_at >= ends:
            return
        yield CheckTime(due_at, due_at - early, check, timed)
        if due_at > at:
            return


def _offsets(timed: TimedCheck, protocol: Protocol) -> Iterator[float]:
    offset, step = protocol.number(timed.first), protocol.number(timed.every) if timed.every else None
    count = 0
    while timed.count is None or count < timed.count:
        yield offset
        count += 1
        if step is None or step <= 0:
            return
        offset += step


def _end(timed: TimedCheck, anchors: Anchors) -> dt.datetime | None:
    """When a timed check is over; discharge ends every one."""
    named = {"dose_start": anchors.dose_start, "dose_end": anchors.dose_end}.get(timed.ends)
    return min((one for one in (named, anchors.discharge) if one is not None), default=None)
