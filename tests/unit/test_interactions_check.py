"""The three answers to a typed medicine, and how the list as a whole is answered."""

import pytest

from keel.assessment.interactions import Status, UnknownForm, UnknownRoute, check_medicines
from keel.findings import Severity
from keel.knowledge import load
from keel.knowledge.interactions import Danger


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
