"""The monographs: figures as the reference prints them, the same claims for both audiences, no amounts for people.

Lines are those of the reference file of side effects, counted with its heading.
"""

import re

import pytest

from keel.assessment.monograph import Audience, monograph_of
from keel.knowledge import Certainty, UnknownId, load
from keel.knowledge.catalogues import catalogue
from keel.knowledge.monographs import Frequency
from keel.knowledge.monographs.check import (
    effect_problems,
    monograph_problems,
    series_problems,
    statement_problems,
    term_problems,
)
from keel.knowledge.texts.readability import grade
from keel.messages import in_language
from support.loops import some

FACTS = load()
AMOUNT = re.compile(r"\d\s*(?:mg|µg|g|mL)\b|mg/kg", re.IGNORECASE)


def monograph(name="esketamine", audience=Audience.PEOPLE):
    return monograph_of(name, audience, FACTS)


def texts(found):
    yield from (found.title, found.summary)
    for section in found.sections:
        for entry in section.entries:
            yield from (entry.label, entry.text)
        for group in section.groups:
            yield from (group.title, *group.about)
            for row in group.rows:
                yield from (row.effect, row.figure, row.comparison, row.see)


def rows(found):
    return {row.id: row for section in found.sections for group in section.groups for row in group.rows}


def section(found, name):
    return next(one for one in found.sections if one.id == name)


@pytest.mark.parametrize(
    ("row", "figure", "comparison"),
    [
        ("hcp-feeling-disconnected-from-yourself-or-your-surro", "142/346 (41.0%)", "21/222 (9.5%)"),  # line 2
        ("transform1-numbness", "30/231 (13.0%)", "2/113 (1.8%)"),  # line 55; the paper prints 13.3%
        (
            "us-label-pressure-65-blood-pressure-systolic-rise-40-mmhg-or-more",
            "12/72 (16.7%)",
            "1/65 (1.5%)",
        ),  # line 43
        ("sustain-week-1-feeling-dizzy", "20.6% of 928", ""),  # line 160
        (
            "transform-severe-bad-reaction-lasting-past-the-day-of-dosing",
            "1.2% of 343",
            "0.5% with placebo",
        ),  # line 179
        ("us-reports-slowed-breathing", "40 cases in 868,000 sessions", ""),  # line 190
    ],
)
def test_a_figure_is_that_of_the_reference(row, figure, comparison):
    found = rows(monograph(audience=Audience.PROFESSIONALS))[row]
    assert found.figure == figure
    assert found.comparison.startswith(comparison) if comparison else found.comparison == ""


def test_figures_of_ketamine_are_those_of_the_reference():
    found = rows(monograph("ketamine", Audience.PROFESSIONALS))
    assert found["ketect-spinning-feeling"].figure == "63/91 (69.2%)"  # line 251
    assert found["ketect-headache"].comparison == "72/90 (80.0%) with ECT"  # line 258
    assert found["feifel-bladder-trouble"].figure.startswith("3/6,630 (0.05%)")  # line 284
    assert found["swiss-living-it-again-later"].frequency == "rare"  # line 325


def test_all_333_rows_are_there_and_professionals_see_each():
    shown = [*rows(monograph(audience=Audience.PROFESSIONALS)), *rows(monograph("ketamine", Audience.PROFESSIONALS))]
    assert len(FACTS.adverse_effects) == len(set(shown)) == 333
    assert set(shown) == set(FACTS.adverse_effects)


@pytest.mark.parametrize(
    ("share", "frequency"), [(0.1, "very common"), (0.0999, "common"), (0.01, "common"), (0.0001, "rare")]
)
def test_a_value_on_a_cut_is_in_the_higher_class(share, frequency):
    """Section 1 of the reference."""
    assert Frequency.of(share) == frequency


def test_a_report_without_a_denominator_has_no_class():
    for row in some(["us-reports-breathing-stopped", "eu-2024-fit", "cotter-liver-and-bile-duct-injury"]):
        assert FACTS.adverse_effects[row].how_often is Frequency.NOT_KNOWN


