"""The registry of kinds: one line makes a kind that is read, kept, found and checked."""

from collections.abc import Iterator, Mapping

import pytest

from keel.knowledge import Knowledge, UnknownId, load
from keel.knowledge.base import KINDS
from keel.knowledge.directory import Country, Need
from keel.knowledge.files import PACKAGED
from keel.knowledge.kinds import json_schema
from keel.knowledge.problem import Problem, error
from keel.knowledge.registry import Kind


def no_needs(wishes: Mapping[str, Need], countries: Mapping[str, Country], at: str) -> Iterator[Problem]:
    yield error("wishes", at, f"{len(wishes)} wishes in {countries['GB'].code}")


class Wider(Knowledge):
    wishes = Kind("needs.csv", Need, check=no_needs)
    labels = Kind(
        "needs.csv", Need, complete=lambda rows, countries: {row.label: len(countries) for row in rows.values()}
    )


def test_a_kind_is_read_when_first_asked_for_and_kept():
    knowledge = Wider()
    assert "wishes" not in vars(knowledge)
    assert knowledge.wishes == knowledge.needs
    assert knowledge.wishes is knowledge.wishes


def test_what_completes_a_kind_is_given_the_kinds_that_it_names():
    knowledge = Wider()
    assert set(knowledge.labels.values()) == {len(knowledge.countries)}
    assert list(knowledge.labels) == [need.label for need in knowledge.needs.values()]


def test_a_check_is_given_its_own_kind_the_kinds_that_it_names_and_the_day():
    (problem,) = Wider.wishes.problems(Wider(), at="today")
    assert (problem.where, problem.message) == ("today", f"{len(load().needs)} wishes in GB")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_files(kind):
    assert list(PACKAGED.glob(kind.path if kind.path.endswith((".csv", ".txt")) else f"{kind.path}/*.toml"))


def test_every_file_belongs_to_a_kind():
    """A file that no kind reads would be a fact that nobody sees."""
    held = {
        path
        for kind in KINDS.values()
        for path in PACKAGED.glob(kind.path if kind.path.endswith((".csv", ".txt")) else f"{kind.path}/*.toml")
    }
    facts = {path for path in PACKAGED.rglob("*") if path.suffix in (".csv", ".toml", ".txt")}
    assert facts
    assert facts == held


def test_plain_words_have_no_schema():
    with pytest.raises(UnknownId, match="kind of fact"):
        json_schema("everyday_words")
