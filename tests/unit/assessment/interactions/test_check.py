"""The three answers to a typed medicine, and how the list as a whole is answered."""

import json

import pytest

from keel.assessment.interactions import ListTooLong, Status, UnknownForm, UnknownRoute, check_medicines
from keel.findings import Severity
from keel.knowledge import load
from keel.knowledge.interactions import Danger
from keel.messages import encode_json


def test_a_brand_counts_as_its_substance():
    (item,) = check_medicines(["Valium 5 mg"], knowledge=load()).items
    assert (item.status, item.substances, item.severity) == (Status.INTERACTION, ("diazepam",), Danger.MAJOR)
    assert item.findings[0].severity is Severity.HOLD


def test_a_combination_product_counts_as_all_that_it_contains():
    (item,) = check_medicines(["Co-codamol 30/500"], knowledge=load()).items
    assert item.substances == ("codeine", "paracetamol")


def test_a_word_that_no_list_holds_is_said_to_be_not_recognised():
    report = check_medicines(["xyzzyx"], knowledge=load())
    assert report.items[0].status is Status.NOT_RECOGNISED
    assert report.not_recognised == ("xyzzyx",)
    assert report.worst is None


def test_a_name_of_two_different_medicines_asks_and_does_not_count():
    (item,) = check_medicines(["Unisom"], knowledge=load()).items
    assert item.status is Status.AMBIGUOUS
    assert item.did_you_mean == ("diphenhydramine", "doxylamine")
    assert item.severity is None


@pytest.mark.parametrize(("form", "danger"), [("esketamine", Danger.CONTRAINDICATED), ("racemic", Danger.MAJOR)])
def test_theophylline_is_forbidden_with_injectable_esketamine_and_major_with_the_racemate(form, danger):
    """Ketanest label (Norway) forbids xanthines; the US racemic label asks to consider an alternative."""
    assert check_medicines(["theophylline"], substance=form, knowledge=load()).worst is danger


def test_an_unknown_form_or_route_is_refused():
    with pytest.raises(UnknownForm):
        check_medicines(["lithium"], substance="arketamine?", knowledge=load())
    with pytest.raises(UnknownRoute):
        check_medicines(["lithium"], route="by mouth", knowledge=load())


def test_a_list_that_is_no_medicine_list_is_refused():
    with pytest.raises(ListTooLong):
        check_medicines(["word " * 2001], knowledge=load())


def test_nothing_typed_is_no_item_and_says_so():
    report = check_medicines(["", " , ;\n"], knowledge=load())
    assert (report.items, report.worst) == ((), None)
    assert report.summary == "Nothing was typed."


def test_the_conflict_about_benzodiazepines_is_shown_with_both_sides_on_file():
    (item,) = check_medicines(["diazepam"], knowledge=load()).items
    assert "conflict-benzodiazepines" in item.findings[0].conflicts
    assert load().conflicts["conflict-benzodiazepines"].other_side


def test_measured_exposure_is_among_the_reasons_for_the_route_that_was_studied():
    """Hagelberg 2010: clarithromycin raised the area of oral S-ketamine 2.6-fold and its peak 3.6-fold."""
    (item,) = check_medicines(["clarithromycin"], route="oral", knowledge=load()).items
    measured = [reason.value for finding in item.findings for reason in finding.why if reason.unit == "times"]
    assert measured == [2.6, 3.6]


def test_a_route_that_hardly_matters_says_why_it_counts_as_minor():
    (item,) = check_medicines(["rifampicin"], route="iv", knowledge=load()).items
    assert any("15%" in finding.summary for finding in item.findings)


def test_a_form_without_labels_of_its_own_takes_the_more_serious_answer():
    assert check_medicines(["theophylline"], substance="arketamine", knowledge=load()).worst is Danger.CONTRAINDICATED


def test_the_answer_is_the_json_of_the_interfaces():
    answer = json.loads(encode_json(check_medicines(["Valium, xyzzyx"], knowledge=load())))
    assert set(answer) >= {"items", "stacking", "worst"}
    item = answer["items"][0]
    assert set(item) >= {"input", "status", "substances", "how", "did_you_mean", "severity", "findings"}
    assert (item["status"], item["how"], item["severity"]) == ("interaction", "synonym", "major")
    assert answer["items"][1]["how"] is None
