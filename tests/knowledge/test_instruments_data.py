"""The instrument files: rights, codes, sources, and the gate that keeps wording out."""

import re

import msgspec
import pytest

from keel.knowledge import FactsFileError, load
from keel.knowledge.instruments import (
    Banding,
    Choice,
    Clause,
    Condition,
    Instrument,
    Item,
    LicenceClass,
    Rights,
    Rule,
    wording_problems,
)
from keel.knowledge.instruments.check import checked_instruments, instrument_problems, is_loinc
from support.loops import some
from support.shared import shared_folder

INSTRUMENTS = load().instruments
REFERENCE_INDEX = {
    # the index of the reference: items, least, most, licence class
    "phq-9": (9, 0, 27, "PD"),
    "qids-sr16": (16, 0, 27, "UNK"),
    "madrs": (10, 0, 60, "PERM"),
    "madrs-s": (9, 0, 54, "PERM"),
    "gad-7": (7, 0, 21, "PD"),
    "cadss": (23, 0, 92, "UNK"),
    "cadss-6": (6, 0, 24, "UNK"),
    "moaa-s": (1, 0, 5, "OWN"),
    "aldrete": (5, 0, 10, "OWN"),
    "sds": (5, 0, 15, "UNK"),
    "dast-10": (10, 0, 10, "NC"),
    "audit-c": (3, 0, 12, "PD"),
    "icsi": (4, 0, 20, "UNK"),
    "icpi": (4, 0, 16, "UNK"),
    "puf": (8, 0, 35, "PERM"),
    "oabss": (4, 0, 15, "UNK"),
    "ipss": (8, 0, 35, "PERM"),
    "bpic-ss": (8, 0, 38, "PERM"),
    "pcl-5": (20, 0, 80, "PD"),
    "who-5": (5, 0, 100, "NC"),
    "wsas": (5, 0, 40, "PERM"),
    "moca": (None, 0, 30, "PERM"),
    "slums": (11, 0, 30, "PD"),
    "prmq": (16, 16, 80, "UNK"),
}


@pytest.mark.parametrize("name", sorted(REFERENCE_INDEX))
def test_items_range_and_rights_are_those_of_the_reference(name):
    shape = INSTRUMENTS[name]
    total = next(scale for scale in shape.scales if scale.id == "total")
    assert (shape.item_count, total.least, total.most, shape.rights.licence_class) == REFERENCE_INDEX[name]


def test_only_these_hold_wording():
    free = {"phq-9", "gad-7", "asq", "audit-c", "pcl-5"}
    own = {"moaa-s", "aldrete", "dsm-5-ketamine", "bladder-check", "bladder-pain", "crisis-plan", "cognition-tasks"}
    own |= {"warning-signs"}
    assert {name for name, shape in INSTRUMENTS.items() if shape.has_wording} == free | own
    assert {name for name in own if INSTRUMENTS[name].rights.licence_class is not LicenceClass.OWN} == set()


def test_official_wording_is_that_of_the_reference_to_the_letter():
    text = shared_folder("reference", "instruments.md").read_text(encoding="utf-8").partition("## Appendix A")[2]
    headings = {"phq-9": "### A.1", "gad-7": "### A.2", "asq": "### A.3", "audit-c": "### A.4", "pcl-5": "### A.5"}
    for name, heading in some(headings.items()):
        part = text.partition(heading)[2].partition("\n### ")[0]
        shape = INSTRUMENTS[name]
        for item in shape.items:
            assert item.text in part, (name, item.id)
        official = list(re.findall(r"^\d+\. (.*)$", part, re.MULTILINE))
        numbered = [item.text for item in shape.items if item.id.isdigit()]
        assert [line[: len(words)] for line, words in zip(official, numbered, strict=True)] == numbered
        notice = shape.rights.notice
        assert notice in part or (name == "gad-7" and notice == INSTRUMENTS["phq-9"].rights.notice)
        labels = {c.label for answers in shape.answer_sets for c in answers.choices}
        source = part if name != "gad-7" else text.partition("### A.1")[2]
        assert all(label in source for label in labels)


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_every_source_and_conflict_is_known(name):
    def named(tree, key):
        if isinstance(tree, dict):
            for inner, value in tree.items():
                yield from value if inner == key else named(value, key)
        elif isinstance(tree, list | tuple):
            for value in tree:
                yield from named(value, key)

    tree = msgspec.to_builtins(INSTRUMENTS[name])
    assert [source for source in named(tree, "sources") if source not in load().sources] == []
    assert [conflict for conflict in named(tree, "conflicts") if conflict not in load().conflicts] == []


@pytest.mark.parametrize(
    "code", ["44249-1", "44261-6", "69689-8", "93373-9", "82667-7", "72172-0", "8480-6", "LA6568-5"]
)
def test_a_right_check_digit_passes(code):
    assert is_loinc(code)


@pytest.mark.parametrize("code", ["69689-6", "44261-5", "766-0", "44261", "", "LA6568-4", "LP6568-5", "x-1", "4426-16"])
def test_a_wrong_check_digit_does_not(code):
    """69689-6 is in print for item 6 of the GAD-7; the others are slips of the pen."""
    assert not is_loinc(code)


