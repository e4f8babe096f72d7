"""Each instrument as a FHIR R4 Questionnaire; fhir.resources (R4B), an independent model of FHIR, must accept it."""

import json

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from keel.assessment.instruments import score_answers
from keel.interop.fhir_questionnaire import questionnaire
from keel.knowledge import load

NAMES = sorted(load().instruments)


@pytest.mark.parametrize("name", NAMES)
def test_a_questionnaire_is_valid_and_its_links_are_unique(name):
    """fhir.resources does not notice a repeated linkId (rule que-2), so that is checked here."""
    for scores in (False, True):
        document = questionnaire(load().instruments[name], scores=scores)
        Questionnaire.model_validate_json(json.dumps(document))
        links = [item["linkId"] for item in document["item"]]
        assert len(links) == len(set(links))
        assert links


@pytest.mark.parametrize("name", NAMES)
def test_nothing_empty_is_sent(name):
    def walk(node):
        assert node not in (None, "", [], {})
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        for child in children:
            walk(child)

    walk(questionnaire(load().instruments[name]))


@pytest.mark.parametrize("name", NAMES)
def test_every_enabling_question_is_there(name):
    """Rule que-1 and its kin: enableWhen names an item of the same questionnaire, and its answer is one on offer."""
    items = {item["linkId"]: item for item in questionnaire(load().instruments[name])["item"]}

    def is_on_offer(test):
        options = [option["valueCoding"] for option in items[test["question"]].get("answerOption", [])]
        return test["operator"] == "exists" or test["answerCoding"] in options

    tests = [test for item in items.values() for test in item.get("enableWhen", [])]
    assert [test for test in tests if not is_on_offer(test)] == []


def test_the_phq_9_carries_its_wording_codes_and_notice():
    document = questionnaire(load().instruments["phq-9"])
    assert document["code"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    items = {item["linkId"]: item for item in document["item"]}
    assert items["9"]["code"][0]["code"] == "44260-8"
    assert items["total"]["code"][0]["code"] == "44261-6"
    assert items["1"]["text"] == "Little interest or pleasure in doing things"
    assert items["difficulty"]["answerOption"][2]["valueCoding"]["code"] == "LA6575-0"
    assert "Pfizer" in document["copyright"]


def test_answer_scores_are_left_out_unless_asked_for():
    """LHC-Forms prints ordinal values beside the answers, which may sway the person who answers."""
    shape = load().instruments["phq-9"]
    assert "ordinalValue" not in json.dumps(questionnaire(shape))
    option = questionnaire(shape, scores=True)["item"][1]["answerOption"][3]
    assert option["extension"][0]["valueDecimal"] == 3


def test_the_fifth_question_of_the_asq_opens_on_any_yes():
    fifth = next(item for item in questionnaire(load().instruments["asq"])["item"] if item["linkId"] == "5")
    assert {test["question"] for test in fifth["enableWhen"]} == {"1", "2", "3", "4"}
    assert fifth["enableBehavior"] == "any"


@pytest.mark.parametrize("name", NAMES)
def test_no_wording_leaves_without_the_right_to_it(name):
    shape = load().instruments[name]
    if not shape.rights.licence_class.frees_wording:
        for item in questionnaire(shape)["item"]:
            own = {i.theme for i in shape.items} | {scale.title for scale in shape.scales}
            words = item["text"].partition(": ")[2] or item["text"]
            assert words in own or words.startswith(shape.name)


def test_a_response_keyed_by_link_is_scored_as_it_comes():
    shape = load().instruments["phq-9"]
    answers = {}
    for item in questionnaire(shape)["item"]:
        if item["type"] == "choice" and item["linkId"] != "difficulty":
            answers[item["linkId"]] = item["answerOption"][1]["valueCoding"]["code"]
    assert score_answers(shape, answers).total == 9
