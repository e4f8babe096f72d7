"""A session as facts: it begins from the record, its events are kept once, its dose joins the ledger."""

import datetime as dt
import json

import pytest

from keel.web.clinic.actions import record_fact, register, void_fact
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.clinic.proof import verify
from keel.web.clinic.queries import standing_facts
from keel.web.live.actions import open_session, record_events
from keel.web.live.errors import GateHolds, SessionRefused
from keel.web.live.models import LiveSession, Room
from keel.web.live.sessions import read, state_of
from support.clock import START, clock_at
from support.live import PERSON, Desk, a_session, evening, of, play


@pytest.fixture
def room(harbour):
    return Room.objects.create(clinic=harbour, name="Room 1")


@pytest.fixture
def known(people, dana):
    """What the record says of Dana."""
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    return dana


@pytest.fixture
def live(people, known, room):
    return a_session(known, people["bob"], room=room)


def test_a_session_begins_with_what_the_record_knows(live):
    session = read(live)
    assert (session.person.weight, session.person.age, session.plan.dose) == ("70 kg", 34, "0.5 mg/kg")
    assert (session.jurisdiction, session.timezone, session.doses) == ("UK", "Europe/London", ())
    state = state_of(live, at=START)
    assert (state.phase, state.may_start) == ("preparing", False)


def test_from_gate_to_door_and_the_dose_is_in_the_ledger(live, people, known):
    play(live, people["bob"])
    live.refresh_from_db()
    assert live.ended_at is not None
    dose = standing_facts(known).get(kind=Kind.DOSE)
    assert (dose.payload["amount"], dose.payload["route"], dose.payload["substance"]) == ("35 mg", "iv", "racemic")
    assert verify(known.clinic).holds


def test_two_numbers_that_are_both_in_a_session_are_not_made_one_person(live, people, harbour, known):
    """HZ-ID-03: one person would be in two rooms; with one session ended they are one."""
    bob, told = people["bob"], {"by": people["alice"], "patient": known, "kind": Kind.MERGE, "at": START}
    other = register(by=bob, clinic=harbour, number="H-2", name="Dana D.", person=PERSON, key="other", at=START)
    second = a_session(other, bob, name="b2")
    with pytest.raises(FactRefused, match="Both are in a session"):
        record_fact(payload={"number": "H-2"}, key="merge", **told)
    LiveSession.objects.filter(pk=second.pk).update(ended_at=START)
    record_fact(payload={"number": "H-2"}, key="merge", **told)


def test_a_dose_counts_from_its_start_though_nobody_ever_ends_the_session(live, people, known, at_desk):
    """HZ-MIX-04: the whole of it, as estimated; the next gate, the Picture and the papers have it at once."""
    at = START
    assert told(people["bob"], live, at + MINUTE, "dose_started", amount="35 mg", over="40 min").stored
    doses = standing_facts(known).filter(kind=Kind.DOSE)
    assert [(one.payload["amount"], one.payload["certainty"]) for one in doses] == [("35 mg", "estimated")]
    for minute in (5, 10):  # what is measured meanwhile says nothing new of the dose
        assert told(people["bob"], live, at + minute * MINUTE, "vitals_recorded", hr=70).stored
    assert Fact.objects.filter(kind=Kind.DOSE).count() == 1
    with clock_at(at + 20 * dt.timedelta(days=1)):
        assert "35 mg" in at_desk("alice").get("/clinic/harbour/patients/H-1/").content.decode()
    stopped = told(people["bob"], live, at + 21 * MINUTE, "dose_stopped", given="17.5 mg")
    assert stopped.stored
    assert [one.payload["amount"] for one in doses.all()] == ["17.5 mg"]
    assert "certainty" not in doses.get().payload


