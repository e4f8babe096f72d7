"""The interaction tables: that they hold together, that every name leads home, and that they carry the reference."""

import csv
import re

import pytest

from keel.assessment.interactions import Status, check_medicines
from keel.assessment.interactions.names import names_of
from keel.assessment.interactions.typed_list import name_key
from keel.knowledge import load
from keel.knowledge.base import KINDS
from keel.knowledge.certainty import Certainty
from keel.knowledge.files import PACKAGED
from keel.knowledge.interactions import NameKind, Synonym
from keel.knowledge.interactions.check import synonym_problems
from support.loops import some
from support.shared import shared_folder
from support.wording import must_not_claim

TABLES = (
    "interactions.csv",
    "synonyms.csv",
    "products.csv",
    "class-rules/classes.csv",
    "class-rules/mechanisms.csv",
    "class-rules/route-limits.csv",
    "class-rules/stacking.csv",
    "class-rules/words.csv",
    "class-rules/after-stopping.csv",
    "evidence/search-words.csv",
    "vocabulary/combinations.csv",
    "vocabulary/common-names.csv",
    "vocabulary/context-words.csv",
    "vocabulary/dose-words.csv",
    "vocabulary/names.csv",
)
STOPPING_IS_DANGEROUS = {  # section 1 of the reference names these groups
    "benzodiazepine", "designer-benzodiazepine", "z-drug", "barbiturate", "gabapentinoid", "muscle-relaxant",
    "alpha-2-agonist", "anticonvulsant", "anticonvulsant-less-sedating", "lamotrigine", "ssri", "snri", "tricyclic",
    "antidepressant-sedating", "antidepressant-other", "bupropion", "irreversible-maoi", "maoi-other", "opioid",
    "proconvulsant-opioid",
}  # fmt: skip


def test_there_are_1032_rows_on_1021_substances():
    rows = load().interactions.values()
    assert len(rows) == 1032
    assert len({row.name for row in rows}) == 1021


@pytest.mark.parametrize("kind", ["interactions", "interaction_classes", "synonyms", "products", "class_words"])
def test_rows_classes_names_and_groups_agree(kind):
    assert list(KINDS[kind].problems(load())) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_sorted_by_its_key(table):
    rows = list(csv.reader((PACKAGED / table).read_text(encoding="utf-8").splitlines()))[1:]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_every_source_and_conflict_is_in_the_evidence_base():
    knowledge = load()
    rows = [*knowledge.interactions.values(), *knowledge.interaction_classes.values()]
    assert {name for row in rows for name in row.sources} <= set(knowledge.sources)
    assert {name for row in rows for name in row.conflicts} <= set(knowledge.conflicts)


def test_classes_that_must_not_end_abruptly_say_so():
    classes = load().interaction_classes
    assert {name for name in STOPPING_IS_DANGEROUS if not classes[name].never_stop_suddenly} == set()


def test_no_action_tells_anybody_to_stop():
    for rule in some(load().interaction_classes.values()):
        assert not re.search(r"\b(stop|discontinue|come off|quit|wean)", rule.action, re.IGNORECASE), rule.id


def test_no_class_text_makes_a_forbidden_claim():
    rules = load().wording["must-not-claim"]
    for rule in some(load().interaction_classes.values()):
        assert not must_not_claim(f"{rule.effect}. {rule.action}.", rules), rule.id


@pytest.mark.slow
def test_every_alias_leads_to_all_its_substances():
    names = names_of(load())
    for alias in some(load().synonyms.values()):
        meaning = names.find(name_key(alias.alias))
        assert meaning is not None, alias.alias
        assert set(alias.substances) <= set(meaning.substances), alias.alias
        assert meaning.to_confirm == (alias.ambiguous or alias.is_unconfirmed), alias.alias