@pytest.mark.parametrize("name", ["esketamine", "ketamine"])
def test_people_are_told_no_amounts_and_no_doses(name):
    told = list(texts(monograph(name)))
    assert [text for text in some(told) if AMOUNT.search(text)] == []
    assert "dose" not in [one.id for one in monograph(name).sections]
    assert any(AMOUNT.search(text) for text in texts(monograph(name, Audience.PROFESSIONALS)))


@pytest.mark.parametrize("name", ["esketamine", "ketamine"])
def test_people_read_when_to_get_help_before_any_figure(name):
    order = [one.id for one in monograph(name).sections]
    assert order.index("todo") < order.index("effects")
    first = section(monograph(name), "todo").entries[0]
    assert "emergency number" in first.text


def test_an_effect_stands_once_for_people_with_what_to_do():
    found = rows(monograph())
    names = [row.effect for row in found.values()]
    assert len(names) == len(set(names))
    assert "crisis line" in found["transform-severe-thoughts-of-suicide"].see
    assert found["transform1-feeling-disconnected-from-yourself-or-your-surro"].figure == "27 of 100 (62 of 231)"


def test_both_audiences_are_told_the_same_claims():
    for name in some(["esketamine", "ketamine"]):
        people, professionals = monograph(name), monograph(name, Audience.PROFESSIONALS)
        assert set(people.conflicts) <= set(professionals.conflicts)
        assert set(rows(people)) <= set(rows(professionals))
        plain = {
            entry.id: entry.sources for one in people.sections if one.id != "interactions" for entry in one.entries
        }
        full = {entry.id: entry.sources for one in professionals.sections for entry in one.entries}
        assert plain.items() <= full.items()


def test_suicide_is_never_softened():
    assert "not shown to prevent suicide" in " ".join(texts(monograph()))


def test_the_fourteen_conflicts_are_shown():
    """Section 8 of the reference; the eighth is four questions, the fourteenth one of ketamine."""
    told = {
        *monograph(audience=Audience.PROFESSIONALS).conflicts,
        *monograph("ketamine", Audience.PROFESSIONALS).conflicts,
    }
    assert told >= {name for name, one in FACTS.conflicts.items() if one.topic == "monograph"}
    assert told >= {"conflict-avm", "conflict-cardiac-contraindication"}


@pytest.mark.parametrize("name", ["Spravato", "s-ketamine", "ESKETAMINE"])
def test_another_name_leads_to_the_same_monograph(name):
    assert monograph(name) == monograph()


def test_what_has_no_monograph_is_refused_by_name():
    with pytest.raises(UnknownId, match="aspirin"):
        monograph("aspirin")


def test_people_can_read_it():
    """The grade of the pages to read, which is at most 8 for texts in which names of medicines weigh much."""
    plain = [one.plain for one in FACTS.monograph_statements.values()]
    assert grade("\n".join(filter(None, plain))) <= 8


def test_another_language_lacks_no_number():
    held = catalogue("es")
    row = rows(monograph())["transform1-feeling-sick"]
    assert re.findall(r"\d+", in_language(row.figure, held)) == re.findall(r"\d+", row.figure)


def changed(table, name, **fields):
    from msgspec.structs import replace

    return {name: replace(table[name], **fields)}


def test_the_check_refuses_what_a_monograph_must_not_hold():
    statements, series = FACTS.monograph_statements, FACTS.effect_series
    for fields in some(
        [{"plain": "Take 56 mg."}, {"certainty": Certainty.MEMORY}, {"sources": ()}, {"monographs": ("x",)}]
    ):
        assert list(statement_problems(changed(statements, "contra-ketamine", **fields), FACTS.monographs)), fields
    for fields in some([{"who": ""}, {"certainty": Certainty.MEMORY}, {"monograph": "x"}]):
        assert list(series_problems(changed(series, "transform1", **fields), FACTS.monographs)), fields
    assert list(term_problems(changed(FACTS.effect_terms, "fit", see="x"), statements))
    assert list(monograph_problems(changed(FACTS.monographs, "ketamine", plain_conflicts=("x",))))
    for fields in some([{"term": "x"}, {"series": "x"}, {"count": 400}]):
        row = changed(FACTS.adverse_effects, "transform1-feeling-sick", **fields)
        assert list(effect_problems(row, series, FACTS.effect_terms)), fields
