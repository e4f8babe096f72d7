"""The part “Dose”: what is asked goes through the gate, and what happened is recorded all the same."""

import datetime as dt

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from keel.web.live.models import Room
from support.clock import START, clock_at
from support.live import PERSON, Desk, a_session, play, problem_of
from support.web_text import text_of

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def live(people, dana, harbour):
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    return a_session(dana, people["bob"], room=Room.objects.create(clinic=harbour, name="Room 1"))


@pytest.fixture
def desk(at_desk, live):
    return Desk(at_desk, "bob", live)


@pytest.fixture
def ready(live, people):
    """The time at which the gate lets the dose start."""
    return play(live, people["bob"], until="dose_started") + MINUTE


def test_the_calculator_shows_three_weights_and_the_rate_of_the_pump(desk):
    """HZ-DOSE-04, HZ-DOSE-07: 0.5 mg/kg x 70 kg = 35 mg; ideal 45.5 + 2.3 x 6.93 in = 61.4 kg (Devine), 30.5 mg.

    35 mg at 1 mg/mL over 40 min run at 52.5 mL/h; a vial of 100 mg/mL is not given as it is.
    """
    page = desk.page("dose")
    assert ">35<" in page
    assert ">30.5<" in page
    rate = desk.browser.get(f"{desk.address}dose/?strength=1 mg/mL").content.decode()
    assert "52.5 mL/h" in rate
    for undiluted in ("strength=100 mg/mL", "strength=100 mg/mL&volume=0.35 mL"):
        strong = desk.browser.get(f"{desk.address}dose/?{undiluted}").content.decode()
        assert "not given undiluted" in strong
        assert "For what is ordered" not in strong
    assert "10" in problem_of(desk.browser.get(f"{desk.address}dose/?strength=10"))  # a number without its unit


@pytest.mark.parametrize("amount", ["350 mg", "35 g", "36 mg"])
def test_a_start_above_the_order_is_refused_and_nothing_is_written(desk, ready, amount):
    """HZ-DOSE-01, HZ-DOSE-03: a tenfold amount, another unit, a little more."""
    with clock_at(ready):
        answer = desk.send("dose", "dose_started", amount=amount, over="40 min")
        assert answer.status_code == 422
        assert "held at once" in problem_of(answer)
        assert desk.state()["phase"] == "preparing"


def test_two_nurses_one_dose(desk, ready, at_desk):
    """HZ-DOSE-06: the second start is refused and says who started what and when."""
    other = Desk(at_desk, "alice", desk.live)
    with clock_at(ready):
        desk.done("dose", "dose_started", amount="35 mg", over="40 min")
        # the page of the second one was open before
        hidden = {"type": "dose_started", "id": "late", "session": desk.live.id, "number": "H-1", "next": "dose"}
        answer = other.browser.post(f"{other.address}record/", {**hidden, "amount": "35 mg", "over": "40 min"})
        assert answer.status_code == 422
        assert "35 mg by bob at" in problem_of(answer)
    assert Fact.objects.filter(payload__event__type="dose_started").count() == 1


def test_pause_resume_rate_and_stop_show_what_is_left(desk, ready):
    """HZ-PUMP-03: after a pause the rest goes on; 17.5 mg of 35 are left after 20 of 40 minutes."""
    with clock_at(ready):
        desk.done("dose", "dose_started", amount="35 mg", over="40 min")
    with clock_at(ready + 10 * MINUTE):
        desk.done("during", "vitals_recorded", sbp="126", dbp="80", hr="72", spo2="98", rr="14")
        desk.done("during", "sedation_scored", moaas="5")
    with clock_at(ready + 20 * MINUTE):
        desk.done("during", "vitals_recorded", sbp="126", dbp="80", hr="72", spo2="98", rr="14")
        desk.done("during", "sedation_scored", moaas="5")
        desk.done("dose", "dose_paused", given="17.5 mg", reason="comfort")
        assert "17.5 mg" in desk.page("dose")
    with clock_at(ready + 24 * MINUTE):
        desk.done("dose", "dose_resumed")
        page = desk.page("dose")
        ends = ready + 44 * MINUTE
        assert f"<dd>{ends:%H:%M}</dd>" in page
        answer = desk.send("dose", "rate_changed", rate="525 mg/h")  # ten times 52.5 mg/h
        assert answer.status_code == 422
        desk.done("dose", "rate_changed", rate="50 mg/h")
        desk.done("dose", "dose_stopped", given="18 mg", reason="asked")
        assert desk.state()["given_mg"] == 18


def test_what_happened_already_is_recorded_with_its_time_whatever_the_gate_says(desk):
    with clock_at(START + 30 * MINUTE):
        told = {"amount": "35 mg", "over": "40 min", "happened": "yes"}
        assert "has a time" in problem_of(desk.send("dose", "dose_started", **told))
        desk.done("dose", "dose_started", **told, at=f"{START + 20 * MINUTE:%H:%M}")
        assert "KEEL-BLOCK-PASSED" in {one["rule"] for one in desk.state()["alarms"]}
        assert desk.state()["phase"] == "dosing"