def test_a_weight_taken_at_the_gate_is_the_patients_and_makes_the_dose(live, people, known, at_desk):
    """HZ-WT-02, HZ-WT-01: 154 lb are 69.9 kg; the order of 0.5 mg/kg follows it, and what is weighed after the dose
    changes nothing that was given."""
    desk = Desk(at_desk, "bob", live)
    weights = standing_facts(known).filter(kind=Kind.MEASUREMENT)
    with clock_at(START + MINUTE):
        assert "day not known" in desk.page("before")
        desk.done("before", "checked", weight_kg="60")
        assert "weighed today" in desk.page("before")
        live.refresh_from_db()
        state = state_of(live, at=START + MINUTE)
        assert (state.dose.planned_mg, [one.weight_kg for one in state.weighings]) == (30, [60])
        assert [one.payload["value"] for one in weights] == ["60 kg"]
        assert ">30<" in desk.page("dose")
    wrong = Fact.objects.get(kind=Kind.EVENT, payload__event__type="checked")
    again = {**wrong.payload["event"], "facts": {"weight_kg": "154 lb"}}
    assert corrected(people["bob"], live, START + 2 * MINUTE, wrong.key, again).stored
    assert [one.payload["value"] for one in weights.all()] == ["69.8532 kg"]
    assert told(people["bob"], live, START + 3 * MINUTE, "dose_started", amount="34.9 mg", over="40 min").stored
    assert told(people["bob"], live, START + 4 * MINUTE, "checked", facts={"weight_kg": 50}).stored
    live.refresh_from_db()
    assert "KEEL-OVER-ORDER" not in {one.rule for one in state_of(live, at=START + 5 * MINUTE).alarms}
    assert sorted(one.payload["value"] for one in weights.all()) == ["50 kg", "69.8532 kg"]
    assert corrected(people["bob"], live, START + 6 * MINUTE, wrong.key, None).stored
    assert [one.payload["value"] for one in weights.all()] == ["50 kg"]
    assert verify(known.clinic).holds


def test_a_time_that_is_still_to_come_counts_as_now_and_is_said(live, people, at_desk):
    """HZ-CLK-03: a tablet whose clock is an hour ahead; nothing waits for that hour, and both times stand there."""
    ahead = {"id": "n1", "at": (START + 60 * MINUTE).isoformat(), "type": "note", "text": "calm"}
    assert record_events(by=people["bob"], live=live, events=[ahead], at=START + MINUTE).stored
    live.refresh_from_db()
    session = read(live)
    note = next(one for one in session.events if one.id == "n1")
    assert (note.at, note.told_at) == (START + MINUTE, START + 60 * MINUTE)
    state = state_of(live, at=START + 2 * MINUTE)
    assert "KEEL-CLOCK" in {one.rule for one in state.alarms}
    with clock_at(START + 2 * MINUTE):
        assert "which was still to come" in Desk(at_desk, "bob", live).page("log")


def test_an_event_that_is_sent_twice_is_one(live, people):
    event = {"id": "n1", "at": START.isoformat(), "type": "note", "text": "calm"}
    for _turn in range(2):
        assert record_events(by=people["bob"], live=live, events=[event], at=START).stored == ("n1",)
    assert Fact.objects.filter(kind=Kind.EVENT, key="n1").count() == 1
    other = {**event, "text": "not calm"}
    assert [name for name, _ in record_events(by=people["bob"], live=live, events=[other], at=START).refused] == ["n1"]


def test_a_clock_that_runs_ahead_delays_no_event(live, people):
    ahead = (START + dt.timedelta(minutes=9)).isoformat()
    event = {"id": "v1", "at": ahead, "type": "vitals_recorded", "sbp": 190, "dbp": 100}
    record_events(by=people["bob"], live=live, events=[event], at=START)
    assert state_of(live, at=START).latest["sbp"].value == 190
    assert Fact.objects.get(key="v1").payload["event"]["at"] == ahead


def test_a_deed_that_is_asked_for_is_refused_where_the_gate_holds_and_stored_where_it_happened(live, at_desk):
    browser, address = at_desk("bob"), f"/clinic/harbour/sessions/{live.id}/"
    form = {"type": "dose_started", "id": "d1", "amount": "35 mg", "over": "40 min", **of(live)}
    assert browser.post(f"{address}record/", form).status_code == 422
    assert not Fact.objects.filter(key="d1").exists()
    sent = {"events": [{"id": "d1", "at": START.isoformat(), "type": "dose_started", "amount": "35 mg"}]}
    answer = browser.post(f"{address}events/", json.dumps(sent), content_type="application/json")
    assert answer.json()["stored"] == ["d1"]
    alarms = browser.get(f"{address[:-1]}.json").json()["alarms"]
    assert "KEEL-BLOCK-PASSED" in {one["rule"] for one in alarms}