@pytest.mark.slow
def test_every_row_is_found_by_its_own_name():
    for row in some(load().interactions.values()):
        (item,) = check_medicines([row.name], knowledge=load()).items
        assert (item.status, item.substances) == (Status.INTERACTION, (row.name,)), row.name


def test_nothing_with_a_row_is_called_nothing_on_file():
    """A vocabulary name that contains something with a row must lead to that row."""
    knowledge = load()
    rows = {row.name for row in knowledge.interactions.values()}
    second_names = {name for name, contents in knowledge.medicine_names.items() if not rows.isdisjoint(contents)}
    for contents in some(knowledge.medicine_names.values()):
        assert second_names.isdisjoint(set(contents) - rows), contents


def test_the_licences_of_the_vocabularies_are_named():
    notice = (PACKAGED / "vocabulary" / "NOTICE").read_text(encoding="utf-8")
    for words in ("Open Government Licence v3.0", "NHS Business Services Authority", "CC0", "public domain", "MIT"):
        assert words in notice


def reference_rows():
    path = shared_folder("reference", "interactions.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


CITED_OTHERWISE = {
    "lofexidine": {"lucemyra-hcp", "doak93"},
    "methyldopa": {"methyldopa-pi", "doak93"},
    "synthetic cannabinoids": {"tait16", "toxic-sc19"},
    "zolpidem": {"ambien-pi", "ketalar-us", "spravato-pi"},
}
"""Rows whose source in the reference is on another medicine, or names none of theirs: each has one of its own now."""


def test_every_row_of_the_reference_is_there_with_its_severity_mechanisms_and_evidence():
    own = {(row.name, row.applies_to): row for row in load().interactions.values()}
    rows = reference_rows()
    assert len(rows) == len(own)
    for row in rows:
        found = own[(row["generic_name"], row["applies_to"])]
        assert found.severity == row["severity"]
        assert set(found.mechanisms) == set(row["mechanisms"].split(";"))
        assert found.evidence == row["evidence"]
        assert (found.rxcui, ";".join(found.atc)) == (row["rxnorm_cui"], row["atc_code(s)"].replace(" ", ""))
        known = load().sources
        cited = CITED_OTHERWISE.get(row["generic_name"], {known[n.lower()].id for n in row["source"].split(";")})
        assert {known[name].id for name in found.sources} == cited, row["generic_name"]


NO_ALIAS = {
    "itulazax": "an extract of pollen against allergy, and no alimemazine",
    "tuxium": "a brand of whose contents no source that was opened tells",
}
"""Names that the reference gives to a medicine, and that are something else or cannot be confirmed."""


@pytest.mark.slow
def test_every_alias_of_the_reference_is_recognised_and_notes_are_confirmed():
    """An alias on several rows resolves to all of them; one with a note in parentheses must be confirmed, unless it is
    a combination product that the reference lists with its ingredients."""
    names = names_of(load())
    products = {name_key(name) for name in load().products}
    aliases = [
        (row, each) for row in reference_rows() for each in row["synonyms"].split(";") if each not in {"", *NO_ALIAS}
    ]
    for row, alias in some(aliases):
        name, note, _ = alias.partition("(")
        meaning = names.find(name_key(name))
        assert meaning is not None, alias
        assert row["generic_name"] in meaning.substances, alias
        if note and name_key(name) not in products:
            assert meaning.to_confirm, alias


@pytest.mark.parametrize("name", ["Percocet", "treximet"])
def test_a_brand_with_one_substance_where_a_vocabulary_lists_more_is_refused(name):
    """HZ-INT-01: FDA UNII lists the components of both."""
    knowledge = load()
    alias = Synonym(name, ("oxycodone",), NameKind.BRAND, ambiguous=False, certainty=Certainty.MEMORY, note="")
    problems = list(
        synonym_problems({name: alias}, knowledge.interactions, knowledge.medicine_names, knowledge.combinations)
    )
    assert ["a vocabulary lists more in it" in one.message for one in problems] == [True]
