"""The same answer in another encoding is the same answer, or says that it is not understood (HZ-SUI-04).

Codes: LOINC LA33-6 and LA32-8 (yes, no), SNOMED CT 373066001 and 373067005, HL7 v2 table 0136. The panel and its items
are those of the instruments reference, section 3.1.
"""

import json

import pytest

from keel.assessment.picture import picture_of
from keel.assessment.screening import screening, triage
from keel.findings import Severity
from keel.interop import read_records
from keel.knowledge import load
from keel.record import Pregnancy
from support.fhir import bundle, concept, observation, patient, phq9_response, risk_assessment
from support.reading import AT

FACTS = load()
ITEMS = {"1": "93246-7", "2": "93247-5", "3": "93248-3", "4": "93249-1", "5": "93250-9", "6": "93267-3"}
SNOMED, V2 = "http://snomed.info/sct", "http://terminology.hl7.org/CodeSystem/v2-0136"
ENCODINGS = {
    "LOINC": ({"valueCodeableConcept": concept("LA33-6")}, {"valueCodeableConcept": concept("LA32-8")}),
    "SNOMED CT": (
        {"valueCodeableConcept": concept("373066001", system=SNOMED)},
        {"valueCodeableConcept": concept("373067005", system=SNOMED)},
    ),
    "HL7 v2": ({"valueCodeableConcept": concept("Y", system=V2)}, {"valueCodeableConcept": concept("N", system=V2)}),
    "boolean": ({"valueBoolean": True}, {"valueBoolean": False}),
    "integer": ({"valueInteger": 1}, {"valueInteger": 0}),
    "words": ({"valueCodeableConcept": {"text": "Yes"}}, {"valueCodeableConcept": {"text": "No"}}),
    "Spanish": ({"valueString": "Sí"}, {"valueString": "no"}),
    "letters": ({"valueString": "Y"}, {"valueString": "N"}),
    "positive": ({"valueString": "positive"}, {"valueString": "Negative"}),
}


def to_each(value):
    """The same answer to every item."""
    return {item: value for item in ITEMS}  # noqa: C420 - a value that is shared is not changed here


def read(*resources):
    data = json.dumps(bundle(patient(), *resources)).encode()
    return read_records(data, at=AT, knowledge=FACTS).records[0]


def doors(record):
    """The level of suicide risk on each door, and what blocks or holds in the Picture."""
    picture = picture_of(record, at=AT, knowledge=FACTS)
    grave = {one.rule for one in picture.findings if one.severity in (Severity.BLOCK, Severity.HOLD)}
    levels = {
        picture.suicide_risk,
        triage(record, at=AT, knowledge=FACTS).facts.get("suicide_risk_level"),
        screening(record, "iv-racemic", at=AT, knowledge=FACTS).facts.get("suicide_risk_level"),
    }
    assert len(levels) == 1
    return levels.pop(), grave


def panel(values, **changes):
    """The C-SSRS screener as a panel with its answers as components."""
    parts = [{"code": concept(ITEMS[item])} | value for item, value in values.items()]
    return observation("93373-9", component=parts, **changes)


def members(values):
    """The same as a panel with an observation for each answer."""
    answers = [observation(ITEMS[item], **value) for item, value in values.items()]
    return [observation("93373-9", hasMember=[{"reference": f"Observation/{one['id']}"} for one in answers]), *answers]


def response(values):
    """The same as a questionnaire filled in; `value` of a coding is of the kind of an answer there."""
    items = []
    for item, value in values.items():
        told = value.get("valueCodeableConcept")
        answer = (
            value
            if told is None
            else {"valueCoding": told["coding"][0]}
            if "coding" in told
            else {"valueString": told["text"]}
        )
        items.append({"linkId": f"/{ITEMS[item]}", "answer": [answer]})
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "qr",
        "status": "completed",
        "questionnaire": "http://loinc.org/q/93373-9",
        "subject": {"reference": "Patient/dana"},
        "authored": "2026-11-20T09:00:00Z",
        "item": items,
    }


