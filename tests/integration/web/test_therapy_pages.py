"""Assisted therapy through its pages: from nothing to the day after a dose."""

import datetime as dt

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Fact, Kind
from support.care_desk import CareDesk, errors_of
from support.clock import START, clock_at

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def tom(at_desk, dana):
    return lambda: CareDesk(at_desk, "tom", dana, "therapy")


@pytest.fixture
def alice(at_desk, dana):
    return lambda: CareDesk(at_desk, "alice", dana, "therapy")


def _prepared(desk):
    desk.done("therapy_begun", manual="own manual 2")
    desk.done("visit_held", "?kind=preparation", people="Tom, therapist", done=["frame", "touch"])
    desk.done("intention_said", words="to sleep again")
    desk.done("touch_agreed", kinds=["hands"], stop_signal="left hand up", rehearsed="yes")
    desk.done("transport_arranged", how="Sam drives")
    desk.done("recording_answered", given="no")


def test_from_nothing_to_the_contact_of_the_day_after(tom, dana):
    assert "It has not begun." in tom().page()
    _prepared(tom())
    with clock_at(START + 2 * DAY):
        desk = tom()
        assert "Nothing holds." in desk.page()
        desk.done("dosing_begun", people="Tom, Bob")
        page = desk.page()
        assert "A visit with a dose is under way" in page
        assert "You can say stop at any time" in page
        visit = Fact.objects.get(payload__step="dosing_begun").payload["visit"]
        desk.done("touch_used", kind="hands", why="asked for it")
        desk.done("dosing_ended", f"?visit={visit}", music="the list that was agreed", eyeshade="yes")
        assert "No visit with a dose is under way." in errors_of(desk.send("dosing_ended", f"?visit={visit}"))
    with clock_at(START + 3 * DAY + HOUR):
        desk = tom()
        page = desk.page()
        assert "Contact a day after" in page
        assert "“" not in page.split("to sleep again")[0][-3:], "the person's words stand as they were said"
        # an address of the emergency line of the clinic's country stands in the text, and nothing of what it is about
        assert "In danger call 999" in page
        desk.done("contact_made", f"?of={visit}&contact=24h", reached="yes", suicidal="no")
        assert "Contact a day after" not in desk.page().split("As it was written down")[0]


def test_what_holds_is_passed_by_a_prescriber_with_a_reason_alone(tom, alice):
    tom().done("therapy_begun")
    refused = tom().send("dosing_begun")
    assert refused.status_code == 422
    assert "Preparation has not been done." in errors_of(refused)[0]
    assert "Only a prescriber decides" in errors_of(tom().send("dosing_begun", passed="it is late"))[0]
    alice().done("dosing_begun", passed="prepared by a colleague elsewhere")
    assert Fact.objects.get(payload__step="dosing_begun").payload["held"] == ["T-PREPARATION", "T-TOUCH", "T-TRANSPORT"]
    assert "went on although something held" in alice().page()


def test_touch_cannot_be_added_while_a_dose_is_under_way(tom):
    _prepared(tom())
    with clock_at(START + 2 * DAY):
        tom().done("dosing_begun")
        assert "touch can be taken away, and not added" in errors_of(tom().send("touch_agreed", kinds=["hug"]))[0]
        tom().done("touch_agreed", kinds=[])
        tom().done("touch_used", kind="hands", why="was frightened")
        assert "Not agreed on:" in tom().page()


def test_suicide_told_at_a_contact_is_closed_by_a_prescriber(tom, alice):
    """HZ-SUI-07: it stays on the page and on that of the patient until a prescriber looked."""
    tom().done("therapy_begun")
    tom().done("contact_made", "?of=stay&contact=24h", reached="yes", suicidal="yes")
    assert "Thoughts of suicide were told" in tom().page()
    assert "1 thing due" in tom().page("")[:-1] or "1 thing due" in tom().browser.get(tom().base).content.decode()
    assert "a prescriber looks at that" in errors_of(tom().send("danger_seen", what="talked"))[0]
    alice().done("danger_seen", what="seen with Dana, plan made")
    assert "Thoughts of suicide were told" not in alice().page()


