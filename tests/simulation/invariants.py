"""What holds in the simulated clinic after every step, and at the end of its day, by the numbers of the hazard log.

Each takes what people told by their own account (`Room.told`) or the rows as they are stored, and says what is wrong.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from simulation.clinic import PRESCRIBERS, Room, SimulatedClinic, encoded
from simulation.stated import MINUTE, may_leave, may_start, number

Check = Callable[[SimulatedClinic, Room, Any], Iterator[str]]
ORDERED_MG = 35.0
"""0.5 mg/kg for 70 kg (protocols reference, A5)."""
STALE_MIN = {True: 15, False: 35}
"""Age at which signs alarm while an infusion runs and after it; defaults that the protocol marks as such."""
LOOKS_S = 60
"""A sign that grew too old alarms within 60 s of its limit (invariant 6)."""


def given_within_the_order(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 1, HZ-PUMP-02, HZ-PUMP-03: more than is ordered never goes in without an alarm."""
    story = room.story(state.as_of)
    is_said = {"KEEL-OVER-ORDER", "KEEL-OVER-GIVEN", "A-IN-10-tenfold"} & {one.rule for one in state.alarms}
    if max(story.given_mg(), state.given_mg or 0) > ORDERED_MG + 0.01 and not story.has_left and not is_said:
        yield f"{story.given_mg():g} mg went in without an alarm"