def test_a_deed_of_another_phase_is_refused_with_the_phase_as_its_reason(live, people):
    """HZ-GATE-09, invariant 25; `make simulate SEED=8 ROOMS=1` showed a refusal that gave no reason."""
    resumed = {"id": "r1", "at": START.isoformat(), "type": "dose_resumed"}
    play(live, people["bob"], until="dose_started")
    at = dt.datetime.fromisoformat(evening()[6]["at"])
    with pytest.raises(GateHolds) as held:
        record_events(by=people["bob"], live=live, events=[resumed | {"at": at.isoformat()}], at=at, is_asked=True)
    assert [one.rule for one in held.value.reasons] == ["KEEL-PHASE-START"]


def test_who_is_signed_in_is_the_author_and_passes_by_their_own_role(live, people):
    forged = {"id": "o1", "at": START.isoformat(), "by": "alice", "type": "overridden", "rule": "X", "reason": "y"}
    forged |= {"name": "Alice", "role": "prescriber"}
    assert record_events(by=people["bob"], live=live, events=[forged], at=START).refused
    record_events(by=people["alice"], live=live, events=[{**forged, "name": "Nobody", "by": "bob"}], at=START)
    event = Fact.objects.get(key="o1").payload["event"]
    assert (event["by"], event["name"], event["role"]) == ("alice", "Alice", "prescriber")


def test_one_session_a_person_and_a_room(live, people, known, room):
    with pytest.raises(SessionRefused, match="already"):
        a_session(known, people["bob"], name="b2")
    assert LiveSession.objects.count() == 1


def test_a_clinic_that_adopted_nothing_begins_no_session(people, known, harbour):
    with pytest.raises(SessionRefused, match="adopted"):
        open_session(by=people["bob"], patient=known, protocol="iv-racemic", room=None, plan={}, key="b", at=START)
    with pytest.raises(NotAllowed):
        open_session(by=people["tom"], patient=known, protocol="iv-racemic", room=None, plan={}, key="b", at=START)


def test_a_session_is_corrected_in_the_session_and_nowhere_else(live, people):
    with pytest.raises(FactRefused, match="a page of its own"):
        void_fact(by=people["alice"], fact=live.opening, reason="x", key="v", at=START)


def test_the_rules_of_the_beginning_stay(live):
    documents = live.rules.documents
    assert documents["protocol"]["id"] == "iv-racemic"
    assert AuditRow.objects.filter(action="open_session").count() == 1


def test_a_dose_that_no_form_would_take_joins_the_ledger_all_the_same(live, people, known):
    """The end of a session is never refused: what was given is written, however much it was (HZ-DOSE-01)."""
    at = START + dt.timedelta(minutes=5)
    given = {"id": "d1", "at": START.isoformat(), "type": "dose_started", "amount": "350 mg", "over": "5 min"}
    gone = {"id": "t1", "at": at.isoformat(), "type": "transferred", "to": "hospital", "reason": "not to be woken"}
    assert record_events(by=people["bob"], live=live, events=[given, gone], at=at).stored == ("d1", "t1")
    assert Fact.objects.get(patient=known, kind=Kind.DOSE).payload["amount"] == "350 mg"


def test_a_correction_after_the_end_corrects_the_ledger(live, people, known):
    play(live, people["bob"])
    wrong = Fact.objects.get(kind=Kind.EVENT, payload__event__type="dose_stopped")
    event = {
        "id": "c1",
        "at": START.isoformat(),
        "type": "corrected",
        "corrects": wrong.key,
        "reason": "read the pump again",
        "event": {**wrong.payload["event"], "given": "30 mg"},
    }
    later = START + dt.timedelta(hours=4)
    assert record_events(by=people["bob"], live=live, events=[event], at=later).refused == ()
    doses = Fact.objects.filter(patient=known, kind=Kind.DOSE).order_by("sequence")
    assert [one.payload["amount"] for one in doses] == ["35 mg", "35 mg", "30 mg"]  # begun, ended, corrected
    assert [one.supersedes for one in doses] == [None, doses[0], doses[1]]
    assert [one.reason for one in doses] == ["", "the session went on", "the session was corrected"]


def test_a_review_on_record_is_known_to_the_next_session(people, known, room, at_desk):
    """HZ-CRS: after the third session the gate asks whether there was a response; a page records it."""
    told = {"key": "r1", "of": "response", "responded": "true", "on": START.date().isoformat()}
    assert at_desk("alice").post("/clinic/harbour/patients/H-1/review/", told).status_code == 302
    (review,) = read(a_session(known, people["bob"], room=room)).reviews
    assert (review.of, review.by, review.responded) == ("response", "Alice (Prescriber)", True)


