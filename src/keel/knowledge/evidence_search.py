"""Full-text search of the evidence: claims, conflicts, figures, sources and people who help, best match first.

The index is SQLite's FTS5 with Porter stemming, in memory, built at the first search (some milliseconds) and kept with
the knowledge, one for each language: beside the English the index of another one holds what is translated. An answer
that holds all words comes before one that holds some of them. Words that say nothing ("how") are left out, and others
for the same count too (`SearchWord`). A claim that held once comes after what holds, and a work after what it says.
"""

import datetime as dt
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from keel.knowledge.base import Knowledge
from keel.knowledge.catalogues import ENGLISH, catalogue
from keel.knowledge.directory import Service, digits, listed

OUTDATED = "outdated"
"""The flag of a claim that held once; what holds now comes before it."""
KINDS = ("claims", "conflicts", "figures", "sources")
SERVICES = "directory"
"""The kind of a hit that is somebody who helps; found only for a day, on which the directory may show the row."""
SPARE = 20
"""Hits beyond those asked for, from which the ones that may not be shown are taken out."""
# Weights of the columns of the index: id, what it is about, the statement, the rest. Kind and key are not searched.
_WEIGHTS = "0, 0, 8.0, 4.0, 3.0, 1.0"


class Hit(NamedTuple):
    """An entry that matches: its kind, its id, and how well (higher is better)."""

    kind: str
    id: str
    score: float


class EvidenceIndex:
    """The kept index. Safe to use from several threads: a lock guards its one connection."""

    def __init__(self, knowledge: Knowledge, lang: str = ENGLISH) -> None:
        # The English of the facts is stemmed; of another language the beginnings of words are compared.
        self._words = knowledge.search_words
        self._directory = knowledge.directory
        self._outdated = {("claims", claim.id) for claim in knowledge.claims.values() if claim.flag == OUTDATED}
        self._lock, self._any_ending = Lock(), "" if lang == ENGLISH else "*"
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE facts USING fts5(kind UNINDEXED, key UNINDEXED, id, topic, statement, rest,"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", _rows(knowledge, lang))

    def search(self, query: str, limit: int = 20, at: dt.date | None = None) -> tuple[Hit, ...]:
        """The best `limit` hits for words in any order; empty when no word is found. Services only for a day `at`."""
        words = re.findall(r"\w+", query)
        telling = [word for word in words if self._tells(word)] or words
        alone, either = self._each(telling, with_others=False), self._each(telling, with_others=True)
        found: dict[tuple[str, str], Hit] = {}
        for expressions in ((" AND ".join(alone), " AND ".join(either)), (" OR ".join(either),)):
            hits = [hit for one in expressions if one for hit in self._matches(one, limit + SPARE)]
            hits = [hit for hit in hits if hit.kind != SERVICES or (at and listed(self._directory[hit.id], at))]
            is_question = len(telling) > 1  # of one word, as a name, a work may be the answer
            hits.sort(key=lambda hit: ((hit.kind, hit.id) in self._outdated, is_question and hit.kind == "sources"))
            for hit in hits:
                found.setdefault((hit.kind, hit.id), hit)
        return tuple(list(found.values())[:limit])

    def _tells(self, word: str) -> bool:
        """Whether a word says something about the subject."""
        row = self._words.get(word.lower())
        return row is None or bool(row.means)

    def _each(self, words: Sequence[str], *, with_others: bool) -> list[str]:
        """The words as the index takes them, with others for the same where asked."""
        rows = ((word, self._words.get(word.lower()) if with_others else None) for word in words)
        groups = ([word, *(row.means if row else ())] for word, row in rows)
        return ["(" + " OR ".join(f'"{one}"{self._any_ending}' for one in group) + ")" for group in groups]

    def _matches(self, expression: str, limit: int) -> list[Hit]:
        with self._lock:
            rows = self._database.execute(
                f"SELECT kind, key, -bm25(facts, {_WEIGHTS}) AS score FROM facts WHERE facts MATCH ?"  # noqa: S608
                " ORDER BY score DESC, kind, key LIMIT ?",
                (expression, limit),
            ).fetchall()
        return [Hit(*row) for row in rows]


def _rows(knowledge: Knowledge, lang: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    held = catalogue(lang)

    def both(text: str) -> str:
        """The English, and how it is said in the language."""
        translation = held.find(text) if held else None
        return f"{text} {translation}" if translation else text

    for claim in knowledge.claims.values():
        rest = (both(claim.says), both(claim.note), claim.figure, claim.flag, claim.verdict, *claim.sources)
        topic = f"{_topic(claim.topic, both)} {both(claim.population)}"
        yield "claims", claim.id, claim.id, topic, both(claim.statement), " ".join(rest)
    for conflict in knowledge.conflicts.values():
        rest = (both(conflict.one_side), both(conflict.other_side), both(conflict.shown))
        topic = _topic(conflict.topic, both)
        yield "conflicts", conflict.id, conflict.id, topic, both(conflict.question), " ".join(rest)
    for figure in knowledge.figures.values():
        yield "figures", figure.id, figure.id, _topic(figure.topic, both), both(figure.text), both(figure.why)
    for source in knowledge.sources.values():
        names = " ".join((source.id, *source.aliases))
        rest = (source.doi, source.pmid, source.read, str(source.year or ""))
        yield "sources", source.id, names, "", source.citation, " ".join(rest)

    for service in knowledge.directory.values():
        if not service.alias_of:
            yield _service_row(service, knowledge, both)


def _service_row(
    service: Service, knowledge: Knowledge, both: Callable[[str], str]
) -> tuple[str, str, str, str, str, str]:
    """Somebody who helps, found by the names and numbers that they have and had."""
    aliases = [one for one in knowledge.directory.values() if one.alias_of == service.id]
    countries = [knowledge.countries[code] for code in service.countries if code in knowledge.countries]
    where = " ".join((*(f"{country.code} {both(country.name)}" for country in countries), both(service.region)))
    needs = " ".join(both(knowledge.needs[need].label) for need in service.needs if need in knowledge.needs)
    numbers = (number for one in (service, *aliases) for number in (one.phone, digits(one.phone), one.text_to))
    names = " ".join((service.id, both(service.name), *(one.name for one in aliases), *numbers))
    rest = (both(service.audience), both(service.how), where)
    return SERVICES, service.id, names, needs, both(service.offers), " ".join(rest)


def _topic(topic: str, both: Callable[[str], str]) -> str:
    return both(topic.replace("-", " "))


@lru_cache(maxsize=8)
def evidence_index(knowledge: Knowledge, lang: str = ENGLISH) -> EvidenceIndex:
    """The index of this knowledge in a language, built once in a process."""
    return EvidenceIndex(knowledge, lang)


def search(
    knowledge: Knowledge, query: str, limit: int = 20, *, lang: str = ENGLISH, at: dt.date | None = None
) -> tuple[Hit, ...]:
    """Entries that match the words, in English or in a language beside it, best first; `at` brings people who help."""
    return evidence_index(knowledge, lang).search(query, limit, at)
