"""Every event says in words what it holds: for the log, the replay and the record."""

import typing

import msgspec
import pytest

from keel.assessment.session import events
from keel.assessment.session.event_words import event_words
from keel.knowledge import load
from support.sessions import read_session

KINDS = {str(kind.__struct_config__.tag): kind for kind in (*typing.get_args(events.Plain), events.Corrected)}
HEAD = {"id": "e1", "at": "2026-11-21T09:00:00+00:00", "by": "bob"}
FILLED = {
    "started": ({"plan": {"dose": "35 mg", "over": "40 min"}}, "the session begins; ordered: 35 mg; over 40 min"),
    "checked": ({"facts": {"escort_confirmed": True, "acutely_unwell": None}}, "adult escort: yes"),
    "held": ({"reason": "wait"}, "put on hold: wait"),
    "overridden": (
        {"rule": "A-PRE-02", "name": "Dr Alice", "role": "prescriber", "reason": "seen"},
        "passed by Dr Alice (prescriber): seen",
    ),
    "dose_started": (
        {"amount": "35 mg", "strength": "10 mg/mL", "lot": "K1", "pump": "4", "checked_by": "Tom"},
        "dose begins: 35 mg; strength 10 mg/mL; lot K1; pump 4; checked by Tom",
    ),
    "dose_stopped": (
        {"given": "20 mg", "remaining": "15 mg", "wasted": "15 mg", "witness": "Tom", "reason": "asked"},
        "given by the pump: 20 mg; because: asked; left over: 15 mg; thrown away: 15 mg; witness: Tom",
    ),
    "vitals_recorded": (
        {"sbp": 128, "spo2": 97, "on_oxygen": True, "symptoms": [], "device": "monitor 3"},
        "pressure 128/– mmHg; oxygen 97 %; on oxygen; symptoms: none; sent by monitor 3",
    ),
    "emergency_step": ({"card": "vomiting", "step": "side"}, "Vomiting: Turn the person on the side"),
    "alarm_paused": ({"rule": "A-IN-05", "over": "2 min"}, "“Oxygen low” (A-IN-05) paused for 2 min"),
    "left_against_advice": ({}, "told: not said; tried: not said"),
    "corrected": ({"corrects": "e9", "reason": "slip", "event": None}, "e9 was wrong: slip; taken away"),
    "note": ({"text": "calm", "sheet": "7", "seen_by": "Tom"}, "calm; from sheet 7, written by Tom"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_of_every_kind_has_words(kind):
    """What a kind demands is filled with the least; none is left without a word."""
    told = {**HEAD, "type": kind, **dict(_least(KINDS[kind])), **FILLED.get(kind, ({}, ""))[0]}
    (event,) = read_session({"protocol": "iv-racemic", "events": [told]}).events
    assert FILLED.get(kind, ({}, ""))[1] in event_words(event, load())
    assert event_words(event, load()).strip()


def _least(kind):
    samples = {"rate": "40 mg/h", "amount": "35 mg", "over": "2 min", "moaas": 4, "level": "low", "priority": "high"}
    samples |= {"criteria": {"oriented": True}, "occurrence": 1, "was_occurrence": 1, "is_running": True}
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in HEAD:
            yield field.name, samples.get(field.name, "x")
    if kind is events.CriteriaChecked:
        yield "criteria", {"oriented": True}
    if kind is events.DissociationScored:
        yield "cadss6", 4
    if kind is events.Checked:
        yield "facts", {"oriented": True}