def test_every_code_is_used_once_over_all_instruments():
    """Printed code lists give the total's code to an item and one instrument's code to another."""
    seen = {}
    for name, shape in some(INSTRUMENTS.items()):
        codes = [shape.loinc.panel, shape.loinc.total, *(item.loinc for item in shape.items)]
        for code in filter(None, codes):
            assert seen.setdefault(code, name) == name, code
        assert len([code for code in codes if code]) == len({code for code in codes if code})


def test_items_that_ask_about_suicide_are_safety_items():
    safety = {(name, item.id) for name, shape in INSTRUMENTS.items() for item in shape.items if item.safety}
    expected = {("phq-9", "9"), ("qids-sr16", "12"), ("madrs", "10")}
    expected |= {("asq", str(item)) for item in range(1, 6)}
    expected |= {("c-ssrs-screener", item) for item in ("1", "2", "3", "4", "5", "6", "6-recent")}
    assert expected <= safety


def test_no_scale_over_a_safety_item_estimates_on_its_own():
    """Only the PHQ-9 both estimates and holds a safety item; the scoring refuses to estimate across that one."""
    both = {
        name
        for name, shape in INSTRUMENTS.items()
        for scale in shape.scales
        if scale.missing_allowed and {item.id for item in shape.items if item.safety} & set(scale.item_ids())
    }
    assert both == {"phq-9"}


def bare(**changes):
    shape = INSTRUMENTS["phq-9"]
    return msgspec.structs.replace(shape, **changes)


def rights(licence_class, notice="A notice."):
    return Rights(licence_class=LicenceClass(licence_class), holder="them", terms="Ask.", notice=notice, sources=("x",))


@pytest.mark.parametrize("licence_class", list(LicenceClass))
def test_wording_passes_the_gate_only_where_the_class_frees_it(licence_class):
    problems = wording_problems(bare(rights=rights(licence_class)))
    assert bool(problems) is (licence_class not in ("PD", "CCBY", "OWN"))


@pytest.mark.parametrize(
    "changes",
    [
        {"items": (Item(id="1", text="Are you well?", least=0, most=1),), "answer_sets": (), "stem": ""},
        {"items": (), "stem": "Over the last two weeks:", "answer_sets": ()},
        {"items": (), "stem": "", "instructions": "Read this.", "answer_sets": ()},
        {"items": (), "stem": "", "answer_sets": ()},
    ],
)
def test_each_kind_of_wording_is_caught(changes):
    if "instructions" not in changes and not changes.get("items") and not changes["stem"]:
        choice = INSTRUMENTS["phq-9"].answer_sets[0]
        changes = changes | {"answer_sets": (msgspec.structs.replace(choice, choices=(Choice(0, "Never"),)),)}
    assert len(wording_problems(bare(rights=rights("PERM"), **changes))) == 1


def test_free_wording_needs_its_notice():
    assert "notice" in wording_problems(bare(rights=rights("PD", notice="")))[0]


def test_loading_refuses_wording_that_is_not_free():
    with pytest.raises(FactsFileError, match="does not free it"):
        checked_instruments({"phq-9": bare(rights=rights("PERM"))})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": INSTRUMENTS["phq-9"].items[:-1] * 2}, "occurs 2 times"),
        ({"answer_sets": ()}, "there is no answer set"),
        ({"scales": (msgspec.structs.replace(INSTRUMENTS["phq-9"].scales[0], most=28),)}, "items make 0.0 to 27.0"),
        ({"scales": (msgspec.structs.replace(INSTRUMENTS["phq-9"].scales[0], items=("1", "12")),)}, "is called 12"),
        ({"scales": ()}, "there is no scale “total”"),
        (
            {"bandings": (Banding(id="b", bands=INSTRUMENTS["phq-9"].bandings[0].bands[1:], sources=("x",)),)},
            "must start at 0",
        ),
        (
            {"bandings": (Banding(id="b", bands=INSTRUMENTS["phq-9"].bandings[0].bands[:-1], sources=("x",)),)},
            "must end where the scale does",
        ),
        (
            {"rules": (Rule(id="r", severity="loud", when=Condition(), summary="s", sources=("x",)),)},
            "severity “loud”",
        ),
        (
            {
                "rules": (
                    Rule(
                        id="r",
                        severity="note",
                        when=Condition(all=(Clause(items=("77",), at_least=1),)),
                        summary="s",
                        sources=("x",),
                    ),
                )
            },
            "an item or scale that is not there",
        ),
        ({"better": "none"}, "whether lower or higher is better"),
        ({"loinc": msgspec.structs.replace(INSTRUMENTS["phq-9"].loinc, total="44261-5")}, "check digit is wrong"),
        ({"recall": msgspec.structs.replace(INSTRUMENTS["phq-9"].recall, sources=())}, "names no source"),
    ],
)
def test_a_broken_instrument_is_named(changes, words):
    problems = instrument_problems(bare(**changes))
    assert any(words in problem for problem in problems), problems


def test_the_files_themselves_have_no_problem():
    assert [problem for shape in INSTRUMENTS.values() for problem in instrument_problems(shape)] == []


def test_an_instrument_is_named_by_its_id_and_asks_for_nothing_unknown():
    for name, shape in some(INSTRUMENTS.items()):
        assert isinstance(shape, Instrument)
        assert shape.id == name
        assert set(shape.facts_used()) <= {"sex", "age_group", "schooling", "taken_as_prescribed"}
