"""What alarms and was typed in by staff, or told at a contact: an alert as for an answer by link, once, and a mark."""

import datetime as dt

import pytest
from django.core import mail

from keel.web.clinic.actions import record_fact, void_fact
from keel.web.clinic.models import Fact, Kind
from keel.web.clinic.summaries import Mark, summary_of
from keel.web.measures import actions
from keel.web.measures.queries import alerts_for
from keel.web.outbox.actions import send_due
from support.answers import HIGH
from support.care_desk import CareDesk
from support.clock import START, clock_at

HOUR = dt.timedelta(hours=1)


def typed(dana, by, instrument="phq-9", key="answers", supersedes=None, at=START, **items):
    """Answers that somebody of the clinic typed in."""
    calm = dict.fromkeys(HIGH, 0) if instrument == "phq-9" else {}
    answered = calm | {name.lstrip("q"): value for name, value in items.items()}
    payload = {"instrument": instrument, "version": "1", "items": answered, "at": START.isoformat()}
    return record_fact(
        by=by,
        patient=dana,
        kind=Kind(Kind.ANSWERS),
        payload=payload,
        key=key,
        at=at,
        supersedes=supersedes,
        reason="typed wrongly" if supersedes else "",
    )


def states(dana):
    return alerts_for(dana, START + 24 * HOUR)


def mark_of(dana, at=START + HOUR):
    return [one["mark"] for one in summary_of(dana, at=at)["shown"]["marks"]]


@pytest.mark.parametrize(
    ("instrument", "items", "answers"),
    [
        ("phq-9", {"q9": 1}, {"9": 1}),
        ("phq-9", {"q1": 3, "q9": 3}, {"9": 3}),
        ("bladder-check", {"q8": 1}, {"8": 1}),
        ("warning-signs", {"qchest": 1}, {"chest": 1}),
    ],
)
def test_answers_that_staff_type_in_open_an_alert_and_tell_staff(dana, people, instrument, items, answers):
    """HZ-SUI-06: paper is no slower than a link; the alert holds the answers and says that nobody was shown help."""
    people["alice"].email = "alice@harbour.example"
    people["alice"].save()
    typed(dana, people["bob"], instrument, **items)
    (state,) = states(dana)
    assert state.opened.step.came_by == "desk"
    assert state.opened.step.answers == answers
    assert state.opened.by == "Bob"
    assert state.steps[1].step.told == ("Alice",)
    send_due(START + HOUR)
    assert [one.to for one in mail.outbox] == [["alice@harbour.example"]]


def test_calm_answers_and_totals_alone_alarm_nobody(dana, people):
    typed(dana, people["bob"], q1=3)
    total = {"instrument": "phq-9", "total": 20, "at": START.isoformat()}
    record_fact(by=people["bob"], patient=dana, kind=Kind(Kind.ANSWERS), payload=total, key="total", at=START)
    assert states(dana) == ()


def test_one_answer_opens_one_alert_however_often_it_is_sent_or_corrected(dana, people):
    """HZ-SUI-06: sent twice, corrected elsewhere, taken back: one alert, which stays until somebody closes it."""
    first = typed(dana, people["bob"], q9=2)
    typed(dana, people["bob"], q9=2)
    again = typed(dana, people["bob"], key="again", supersedes=first, q9=1, q1=1)
    assert len(states(dana)) == 1
    void_fact(by=people["bob"], fact=again, reason="another person's", key="void", at=START)
    (state,) = states(dana)
    assert state.is_open


def test_a_correction_that_alarms_for_the_first_time_opens_an_alert(dana, people):
    """HZ-SUI-06."""
    first = typed(dana, people["bob"], q9=0)
    assert states(dana) == ()
    typed(dana, people["bob"], key="again", supersedes=first, q9=1)
    assert len(states(dana)) == 1


def test_answer_and_alert_are_stored_together_or_not_at_all(dana, people, monkeypatch):
    """HZ-SUI-06: the fault lies between the two."""

    def fail(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(actions, "_tell", fail)
    with pytest.raises(OSError, match="disk"):
        typed(dana, people["bob"], q9=1)
    assert not Fact.objects.exists()


def test_the_page_of_an_alert_from_the_desk_says_who_typed_it_and_that_nothing_was_shown(dana, people, at_desk):
    typed(dana, people["bob"], q9=1)
    with clock_at(START + HOUR):
        desk = at_desk("alice")
        assert "An answer that alarms" in desk.get("/clinic/harbour/patients/H-1/").content.decode()
        page = desk.get(f"/clinic/harbour/patients/H-1/measures/alerts/{states(dana)[0].id}/")
    assert "Typed in by Bob" in page.content.decode()


@pytest.mark.parametrize(
    ("of", "step", "told"),
    [
        ("therapy", "contact_made", {"of": "v1", "contact": "24h", "reached": "yes", "suicidal": "yes"}),
        ("recovery", "contact_made", {"of": "stay", "contact": "48h", "reached": "yes", "suicidal": "yes"}),
        ("recovery", "outcome_noted", {"of": "1mo", "reached": "yes", "suicidal": "yes"}),
    ],
)
def test_thoughts_of_suicide_told_at_a_contact_open_an_alert_and_mark_the_list(dana, at_desk, of, step, told):
    """HZ-SUI-06: it stands first in the list, is told to staff, and a prescriber's look ends both."""
    CareDesk(at_desk, "bob", dana, of).done(step, **told)
    (state,) = states(dana)
    assert state.opened.step.came_by == "contact"
    assert mark_of(dana) == [Mark.SUICIDE]
    desk = CareDesk(at_desk, "alice", dana, of)
    assert "Told at a contact" in desk.page(f"measures/alerts/{state.id}/")
    desk.done("danger_seen", what="Safe tonight; seen tomorrow at 10")
    (state,) = states(dana)
    assert not state.is_open
    assert state.closed.step.reason == "Safe tonight; seen tomorrow at 10"
    assert mark_of(dana) == []


def test_closing_the_alert_is_seen_at_the_contact_too_and_a_nurse_closes_neither(dana, people, at_desk):
    """HZ-SUI-06: one danger, one closing."""
    bob = CareDesk(at_desk, "bob", dana, "therapy")
    bob.done("contact_made", of="v1", contact="24h", reached="yes", suicidal="yes")
    bob.send("danger_seen", what="looked")
    (state,) = states(dana)
    assert state.is_open
    step = actions.AlertStep(alert=state.id, step="closed", reason="Spoken with; safety plan made")
    with clock_at(START + HOUR):
        actions.note_alert(by=people["alice"], patient=dana, step=step, key="closed", at=START + HOUR)
    assert mark_of(dana, START + 2 * HOUR) == []
    assert dana.facts.get(payload__step="danger_seen").payload["what"] == "Spoken with; safety plan made"


def test_no_thoughts_and_not_asked_open_nothing(dana, at_desk):
    desk = CareDesk(at_desk, "bob", dana, "therapy")
    desk.done("contact_made", of="v1", contact="24h", reached="yes", suicidal="no")
    desk.done("contact_made", of="v1", contact="24h", reached="yes")
    assert states(dana) == ()
    assert mark_of(dana) == []


def test_a_safety_answer_alarms_beside_an_answer_that_cannot_be_read(dana, people):
    """HZ-SUI-06."""
    typed(dana, people["bob"], q9=2, q77=1)
    assert len(states(dana)) == 1