def test_the_front_desk_sees_when_and_not_what_for(tom, at_desk, dana):
    later = (START + 5 * DAY).strftime("%Y-%m-%dT11:00")
    tom().done("therapy_begun")
    tom().done("visit_planned", kind="integration", planned=later)
    visit = Fact.objects.get(payload__step="visit_planned").payload["visit"]
    shown = at_desk("fay").get("/clinic/harbour/patients/H-1/contacts/").content.decode()
    assert "11:00" in shown
    assert "ntegration" not in shown
    moved = (START + 6 * DAY).strftime("%Y-%m-%dT15:00")
    tom().done("visit_planned", f"?visit={visit}&kind=integration", planned=moved)
    shown = at_desk("fay").get("/clinic/harbour/patients/H-1/contacts/").content.decode()
    assert ("15:00" in shown, "11:00" in shown) == (True, False)
    tom().done("visit_missed", f"?visit={visit}", why="is ill")
    assert "15:00" not in at_desk("fay").get("/clinic/harbour/patients/H-1/contacts/").content.decode()
    assert tom().browser.get("/clinic/harbour/patients/H-1/therapy/").status_code == 200
    assert at_desk("fay").get("/clinic/harbour/patients/H-1/therapy/").status_code == 403


def test_a_group_writes_for_each_a_fact_that_names_nobody_else(tom, at_desk, dana):
    from keel.web.clinic.models import Patient

    other = Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    for person in (dana, other):
        CareDesk(at_desk, "tom", person, "therapy").done("therapy_begun")
    browser, address = at_desk("tom"), "/clinic/harbour/care/therapy/group/"
    told = {"key": "g1", "at": START.strftime("%Y-%m-%dT09:00"), "ended": START.strftime("%Y-%m-%dT09:30")}
    told |= {"topic": "After a dose", "kind": "integration", "led_by": "Tom", "was-H-1": "there", "was-H-2": "late"}
    assert browser.post(address, told).status_code == 302
    assert browser.post(address, told).status_code == 302, "twice is as once"
    written = Fact.objects.filter(payload__step="visit_held")
    assert sorted(fact.patient.number for fact in written) == ["H-1", "H-2"]
    assert len({fact.payload["group"] for fact in written}) == 1
    dana_says = str(written.get(patient=dana).payload)
    assert "Elif" not in dana_says
    assert "H-2" not in dana_says


def test_a_step_is_corrected_with_a_reason_and_stays_to_be_seen(tom, alice, dana):
    tom().done("therapy_begun")
    tom().done("intention_said", words="to sleep")
    fact = Fact.objects.get(payload__step="intention_said")
    assert alice().browser.get(f"/clinic/harbour/patients/H-1/facts/{fact.sequence}/correct/").status_code == 404
    address = f"{alice().base}therapy/{fact.sequence}/correct/"
    from support.care_desk import filled_in

    desk = alice()
    form = filled_in(desk.browser.get(address).content.decode())
    assert form["words"] == "" or form["words"] == "to sleep"
    answer = desk.browser.post(address, {**form, "words": "to sleep and eat", "why-reason": "misheard"})
    assert answer.status_code == 302, errors_of(answer)
    assert "to sleep and eat" in alice().page()
    assert tom().browser.get(address).status_code == 403, "a therapist voids nothing"


def test_a_step_of_the_future_or_of_another_shape_is_refused(people, dana):
    entry = {"step": "intention_said", "at": (START + 9 * DAY).isoformat(), "words": "to rest"}
    for wrong in (entry, {**entry, "at": START.isoformat(), "colour": "red"}, {"step": "nothing"}):
        with pytest.raises(FactRefused):
            record_fact(by=people["tom"], patient=dana, kind=Kind.THERAPY, payload=wrong, key="k", at=START)
    assert Fact.objects.count() == 0


def test_the_paper_of_what_was_agreed_is_a_pdf_and_audited(tom, at_desk):
    _prepared(tom())
    answer = at_desk("alice").get("/clinic/harbour/patients/H-1/therapy/agreed.pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "no-store"


def test_what_is_due_of_everybody_stands_on_one_page(tom, at_desk):
    tom().done("therapy_begun")
    tom().done("contact_made", "?of=stay&contact=24h", reached="yes", worse="yes")
    assert "Dana" in at_desk("bob").get("/clinic/harbour/care/therapy/").content.decode()


def test_the_gate_of_a_session_knows_what_therapy_knows(tom, dana):
    """Preparation and touch are asked for by the protocol of assisted therapy; what nobody asked stays open there."""
    from keel.web.clinic.panels import answers_for_gate

    assert "preparation_sessions_done" not in answers_for_gate(dana, START + HOUR)
    tom().done("therapy_begun")
    assert answers_for_gate(dana, START + HOUR)["preparation_sessions_done"] == 0
    _prepared(tom())
    known = answers_for_gate(dana, START + HOUR)
    assert (known["preparation_sessions_done"], known["touch_planned"]) == (1, True)
    assert "touch_consent_written" not in known
