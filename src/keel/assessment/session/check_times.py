"""When the checks of a protocol are due: a slot laid out from a moment of the session."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from keel.knowledge.protocols import Protocol, Slot


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
    """One time at which one check of one slot is due, and from when on a reading counts for it."""

    due_at: dt.datetime
    counts_from: dt.datetime
    check: str
    slot: Slot

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """By time, then by slot."""
        return self.due_at, self.slot.id


def check_times(slot: Slot, check: str, protocol: Protocol, anchors: Anchors, at: dt.datetime) -> Iterator[CheckTime]:
    """The times of one check of a slot up to `at`, and the first one after it."""
    anchor: dt.datetime | None = getattr(anchors, slot.anchor)
    if check not in slot.checks or anchor is None:
        return
    ends = _end(slot, anchors)
    early = dt.timedelta(minutes=protocol.number(slot.early) if slot.early else 0.0)
    until = protocol.number(slot.until) if slot.until else None
    for offset in _offsets(slot, protocol):
        if until is not None and offset > until:
            return
        due_at = anchor + dt.timedelta(minutes=offset)
        if ends is not None and due_at >= ends:
            return
        yield CheckTime(due_at, due_at - early, check, slot)
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


def _end(slot: Slot, anchors: Anchors) -> dt.datetime | None:
    """When a slot is over; discharge ends every one."""
    named = {"dose_start": anchors.dose_start, "dose_end": anchors.dose_end}.get(slot.ends)
    return min((one for one in (named, anchors.discharge) if one is not None), default=None)
