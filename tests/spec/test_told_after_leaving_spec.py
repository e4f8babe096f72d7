"""A danger that is told once the person has left is an alarm, however they left and whoever says it.

Hazards HZ-SUI-01, HZ-SUI-06, HZ-DC-03, HZ-DC-04; protocols reference F6 (suicide every session), B-MON-04 (crisis
symptoms: emergency care now), section 6 level 3.
"""

import datetime as dt

import pytest

from keel.assessment.picture import picture_of
from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from keel.record import Answers, Record
from support.loops import some
from support.sessions import base_session, changed, clock, read_session

LEFT = {
    "discharged": None,
    "against advice": {"type": "left_against_advice", "reason": "had enough"},
    "to hospital": {"type": "transferred", "to": "General Hospital", "reason": "observation"},
}


def said(at, kind, **more):
    return {"id": f"p{at}{kind}", "at": at, "by": "Bob", "type": kind} | more


def told(text, at="14:00"):
    return said(at, "note", text=text)


def alarms(*events, name="iv", left="discharged", at="16:00"):
    """Rule and verb of each alarm on what was told, the state, and that of the session without them."""
    tree = base_session(name)
    if LEFT[left] is not None:
        gone = next(one for one in tree["events"] if one["type"] == "discharged")
        tree["events"].remove(gone)
        tree["events"].append({"id": gone["id"], "at": gone["at"], "by": "bob"} | LEFT[left])
    quiet, spoken = (
        fold_session(
            read_session(changed(tree | {}, {"add": add})), at=dt.datetime.fromisoformat(clock(at)), knowledge=load()
        )
        for add in ([], list(events))
    )
    kept = {
        one.rule: str(one.severity) for one in spoken.alarms if one.rule.startswith(("KEEL-AFTER", "KEEL-NOT-HEARD"))
    }
    return kept, spoken, quiet


SUICIDE = {
    "screen": said("14:00", "checked", facts={"contact": "adult_only", "cssrs_q5": True}),
    "low on the screen": said("14:00", "checked", facts={"cssrs_q1": True}),
    "ASQ": said("14:00", "checked", facts={"asq_5": True}),
    "risk now": said("14:00", "criteria_checked", criteria={"any_suicide_risk_now": True}),
    "a level": said("14:00", "checked", facts={"suicide_risk_level": "moderate"}),
    "on the phone": told("partner rang: she says she wants to kill herself"),
    "por teléfono": told("llamó el esposo: dice que quiere matarse"),
    "a message": told("he wrote that he does not want to live any more"),
}


@pytest.mark.parametrize("left", LEFT)
@pytest.mark.parametrize("way", SUICIDE)
def test_suicide_told_after_leaving_is_an_alarm(way, left):
    found, state, quiet = alarms(SUICIDE[way], left=left)
    assert found == {"KEEL-AFTER-SUICIDE": "block"}
    assert (state.may_discharge, [one.rule for one in state.reasons]) == (
        quiet.may_discharge,
        [one.rule for one in quiet.reasons],
    ), "the gate of leaving stays that of the moment of leaving"


SIGNS = {
    "adverse event": (said("14:00", "adverse_event", what="seizure"), "KEEL-AFTER-EMERGENCY"),
    "evento": (said("14:00", "adverse_event", what="convulsión"), "KEEL-AFTER-EMERGENCY"),
    "answer": (said("14:00", "checked", facts={"contact": "adult_only", "chest_pain": True}), "KEEL-AFTER-EMERGENCY"),
    "on the phone": (told("flatmate on the phone: cannot be woken"), "KEEL-AFTER-EMERGENCY"),
    "por teléfono": (told("llamada: no se despierta"), "KEEL-AFTER-EMERGENCY"),
    "symptoms": (said("14:00", "vitals_recorded", symptoms=["short of breath"]), "KEEL-AFTER-EMERGENCY"),
    "no urine": (said("14:00", "checked", facts={"acute_retention": True}), "KEEL-AFTER-EMERGENCY"),
    "vomiting": (said("14:00", "adverse_event", what="vomiting"), "KEEL-AFTER-SIGN"),
}


@pytest.mark.parametrize("name", ["iv", "esketamine"])
@pytest.mark.parametrize("way", SIGNS)
def test_a_warning_sign_told_after_leaving_is_an_alarm(way, name):
    event, rule = SIGNS[way]
    found, *_ = alarms(event, name=name)
    assert rule in found


@pytest.mark.parametrize(
    "event",
    [
        said("14:00", "checked", facts={"contact": "adult_only", "chest_pain": False, "cssrs_q1": False}),
        told("called back: home, slept, no chest pain, no thoughts of suicide"),
        told("llamada: está en casa, durmió bien, niega ideas suicidas"),
        said("14:00", "vitals_recorded", symptoms=[]),
        told("asked to call the emergency number if there is chest pain"),
    ],
)
def test_a_quiet_call_raises_nothing(event):
    assert alarms(event)[0] == {}


def test_before_leaving_and_before_it_is_told_there_is_no_such_alarm():
    assert alarms(told("wants to die", at="10:30"))[0] == {}
    assert alarms(told("wants to die", at="15:00"), at="14:59")[0] == {}


def test_words_that_leave_a_sign_open_are_asked():
    """A relative who rings may speak of the person or of themselves."""
    assert "KEEL-NOT-HEARD" in alarms(said("14:00", "adverse_event", what="bad head, seeing funny"))[0]
    assert alarms(told("mother rang: cannot be woken"))[0]
    assert alarms(told("llamó la madre: no se despierta"))[0]


def test_a_later_no_does_not_undo_it_and_an_assessment_does():
    no = said("15:00", "checked", facts={"cssrs_q5": False, "any_suicide_risk_now": False})
    assert "KEEL-AFTER-SUICIDE" in alarms(SUICIDE["screen"], no)[0]
    assessed = said("15:00", "risk_assessed", level="low", name="Alice", role="prescriber", reason="spoke with her")
    assert "KEEL-AFTER-SUICIDE" not in alarms(SUICIDE["screen"], assessed)[0]
    again = said("15:30", "checked", facts={"cssrs_q4": True})
    assert "KEEL-AFTER-SUICIDE" in alarms(SUICIDE["screen"], assessed, again)[0]
    by_desk = assessed | {"role": "front desk"}
    assert "KEEL-AFTER-SUICIDE" in alarms(SUICIDE["screen"], by_desk)[0]


def test_a_sign_ends_when_it_is_recorded_as_over_and_not_by_a_tick():
    event, rule = SIGNS["adverse event"]
    tick = said("15:00", "checked", facts={"seizure": False})
    assert rule in alarms(event, tick)[0]
    assert rule not in alarms(event, said("15:00", "adverse_event", what="seizure", resolved=True))[0]


@pytest.mark.parametrize("items", [{"5": 1}, {"1": 1}], ids=["plan", "wish to be dead"])
def test_answers_that_come_after_a_session_stand_in_the_picture(items):
    at = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    record = Record(answers=(Answers(instrument="c-ssrs-screener", items=items, at=at),))
    found = picture_of(record, at=at, knowledge=load())
    assert found.holds
    assert some([one.rule for one in found.findings if one.rule.startswith("c-ssrs-screener/")])
