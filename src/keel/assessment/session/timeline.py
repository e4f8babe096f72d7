"""From events as they arrived to events as they happened: once each, corrected, up to a time, in order.

The order of arrival plays no part: what is kept depends on the events alone.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from keel.assessment.session.events import (
    AlarmFact,
    AnyEvent,
    Corrected,
    DeviceGiven,
    DoseStarted,
    Plain,
    Started,
    minutes_between,
)
from keel.assessment.session.notices import Notice, shortened
from keel.assessment.session.state import Correction
from keel.knowledge.protocols import Cut, Protocol

_SHOWN = 5
_KIND_ORDER = (
    "started",
    "self_tested",
    "checked",
    "vitals_recorded",
    "sedation_scored",
    "dissociation_scored",
    "held",
    "overridden",
    "dose_checked",
    "dose_started",
    "dose_resumed",
    "rate_changed",
    "device_given",
    "adverse_event",
    "dose_paused",
    "dose_stopped",
    "note",
    "alarm_raised",
    "alarm_worsened",
    "alarm_eased",
    "alarm_acknowledged",
    "alarm_paused",
    "alarm_escalated",
    "alarm_cleared",
    "emergency_step",
    "handed_over",
    "criteria_checked",
    "risk_assessed",
    "discharged",
    "left_against_advice",
    "transferred",
)
"""Of events at the same instant, readings come before the dose and the release comes last."""
_NOTICED = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Stands for the moment at which a watcher noticed something, where only what it noticed counts."""


class Timeline(NamedTuple):
    """Events that count at a time, in order; corrections; ids of events dated later; what was odd about all this."""

    events: tuple[Plain, ...]
    corrections: tuple[Correction, ...]
    not_yet: tuple[str, ...]
    notices: tuple[Notice, ...]

    @property
    def began(self) -> dt.datetime | None:
        """When the session began: its `started`, else its first dose."""
        begin = [one.at for one in self.events if isinstance(one, Started)]
        return min(begin or [one.at for one in self.events if isinstance(one, DoseStarted | DeviceGiven)], default=None)

    def until(self, moment: dt.datetime) -> tuple[Plain, ...]:
        """The events at or before a moment."""
        return tuple(event for event in self.events if event.at <= moment)


def order_key(event: Plain) -> tuple[dt.datetime, int, str]:
    """Where an event stands among others: by instant, then by kind, then by id."""
    return (event.at.astimezone(dt.UTC), _KIND_ORDER.index(event.kind), event.id)


def timeline(events: Iterable[AnyEvent], *, at: dt.datetime, protocol: Protocol) -> Timeline:
    """The events of a session at a time. Late entries, wrong clocks and odd ids are named in `notices`."""
    single, doubled = _once(events)
    corrections = sorted(
        (event for event in single.values() if isinstance(event, Corrected) and event.at <= at),
        key=lambda event: (event.at.astimezone(dt.UTC), event.id),
    )
    rows: dict[str, Plain | None] = {name: event for name, event in single.items() if not isinstance(event, Corrected)}
    done, lost = _correct(rows, corrections)
    standing = [event for event in rows.values() if event is not None]
    counted = sorted((event for event in standing if event.at <= at), key=order_key)
    later = sorted((event for event in standing if event.at > at), key=order_key)
    notices = [
        *(Notice("KEEL-DUPLICATE", event=name) for name in doubled if name not in {one.corrects for one in done}),
        *(Notice("KEEL-CORRECTION", event=event.id, named=event.corrects) for event in lost),
        *_clock_notices(counted, later, at, protocol.cuts),
    ]
    return Timeline(tuple(counted), tuple(done), tuple(event.id for event in later), tuple(notices))


def _once(events: Iterable[AnyEvent]) -> tuple[dict[str, AnyEvent], list[str]]:
    """Each id once, and the ids under which different things were sent.

    Of two different events with one id the one recorded first is kept, and of two recorded at one time the first in
    the order of their text, so that the answer does not depend on which arrived first.
    """
    grouped: dict[str, list[AnyEvent]] = {}
    for event in events:
        grouped.setdefault(event.id, []).append(event)
    kept, doubled = {}, []
    for name, same in sorted(grouped.items()):
        kept[name] = min(same, key=_arrival_key)
        if len({_content(event) for event in same}) > 1:
            doubled.append(name)
    return kept, doubled


def _arrival_key(event: AnyEvent) -> tuple[dt.datetime, dt.datetime, bytes]:
    recorded = event.recorded_at or dt.datetime.max.replace(tzinfo=dt.UTC)
    return recorded, event.at, _content(event)


def _content(event: AnyEvent) -> bytes:
    """What an event says, apart from when it was entered: sent twice, it may be entered twice.

    Two watchers notice one alarm at two moments.
    """
    at = _NOTICED if isinstance(event, AlarmFact) else event.at.astimezone(dt.UTC)
    plain = msgspec.structs.replace(event, recorded_at=None, at=at)
    return msgspec.json.encode(plain, order="sorted")


def _correct(
    rows: dict[str, Plain | None], corrections: Iterable[Corrected]
) -> tuple[list[Correction], list[Corrected]]:
    """Applies corrections in order of time to the rows they name; those that name nothing are returned.

    What the watcher wrote is no row that somebody corrects, and nobody writes it by a correction: no alarm is put off.
    """
    roots: dict[str, str] = {}
    done, lost = [], []
    for correction in corrections:
        # A correction of a correction is about the row that the first one named.
        name = roots.get(correction.corrects, correction.corrects)
        if name not in rows or isinstance(rows[name], AlarmFact) or isinstance(correction.event, AlarmFact):
            lost.append(correction)
            continue
        roots[correction.id] = name
        was = rows[name]
        now = None if correction.event is None else msgspec.structs.replace(correction.event, id=name)
        rows[name] = now
        if was is not None:
            by, at, reason = correction.by, correction.at, correction.reason
            done.append(Correction(event=correction.id, by=by, at=at, corrects=name, reason=reason, was=was, now=now))
    return done, lost


def _clock_notices(
    counted: Iterable[Plain], later: Iterable[Plain], at: dt.datetime, cuts: Mapping[str, Cut]
) -> Iterator[Notice]:
    late, ahead = cuts.get("recorded_late"), cuts.get("clock_ahead")
    for event in (*counted, *later):
        if event.recorded_at is None:
            continue
        after = minutes_between(event.told_at or event.at, event.recorded_at)
        if late is not None and after > late.value:
            yield Notice("KEEL-LATE-ENTRY", event=event.id, minutes=f"{after:.0f}")
        if ahead is not None and -after > ahead.value:
            yield Notice("KEEL-CLOCK", event=event.id, minutes=f"{-after:.0f}")
    names = [event.id for event in later]
    if names:
        yield Notice("KEEL-FUTURE", event=shortened(names, _SHOWN), at=at.isoformat(timespec="minutes"))
