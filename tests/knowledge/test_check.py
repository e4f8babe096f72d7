"""The knowledge check: silent on the packaged facts, and it names each planted fault."""

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from keel.knowledge import Knowledge, load
from keel.knowledge.check import Level, Problem, check
from support.facts import copied_facts, insert_sorted, knowledge_of, replace_in

TODAY = dt.date(2026, 11, 21)


def errors(knowledge: Knowledge, at: dt.date = TODAY) -> list[str]:
    return [f"{one.where}: {one.message}" for one in check(knowledge, at) if one.level is Level.ERROR]


@cache
def packaged(at: dt.date) -> tuple[Problem, ...]:
    """What the check says of the packaged facts on a day."""
    return check(load(), at)


@pytest.mark.slow
def test_the_packaged_facts_have_no_error():
    assert not [one for one in packaged(TODAY) if one.level is Level.ERROR]


BANDS = "criteria/uropathy-bands.toml"
FAULTS = {
    "a source that is not there": (
        "evidence/claims.csv",
        'self-identified ketamine use disorder, several countries",harding25',
        'self-identified ketamine use disorder, several countries",harding52',
        "no source is called “harding52”",
    ),
    "a claim that is not there": (BANDS, 'claim = "band-f3"', 'claim = "band-x"', "no claim is called “band-x”"),
    "a number that differs from its claim": (BANDS, "value = 3\n", "value = 4\n", "its claim band-f2 says 3"),
    "a number surer than its claim": (BANDS, 'certainty = "default"', 'certainty = "seen"', "no surer than its claim"),
    "a number without a source": (
        BANDS,
        'certainty = "default"\nnote = "after a year',
        'certainty = "seen"\nnote = "after a year',
        "names no claim or source",
    ),
    "a unit that is not in the list": (BANDS, 'unit = "g/d"', 'unit = "grams a day"', "is not in units.csv"),
    "a sum that does not come out": ("evidence/claims.csv", "910,mg/a,910", "910,mg/a,911", "35 * 26 is 910"),
    "a percentage that does not follow": ("evidence/claims.csv", ",81,97,", ",71,97,", "71 of 97 is 73.2%"),
    "an interval that does not follow": ("evidence/claims.csv", "74.9,89.6,wilson", "74.9,99.6,wilson", "high end"),
    "a mistyped LOINC code": ("reading/codes.csv", ",8480-6,", ",8480-5,", "check digit of 8480-5 is wrong"),
    "a forbidden claim": (
        BANDS,
        'summary = "Raised exposure."',
        'summary = "A safe amount for most."',
        "safe-amount: “A safe amount for most.”",
    ),
    "a text that is too hard": (
        BANDS,
        'summary = "Raised exposure."',
        f'summary = "{"Epidemiological investigations notwithstanding contradictory interpretations recommend " * 9}."',
        "the limit is 9",
    ),
    "a review by nobody": (BANDS, "review_due =", "reviewed_on = 2026-11-01\nreview_due =", "both `reviewed_by`"),
    "a service without confidence": (
        "directory.csv",
        "2026-10-01,2026-11-21,high,yes",
        "2026-10-01,2026-11-21,low,yes",
        "only high may be",
    ),
    "rows out of order": (
        "needs.csv",
        'bladder,Bladder or kidney trouble from ketamine\ncrisis,"Thoughts of suicide, or distress that is too much"\n',
        'crisis,"Thoughts of suicide, or distress that is too much"\nbladder,Bladder or kidney trouble from ketamine\n',
        "needs.csv line 3: id “bladder” stands after “crisis”. Sort by id.",
    ),
    "a key that cannot be read": (BANDS, "review_due =", "colour = 3\nreview_due =", "unknown field `colour`"),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Fault to what the check says of the copy in which it was planted: as many in one copy as leave the others whole.

    A file that cannot be read is the only thing that is reported, so its copy holds no other fault.
    """
    copies: list[tuple[Path, list[str]]] = []
    for name, (file, old, new, _) in FAULTS.items():
        is_alone = name == "a key that cannot be read"
        taken = [copy for copy, held in copies if old in (copy / file).read_text(encoding="utf-8") and not is_alone]
        if not taken:
            copies.append((copied_facts(tmp_path_factory.mktemp("facts")), []))
        copy = taken[0] if taken else copies[-1][0]
        replace_in(copy / file, old, new)
        next(held for one, held in copies if one == copy).append(name)
    found: dict[str, str] = {}
    for copy, held in copies:
        found |= dict.fromkeys(held, "\n".join(errors(knowledge_of(copy))))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(planted, fault):
    assert FAULTS[fault][-1] in planted[fault]


def test_an_id_that_occurs_twice_is_named(tmp_path):
    copy = copied_facts(tmp_path)
    table = copy / "needs.csv"
    table.write_text(table.read_text(encoding="utf-8") + "crisis,Once more\n", encoding="utf-8")
    assert any("two rows have the id “crisis”" in one for one in errors(knowledge_of(copy)))


@pytest.mark.slow
def test_a_work_with_two_rows_is_named(tmp_path):
    copy = copied_facts(tmp_path)
    insert_sorted(copy / "evidence" / "sources.csv", "zz-again,,Pal once more,2013,,23474358,,abstract")
    assert any("PMID 23474358" in one and "pal13" in one for one in errors(knowledge_of(copy)))


@pytest.mark.slow
def test_official_words_without_a_licence_are_refused(tmp_path):
    """Loading refuses them already; the check says so instead of failing."""
    copy = copied_facts(tmp_path)
    replace_in(copy / "instruments" / "phq-9.toml", 'class = "PD"', 'class = "PERM"')
    assert any("phq-9" in one for one in errors(knowledge_of(copy)))


@pytest.mark.slow
def test_an_overdue_review_and_an_old_service_are_warnings_not_errors():
    found = packaged(dt.date(2036, 1, 1))
    assert not [one for one in found if one.level is Level.ERROR]
    warned = {one.check for one in found if one.level is Level.WARNING}
    assert {"reviews", "directory"} <= warned


@pytest.mark.slow
def test_a_figure_on_which_nothing_rests_is_listed():
    listed = {one.where for one in packaged(TODAY) if one.check == "orphans"}
    assert "claims/band-f1" not in listed
    assert "claims/A24" not in listed
    assert all(where.startswith(("claims/", "sources/")) for where in listed)
