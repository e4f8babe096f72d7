"""One vocabulary of concepts: the same thing said as a lay word, an abbreviation, a code, in Spanish, denied, past.

The texts were written from `protocols.md`, `harms.md` and `instruments.md` before they were run.
"""

import csv
import datetime as dt
from pathlib import Path

import pytest

from keel.assessment.picture import picture_of
from keel.assessment.protocols.record_facts import facts_from_record, facts_together
from keel.assessment.screening.screening import screening
from keel.assessment.screening.triage import triage
from keel.knowledge import load
from keel.knowledge.concepts import ConceptKind, State
from keel.record import Condition, Record
from keel.record.concepts import concept_facts, read_concepts
from support.loops import some

FACTS = load()
AT = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
HERE = Path(__file__).parent / "concepts"
TEXTS, SAID = (
    list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines(), delimiter="|"))
    for name in ("texts.csv", "conditions.csv")
)
FRAMES = ("{}", "patient has {}", "{} since 10:05", "a bit of {}", "{}!", "{}, wife called")
DENIALS = ("denies {}", "{}: no", "niega {}", "without {}", "{} ruled out")


def heard(text):
    """What a text names, without what no rule asks about."""
    mentions = read_concepts(text, None, FACTS).mentions
    return {
        f"{one.concept} {one.state}" for one in mentions if FACTS.concepts[one.concept].kind is not ConceptKind.FEELING
    }


def facts_of(text):
    return concept_facts((FACTS.concepts[one.concept], one.state) for one in read_concepts(text, None, FACTS).mentions)


def plain(word):
    """A phrase of the table as somebody may type it: its parts in order, of other words for a part the first."""
    return " ".join(part.split("|")[0] for part in word.split(" + "))


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case["text"])
def test_a_text_names_what_it_says(case):
    """HZ-GATE-03."""
    assert heard(case["text"]) == set(filter(None, case["says"].split(";")))
    assert case["says"] or read_concepts(case["text"], None, FACTS).rest


def test_every_word_of_the_table_raises_its_concept_or_a_question_and_lowers_nothing():
    """HZ-GATE-03: no phrase in which a sign is told makes a fact a no, whatever else stands beside it."""
    for row in some(FACTS.concept_words.values()):
        for frame in FRAMES[: 1 if row.only else None]:
            text = frame.format(plain(row.word))
            read, said = read_concepts(text, None, FACTS), facts_of(text)
            named = {one.concept for one in read.mentions if one.state is State.PRESENT}
            assert not said.no, text
            assert named & set(row.concepts) or said.suspected or said.asked or read.rest, text


def test_no_denial_of_a_word_of_the_table_sets_a_fact():
    """HZ-GATE-03: of “no despierta” and its like, which are alarms and no denials, no frame is built."""
    for row in some(FACTS.concept_words.values()):
        for frame in DENIALS:
            assert not facts_of(frame.format(plain(row.word))).yes, frame.format(row.word)


@pytest.mark.parametrize("row", SAID, ids=lambda row: f"{row['text']}{row['codes']} {row['status']}")
def test_a_condition_gives_the_same_facts_by_word_code_status_and_language(row):
    """HZ-GATE-03: columns name the facts that must be yes, and those that must not."""
    record = Record(conditions=(condition_of(row),))
    found = facts_from_record(record, at=AT, knowledge=FACTS)
    for name in filter(None, row["yes"].split(";")):
        assert found.facts.get(name) is True, found
    for name in filter(None, row["open"].split(";")):
        assert name not in found.facts, found
    assert set(filter(None, row["suspected"].split(";"))) <= set(found.suspected), found


def condition_of(row):
    codes = dict(part.split("=", 1) for part in filter(None, row["codes"].split(";")))
    ended = dt.date.fromisoformat(row["ended"]) if row["ended"] else None
    return Condition(text=row["text"], codes=codes, status=row["status"] or "active", ended=ended)


