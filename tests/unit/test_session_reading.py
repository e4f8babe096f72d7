"""A session file that cannot be read says what, where and how to mend it; one that can means what it says."""

import datetime as dt
import json

import jsonschema
import pytest

from keel.assessment.session import SessionError, fold_session, read_session, session_schema
from keel.knowledge import load
from support.sessions import base_session

EVENT = {"id": "e1", "at": "2026-11-21T09:00:00Z", "by": "bob", "type": "note"}


def session(**event):
    return {"protocol": "iv-racemic", "events": [{**EVENT, **event}]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "empty file: This is not JSON"),
        ("{", "line 1 column 2: This is not JSON: input data was truncated"),
        ('{\n "protocol": "iv" "events"}', "line 2 column 19: This is not JSON"),
        ("[1]", "$: This is not a session"),
        ("{}", "$: The key “protocol” is missing. Add it."),
        ('{"protocol": "iv", "evnts": []}', "$: The key “evnts” is not known here. Use events."),
        (b"\xff\xfe{}", "not UTF-8"),
    ],
)
def test_what_is_no_session_is_refused_with_its_place(data, message):
    with pytest.raises(SessionError) as refused:
        read_session(data)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"at": "2026-11-21T09:00:00"}, "$.events[0].at (event “e1”): The time has no offset."),
        ({"at": "yesterday"}, "$.events[0].at (event “e1”)"),
        ({"by": ""}, "$.events[0].by (event “e1”): This must not be empty."),
        ({"type": "vitals"}, "This type of event is not known. Use vitals_recorded."),
        ({"type": "vitals_recorded", "spd": 120}, "The key “spd” is not known here. Use"),
        ({"type": "vitals_recorded", "sbp": 1200}, "This must be at most 300."),
        ({"type": "vitals_recorded", "sbp": "120"}, "This must be a number or null, not text."),
        ({"type": "sedation_scored", "moaas": 6}, "This must be at most 5."),
        ({"type": "dose_started", "amount": "35"}, "“35” has no unit"),
        ({"type": "dose_started", "amount": "35 mg", "over": "40"}, "“40” has no unit"),
        ({"type": "dose_started", "amount": "35 ml"}, "is not an amount"),
        ({"type": "rate_changed", "rate": "52.5 mg"}, "is not a rate"),
        ({"type": "overridden", "rule": "A-PRE-02", "name": "Dr Alice"}, "The key “reason” is missing"),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_place(event, message):
    with pytest.raises(SessionError) as refused:
        read_session(session(**event))
    assert message in str(refused.value)


@pytest.mark.parametrize("protocol", ["level-of-care", "use-disorder"])
def test_a_protocol_without_a_dose_has_no_session(protocol):
    with pytest.raises(SessionError, match="no dose is given: it is no protocol of a session"):
        fold_session(read_session({"protocol": protocol}), at=dt.datetime.now(dt.UTC), knowledge=load())


def test_a_weight_without_its_unit_is_refused():
    with pytest.raises(SessionError, match=r"\$.person.weight: .*70.* has no unit"):
        read_session({"protocol": "iv-racemic", "person": {"weight": "70"}})


def test_other_names_of_keys_are_understood():
    read = read_session(
        {
            "protocol": "iv-racemic",
            "person": {"age_years": 34, "weight_kg": 70, "height_cm": 170},
            "plan": {"dose_mg": 35, "over_min": 40},
            "events": [
                {**EVENT, "type": "vitals_recorded", "bp": "128/78", "pulse": 70, "respiratory_rate": 14},
                {**EVENT, "id": "e2", "type": "dose_started", "dose_mg": 35, "duration": "40 min"},
            ],
        }
    )
    assert (read.person.age, read.person.weight, read.person.height) == (34, "70 kg", "170 cm")
    assert (read.plan.dose, read.plan.over) == ("35 mg", "40 min")
    assert (read.events[0].sbp, read.events[0].dbp, read.events[0].hr, read.events[0].rr) == (128, 78, 70, 14)
    assert (read.events[1].amount, read.events[1].over) == ("35 mg", "40 min")


def test_two_names_for_one_thing_are_refused():
    with pytest.raises(SessionError, match="“pulse” is not known here"):
        read_session(session(type="vitals_recorded", hr=70, pulse=80))


@pytest.mark.parametrize("name", ["iv", "esketamine", "home"])
def test_the_schema_accepts_what_the_reader_accepts(name):
    tree = base_session(name)
    jsonschema.Draft202012Validator.check_schema(session_schema())
    jsonschema.validate(tree, session_schema())
    read_session(json.dumps(tree))


def test_the_schema_refuses_what_the_reader_refuses():
    tree = base_session("iv")
    tree["events"][2]["spd"] = 120
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, session_schema())
    with pytest.raises(SessionError):
        read_session(tree)