RECENT = {"effectiveDateTime": "2026-11-20T09:00:00Z"}
FORMS = {
    "components": lambda values: [panel(values, **RECENT)],
    "members": lambda values: [one | RECENT for one in members(values)],
    "response": lambda values: [response(values)],
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", FORMS)
def test_a_yes_is_a_yes_and_a_no_is_a_no_however_they_are_written(form, encoding):
    yes, no = ENCODINGS[encoding]
    for told, level in ((to_each(no), "none"), (to_each(no) | {"2": yes, "5": yes}, "high")):
        resources = FORMS[form](told)
        record = read(*resources)
        assert len(record.answers) == 1
        assert doors(record)[0] == level


@pytest.mark.parametrize(
    "value",
    [
        {"valueCodeableConcept": concept("LA9999-9")},
        {"valueCodeableConcept": {"text": "somewhat"}},
        {"valueString": "see note"},
        {"valueInteger": 7},
        {"valueTime": "10:00:00"},
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_understood_holds_and_is_never_a_no(form, value):
    told = to_each({"valueBoolean": False}) | {"5": value}
    resources = FORMS[form](told)
    record = read(*resources)
    assert record.answers[0].items["5"] == "not_understood"
    level, grave = doors(record)
    assert level is None
    assert {"c-ssrs-screener/not-understood", "E-2-UNREAD"} <= grave
    assert any("not understood" in note.reason for note in record.notes)


def test_a_panel_of_which_nothing_can_be_read_is_a_finding():
    for resource in (
        observation("93373-9", component=[], hasMember=[{"reference": "Observation/nowhere"}], **RECENT),
        response({}) | {"item": [{"linkId": "frage-1", "answer": [{"valueString": "Ja"}]}]},
        observation("93373-9", component=[{"code": concept("9", system="urn:x"), "valueBoolean": True}], **RECENT),
    ):
        level, grave = doors(read(resource))
        assert level is None
        assert "c-ssrs-screener/not-understood" in grave


def test_a_panel_that_was_not_done_is_not_an_answer():
    record = read(observation("93373-9", dataAbsentReason=concept("not-performed", system="urn:x"), **RECENT))
    assert "c-ssrs-screener/not-understood" not in doors(record)[1]


@pytest.mark.parametrize("code", ["93374-7", "93373-9"])
@pytest.mark.parametrize(
    ("value", "level"),
    [
        ({"valueCodeableConcept": {"text": "High Risk"}}, "high"),
        (
            {"valueCodeableConcept": concept("high", system="http://spier.org/CodeSystem/spier-suicide-risk-tier")},
            "high",
        ),
        ({"valueCodeableConcept": {"text": "imminent"}}, "high"),
        ({"valueString": "Moderate"}, "moderate"),
        ({"valueCodeableConcept": {"text": "low risk"}}, "low"),
        ({"valueCodeableConcept": {"text": "No risk identified"}}, "none"),
        ({"valueCodeableConcept": {"text": "Riesgo alto"}}, "high"),
    ],
)
def test_a_level_that_another_program_judged_is_heard(code, value, level):
    found, grave = doors(read(observation(code, **value, **RECENT)))
    assert found == level
    assert ("E-3-SUICIDE" in grave) is (level == "high")
    assert ("E-2-SUICIDE" in grave) is (level == "moderate")


@pytest.mark.parametrize(
    "value",
    [
        {"valueCodeableConcept": {"text": "elevated?"}},
        {"valueString": "Positive"},
        {"valueInteger": 5},
        {"valueBoolean": True},
    ],
)
def test_a_level_that_is_not_understood_holds(value):
    negative = panel(to_each({"valueBoolean": False}), **RECENT)
    level, grave = doors(read(observation("93374-7", **value, **RECENT), negative))
    assert level is None
    assert "E-2-UNREAD" in grave


def test_a_lower_level_without_name_and_reason_does_not_undo_a_higher_one():
    earlier = observation("93374-7", {"text": "High"}, id="a", effectiveDateTime="2026-11-19T09:00:00Z")
    later = observation("93374-7", {"text": "Low"}, id="b", effectiveDateTime="2026-11-20T09:00:00Z")
    for order in ((earlier, later), (later, earlier)):
        assert doors(read(*order))[0] == "high"


def test_a_risk_assessment_closes_what_was_told_before_it():
    plan = panel(to_each({"valueBoolean": False}) | {"5": {"valueBoolean": True}}, **RECENT)
    assert doors(read(plan, risk_assessment("Low")))[0] == "low"
    assert doors(read(plan, risk_assessment("Low", performer=None)))[0] == "high"
    assert doors(read(plan, risk_assessment("Low", prediction=[{"qualitativeRisk": {"text": "Low"}}])))[0] == "high"
    assert doors(read(plan, risk_assessment("Low", status="entered-in-error")))[0] == "high"
    assert doors(read(plan, risk_assessment("Low", code={"text": "Risk of falls"})))[0] == "high"
    level, grave = doors(read(risk_assessment("raised")))
    assert level is None
    assert "E-2-UNREAD" in grave


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ({"text": "Positive"}, True),
        ({"text": "Yes"}, True),
        ({"text": "present"}, True),
        ({"text": "says he would"}, True),
        ({"text": "No"}, False),
        ({"text": "Denies"}, False),
    ],
)
def test_an_observation_on_suicide_under_a_foreign_code_is_not_lost(value, held):
    code = {"coding": [{"system": "urn:clinic", "code": "7"}], "text": "ASQ suicide screen"}
    grave = doors(read(observation("x", value, **RECENT) | {"code": code}))[1]
    assert ("E-2-UNREAD" in grave) is held


def test_a_form_on_suicide_that_keel_does_not_know_is_not_lost():
    form = response({}) | {"questionnaire": "http://clinic.example/suicide-check", "item": [{"linkId": "a"}]}
    assert "E-2-UNREAD" in doors(read(form))[1]


def test_one_question_in_a_form_of_ones_own_is_heard_by_its_code():
    plan = response({}) | {"questionnaire": "", "item": [{"linkId": "/93250-9", "answer": [{"valueBoolean": True}]}]}
    assert doors(read(plan))[0] == "high"
    thoughts = phq9_response([0] * 9, questionnaire="http://clinic.example/intake", authored="2026-11-20T09:00:00Z")
    thoughts["item"] = [{"linkId": "/44260-8", "answer": [{"valueInteger": 2}]}]
    assert "phq-9/item-9" in doors(read(thoughts))[1]


@pytest.mark.parametrize(
    "url", ["http://clinic.example/Questionnaire/asq", "http://clinic.example/asq|1", "urn:keel:instrument:asq"]
)
@pytest.mark.parametrize("name", ["{}", "q{}", "item {}"])
@pytest.mark.parametrize("yes", [{"valueBoolean": True}, {"valueString": "Sí"}, {"valueInteger": 1}])
def test_the_asq_is_heard_as_a_form(url, name, yes):
    answers = {"1": yes, "2": {"valueBoolean": False}, "3": yes, "4": {"valueString": "No"}, "5": yes}
    items = [{"linkId": name.format(item), "answer": [answer]} for item, answer in answers.items()]
    assert doors(read(response({}) | {"questionnaire": url, "item": items}))[0] == "high"


@pytest.mark.parametrize("words", ["Varios días", "Several days", "several days "])
def test_a_choice_is_heard_in_any_language_that_is_held(words):
    items = [{"linkId": str(place), "answer": [{"valueString": words}]} for place in range(1, 10)]
    record = read(phq9_response([0] * 9, questionnaire="http://clinic.example/phq-9", item=items))
    (score,) = picture_of(record, at=AT, knowledge=FACTS).scores
    assert score.total == 9


# AUDIT-C, and yes or no in a Keel record


def test_the_audit_c_is_scored_by_its_codes_alone():
    codes = {"68518-0": "LA18928-4", "68519-8": "LA15695-2", "68520-6": "LA18876-5"}
    parts = [{"code": concept(item), "valueCodeableConcept": concept(answer)} for item, answer in codes.items()]
    record = read(observation("72109-2", component=parts, **RECENT))
    (score,) = picture_of(record, at=AT, knowledge=FACTS).scores
    assert (score.instrument, score.total) == ("audit-c", 3 + 1 + 2)


@pytest.mark.parametrize("yes", [1, True, "Y", "yes", "Sí", "si", "positive", "LA33-6", "1"])
@pytest.mark.parametrize("name", ["5", "q5", "item 5", "93250-9"])
def test_a_record_may_say_yes_in_any_of_these_ways(yes, name):
    items = dict.fromkeys(("1", "2", "3", "4", "6"), "N") | {name: yes}
    for instrument in ("c-ssrs-screener", "C-SSRS Screener"):
        file = {"answers": [{"instrument": instrument, "items": items, "at": "2026-11-20T09:00Z"}]}
        record = read_records(json.dumps(file).encode(), at=AT, knowledge=FACTS).records[0]
        assert doors(record)[0] == "high"


def test_a_word_that_is_no_answer_holds_and_is_quoted():
    items = dict.fromkeys(("1", "2", "3", "4", "6"), 0) | {"5": "maybe"}
    file = {"answers": [{"instrument": "c-ssrs-screener", "items": items, "at": "2026-11-20T09:00Z"}]}
    record = read_records(json.dumps(file).encode(), at=AT, knowledge=FACTS).records[0]
    level, grave = doors(record)
    assert level is None
    assert "c-ssrs-screener/not-understood" in grave
    assert any("maybe" in note.reason for note in record.notes)


def test_a_second_answer_in_one_sitting_keeps_the_worse_where_it_is_about_safety():
    """HZ-SUI-05: the order of the file decides nothing."""
    no, yes = {"valueBoolean": False}, {"valueBoolean": True}
    for first, second in ((no, yes), (yes, no)):
        parts = [{"code": concept(ITEMS["5"])} | first, {"code": concept(ITEMS["5"])} | second]
        assert doors(read(observation("93373-9", component=parts, **RECENT)))[0] == "high"


# Pregnancy


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({"valueCodeableConcept": concept("LA15173-0")}, Pregnancy.PREGNANT),
        ({"valueCodeableConcept": concept("LA26683-5")}, Pregnancy.NOT_PREGNANT),
        ({"valueCodeableConcept": {"text": "Pregnant"}}, Pregnancy.PREGNANT),
        ({"valueCodeableConcept": {"text": "not pregnant"}}, Pregnancy.NOT_PREGNANT),
        ({"valueBoolean": True}, Pregnancy.PREGNANT),
        ({"valueBoolean": False}, Pregnancy.NOT_PREGNANT),
        ({"valueCodeableConcept": concept("LA33-6")}, Pregnancy.PREGNANT),
        ({"valueString": "embarazada"}, Pregnancy.PREGNANT),
    ],
)
def test_pregnancy_is_heard_in_each_encoding(value, known):
    for code in ("82810-3", "11449-6"):
        assert read(observation(code, **value, **RECENT)).person.pregnancy is known


