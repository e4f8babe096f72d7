"""Questionnaires as systems send them: forms by address, by id and contained, and answers that come twice."""

from itertools import permutations
from typing import Any

import pytest

from keel.interop import Reading
from support.fhir import DANA, LOINC, bundle, patient
from support.loops import some
from support.reading import noted, read

PHQ_9 = ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
"""LOINC codes of the items 1 to 9 of the PHQ-9."""
NOT_AT_ALL, NEARLY_EVERY_DAY = "LA6568-5", "LA6571-9"


def form(links: list[str], **changes: Any) -> dict[str, Any]:
    items = [
        {"linkId": link, "type": "choice", "code": [{"system": LOINC, "code": code}]}
        for link, code in zip(links, PHQ_9, strict=True)
    ]
    return {"resourceType": "Questionnaire", "id": "form", "status": "active", "item": items} | changes


def response(answers: list[tuple[str, str]], **changes: Any) -> dict[str, Any]:
    """A response with an answer under each `linkId`."""
    items = [{"linkId": link, "answer": [{"valueCoding": {"system": LOINC, "code": code}}]} for link, code in answers]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "status": "completed",
        "subject": DANA,
        "authored": "2026-11-01T09:00:00Z",
        "item": items,
    } | changes


def items_of(reading: Reading) -> dict[str, int | str]:
    (sitting,) = reading.records[0].answers
    return sitting.items


LINKS = [f"q{number}" for number in range(1, 10)]
ALL_THREE = [(link, NEARLY_EVERY_DAY) for link in LINKS]
URL = "http://clinic.example/Questionnaire/mood"


@pytest.mark.parametrize(
    "resources",
    [
        [form(LINKS, url=URL), response(ALL_THREE, questionnaire=URL)],
        [form(LINKS, url=URL, version="2"), response(ALL_THREE, questionnaire=f"{URL}|2")],
        [form(LINKS), response(ALL_THREE, questionnaire="Questionnaire/form")],
        [response(ALL_THREE, questionnaire="#form", contained=[form(LINKS)])],
    ],
    ids=["address", "address and version", "id", "contained"],
)
def test_a_form_is_found_however_the_response_points_to_it(resources: list[dict[str, Any]]):
    reading = read(bundle(patient(), *resources))
    assert items_of(reading) == dict.fromkeys(map(str, range(1, 10)), 3)
    assert noted(reading) == {}


def test_of_two_versions_the_one_that_was_answered_decides():
    old, new = form(LINKS, url=URL, version="1"), form(LINKS[::-1], id="new", url=URL, version="2")
    answered = response([*ALL_THREE[:8], ("q9", NOT_AT_ALL)], questionnaire=f"{URL}|1")
    for forms in some(permutations([old, new])):
        assert items_of(read(bundle(patient(), *forms, answered)))["9"] == 0


def test_what_means_two_things_in_two_versions_is_not_taken():
    """The link of item 9 is that of item 1 in the other version: a no to one may be a no to the other."""
    old, new = form(LINKS, url=URL, version="1"), form(LINKS[::-1], id="new", url=URL, version="2")
    answered = response([*ALL_THREE[:8], ("q9", NOT_AT_ALL)], questionnaire=URL)
    reading = read(bundle(patient(), old, new, answered))
    assert "questionnaire of several versions" in noted(reading)
    assert all(sitting.items.get("9") != 0 for sitting in reading.records[0].answers)


@pytest.mark.parametrize("order", list(permutations([NOT_AT_ALL, NEARLY_EVERY_DAY, "LA6569-3"])))
def test_two_answers_under_one_link_id_say_the_same_in_any_order(order: tuple[str, ...]):
    """Item 9 keeps its worst answer, the others and the scales have none: nothing that came first or last wins."""
    groups = [{"linkId": "visit", "item": response([(f"/{code}", one) for code in PHQ_9])["item"]} for one in order]
    reading = read(bundle(patient(), response([], item=groups)))
    without = [*map(str, range(1, 9)), "total", "symptoms"]
    assert items_of(reading) == dict.fromkeys(without, "not_understood") | {"9": 3}


def test_the_same_answer_twice_is_one():
    group = {"linkId": "visit", "item": response([(f"/{code}", NEARLY_EVERY_DAY) for code in PHQ_9])["item"]}
    reading = read(bundle(patient(), response([], item=[group, group])))
    assert items_of(reading) == dict.fromkeys(map(str, range(1, 10)), 3)
    assert noted(reading) == {}


def test_an_answer_replaces_the_absence_of_one():
    unanswered = {"linkId": f"/{PHQ_9[8]}"}
    answered = response([(f"/{code}", NEARLY_EVERY_DAY) for code in PHQ_9])["item"]
    for items in ([unanswered, *answered], [*answered, unanswered]):
        reading = read(bundle(patient(), response([], item=items)))
        assert (items_of(reading)["9"], noted(reading)) == (3, {})


@pytest.mark.parametrize(
    ("coding", "value"),
    [
        ({"system": "urn:clinic:mood", "code": "3"}, 3),
        ({"code": "3"}, 3),
        ({"system": "urn:clinic:mood", "code": "c", "display": "3 - Nearly every day"}, 3),
        ({"system": "urn:clinic:mood", "code": "c", "display": "Nearly every day (3)"}, 3),
        ({"system": "urn:clinic:mood", "code": "4", "display": "Nearly every day"}, 3),
        # Numbers from 1: the words are not known, so the code may count otherwise.
        ({"system": "urn:clinic:mood", "code": "1", "display": "Ei lainkaan"}, "not_understood"),
        ({"system": "urn:clinic:mood", "code": "4", "display": "Beinahe jeden Tag"}, 3),
        ({"system": "urn:clinic:mood", "code": "4"}, "not_understood"),
        ({"system": LOINC, "code": "3"}, "not_understood"),
    ],
)
def test_codes_and_words_of_the_senders_own(coding: dict[str, Any], value: int | str):
    items = [{"linkId": f"/{code}", "answer": [{"valueCoding": coding}]} for code in PHQ_9]
    assert items_of(read(bundle(patient(), response([], item=items))))["9"] == value