def test_a_clinic_adds_its_rooms_on_the_board(at_desk, harbour):
    browser = at_desk("bob")
    for name in ("  Garden   room ", "Garden room", ""):
        assert browser.post("/clinic/harbour/board/room/", {"name": name}).status_code == 302
    assert [room.name for room in Room.objects.filter(clinic=harbour)] == ["Garden room"]
    assert AuditRow.objects.filter(action="add_room", subject="Garden room").count() == 1


def test_a_screen_that_asks_again_reads_no_rules_and_no_facts(live, at_desk, django_assert_max_num_queries):
    """Of fifty rooms the documents alone took most of a second, each second, for each screen (make soak RUN=rooms)."""
    browser, address = at_desk("bob"), "/clinic/harbour/board/rooms/"
    first = browser.get(address)
    seen = {"Keel-Seen": first["Keel-Seen"]}
    with clock_at(START), django_assert_max_num_queries(20) as asked:
        assert browser.get(address, {"token": first["Keel-Token"]}, headers=seen).status_code in (200, 204)
    assert not [one for one in asked.captured_queries if '"documents"' in one["sql"]]


MINUTE = dt.timedelta(minutes=1)


def told(by, live, at, kind, **event):
    """Records one event now."""
    event = {"id": f"{kind}-{at:%H%M}", "at": at.isoformat(), "type": kind, **event}
    return record_events(by=by, live=live, events=[event], at=at)


def corrected(by, live, at, corrects, event):
    return told(by, live, at, "corrected", corrects=corrects, reason="entered by mistake", event=event)


def test_a_nurse_passes_no_hold_by_a_correction(live, people):
    """HZ-GATE-07: what a role may not write it may not write by correcting something else, nor in another's name."""
    forged = {"type": "overridden", "at": START.isoformat(), "by": "alice", "name": "Alice", "role": "prescriber"}
    forged |= {"rule": "A-PRE-17", "reason": "fine"}
    told(people["bob"], live, START, "note", id="n1", text="calm")
    assert corrected(people["bob"], live, START, "n1", forged).refused
    assert corrected(people["alice"], live, START + MINUTE, "n1", forged).refused  # and an entry keeps its kind
    own = {"type": "note", "at": START.isoformat(), "by": "alice", "text": "restless"}
    assert corrected(people["bob"], live, START + 2 * MINUTE, "n1", own).stored
    assert Fact.objects.get(kind=Kind.EVENT, key="corrected-1002").payload["event"]["event"]["by"] == "bob"
    batch = [{"id": "n2", "at": START.isoformat(), "type": "note", "text": "x"}]
    batch += [{"id": "c2", "at": START.isoformat(), "type": "corrected", "corrects": "n2", "reason": "y"}]
    batch[1]["event"] = forged
    assert record_events(by=people["alice"], live=live, events=batch, at=START + MINUTE).stored == ("n2",)


def test_a_nurse_changes_no_order_by_a_correction(live, people):
    """HZ-DOSE-01: an order is a prescriber's, also where the beginning of the session is corrected."""
    plan = {"type": "started", "at": START.isoformat(), "plan": {"dose": "5 mg/kg", "over": "4 min"}}
    assert corrected(people["bob"], live, START, "a1-start", plan).refused
    assert corrected(people["bob"], live, START + MINUTE, "a1-alarms", None).refused  # Keel's own word


def test_a_person_who_was_discharged_by_mistake_is_watched_again(live, people, known, room):
    """HZ-ALM-01: with the ending taken back the session is open, in no room where another lies in it now."""
    last = play(live, people["bob"])
    end = Fact.objects.get(kind=Kind.EVENT, payload__event__type="discharged")
    other = register(
        by=people["alice"], clinic=live.patient.clinic, number="H-9", name="Eve", person={}, key="r", at=START
    )
    a_session(other, people["bob"], name="b2", room=room, at=last + MINUTE)
    assert corrected(people["bob"], live, last + MINUTE, end.key, None).stored
    live.refresh_from_db()
    assert (live.ended_at, live.room) == (None, None)


