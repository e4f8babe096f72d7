"""What holds for every session: order of arrival, duplicates and corrections change nothing that they should not."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.session.fold import fold_session
from keel.assessment.session.state import Phase
from keel.interop import ReadError
from keel.knowledge import load
from keel.messages import encode_json
from support.loops import some
from support.samples import examples
from support.sessions import base_session, read_session

START = dt.datetime(2026, 11, 21, 8, 50, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 230).map(lambda minute: START + dt.timedelta(minutes=minute))
NAMES = st.sampled_from(["iv", "esketamine", "home"])
BOOKKEEPING = ("corrections", "not_yet", "alarms")


def state(tree, at):
    return msgspec.json.decode(encode_json(fold_session(read_session(tree), at=at, knowledge=load())))


def without(found, names):
    return {key: value for key, value in found.items() if key not in names}


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(25))
def test_the_order_of_arrival_changes_nothing(name, at, data):
    tree = base_session(name)
    shuffled = {**tree, "events": data.draw(st.permutations(tree["events"]))}
    assert state(shuffled, at) == state(tree, at)


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(25))
def test_events_sent_again_change_nothing(name, at, data):
    tree = base_session(name)
    again = data.draw(st.lists(st.sampled_from(tree["events"]), max_size=6))
    late = [{**event, "recorded_at": "2026-11-21T20:00:00Z"} for event in again]
    twice = {**tree, "events": data.draw(st.permutations([*tree["events"], *again, *late]))}
    # Of two copies the one without a time of entry is not a late entry: the earliest known entry is kept.
    assert without(state(twice, at), ("alarms",)) == without(state(tree, at), ("alarms",))


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(25))
def test_two_different_things_under_one_id_give_one_answer_in_any_order(name, at, data):
    tree = base_session(name)
    event = data.draw(st.sampled_from(tree["events"]))
    other = {"id": event["id"], "at": event["at"], "by": "charlie", "type": "note", "text": "else"}
    forth = {**tree, "events": [*tree["events"], other]}
    back = {**tree, "events": [other, *tree["events"]]}
    assert state(forth, at) == state(back, at)


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(25))
def test_a_correction_to_the_same_content_changes_only_the_books(name, at, data):
    tree = base_session(name)
    event = data.draw(st.sampled_from(tree["events"]))
    correction = {
        "id": "fix",
        "at": event["at"],
        "by": "alice",
        "type": "corrected",
        "corrects": event["id"],
        "reason": "typed again",
        "event": event,
    }
    corrected = {**tree, "events": [*tree["events"], correction]}
    assert without(state(corrected, at), BOOKKEEPING) == without(state(tree, at), BOOKKEEPING)


@given(name=NAMES, data=st.data(), heart_rate=st.integers(50, 110))
@settings(max_examples=examples(25))
def test_a_corrected_row_changes_only_what_it_would_have_said_itself(name, data, heart_rate):
    """Correcting a row equals having written it so at first."""
    tree = base_session(name)
    sets = [event for event in tree["events"] if event["type"] == "vitals_recorded"]
    event = data.draw(st.sampled_from(sets))
    at = START + dt.timedelta(minutes=230)
    new = {**event, "hr": heart_rate}
    written = {**tree, "events": [new if one is event else one for one in tree["events"]]}
    fix = {
        "id": "fix",
        "at": "2026-11-21T12:30:00+00:00",
        "by": "alice",
        "type": "corrected",
        "corrects": event["id"],
        "reason": "misread",
        "event": new,
    }
    corrected = {**tree, "events": [*tree["events"], fix]}
    assert without(state(corrected, at), BOOKKEEPING) == without(state(written, at), BOOKKEEPING)


@given(at=MOMENTS, later=st.integers(0, 60))
@settings(max_examples=examples(30))
def test_the_amount_given_never_falls_and_never_exceeds_the_dose(at, later):
    tree = base_session("iv")
    now, then = state(tree, at), state(tree, at + dt.timedelta(minutes=later))
    assert 0 <= now["given_mg"] <= then["given_mg"] <= 35


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(30))
def test_taking_an_answer_away_never_lets_anything_through(name, at, data):
    """A missing value never passes: less known, never more allowed."""
    tree = base_session(name)
    gone = data.draw(st.sampled_from(sorted(tree["screening"])))
    less = {**tree, "screening": {key: value for key, value in tree["screening"].items() if key != gone}}
    whole, part = state(tree, at), state(less, at)
    for may in ("may_start", "may_continue", "may_discharge"):
        assert whole[may] or not part[may], gone


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(30))
def test_a_set_of_vital_signs_that_is_lost_never_lets_anything_through(name, at, data):
    tree = base_session(name)
    sets = [event["id"] for event in tree["events"] if event["type"] == "vitals_recorded"]
    gone = data.draw(st.sampled_from(sets))
    less = {**tree, "events": [event for event in tree["events"] if event["id"] != gone]}
    whole, part = state(tree, at), state(less, at)
    for may in ("may_start", "may_continue", "may_discharge"):
        assert whole[may] or not part[may], gone


@given(name=NAMES, at=MOMENTS, hours=st.integers(-12, 14))
@settings(max_examples=examples(25))
def test_the_time_zone_in_which_a_moment_is_written_changes_nothing(name, at, hours):
    tree = base_session(name)
    zone = dt.timezone(dt.timedelta(hours=hours))
    moved = [
        {**event, "at": dt.datetime.fromisoformat(event["at"]).astimezone(zone).isoformat()} for event in tree["events"]
    ]
    here, there = state(tree, at), state({**tree, "events": moved}, at)
    for key in (
        "phase",
        "may_start",
        "may_continue",
        "may_discharge",
        "given_mg",
        "minutes_since_last_dose",
        "predicted",
    ):
        assert here[key] == there[key], key


@pytest.mark.slow
@pytest.mark.parametrize("name", ["iv", "esketamine", "home"])
def test_a_replay_minute_by_minute_never_fails(name):
    tree, session = base_session(name), read_session(base_session(name))
    for minute in range(0, 240, 3):
        fold_session(session, at=START + dt.timedelta(minutes=minute), knowledge=load())
    assert tree == base_session(name)


TIMES = st.integers(-60, 300).map(lambda minute: (START + dt.timedelta(minutes=minute)).isoformat())
FACT_VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 400), st.sampled_from(["negative", "high", "x"]))
FACT_NAMES = st.sampled_from(
    ["escort_confirmed", "sbp", "moaas", "breath_alcohol", "hours_since_solids", "nonsense", "bmi"]
)
FACTS = st.dictionaries(FACT_NAMES, FACT_VALUES, max_size=4)
AMOUNTS = st.sampled_from(["35 mg", "0.5 mg/kg", "0 mg", "1e9 mg", "35", "x", "2 g"])
RATES = st.sampled_from(["52.5 mg/h", "0 mg/h", "0.0125 mg/kg/min", "52", "9999 mg/min"])
OVER = st.sampled_from([None, "40 min", "0 min", "1 h", "40"])
ALARMING = st.sampled_from(["A-IN-05", "A-IN-05-low", "A-MON-STALE"])
TIMES_OVER = st.integers(1, 3)
PRIORITIES = st.sampled_from(["high", "medium", "low"])
CHANGED = st.fixed_dictionaries(
    {
        "rule": ALARMING,
        "occurrence": TIMES_OVER,
        "priority": PRIORITIES,
        "was": ALARMING,
        "was_occurrence": TIMES_OVER,
    }
)
FIELDS = {
    "started": st.fixed_dictionaries({}, optional={"plan": st.fixed_dictionaries({"dose": AMOUNTS, "over": OVER})}),
    "checked": st.fixed_dictionaries({"facts": FACTS}),
    "held": st.just({"reason": "wait"}),
    "overridden": st.fixed_dictionaries(
        {
            "rule": st.sampled_from(["A-PRE-02", "A-PRE-15", "A-DC-01", "e1", "KEEL-GATE-PASSED"]),
            "name": st.just("Dr Alice"),
            "reason": st.just("seen"),
            "role": st.sampled_from(["prescriber", "nurse", ""]),
        }
    ),
    "dose_started": st.fixed_dictionaries({"amount": AMOUNTS, "over": OVER}, optional={"rate": RATES}),
    "rate_changed": st.fixed_dictionaries({"rate": RATES}),
    "dose_paused": st.just({}),
    "dose_resumed": st.fixed_dictionaries({}, optional={"rate": RATES}),
    "left_against_advice": st.just({"told": "no driving", "contact_tried": "sister"}),
    "transferred": st.just({"to": "the hospital", "reason": "chest pain"}),
    "handed_over": st.fixed_dictionaries(
        {"to": st.sampled_from(["bob", "carol"])},
        optional={"synthesis": st.just("watch him"), "accepts": st.sampled_from(["e1", "e2", "e99"])},
    ),
    "dose_checked": st.just({"amount": "35 mg"}),
    "emergency_step": st.just({"card": "collapse", "step": "called"}),
    "alarm_acknowledged": st.fixed_dictionaries({"rule": ALARMING}, optional={"occurrence": TIMES_OVER}),
    "alarm_paused": st.fixed_dictionaries({"rule": ALARMING, "over": OVER.filter(bool)}),
    "alarm_raised": st.fixed_dictionaries({"rule": ALARMING, "occurrence": TIMES_OVER, "priority": PRIORITIES}),
    "alarm_worsened": CHANGED,
    "alarm_eased": CHANGED,
    "alarm_escalated": st.fixed_dictionaries(
        {"rule": ALARMING, "occurrence": TIMES_OVER, "to": st.sampled_from(["prescriber", "everyone"])}
    ),
    "alarm_cleared": st.fixed_dictionaries({"rule": ALARMING, "occurrence": TIMES_OVER}),
    "self_tested": st.fixed_dictionaries({"is_running": st.booleans()}),
    "dose_stopped": st.fixed_dictionaries({}, optional={"given": AMOUNTS}),
    "device_given": st.fixed_dictionaries({}, optional={"observed": st.booleans(), "amount": AMOUNTS}),
    "vitals_recorded": st.fixed_dictionaries(
        {},
        optional={
            "sbp": st.integers(60, 230),
            "dbp": st.integers(30, 130),
            "hr": st.integers(0, 200),
            "rr": st.integers(0, 40),
            "spo2": st.integers(60, 100),
            "on_oxygen": st.booleans(),
            "symptoms": st.lists(st.sampled_from(["chest_pain", "confusion", "other"]), max_size=2),
        },
    ),
    "sedation_scored": st.fixed_dictionaries({"moaas": st.integers(0, 5)}),
    "dissociation_scored": st.fixed_dictionaries({}, optional={"cadss6": st.integers(0, 24)}),
    "adverse_event": st.fixed_dictionaries(
        {"what": st.sampled_from(["vomiting", "pump_fault", "hiccups"])}, optional={"resolved": st.booleans()}
    ),
    "note": st.just({}),
    "criteria_checked": st.fixed_dictionaries({"criteria": FACTS}),
    "discharged": st.just({"name": "Dr Alice"}),
}


@st.composite
def any_event(draw):
    kind = draw(st.sampled_from(sorted(FIELDS)))
    base = {"id": f"e{draw(st.integers(1, 12))}", "at": draw(TIMES), "by": "bob", "type": kind, **draw(FIELDS[kind])}
    if draw(st.integers(0, 5)) == 0:
        fix = {"id": f"f{draw(st.integers(1, 3))}", "at": draw(TIMES), "by": "alice", "type": "corrected"}
        return {**fix, "corrects": base["id"], "reason": "wrong", "event": draw(st.sampled_from([base, None]))}
    return base


@given(
    protocol=st.sampled_from(sorted(one.id for one in load().protocols.values() if one.dosing.kind != "none")),
    weight=st.sampled_from([None, "70 kg"]),
    events=st.lists(any_event(), max_size=14),
    at=MOMENTS,
)
@settings(max_examples=examples(150))
def test_whatever_events_come_the_answer_is_a_state_or_one_clear_line(protocol, weight, events, at):
    tree = {"protocol": protocol, "person": {"weight": weight}, "events": events}
    try:
        session = read_session(tree)
    except ReadError as refused:
        assert "\n" not in str(refused)
        return
    found = msgspec.json.decode(encode_json(fold_session(session, at=at, knowledge=load())))
    assert found["phase"] in set(Phase)
    assert sum(found[may] for may in ("may_start", "may_continue", "may_discharge")) <= 1
    mg = found["given_mg"]
    assert mg is None or mg >= 0
    backwards = fold_session(read_session({**tree, "events": events[::-1]}), at=at, knowledge=load())
    assert msgspec.json.decode(encode_json(backwards)) == found


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sampled_from(["dose_paused", "dose_resumed", "rate_changed"]),
        st.sampled_from(["20 mg/h", "52.5 mg/h", "90 mg/h"]),
    ),
    max_size=6,
)


@given(changes=CHANGES, stop=st.integers(1, 90))
@settings(max_examples=examples(40))
def test_any_pauses_resumptions_and_rates_give_never_more_than_the_order(changes, stop):
    """HZ-PUMP-03, invariant 1: given is monotone and at most what was ordered."""
    tree = base_session("iv")
    kept = [one for one in tree["events"] if one["at"] <= "2026-11-21T09:15:00+00:00"]
    start = dt.datetime(2026, 11, 21, 9, 15, tzinfo=dt.UTC)
    for number, (minute, kind, rate) in enumerate(changes):
        said = {} if kind == "dose_paused" else {"rate": rate}
        at = (start + dt.timedelta(minutes=minute)).isoformat()
        kept.append({"id": f"c{number}", "at": at, "by": "bob", "type": kind, **said})
    end = {"id": "end", "at": (start + dt.timedelta(minutes=stop)).isoformat(), "by": "bob", "type": "dose_stopped"}
    session, given = read_session({**tree, "events": [*kept, end]}), 0.0
    for minute in some(range(0, 100, 7)):
        found = fold_session(session, at=start + dt.timedelta(minutes=minute), knowledge=load())
        assert found.given_mg is not None
        assert given <= found.given_mg <= 35
        given = found.given_mg
