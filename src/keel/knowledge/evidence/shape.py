"""The evidence base: works that were read, statements judged against them, conflicts, and figures fit for reuse.

Rows of data/evidence/: sources.csv, claims.csv, conflicts.csv, figures.csv. A number anywhere in Keel names a claim
or a source from here. Two sources that disagree are two sides of a `Conflict`, both shown.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id
from keel.messages import Message


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One work and how far it was read: a row of evidence/sources.csv.

    `aliases` are other names under which reference files call the same work; they find this row too.
    """

    id: Id
    aliases: tuple[str, ...]
    citation: str
    year: int | None
    doi: str
    pmid: str
    url: str
    read: str

    @property
    def short_name(self) -> str:
        """What a text calls the work: “Pal 2013”.

        >>> Source("abel01", (), "Abel CG, Bell D. On tides. J Tides 2001", 2001, "", "", "", "abstract").short_name
        'Abel 2001'
        """
        head = re.split(r",| et al| \(|[.:;] |\.$", self.citation, maxsplit=1)[0]
        words = [word for word in head.split() if not re.fullmatch(r"[A-Z]{1,3}|(?:19|20)\d\d", word)] or head.split()
        name = " ".join(words) if len(" ".join(words)) <= 30 else " ".join(words[:3]) + "…"
        return f"{name} {self.year}" if self.year else name

    @property
    def link(self) -> str:
        """The best address of the work, or an empty string."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


class SourceTable(Mapping[str, Source]):
    """Sources by id. Iterates over ids only; a look-up also accepts an alias.

    >>> row = Source("mmwr24", ("mmwr-2024",), "MMWR", 2024, "", "", "", "official page")
    >>> table = SourceTable({"mmwr24": row})
    >>> table["mmwr-2024"].id, "mmwr-2024" in table, list(table)
    ('mmwr24', True, ['mmwr24'])
    """

    def __init__(self, rows: Mapping[str, Source]) -> None:
        self._rows = dict(rows)
        self._aliases = {alias: row.id for row in rows.values() for alias in row.aliases}

    def __getitem__(self, key: str) -> Source:
        return self._rows[self._aliases.get(key, key)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def aliases(self) -> Mapping[str, str]:
        """Alias to id."""
        return self._aliases


class Verdict(StrEnum):
    """How a statement fares against what was read."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    """The direction is right; scope, wording, age or denominator is not."""
    CONTRADICTED = "contradicted"
    NOT_FOUND = "not found"
    """No source was seen for it, whatever its truth."""
    OWN = "own"
    """A statement of Keel's own, on which a number or rule of Keel rests."""


class Use(StrEnum):
    """Whether the figure of a claim may be shown to people."""

    REUSE = "reuse"
    WITH_CARE = "with care"
    """Only together with what the note says."""
    NEVER = "do not reuse"


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement and what the sources say about it: a row of evidence/claims.csv.

    `value`, `low` and `high` are the figure as a number and its interval, in `unit`. `interval` says where the interval
    comes from: `printed` by the source, `wilson` from `count` of `of`, `assumed` where the source prints a percentage
    and no count, so that `of` is taken to be all who answered. `formula` is the arithmetic behind a figure that is
    nothing but arithmetic; the knowledge check computes it again. `origin` is where the statement is made. `see_also`
    names claims on the same matter, whether they agree or not; disagreements are rows of conflicts.csv.
    """

    id: Id
    topic: str
    origin: str
    statement: str
    figure: str
    unit: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    count: int | None
    of: int | None
    formula: str
    population: str
    sources: tuple[str, ...]
    read: str
    says: str
    verdict: Verdict
    flag: str
    certainty: Certainty
    see_also: tuple[str, ...]
    use: Use
    note: str

    @property
    def interval_kind(self) -> Message | None:
        """Where the interval comes from, in words; None where there is none."""
        return {
            "wilson": Message("95% interval, Wilson"),
            "assumed": Message("95% interval, Wilson, if all of them answered"),
            "printed": Message("range or interval as printed"),
        }.get(self.interval)

    @property
    def said_in(self) -> Message:
        """Where the statement is made: a source and its line."""
        source, is_line, number = self.origin.partition(", line ")
        return Message("{source}, line {number}", source=source, number=number) if is_line else Message(self.origin)


class Conflict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question on which sources disagree: a row of evidence/conflicts.csv. Both sides are shown, never averaged.

    `one_claims` and `other_claims` are ids of claims, `one_sources` and `other_sources` of sources, on each side;
    `shown` says what Keel does with the disagreement.
    """

    id: Id
    topic: str
    question: str
    one_side: str
    one_claims: tuple[str, ...]
    one_sources: tuple[str, ...]
    other_side: str
    other_claims: tuple[str, ...]
    other_sources: tuple[str, ...]
    shown: str
    certainty: Certainty


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence with its denominator that may be printed, or one that must not be: a row of evidence/figures.csv."""

    id: Id
    topic: str
    text: str
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    use: Use
    why: str


class Evidence(Protocol):
    """The part of `Knowledge` that these functions read."""

    @property
    def sources(self) -> Mapping[str, Source]: ...

    @property
    def conflicts(self) -> Mapping[str, Conflict]: ...


def sources_of(knowledge: Evidence, row: Claim | Conflict | Figure) -> tuple[Source, ...]:
    """The works behind a row, in its order, each once."""
    names = (*row.one_sources, *row.other_sources) if isinstance(row, Conflict) else row.sources
    return tuple(dict.fromkeys(knowledge.sources[name] for name in names))


def conflicts_of(knowledge: Evidence, claim: str) -> tuple[Conflict, ...]:
    """The conflicts in which a claim stands on a side."""
    return tuple(
        conflict
        for conflict in knowledge.conflicts.values()
        if claim in conflict.one_claims or claim in conflict.other_claims
    )
