"""Handing over: responsibility moves on the second name and never on the first."""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.assessment.session.handover import open_offer
from keel.assessment.session.handover_form import handover_form
from keel.assessment.session.opening import open_session
from keel.knowledge import load
from support.sessions import base_session, changed, read_session

AT = dt.datetime(2026, 11, 21, 9, 50, tzinfo=dt.UTC)
OFFER = {"id": "h1", "type": "handed_over", "at": "09:46", "by": "bob", "to": "Carol", "severity": "watcher"}
TAKES = {"id": "h2", "type": "handed_over", "at": "09:47", "by": "carol", "to": "carol", "accepts": "h1"}
SAID = {**TAKES, "synthesis": "70 kg, 35 mg until 09:55, pressure rising, call at 160"}


def session(*events):
    return read_session(changed(base_session("iv"), {"add": events}))


def responsible(*events):
    return fold_session(session(*events), at=AT, knowledge=load()).responsible


@pytest.mark.parametrize(
    ("events", "who"),
    [
        ((), "alice"),
        ((OFFER,), "alice"),
        ((OFFER, TAKES), "alice"),
        ((OFFER, {**SAID, "synthesis": "  "}), "alice"),
        ((OFFER, {**SAID, "by": "dave"}), "alice"),
        ((OFFER, {**SAID, "by": "bob"}), "alice"),
        ((OFFER, {**SAID, "accepts": "h9"}), "alice"),
        ((OFFER, SAID), "Carol"),
        ((SAID, OFFER), "Carol"),
        (({**OFFER, "synthesis": "on paper, both names"},), "Carol"),
    ],
    ids=[
        "none",
        "offered",
        "no words",
        "blank words",
        "another",
        "the giver",
        "no offer",
        "taken",
        "any order",
        "paper",
    ],
)
def test_it_moves_once_the_receiver_has_said_it_back(events, who):
    """Live-session reference, section 7: responsibility moves only on the second name."""
    assert responsible(*events) == who


def test_an_offer_is_open_until_it_is_taken_or_made_anew():
    assert open_offer(session(OFFER).events).id == "h1"
    assert open_offer(session(OFFER, SAID).events) is None
    again = {**OFFER, "id": "h3", "at": "09:48", "to": "Dave"}
    assert open_offer(session(OFFER, again).events).to == "Dave"


def test_the_log_says_who_took_what_in_which_words():
    log = fold_session(session(OFFER, SAID), at=AT, knowledge=load()).log
    said = [(entry.by, str(entry.what)) for entry in log]
    assert said == [
        ("bob", "handed over to Carol; not said back yet; watcher"),
        ("carol", "takes the handover: 70 kg, 35 mg until 09:55, pressure rising, call at 160"),
    ]


def test_the_form_brings_what_is_due_what_holds_and_what_then():
    """The set at 09:55 is next after 09:45 (every 10 min, protocols reference A7)."""
    read = session({"id": "v", "type": "vitals_recorded", "at": "09:48", "by": "bob", "spo2": 92}, OFFER)
    state = fold_session(read, at=AT, knowledge=load())
    form = handover_form(open_session(read, at=AT, knowledge=load()), state)
    assert form.actions == state.due
    assert form.alarms == state.alarms
    assert "A-IN-05" in {one.rule for one in form.alarms}
    assert set(form.holds).isdisjoint(form.alarms)
    assert ("Vomiting", "Turn the person on the side, pause the infusion, give an antiemetic as ordered.") in [
        (str(one.comes), str(one.then)) for one in form.contingencies
    ]
    assert form.offer is not None
    assert form.offer.to == "Carol"
    assert form.summary.lines