@pytest.mark.parametrize("text", ["suspected psychosis", "Psychosis?", "possible psychosis", "sospecha de psicosis"])
def test_a_suspicion_on_record_beside_a_typed_no_holds(text):
    record = Record(conditions=(Condition(text=text),))
    _, together = facts_together(record, {"psychosis_history": False}, at=AT, knowledge=FACTS)
    assert "psychosis_history" not in together
    found = screening(record, "iv", at=AT, knowledge=FACTS, facts={"psychosis_history": False})
    assert "psychosis_history" in found.missing
    assert any(text in str(one) for one in found.unread)


@pytest.mark.parametrize("text", ["kidney is blocked", "obstructive uropathy", "riñón obstruido", "N13.9"])
def test_a_blocked_kidney_on_record_reaches_triage_screen_and_picture_alike(text):
    record = Record(conditions=(Condition(text=text),))
    assert facts_from_record(record, at=AT, knowledge=FACTS).facts["obstructive_uropathy"] is True
    assert triage(record, at=AT, knowledge=FACTS).facts["obstructive_uropathy"] is True
    assert screening(record, "iv", at=AT, knowledge=FACTS).facts["obstructive_uropathy"] is True
    picture = picture_of(record, at=AT, knowledge=FACTS)
    assert any("kidney" in flag or "urine" in flag for flag in map(str, picture.exposure.unknown)) or picture.findings


@pytest.mark.parametrize("months", [11.9, 12, 12.1])
@pytest.mark.parametrize("protocol", ["iv", "esketamine-us", "esketamine-eu", "kat", "home"])
def test_a_remission_is_asked_for_its_length_in_every_protocol_that_starts_treatment(protocol, months):
    """protocols.md, use disorder: hold for twelve months after remission, by default of ours."""
    record = Record(conditions=(Condition(text="Opioid use disorder, in remission"),))
    asked = screening(record, protocol, at=AT, knowledge=FACTS)
    assert "months_since_remission" in asked.missing
    told = screening(record, protocol, at=AT, knowledge=FACTS, facts={"months_since_remission": months})
    spoken = {one.rule.removesuffix("-long") for one in told.findings if "-CI-09-past" in one.rule}
    verbs = {str(one.severity) for one in told.findings if "-CI-09-past" in one.rule}
    assert len(spoken) == 1
    assert verbs == ({"hold"} if months < 12 else {"warn"})
    assert "months_since_remission" not in told.missing


def test_a_fact_that_no_rule_of_the_protocol_reads_is_said():
    found = screening(Record(), "iv", at=AT, knowledge=FACTS, facts={"home_cuff_validated": True})
    assert any(str(one) == "Not considered by this protocol: validated home cuff." for one in found.unread)


def test_a_diagnosis_that_is_understood_and_that_no_rule_reads_is_said():
    found = screening(Record(conditions=(Condition(text="cholangitis"),)), "iv", at=AT, knowledge=FACTS)
    assert any(str(one) == "Not considered by this protocol: “cholangitis”." for one in found.unread)


def test_a_long_text_is_read_to_its_limit_and_the_end_is_not_lost():
    read = read_concepts("chest pain " * 400 + "zork", None, FACTS)
    assert {one.concept for one in read.mentions} == {"chest-pain"}
    assert any(piece.endswith("zork") for piece in read.rest)


@pytest.mark.parametrize(
    "text",
    [
        "wants to stop smoking",
        "wants to stop drinking",
        "asked to stop the music",
        "wants to stop her antidepressant",
        "wants to stop taking sertraline",
        "please stop smoking",
        "quiere dejar de fumar",
        "quiere parar de beber",
        "pidió detener la música",
    ],
)
def test_stopping_something_else_is_no_wish_to_stop_the_session(text):
    """A-IN-11: the person asks to stop the dose. What is not understood is left over and said."""
    heard = read_concepts(text, None, FACTS)
    assert "asks-to-stop" not in {one.concept for one in heard.mentions}
    assert heard.rest
