"""Full-text search of the evidence: claims, conflicts, figures and sources, best match first.

The index is SQLite's FTS5 with Porter stemming, in memory, built at the first search (some milliseconds) and kept with
the knowledge, one for each language: beside the English the index of another one holds what is translated. An answer
that holds all words comes before one that holds some of them. Words that say nothing ("how") are left out, and others
for the same count too (`SearchWord`).
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from keel.knowledge.base import Knowledge
from keel.knowledge.catalogues import ENGLISH, catalogue

OUTDATED = "outdated"
"""The flag of a claim that held once; what holds now comes before it."""
KINDS = ("claims", "conflicts", "figures", "sources")
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
        self._outdated = {("claims", claim.id) for claim in knowledge.claims.values() if claim.flag == OUTDATED}
        self._lock, self._any_ending = Lock(), "" if lang == ENGLISH else "*"
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE facts USING fts5(kind UNINDEXED, key UNINDEXED, id, topic, statement, rest,"
            " tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._database.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?)", _rows(knowledge, lang))

    def search(self, query: str, limit: int = 20) -> tuple[Hit, ...]:
        """The best `limit` hits for words in any order; empty when no word is found."""
        words = self._asked(re.findall(r"\w+", query))
        found: dict[tuple[str, str], Hit] = {}
        for join in (" AND ", " OR "):
            hits = self._matches(join.join(words), limit) if words else []
            for hit in sorted(hits, key=lambda hit: (hit.kind, hit.id) in self._outdated):
                found.setdefault((hit.kind, hit.id), hit)
        return tuple(list(found.values())[:limit])

    def _asked(self, words: Sequence[str]) -> list[str]:
        """The words that say something, each with others for the same; all of them where none says anything."""
        known = {word: self._words.get(word.lower()) for word in words}
        telling = [word for word in words if (found := known[word]) is None or found.means] or words
        groups = ([word, *(row.means if (row := known[word]) else ())] for word in telling)
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


def _topic(topic: str, both: Callable[[str], str]) -> str:
    return both(topic.replace("-", " "))


@lru_cache(maxsize=8)
def evidence_index(knowledge: Knowledge, lang: str = ENGLISH) -> EvidenceIndex:
    """The index of this knowledge in a language, built once in a process."""
    return EvidenceIndex(knowledge, lang)


def search(knowledge: Knowledge, query: str, limit: int = 20, *, lang: str = ENGLISH) -> tuple[Hit, ...]:
    """Entries of the evidence that match the words, in English or in a language beside it, best first."""
    return evidence_index(knowledge, lang).search(query, limit)
