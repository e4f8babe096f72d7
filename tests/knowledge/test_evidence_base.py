"""The evidence base as data: every claim of the register, honest verdicts, conflicts with two sides."""

import csv
import re
from collections import Counter

import pytest

from keel.knowledge import load
from keel.knowledge.evidence import Use, Verdict
from support.loops import some
from support.shared import shared_folder

KNOWLEDGE = load()
JUDGED = {key: claim for key, claim in KNOWLEDGE.claims.items() if claim.verdict is not Verdict.OWN}


def register() -> dict[str, dict[str, str]]:
    path = shared_folder("reference", "evidence.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_the_verdicts_are_those_of_the_register():
    """Its table of verdicts: 22 supported, 43 partly, 10 contradicted, 19 not found, 94 in all."""
    assert Counter(claim.verdict.value for claim in JUDGED.values()) == {
        "supported": 22,
        "partly": 43,
        "contradicted": 10,
        "not found": 19,
    }


def test_each_judged_claim_agrees_with_its_row_of_the_register():
    rows = register()
    assert set(JUDGED) == set(rows)
    for key, row in rows.items():
        claim = JUDGED[key]
        assert (claim.verdict, claim.flag) == (row["verdict"], row["flag"]), key
        assert claim.figure == row["figure"].removeprefix("-"), key
        assert claim.see_also == tuple(filter(None, row["conflicts_with"].split(";"))), key
        assert claim.origin.endswith(f"line {row['seed_line']}"), key


def test_every_number_of_the_register_stands_in_our_words_too():
    """What a source says was put in other words; its numbers must all have come along."""
    for key, row in some(register().items()):
        claim = JUDGED[key]
        ours = f"{claim.statement} {claim.says} {claim.note} {claim.figure} {claim.flag}"
        numbers = re.findall(r"\d[\d,.]*\d|\d", row["what_the_source_says"])
        missing = [number for number in numbers if not _stands(number, ours)]
        assert not missing, f"{key}: {missing}"


def _stands(number: str, text: str) -> bool:
    in_words = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ]
    word = in_words[int(number)] if number.isdigit() and int(number) < len(in_words) else "twenty-seven"
    return number in text or word in text.lower()


def test_our_words_are_not_the_register_s_sentences():
    """Facts carry over, sentences do not: no sentence of eight words or more is the same."""
    for key, row in some(register().items()):
        theirs = {sentence.strip(" .") for sentence in re.split(r"[.;]\s", row["what_the_source_says"] + ". ")}
        ours = {sentence.strip(" .") for sentence in re.split(r"[.;]\s", JUDGED[key].says + ". ")}
        assert not [sentence for sentence in theirs & ours if len(sentence.split()) >= 8], key


@pytest.mark.parametrize("key", [key for key, claim in JUDGED.items() if claim.verdict is Verdict.CONTRADICTED])
def test_a_contradicted_claim_is_never_to_be_quoted(key):
    assert JUDGED[key].use is Use.NEVER


def test_nothing_that_no_source_supports_may_be_quoted():
    for key, claim in some(JUDGED.items()):
        if claim.verdict is Verdict.NOT_FOUND:
            assert claim.use is Use.NEVER, key


def test_a_figure_for_reuse_says_where_it_comes_from():
    for figure in some(KNOWLEDGE.figures.values()):
        if figure.use is Use.REUSE:
            assert figure.sources, figure.id
            assert figure.claims, figure.id
            for claim in figure.claims:
                assert KNOWLEDGE.claims[claim].use is Use.REUSE, figure.id


def test_the_numbers_of_a_figure_for_reuse_are_those_of_its_claims():
    for figure in some(KNOWLEDGE.figures.values()):
        if figure.use is Use.REUSE:
            for key in figure.claims:
                claim = KNOWLEDGE.claims[key]
                assert any(form in figure.text for form in _forms(claim.figure)), (figure.id, key, claim.figure)


def _forms(figure: str) -> list[str]:
    grouped = f"{int(figure):,}" if figure.isdigit() else figure
    return [figure, grouped, f"{float(figure):.1f}"] if re.fullmatch(r"[\d.]+", figure) else [figure]


def test_a_conflict_has_two_sides_and_says_what_is_shown():
    for conflict in some(KNOWLEDGE.conflicts.values()):
        assert conflict.one_side, conflict.id
        assert conflict.other_side, conflict.id
        assert conflict.shown, conflict.id
        assert conflict.question.endswith("?"), conflict.id
        assert not set(conflict.one_claims) & set(conflict.other_claims), conflict.id


def test_no_work_is_listed_twice():
    for field in ("doi", "pmid", "citation"):
        seen = Counter(getattr(source, field).lower() for source in KNOWLEDGE.sources.values())
        assert [value for value, count in seen.items() if value and count > 1] == []


def test_every_code_of_the_interaction_table_leads_to_a_work():
    path = shared_folder("reference", "interactions.csv")
    with path.open(encoding="utf-8", newline="") as file:
        codes = {code.strip().lower() for row in csv.DictReader(file) for code in row["source"].split(";")}
    assert [code for code in sorted(codes - {""}) if code not in KNOWLEDGE.sources] == []


def test_every_code_of_the_protocol_sources_leads_to_a_work():
    text = shared_folder("reference", "protocols.md").read_text(encoding="utf-8")
    section = text[text.index("## 9. Sources") :]
    cells = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")]
    codes = [code.strip() for cell in cells for code in re.split(r" / |, ", cell) if code not in ("code", "---")]
    # REMS-site/-out/-in/-pt are four pages in one cell; the seeds have hyphens here.
    expanded = [
        full
        for code in codes
        for full in (
            [f"rems-{part}" for part in ("site", "out", "in", "pt")]
            if code.startswith("REMS-site")
            else [code.lower().replace("seed ", "seed-")]
        )
    ]
    assert [code for code in expanded if code not in KNOWLEDGE.sources] == []


def test_every_key_of_the_evidence_register_leads_to_a_work():
    text = shared_folder("reference", "evidence.md").read_text(encoding="utf-8")
    section = text[text.index("## References (key") : text.index("## Not found, and worth")]
    keys = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(keys) > 50
    assert [key for key in keys if key not in KNOWLEDGE.sources] == []
