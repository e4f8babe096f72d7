"""What holds for the alarms of every watched session, whatever is measured, answered and forgotten in it."""

import datetime as dt

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.session.alarms import standing_alarms
from keel.assessment.session.events import AlarmFact, Priority
from keel.knowledge import load
from support.loops import some
from support.samples import examples
from support.sessions import clock
from support.watching import WatchedSession

SIGNS = st.fixed_dictionaries(
    {}, optional={"spo2": st.sampled_from([80, 91, 98]), "sbp": st.sampled_from([100, 185]), "rr": st.just(5)}
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["signs", "seen", "pause", "nothing"]), st.integers(1, 6), SIGNS), min_size=1, max_size=6
)
PROTOCOL = load().protocols["iv-racemic"]
YIELDS = {rule.id: set(rule.yields_to) for rule in PROTOCOL.rules}
ALARMING = {one.id for one in PROTOCOL.rules_of(*PROTOCOL.gates.running, *PROTOCOL.gates.monitoring)}
CUTS = load().session_rules["session"].cuts


@given(steps=STEPS, data=st.data())
@settings(max_examples=examples(12))
def test_no_danger_is_without_an_alarm_and_no_alarm_is_silenced_past_its_limit(steps, data):
    """Invariants 18 and 19; HZ-ALM-01, HZ-ALM-04, HZ-ALM-06."""
    room, minute = WatchedSession(), 36
    for kind, pause, signs in some(steps):
        minute += pause
        at = clock(f"{9 + minute // 60:02}:{minute % 60:02}")
        before = room.standing(at)
        if kind == "signs":
            room.signs(at, **signs)
        elif kind != "nothing" and before:
            rule = data.draw(st.sampled_from(sorted(before)))
            answer = {"alarm_acknowledged": {}} if kind == "seen" else {"alarm_paused": {"over": "60 min"}}
            for name, said in answer.items():
                room.tell(at, name, rule=rule, occurrence=before[rule].occurrence, **said)
        answered = room.standing(at)
        facts = room.watch(at)
        state, standing = room.state(at), room.standing(at)
        assert room.watch(at) == [], "what has been written once is not due again"
        covered = {*standing, *(rule for rule, stronger in YIELDS.items() if stronger & set(standing))}
        assert {one.rule for one in state.alarms if one.severity != "note"} & ALARMING <= covered
        gone = {f"{one.rule} {one.occurrence}" for one in answered.values() if one.is_latched}
        assert not [one for one in facts if one.removeprefix("cleared ") in gone], "a high alarm ended unseen"
        for alarm in standing.values():
            most = 2 if alarm.priority is Priority.HIGH else 10
            until = dt.datetime.fromisoformat(at) + dt.timedelta(minutes=most)
            assert alarm.acknowledged_at or alarm.paused_until is None or alarm.paused_until <= until
            assert alarm.acknowledged_at or alarm.sounds(until)


@given(steps=STEPS, data=st.data())
@settings(max_examples=examples(8))
def test_what_is_written_of_alarms_moves_no_gate_and_comes_in_any_order(steps, data):
    """Alarm facts only tell: the fold without them is the same, and doubled or shuffled they tell the same."""
    room, minute = WatchedSession(), 36
    for _kind, pause, signs in steps:
        minute += pause
        room.signs(f"{9 + minute // 60:02}:{minute % 60:02}", **signs)
        room.watch(f"{9 + minute // 60:02}:{minute % 60:02}")
    at = f"{9 + minute // 60:02}:{minute % 60:02}"
    told, events = room.state(at), room.session.events
    facts = [one for one in events if isinstance(one, AlarmFact)]
    assert standing_alarms(data.draw(st.permutations([*facts, *facts])), CUTS) == told.standing
    quiet = tuple(one for one in events if not isinstance(one, AlarmFact))
    room.session = msgspec.structs.replace(room.session, events=quiet)
    silent = room.state(at)
    for name in set(told.__struct_fields__) - {"standing", "log"}:
        assert getattr(told, name) == getattr(silent, name), name