def test_a_dose_that_was_not_given_leaves_the_ledger_and_comes_back(live, people, known):
    """HZ-MIX-04, HZ-DOSE-06: the ledger has what the session says last, once."""
    doses = standing_facts(known).filter(kind=Kind.DOSE)
    last = play(live, people["bob"])
    dose = Fact.objects.get(kind=Kind.EVENT, payload__event__type="dose_started")
    assert corrected(people["bob"], live, last + MINUTE, dose.key, None).stored
    assert not doses.exists()
    again = {name: value for name, value in dose.payload["event"].items() if name not in ("id", "by")}
    assert corrected(people["bob"], live, last + 2 * MINUTE, dose.key, again).stored
    assert [one.payload["amount"] for one in doses.all()] == ["35 mg"]
    assert verify(known.clinic).holds


def test_a_dose_taken_back_by_hand_stops_no_event_of_its_session(live, people, known):
    """T12: what happens after the end is stored, whatever somebody did to the ledger by hand."""
    last = play(live, people["bob"])
    void_fact(by=people["alice"], fact=standing_facts(known).get(kind=Kind.DOSE), reason="twice", key="v", at=last)
    assert told(people["bob"], live, last + MINUTE, "note", text="rang, is well").stored
    doses = standing_facts(known).filter(kind=Kind.DOSE)
    assert not doses.exists()
    wrong = Fact.objects.get(kind=Kind.EVENT, payload__event__type="dose_stopped")
    less = {**wrong.payload["event"], "given": "30 mg"}
    assert corrected(people["bob"], live, last + 2 * MINUTE, wrong.key, less).stored
    assert [one.payload["amount"] for one in doses.all()] == ["30 mg"]


def test_a_person_with_two_numbers_is_in_one_session(live, people, known):
    """HZ-ID-03, HZ-DOSE-06: under whichever number somebody begins."""
    again = register(by=people["alice"], clinic=known.clinic, number="H-9", name="D.", person=PERSON, key="r", at=START)
    merge = {"number": again.number}
    record_fact(by=people["alice"], patient=known, kind=Kind.MERGE, payload=merge, key="m", at=START)
    with pytest.raises(SessionRefused, match="already"):
        a_session(again, people["bob"], name="b2")


def test_an_event_is_heard_again_when_the_clock_of_its_device_has_gone_on(live, people):
    """T10: an answer that was lost is asked for again, with what the device knows of its clock by then."""
    event = {"id": "n1", "at": START.isoformat(), "type": "note", "text": "calm"}
    for skew in (3, 4):
        taken = record_events(by=people["bob"], live=live, events=[event], at=START, device="t", clock={"skew": skew})
        assert taken.stored == ("n1",)


def test_of_many_events_the_bad_ones_alone_are_refused_and_reading_is_not_for_each(live, people, monkeypatch):
    """T6: a tablet that was away sends hundreds; nobody else of the clinic waits for as many readings."""
    from keel.web.live import actions

    notes = [{"id": f"n{n}", "at": START.isoformat(), "type": "note", "text": "x"} for n in range(64)]
    notes[20] = {"id": "n20", "at": START.isoformat(), "type": "vitals_recorded", "sbp": "high"}
    reads, read_one = [], actions.sessions.read
    monkeypatch.setattr(actions.sessions, "read", lambda *told: reads.append(1) or read_one(*told))
    taken = record_events(by=people["bob"], live=live, events=notes, at=START)
    assert ([name for name, _why in taken.refused], len(taken.stored)) == (["n20"], 63)
    assert len(reads) < 16


def test_a_hold_is_taken_back_by_who_made_it_or_by_a_prescriber(live, people, harbour):
    """HZ-GATE-07: nobody opens another's hold by a correction."""
    from keel.web.clinic.models import Membership

    Membership.objects.create(clinic=harbour, user=people["tom"], role="nurse")
    held = {"id": "h1", "at": START.isoformat(), "type": "held", "reason": "looks unwell"}
    record_events(by=people["bob"], live=live, events=[held], at=START)
    away = {"id": "c1", "at": START.isoformat(), "type": "corrected", "corrects": "h1", "reason": "x", "event": None}
    assert record_events(by=people["tom"], live=live, events=[away], at=START).refused
    assert record_events(by=people["alice"], live=live, events=[{**away, "id": "c2"}], at=START).stored == ("c2",)
