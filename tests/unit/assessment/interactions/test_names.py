"""Ordinary words are not medicines; names in several languages, misspellings and sentences are read with care."""

from pathlib import Path

import pytest

from keel.assessment.interactions import Match, Status, check_medicines
from keel.knowledge import load
from support.loops import some

EVERYDAY = Path(__file__).parents[3] / "spec" / "interactions" / "everyday-words.txt"


@pytest.mark.parametrize("word", EVERYDAY.read_text(encoding="utf-8").split())
def test_an_everyday_word_is_neither_a_medicine_nor_taken_for_a_misspelt_one(word):
    (item,) = check_medicines([word], knowledge=load()).items
    assert item.status is Status.NOT_RECOGNISED
    assert item.did_you_mean == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "I usually take sertraline in the evening with food",
        "sertraline 50 mg white tablets, one in the morning",
        "my doctor prescribed me sertraline last summer",
        "Sertraline (50mg) once daily - started in March",
        "ich nehme morgens eine Tablette Sertralin",
        "je prends sertraline 50 mg le matin",
        "tomo sertralina 50 mg por la mañana",
    ],
)
def test_a_sentence_names_the_medicine_and_nothing_else(sentence):
    report = check_medicines([sentence], knowledge=load())
    named = [item for item in report.items if item.substances or item.did_you_mean]
    assert [item.substances for item in named] == [("sertraline",)]


@pytest.mark.parametrize(
    ("typed", "substance"),
    [
        ("Tavor", "lorazepam"),  # Germany
        ("Lexomil", "bromazepam"),  # France
        ("Orfidal", "lorazepam"),  # Spain
        ("Stilnox", "zolpidem"),
        ("Novalgin", "metamizole sodium"),
        ("acetaminophen", "paracetamol"),  # United States
        ("Tylenol", "paracetamol"),
        ("Ben-u-ron", "paracetamol"),
        ("alcool", "ethanol"),
        ("Éxtasis", "midomafetamine"),
        ("acide valproïque", "valproic acid"),
        ("α-PVP", "alpha-pvp"),
        ("millepertuis", "hypericum perforatum"),
        ("St. John’s-wort", "hypericum perforatum"),
    ],
)
def test_names_of_other_countries_and_spellings_lead_to_the_substance(typed, substance):
    (item,) = check_medicines([typed], knowledge=load()).items
    assert item.substances == (substance,)


@pytest.mark.parametrize("typed", ["seroqel", "diazapam", "metylphenidate", "clonazapam", "oxicodone", "alprazolan"])
def test_a_misspelling_asks_and_counts_for_nothing(typed):
    (item,) = check_medicines([typed], knowledge=load()).items
    if item.how is not Match.SYNONYM:  # some misspellings are on file as names of another language
        assert item.status is Status.AMBIGUOUS
        assert item.how is Match.FUZZY
        assert (item.severity, item.findings, item.substances) == (None, (), ())
        assert len(item.did_you_mean) >= 1


@pytest.mark.parametrize(
    ("typed", "tied"),
    [
        ("fuloxetine", {"fluoxetine", "duloxetine"}),  # two letters swapped; one letter replaced
        ("prednisolne", {"prednisolone", "prednisone"}),  # one letter missing; one too many
        ("quinidne", {"quinidine", "quinine"}),  # one letter missing; one too many
    ],
)
def test_a_word_one_edit_from_two_medicines_offers_both_and_chooses_none(typed, tied):
    (item,) = check_medicines([typed], knowledge=load()).items
    assert item.status is Status.AMBIGUOUS
    assert tied <= set(item.did_you_mean)
    assert item.severity is None


def test_a_confirmed_choice_is_recognised_when_typed_again():
    for typed in ("sertralne", "zyprexia", "unisom", "benzos", "kitty flip"):
        (item,) = check_medicines([typed], knowledge=load()).items
        for choice in some(item.did_you_mean):
            (again,) = check_medicines([choice], knowledge=load()).items
            assert again.status in (Status.INTERACTION, Status.NOTHING_ON_FILE), choice


def test_a_short_word_is_never_guessed_at():
    (item,) = check_medicines(["zolf"], knowledge=load()).items
    assert item.status is Status.NOT_RECOGNISED


def test_a_word_longer_than_any_name_is_not_recognised():
    (item,) = check_medicines(["x" * 100_000], knowledge=load()).items
    assert item.status is Status.NOT_RECOGNISED


def test_an_ordinary_street_name_is_asked_about_beside_a_medicine_only_when_joined_to_it():
    assert check_medicines(["sertraline and speed"], knowledge=load()).to_confirm == ("speed",)
    report = check_medicines(["sertraline white tablets"], knowledge=load())
    assert (report.to_confirm, report.ignored) == ((), ("white",))


def test_a_cream_carries_a_remark_and_keeps_its_severity():
    (cream,) = check_medicines(["ketoconazole cream"], knowledge=load()).items
    (tablet,) = check_medicines(["ketoconazole tablets"], knowledge=load()).items
    assert cream.severity is tablet.severity
    assert "cream" in cream.message
    assert tablet.message == ""


def test_words_of_the_command_line_are_joined_where_they_are_one_name():
    from keel.assessment.interactions import join_names

    typed = ["night", "nurse", "sertraline", "50", "mg", "st", "john's", "wort"]
    assert join_names(typed, load()) == ["night nurse", "sertraline 50 mg", "st john's wort"]


@pytest.mark.parametrize("typed", ["Prinivil (lisinopril) oral 10 mg", "Nizatidine 15 MG/ML Oral Solution [Axid]"])
def test_a_brand_beside_its_generic_name_is_one_medicine(typed):
    """As two public FHIR examples write them (HL7 US Core 9.0.0)."""
    assert len(check_medicines([typed], knowledge=load()).items) == 1
