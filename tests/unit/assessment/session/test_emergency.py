"""What an emergency needs of a session: the cards that its findings open, and what is read out to the ambulance."""

import datetime as dt

import pytest

from keel.assessment.session.emergency import cards_opened, read_out
from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.knowledge import load
from support.sessions import base_session, changed, read_session

AT = dt.datetime(2026, 11, 21, 9, 40, tzinfo=dt.UTC)


def session(name="iv", **change):
    return read_session(changed(base_session(name), change))


def event(kind, at="09:39", **fields):
    return {"id": f"new-{kind}-{at}", "type": kind, "at": at, "by": "bob", **fields}


def opened(name, *events):
    state = fold_session(session(name, add=events), at=AT, knowledge=load())
    return [card.id for card in cards_opened(state.alarms, load())]


@pytest.mark.parametrize(
    ("name", "what", "card"),
    [
        ("iv", event("adverse_event", what="vomiting"), "vomiting"),
        ("esketamine", event("adverse_event", what="vomiting"), "vomiting"),
        ("iv", event("adverse_event", what="threw up twice"), "vomiting"),
        ("iv", event("adverse_event", what="severe agitation"), "agitation"),
        ("esketamine", event("adverse_event", what="severe_agitation"), "agitation"),
        ("iv", event("vitals_recorded", spo2=85), "breathing"),
        ("esketamine", event("vitals_recorded", rr=5), "laryngospasm"),
        ("iv", event("vitals_recorded", sbp=190, dbp=100), "pressure"),
        ("iv", event("vitals_recorded", sbp=150, dbp=90, symptoms=["chest pain"]), "pressure"),
        ("esketamine", event("adverse_event", what="unresponsive"), "collapse"),
    ],
)
def test_what_is_wrong_opens_its_card(name, what, card):
    """HZ-CARE-02: the card that fits is one tap away, however the event was said and whichever protocol runs."""
    assert card in opened(name, what)


def test_one_event_of_a_mixed_rule_opens_its_own_card_alone():
    """B-IN-08 speaks of collapse, vomiting and agitation alike."""
    assert opened("esketamine", event("adverse_event", what="vomiting")) == ["vomiting"]


def test_a_pulse_alone_is_no_collapse():
    assert "collapse" not in opened("iv", event("vitals_recorded", hr=140))
    assert "collapse" in opened("iv", event("adverse_event", what="syncope"))


def test_nothing_wrong_opens_nothing():
    assert opened("iv") == []


def lines(session, at=AT):
    found = read_out(open_session(session, at=at, knowledge=load()))
    return found, {str(what): str(value) for what, value in found.lines}


def test_it_reads_out_who_what_how_much_and_the_last_readings():
    """35 mg over 40 min from 09:15: by 09:40 25/40 of it, 21.875 mg (arithmetic)."""
    found, said = lines(session())
    assert said["Age"] == "34 years"
    assert said["Weight"] == "70 kg"
    assert said["Drug"] == "Racemic ketamine, By vein"
    assert said["Given in this session"] == "21.88 mg, still running"
    assert [moment.at.strftime("%H:%M") for moment in found.given] == ["09:15"]
    times = [moment.at.strftime("%H:%M") for moment in found.readings]
    assert times[:3] == ["09:12", "09:25", "09:35"]
    assert "pressure 141/86 mmHg" in found.readings[2].what
    assert "oxygen 98 %" in found.readings[2].what


def test_what_is_not_on_record_is_said_to_be_so_and_not_left_out():
    _, said = lines(session(person={"weight": "null", "age": "null", "sex": "null"}))
    assert {said["Age"], said["Sex"], said["Weight"], said["Other medicines and drugs"]} == {"not on record"}


def test_medicines_and_the_dose_before_are_read_out():
    given = session(session={"medicines": ["sertraline 50 mg"], "last_dose_at": "2026-11-14T09:15:00+00:00"})
    _, said = lines(given)
    assert said["Other medicines and drugs"] == "sertraline 50 mg"
    assert said["Last dose before this session"].startswith("2026-11-14 09:15")


def test_steps_that_were_ticked_are_read_out_in_the_words_of_the_card():
    step = event("emergency_step", card="vomiting", step="side")
    found, _ = lines(session(add=[step, event("adverse_event", at="09:38", what="vomiting")]))
    assert [str(moment.what) for moment in found.steps] == [
        "emergency card Vomiting: Turn the person on the side, head low."
    ]
    assert [moment.at.strftime("%H:%M") for moment in found.events] == ["09:38"]


def test_before_a_dose_it_says_that_nothing_was_given():
    _, said = lines(session(), at=dt.datetime(2026, 11, 21, 9, 10, tzinfo=dt.UTC))
    assert said["Given in this session"] == "nothing yet"


def test_after_the_dose_it_says_how_long_ago():
    """Stopped at 09:55, looked at 10:10: 15 minutes."""
    _, said = lines(session(), at=dt.datetime(2026, 11, 21, 10, 10, tzinfo=dt.UTC))
    assert said["Given in this session"] == "35 mg, the last 15 min ago"
