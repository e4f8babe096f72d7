"""Full-text search of the evidence, and finding any fact by its id."""

import csv
import datetime as dt
import threading
from pathlib import Path

import pytest

from keel.knowledge import Number, UnknownId, load
from keel.knowledge.evidence_search import evidence_index, search
from keel.knowledge.kinds import facts, find_facts, json_schema, kind_names, parts, table
from support.loops import some

KNOWLEDGE = load()
TODAY = dt.date(2026, 12, 1)
QUESTION_FILE = Path(__file__).parents[2] / "spec/evidence/questions.csv"
QUESTIONS = list(csv.DictReader(QUESTION_FILE.read_text(encoding="utf-8").splitlines()))


def found(query: str, limit: int = 10) -> list[str]:
    return [hit.id for hit in search(KNOWLEDGE, query, limit)]


def test_bladder_recovery_finds_the_three_figures_and_their_conflict():
    assert {"recovery-uk-survey", "recovery-taiwan", "recovery-hong-kong", "conflict-recovery"} <= set(
        found("bladder recovery")
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("A24", "A24"),
        ("less than daily", "A40"),
        ("memories recovering", "conflict-memory-recovery"),
        ("winstock", "winstock12"),
        ("mmwr-2024", "mmwr24"),
        ("23474358", "pal13"),
    ],
)
def test_words_ids_stems_and_numbers_of_works_are_found(query, expected):
    assert expected in found(query)


def test_an_answer_with_all_words_comes_before_one_with_some():
    hits = found("take-home ketamine never", 40)
    assert "conflict-home-use" in hits[:5]


@pytest.mark.parametrize("query", ['" OR 1', "NEAR(", "a* AND", "'; DROP TABLE facts; --", "(((", "—", "   "])
def test_signs_that_mean_something_to_the_index_are_only_words(query):
    search(KNOWLEDGE, query)


def test_nothing_is_found_for_words_that_no_row_holds():
    assert found("xylophone zeppelin") == []


def test_the_limit_holds():
    assert len(found("ketamine", 3)) == 3


def test_the_index_is_built_once_and_serves_several_threads():
    assert evidence_index(KNOWLEDGE) is evidence_index(KNOWLEDGE)
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(found("deaths UK"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)


def test_every_entry_of_every_kind_is_found_by_its_name():
    for fact in some(facts(KNOWLEDGE)):
        assert fact.value in [one.value for one in find_facts(KNOWLEDGE, f"{fact.kind}/{fact.id}")]


def test_an_alias_leads_to_the_work_itself():
    (fact,) = find_facts(KNOWLEDGE, "ludwig-2021")
    assert (fact.kind, fact.id) == ("sources", "ludwig21")


def test_case_does_not_matter_and_near_names_are_offered():
    assert find_facts(KNOWLEDGE, "a24")[0].id == "A24"
    with pytest.raises(UnknownId, match="kud-bladder"):
        find_facts(KNOWLEDGE, "kud-bladdr")


@pytest.mark.parametrize("kind", [kind for kind in kind_names() if table(KNOWLEDGE, kind)])
def test_every_kind_has_a_json_schema_that_accepts_its_entries(kind):
    import jsonschema
    import msgspec

    schema = json_schema(kind)
    validator = jsonschema.Draft202012Validator(schema)
    for value in list(table(KNOWLEDGE, kind).values())[:40]:
        validator.validate(msgspec.json.decode(msgspec.json.encode(value)))


def test_a_kind_that_is_not_there_has_no_schema():
    with pytest.raises(UnknownId):
        json_schema("unicorns")


def test_numbers_are_found_wherever_they_stand():
    (fact,) = find_facts(KNOWLEDGE, "criteria/uropathy-bands")
    values = {part.path: part.value.value for part in parts(fact) if isinstance(part.value, Number)}
    assert values["cuts.days_1_a_week"] == 1


def test_the_evidence_is_found_in_spanish_words_too():
    def here(query: str) -> list[str]:
        return [hit.id for hit in search(KNOWLEDGE, query, 6, lang="es")]

    assert "conflict-memory-recovery" in here("memoria recuperación") + here("memoria")
    assert "deaths-us-fentanyls" in here("muertes fentanilo")
    assert "winstock12" in here("winstock")
    assert here("muertes fentanilo") != [hit.id for hit in search(KNOWLEDGE, "muertes fentanilo", 6)]


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_a_question_in_ordinary_words_has_an_answer_among_the_first_three(row):
    """Asked as people ask; the answers are the entries that hold the figure, or who can be called."""
    hits = search(KNOWLEDGE, row["question"], 3, lang=row["lang"], at=TODAY)
    assert {hit.id for hit in hits} & set(row["answers"].split(";"))


def test_people_who_help_are_found_only_for_a_day_and_while_their_rows_are_fresh():
    """HZ-CHK-06: an old number leads to the one that replaced it, and a row that nobody checked is not shown."""

    def ids(at):
        return [hit.id for hit in search(KNOWLEDGE, "1-800-273-8255", 5, at=at)]

    assert ids(TODAY)[0] == "us-988"
    assert "us-988" not in ids(None)
    assert "us-988" not in ids(TODAY + dt.timedelta(days=400))


def test_what_held_once_comes_after_what_holds():
    hits = [hit.id for hit in search(KNOWLEDGE, "esketamine oral antidepressant", 8)]
    assert hits.index("conflict-oral-antidepressant") < hits.index("A05")