def test_an_answer_on_pregnancy_that_is_not_understood_does_not_silence_the_question():
    record = read(observation("82810-3", concept("X-1"), **RECENT))
    said = picture_of(record, at=AT, knowledge=FACTS).unknown
    assert any("Pregnancy was not asked" in line for line in said)
    assert any("X-1" in note.reason for note in record.notes)
    told = observation("82810-3", concept("LA15173-0"), id="a", effectiveDateTime="2026-11-10T09:00:00Z")
    later = observation("82810-3", concept("X-1"), id="b", **RECENT)
    assert read(told, later).person.pregnancy is Pregnancy.PREGNANT


# One instrument is not another

GAD7 = ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]


def test_a_form_whose_name_and_items_disagree_is_flagged_and_not_scored():
    items = [{"linkId": str(place), "answer": [{"valueInteger": 3}]} for place in range(1, 8)]
    form = {
        "resourceType": "Questionnaire",
        "url": "http://clinic.example/Questionnaire/phq-9",
        "status": "active",
        "item": [
            {"linkId": str(place), "type": "choice", "code": [{"system": "http://loinc.org", "code": code}]}
            for place, code in enumerate(GAD7, 1)
        ],
    }
    filled = phq9_response([0] * 9, questionnaire=form["url"], item=items)
    record = read(form, filled)
    picture = picture_of(record, at=AT, knowledge=FACTS)
    assert [score.total for score in picture.scores] == [None]
    assert any("PHQ-9, GAD-7" in note.reason for note in record.notes)
    assert "phq-9/not-understood" in {one.rule for one in picture.findings}