def test_two_people_check_apart_each_by_name(desk, ready, at_desk):
    """HZ-DOSE-04: a second person signs in and reads the pump; nothing of the first one is filled in."""
    with clock_at(ready):
        told = {"amount": "35 mg", "strength": "1 mg/mL", "pump": "52.5 mL/h", "lot": "K7"}
        desk.done("dose", "dose_checked", **told)
        assert "One person has checked" in desk.page("dose")
        Desk(at_desk, "tom", desk.live).done("dose", "dose_checked", **told)
        page = desk.page("dose")
        desk.done("dose", "dose_started", amount="35 mg", over="40 min")
    assert Fact.objects.get(payload__event__type="dose_started").payload["event"]["checked_by"] == "Tom"
    assert "Two people have checked" in page
    assert "<b>tom</b>: 35 mg · 1 mg/mL" in page


@pytest.fixture
def must_be_checked(harbour, people):
    """The clinic has signed that one other person checks each dose."""
    from keel.web.live.adoption import standing
    from keel.web.live.signing import sign_decision

    one = next(row for row in standing(harbour) if row.decision.topic.id == "second-check")
    signed = {"decision": "second-check", "digest": one.decision.digest, "changes": {"cuts": {"dose_checkers": 1}}}
    for name in ("alice", "bob"):
        sign_decision(by=people[name], clinic=harbour, reason="our practice", at=START, **signed)


def test_where_the_clinic_wants_it_no_dose_starts_unchecked(must_be_checked, desk, ready, at_desk):
    """HZ-DOSE-04: nobody's check, one's own, or that of another amount opens no gate; another person's does."""
    told, start = {"strength": "1 mg/mL", "pump": "52.5 mL/h", "lot": "K7"}, {"amount": "35 mg", "over": "40 min"}
    tom = Desk(at_desk, "tom", desk.live)
    with clock_at(ready):
        answer = desk.send("dose", "dose_started", **start)
        assert answer.status_code == 422
        assert "must be checked by others" in answer.content.decode()
        desk.done("dose", "dose_checked", amount="35 mg", **told)
        assert desk.send("dose", "dose_started", **start).status_code == 422
        tom.done("dose", "dose_checked", amount="350 mg", **told)
        answer = desk.send("dose", "dose_started", **start)
        assert "Tom read 350 mg at the check of the dose; ordered are 35 mg" in text_of(answer.content.decode())
        tom.done("dose", "dose_checked", amount="35 mg", **told)
        desk.done("dose", "dose_started", **start)
        assert "KEEL-NOT-CHECKED" not in {one["rule"] for one in desk.state()["alarms"]}


def test_a_dose_that_was_started_alone_all_the_same_alarms_until_somebody_has_checked(must_be_checked, desk, ready):
    """HZ-DOSE-04: what happened is recorded; the next one who looks is asked to check."""
    with clock_at(ready):
        desk.done("dose", "dose_started", amount="35 mg", over="40 min", happened="yes", at=f"{ready:%H:%M}")
        assert "KEEL-NOT-CHECKED" in {one["rule"] for one in desk.state()["alarms"]}
        Desk(desk._log_in, "tom", desk.live).done("dose", "dose_checked", amount="35 mg")
        assert "KEEL-NOT-CHECKED" not in {one["rule"] for one in desk.state()["alarms"]}


def test_a_check_of_an_older_order_is_none_of_the_new_one(must_be_checked, desk, ready, at_desk):
    """HZ-DOSE-04, HZ-DOSE-07: the order is changed after the check."""
    with clock_at(ready):
        Desk(at_desk, "tom", desk.live).done("dose", "dose_checked", amount="35 mg")
    with clock_at(ready + MINUTE):
        Desk(at_desk, "alice", desk.live).done("dose", "started", dose="30 mg", over="40 min")
        assert desk.send("dose", "dose_started", amount="30 mg", over="40 min").status_code == 422


def test_the_order_is_changed_by_a_prescriber_by_name(desk, at_desk):
    """HZ-DOSE-07: which weight makes the dose is somebody's choice, with name and reason."""
    changed = {"dose": "0.5 mg/kg", "over": "40 min", "weight_basis": "ideal", "reason": "BMI"}
    hidden = {"type": "started", "id": "o1", "session": desk.live.id, "number": "H-1", "next": "dose"}
    assert desk.browser.post(f"{desk.address}record/", {**hidden, **changed}).status_code == 422
    alice = Desk(at_desk, "alice", desk.live)
    alice.done("dose", "started", **changed)
    plan = Fact.objects.get(payload__event__type="started", payload__event__plan__dose="0.5 mg/kg").payload["event"][
        "plan"
    ]
    assert (plan["chosen_by"], plan["weight_basis"]) == ("Alice", "ideal")
    assert "Alice: BMI" in desk.page("dose")