def given_is_what_the_pump_gave(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """HZ-PUMP-03: the amount is that of a slow count, second by second."""
    story = room.story(state.as_of)
    is_one = len(story.of("dose_started")) == 1 and state.given_mg is not None
    if is_one and abs(state.given_mg - story.given_mg()) > 0.1:
        yield f"given {state.given_mg:g} mg, counted {story.given_mg():g} mg"


def gates_within_the_reference(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariants 2 to 6, HZ-GATE-01, HZ-GATE-07, HZ-VIT-01, HZ-DC-01: never open against the reference."""
    story = room.story(state.as_of)
    if state.may_start:
        room.gates["start"] += 1
        yield from (f"may start against {one}" for one in may_start(story, PRESCRIBERS))
    if state.may_discharge and not story.has_left:
        room.gates["discharge"] += 1
        yield from (f"may leave against {one}" for one in may_leave(story, PRESCRIBERS))
    if state.may_start + state.may_continue + state.may_discharge > 1:
        yield "more than one gate is open"


def a_closed_gate_has_a_reason(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 25, HZ-GATE-09."""
    is_over = state.phase.is_over
    if (
        not state.may_proceed
        and not is_over
        and not [one for one in state.reasons if one.severity in ("block", "hold")]
    ):
        yield "the gate is closed and nothing says why"


def observation_by_the_clock(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariants 14 and 15, HZ-DC-01, HZ-CLK-02: minutes since the end, and two hours of them (A-DC-01)."""
    stopped = room.story(state.as_of).stopped
    if stopped is None or room.story(state.as_of).has_left or state.observation.minutes is None:
        return
    minutes = (state.as_of - stopped) / MINUTE
    if abs(state.observation.minutes - minutes) > 0.1:
        yield f"observed {state.observation.minutes:g} min, by the clock {minutes:g}"
    if state.observation.over_at != stopped + 120 * MINUTE:
        yield f"the observation ends at {state.observation.over_at}"


def one_dose_by_the_screen(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 11, HZ-DOSE-06: of all that were asked for at the screen one dose at most was begun."""
    asked = [one for one in clinic.facts(room) if one.payload["event"]["type"] == "dose_started"]
    begun = [one for one in asked if one.key in clinic.asked]
    if len(begun) > 1:
        yield f"{len(begun)} doses were begun at the screen"


def nothing_acknowledged_is_lost(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariants 9 and 12, HZ-OFF-01, HZ-OFF-03, HZ-ID-01: stored once, as sent, with author, device and patient."""
    stored: dict[str, Any] = {}
    for fact in clinic.facts(room):
        if fact.key in stored:
            yield f"{fact.key} is stored twice"
        stored[fact.key] = fact
    for name, event in room.sent.items():
        if name not in room.told:
            if name in stored:
                yield f"{name} is stored and nobody was told"
            continue
        fact = stored.get(name)
        if fact is None:
            yield f"{name} was acknowledged and is lost"
            continue
        kept = fact.payload["event"]
        wrong = [key for key, value in event.items() if key not in ("at", "name", "event") and kept.get(key) != value]
        wrong += ["at"] if dt.datetime.fromisoformat(kept["at"]) != dt.datetime.fromisoformat(event["at"]) else []
        wrong += ["by"] if fact.recorded_by.username != room.told[name]["by"] else []
        wrong += ["device"] if fact.payload.get("device", "") != room.told[name]["device"] else []
        if wrong:
            yield f"{name} was stored with another {wrong}"


def nobody_but_keel_writes_alarms(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 19, HZ-ALM-06."""
    own = ("alarm_raised", "alarm_worsened", "alarm_eased", "alarm_escalated", "alarm_cleared", "self_tested")
    for fact in clinic.facts(room):
        is_own = fact.payload["event"]["type"] in own
        if is_own != (fact.recorded_by.username == "keel:watcher") and not fact.payload["event"].get("device"):
            yield f"{fact.key} was written by {fact.recorded_by.username}"


def a_stale_sign_alarms(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 6, HZ-ALM-01, HZ-VIT-01: within 60 s of its limit while the watcher runs, whoever is there."""
    story = room.story(state.as_of)
    signs = [one["at"] for one in story.of("vitals_recorded")]
    if not story.begun or story.has_left or not signs or clinic.last_round is None or clinic.watcher is None:
        return
    limit = STALE_MIN[bool(state.dose.is_running)]
    began_to_watch = clinic.watched_since or clinic.at
    overdue = clinic.last_round - max(max(signs) + limit * MINUTE, min(began_to_watch, clinic.last_round))
    is_due = clinic.last_round >= max(signs) + limit * MINUTE + dt.timedelta(seconds=LOOKS_S)
    if is_due and overdue.total_seconds() >= 0 and "A-MON-STALE" not in {one.rule for one in state.standing}:
        yield f"signs of {max(signs):%H:%M:%S} are stale at {clinic.last_round:%H:%M:%S} without an alarm"


DANGER = {"A-IN-05-low": ("spo2", lambda value: value < 90), "A-IN-06": ("rr", lambda value: value < 8)}
"""A8: signs that stop an infusion."""


def a_dangerous_sign_alarms(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariants 17 and 18, HZ-ALM-02, HZ-ALM-05: at once, with the write that brought it, and as long as it is so."""
    story = room.story(state.as_of)
    if story.begun and not story.has_left:
        for rule, (sign, is_bad) in DANGER.items():
            newest = [one for one in story.readings(sign) if one[0] == story.readings(sign)[-1][0]]
            standing = {one.rule for one in state.standing if one.priority == "high"}
            if newest and all(is_bad(value) for _, value in newest) and rule not in standing:
                yield f"{sign} of {newest[-1][1]} without an alarm of high priority"


def no_high_alarm_ends_unseen(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 17, HZ-ALM-04: it is cleared or eased when it was acknowledged, and never before."""
    events = [fact.payload["event"] for fact in clinic.facts(room)]
    seen: set[tuple[str, int]] = set()
    priority: dict[tuple[str, int], str] = {}
    for event in events:
        kind, key = event["type"], (event.get("rule", ""), event.get("occurrence") or 0)
        if kind == "alarm_acknowledged":
            seen.add(key)
        elif kind in ("alarm_raised", "alarm_worsened", "alarm_eased"):
            priority[key] = event["priority"]
            was = (event.get("was", ""), event.get("was_occurrence", 0))
            if kind == "alarm_eased" and priority.get(was) == "high" and was not in seen:
                yield f"{was} eased though nobody had seen it"
            if kind == "alarm_eased" and was in seen:
                seen.add(key)
        elif kind == "alarm_cleared" and priority.get(key) == "high" and key not in seen:
            yield f"{key} was cleared though nobody had seen it"


def nobody_is_left_alone_with_an_alarm(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 17, HZ-ALM-03: to the next role after 60 s (high) or 3 min (medium) without an acknowledgement."""
    if clinic.watcher is None or clinic.last_round is None or room.over_at is not None:
        return
    limits = {"high": 60, "medium": 180}
    for one in state.standing:
        since = clinic.last_round - max(one.raised_at, clinic.watched_since or one.raised_at)
        waited = since.total_seconds() > limits.get(one.priority, 1e9) + 1
        if waited and one.acknowledged_at is None and not one.passed_on_to:
            yield f"{one.rule} ({one.priority}) of {one.raised_at:%H:%M:%S} went to nobody"


def no_pause_is_too_long(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 19, HZ-ALM-06: 2 min for high, 10 for the others, from when the pause reached the server."""
    for one in state.standing:
        most = 2 if one.priority == "high" else 10
        if one.paused_until is not None and one.paused_until > clinic.at + most * MINUTE:
            yield f"{one.rule} is paused until {one.paused_until:%H:%M:%S}"
        if one.acknowledged_at is None and not one.sounds(clinic.at + (most + 1) * MINUTE):
            yield f"{one.rule} is silenced past its limit"


def the_watcher_is_watched(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 19, HZ-ALM-01: a watcher that stopped is said after 15 s, one that looks is not."""
    from keel.web.live.queries import heartbeat

    age = None if clinic.last_round is None else (clinic.at - clinic.last_round).total_seconds()
    if heartbeat(clinic.at).is_alive != (age is not None and age <= 15):
        yield f"the last look is {age} s old, and the heartbeat says {heartbeat(clinic.at).age_s}"
    if heartbeat(clinic.at).failed:
        yield "a session could not be looked at"


def the_row_is_as_the_facts(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """HZ-MIG-02: the projection says what the facts say: its newest fact, and whether the person has gone."""
    stored = clinic.facts(room)
    if stored and room.live.last_sequence != stored[-1].sequence:
        yield f"the row ends at {room.live.last_sequence}, the facts at {stored[-1].sequence}"
    if (room.live.ended_at is not None) != room.story(clinic.at).has_left:
        yield "the row and the facts say otherwise who has gone"


def one_dose_in_the_ledger(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """HZ-DOSE-06, HZ-MIX-04, HZ-REC: one dose is on record from its start on; of who has left, what went in."""
    from keel.web.clinic.models import Fact

    patient = clinic.patients[room.number]
    doses = list(Fact.objects.filter(patient=patient, kind="dose", superseded_by=None, voided_by=None))
    story = room.story(clinic.at)
    wanted = int(story.begun is not None)
    if len(doses) != wanted:
        yield f"{len(doses)} doses are on record instead of {wanted}"
    is_one = (
        wanted
        and story.has_left
        and len(story.of("dose_started")) == 1
        and "amount" in doses[0].payload
        and story.stopped
    )
    if is_one and abs(number(doses[0].payload["amount"]) - story.given_mg()) > 0.1:
        yield f"{doses[0].payload['amount']} on record, {story.given_mg():g} mg went in"


def the_audit_is_whole(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariants 23 and 24, HZ-SEC-02: the chain holds, and it names every fact."""
    from keel.web.clinic.proof import verify

    if not verify(clinic.clinic).holds:
        yield "the audit does not hold"


def nothing_is_seen_from_elsewhere(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """HZ-PRV-01: another clinic sees no room, no session and no fact."""
    from django.http import Http404

    from keel.web.clinic.models import Fact
    from keel.web.live.sessions import session_or_404, sessions_of

    if sessions_of(clinic.other).exists() or Fact.objects.filter(patient__clinic=clinic.other).exists():
        yield "another clinic has something of this one"
    try:
        session_or_404(clinic.other, room.live.id)
    except Http404:
        return
    yield "another clinic opens the session"


def messages_are_accounted_for(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 22, HZ-IOP-05: each message that was accepted is on file, once."""
    from keel.web.live.models import MonitorMessage

    if MonitorMessage.objects.count() != len(clinic.messages):
        yield f"{MonitorMessage.objects.count()} messages are on file, {len(clinic.messages)} were accepted"


def given_never_falls(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 1: what went in stays in, but for a correction, a late word or what the pump says."""
    given = state.given_mg or 0.0
    changes = {"corrected", "dose_stopped", "dose_paused", "rate_changed", "dose_resumed", "dose_started"}
    if given < room.most_given - 0.01 and not changes & set(clinic.last_types):
        yield f"given fell from {room.most_given:g} to {given:g} mg"
    room.most_given = given


def a_dose_has_somebody_responsible(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 20, HZ-LET-03: or the board says that there is nobody."""
    said = {one.rule for one in state.alarms}
    if state.dose.is_running and not state.responsible and "KEEL-NOBODY-RESPONSIBLE" not in said:
        yield "nobody answers for the person and nobody is told so"


AFTER_EACH_STEP: tuple[Check, ...] = (
    given_within_the_order,
    given_is_what_the_pump_gave,
    given_never_falls,
    gates_within_the_reference,
    a_closed_gate_has_a_reason,
    observation_by_the_clock,
    one_dose_by_the_screen,
    nothing_acknowledged_is_lost,
    nobody_but_keel_writes_alarms,
    a_stale_sign_alarms,
    a_dangerous_sign_alarms,
    no_high_alarm_ends_unseen,
    nobody_is_left_alone_with_an_alarm,
    no_pause_is_too_long,
    the_watcher_is_watched,
    the_row_is_as_the_facts,
    one_dose_in_the_ledger,
    the_audit_is_whole,
    nothing_is_seen_from_elsewhere,
    messages_are_accounted_for,
    a_dose_has_somebody_responsible,
)


# ------------------------------------------------------------------------------------------------ at the end of a day


def order_of_arrival_is_nothing(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 8, HZ-OFF-02: any order of the events, and each of them twice, gives the same state."""
    session, fold = _session_and_fold(clinic, room)
    shuffled = [*session.events, *session.events]
    random.Random(clinic.seed).shuffle(shuffled)  # noqa: S311 - an order, no secret
    other = msgspec.structs.replace(session, events=tuple(shuffled))
    if encoded(fold(other)) != encoded(fold(session)):
        yield "another order of arrival gives another state"


def offsets_are_nothing(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 7, HZ-CLK-01: times written in other offsets say the same."""
    session, fold = _session_and_fold(clinic, room)
    zone = dt.timezone(dt.timedelta(hours=9, minutes=30))
    moved = tuple(msgspec.structs.replace(one, at=one.at.astimezone(zone)) for one in session.events)
    here, there = fold(session), fold(msgspec.structs.replace(session, events=moved))
    for name in ("phase", "may_start", "may_discharge", "given_mg", "observation", "minutes_since_last_dose"):
        if getattr(here, name) != getattr(there, name):
            yield f"{name} is another in another offset"


def a_replay_is_what_was_seen(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """The issue: what a page showed then is what its replay shows now, corrections and late words notwithstanding."""
    from keel.assessment.session.fold import fold_session
    from keel.assessment.session.replay import known_at
    from keel.web.live.rules import rules_of
    from keel.web.live.sessions import local, read

    session, rules = read(room.live), rules_of(room.live.rules)
    for at, seen in random.Random(clinic.seed).sample(room.seen, min(4, len(room.seen))):  # noqa: S311
        again = fold_session(known_at(session, at), at=local(room.live, at), knowledge=rules, looks_back=False)
        if encoded(again) != seen:
            yield f"the replay of {at:%H:%M:%S} is not what was seen"


def removing_a_sign_closes(clinic: SimulatedClinic, room: Room, state: Any) -> Iterator[str]:
    """Invariant 4, HZ-GATE-01: what lacks a sign of the newest set lets nobody leave."""
    session, fold = _session_and_fold(clinic, room)
    if not state.may_discharge or state.phase.is_over:
        return
    newest = max((one for one in session.events if one.kind == "vitals_recorded"), key=lambda one: one.at)
    for sign in ("sbp", "spo2", "rr", "hr"):
        less = msgspec.structs.replace(newest, **{sign: None})
        events = tuple(less if one is newest else one for one in session.events)
        if fold(msgspec.structs.replace(session, events=events)).may_discharge:
            yield f"without {sign} they may leave"


AT_THE_END: tuple[Check, ...] = (
    order_of_arrival_is_nothing,
    offsets_are_nothing,
    a_replay_is_what_was_seen,
    removing_a_sign_closes,
)


def _session_and_fold(clinic: SimulatedClinic, room: Room) -> tuple[Any, Callable[[Any], Any]]:
    from keel.assessment.session.fold import fold_session
    from keel.web.live.rules import rules_of
    from keel.web.live.sessions import local, read

    at, knowledge = local(room.live, clinic.at), rules_of(room.live.rules)
    return read(room.live), lambda session: fold_session(session, at=at, knowledge=knowledge)