def test_a_form_whose_name_and_words_disagree_is_flagged_and_not_scored():
    words = [item.text for item in FACTS.instruments["phq-9"].items]
    items = [{"linkId": f"q{n}", "text": text, "answer": [{"valueInteger": 3}]} for n, text in enumerate(words, 1)]
    record = read(phq9_response([0] * 9, questionnaire="http://clinic.example/gad-7", item=items))
    picture = picture_of(record, at=AT, knowledge=FACTS)
    assert not [score for score in picture.scores if score.total is not None]
    assert "phq-9/not-understood" in {one.rule for one in picture.findings}
    assert any("GAD-7, PHQ-9" in note.reason for note in record.notes)


def test_a_form_is_known_by_its_own_words_too():
    words = [item.text for item in FACTS.instruments["phq-9"].items][:9]
    items = [
        {"linkId": f"m-{n}", "text": text.upper(), "answer": [{"valueInteger": 2}]} for n, text in enumerate(words)
    ]
    record = read(phq9_response([0] * 9, questionnaire="http://clinic.example/mood", item=items))
    (score,) = picture_of(record, at=AT, knowledge=FACTS).scores
    assert score.total == 18


@pytest.mark.parametrize("name", ["phq-9", "gad-7", "intake"])
def test_a_form_with_all_of_two_instruments_is_scored_for_both(name):
    worry = [{"linkId": f"/{code}", "answer": [{"valueInteger": 1}]} for code in GAD7]
    items = [*phq9_response([1] * 9)["item"], *worry]
    record = read(phq9_response([0] * 9, questionnaire=f"http://clinic.example/{name}", item=items))
    totals = {score.instrument: score.total for score in picture_of(record, at=AT, knowledge=FACTS).scores}
    assert totals == {"phq-9": 9, "gad-7": 7}


@pytest.mark.parametrize("turn", [1, -1])
def test_a_form_of_several_instruments_by_code_loses_none(turn):
    """HZ-SUI-04: one form with the questions of the PHQ-9 and of the C-SSRS."""
    mood = phq9_response([1] * 9)["item"]
    risk_items = response(to_each({"valueBoolean": False}) | {"2": {"valueBoolean": True}, "4": {"valueBoolean": True}})
    items = [*mood, *risk_items["item"]][::turn]
    record = read(response({}) | {"questionnaire": "http://clinic.example/intake", "item": items})
    assert {one.instrument for one in record.answers} == {"phq-9", "c-ssrs-screener"}
    level, grave = doors(record)
    assert level == "high"
    assert "phq-9/item-9" in grave


@pytest.mark.parametrize("values", [(0, 2), (2, 0)])
def test_a_question_that_comes_twice_keeps_the_worse_where_it_is_about_safety(values):
    """HZ-SUI-05."""
    groups = [{"linkId": "g", "item": phq9_response([0] * 8 + [value])["item"]} for value in values]
    assert "phq-9/item-9" in doors(read(phq9_response([0] * 9, item=groups)))[1]


def test_the_total_of_one_instrument_under_the_panel_of_another_is_shown_as_such():
    value = {"value": 15, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}
    total = observation("70274-6", value, **RECENT)
    whole = observation("44249-1", hasMember=[{"reference": "Observation/o70274-6"}], **RECENT)
    record = read(whole, total)
    assert not [score for score in picture_of(record, at=AT, knowledge=FACTS).scores if score.total is not None]
    assert any("GAD-7 under the panel of PHQ-9" in note.reason for note in record.notes)
    assert [one.value for one in record.measurements] == [15]


@pytest.mark.parametrize(
    "code",
    [
        {
            "coding": [
                {"system": "http://loinc.org", "code": "44261-6"},
                {"system": "http://loinc.org", "code": "70274-6"},
            ]
        },
        {"coding": [{"system": "http://loinc.org", "code": "44261-6"}], "text": "GAD-7 total"},
    ],
)
def test_a_total_of_two_instruments_is_the_score_of_neither(code):
    value = {"value": 15, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}
    record = read(observation("44261-6", value, **RECENT) | {"code": code})
    assert record.answers == ()
    assert any("GAD-7" in note.reason and "PHQ-9" in note.reason for note in record.notes)


def test_a_bladder_check_counts_for_triage_and_screening():
    items = {str(item): 0 for item in (1, 2, 3, 4, 5, 6, 7, 8)}
    cases = (("3", "urinary_symptoms", "K1"), ("7", "visible_haematuria", "K2"), ("4", "dysuria", "K0"))
    for item, fact, level in cases:
        file = {"answers": [{"instrument": "bladder-check", "items": items | {item: 1}, "at": "2026-11-20T09:00Z"}]}
        record = read_records(json.dumps(file).encode(), at=AT, knowledge=FACTS).records[0]
        found = triage(record, at=AT, knowledge=FACTS)
        assert found.facts[fact] is True
        assert found.bladder.level == level
        assert "A-CI-11" in {one.rule for one in screening(record, "iv-racemic", at=AT, knowledge=FACTS).findings}
    file = {"answers": [{"instrument": "bladder-check", "items": {"1": 0}, "at": "2026-11-20T09:00Z"}]}
    record = read_records(json.dumps(file).encode(), at=AT, knowledge=FACTS).records[0]
    assert "urinary_symptoms" not in triage(record, at=AT, knowledge=FACTS).facts
