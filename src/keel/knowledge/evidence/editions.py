"""Editions of texts that change by themselves: labels, programmes, guidance of agencies, law.

A row of data/evidence/editions.csv stands beside the row of its source and says which version was read or is known to
be in force, since and until when, when somebody last looked whether there is a newer one, and which sources it takes
the place of. The check warns of one that nobody looked at for long, of one that has ended, and of facts that rest on a
replaced one alone.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec

from keel.knowledge.documents import Id
from keel.knowledge.evidence.shape import Source
from keel.knowledge.problem import Problem, error, warning

STALE_AFTER_DAYS = 180
"""Days after which somebody should look whether a regulatory text has changed (issue 10, item 16)."""


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The edition of a regulatory source: a row of evidence/editions.csv.

    `version` is what its publisher calls it, `in_force` the day from which it holds and `ends` the last day on which it
    does; each is empty where it was not seen. `checked` is when somebody last looked for a newer one. `replaces` names
    sources whose text it takes the place of.
    """

    source: Id
    version: str
    in_force: dt.date | None
    ends: dt.date | None
    checked: dt.date
    replaces: tuple[str, ...]


def edition_problems(editions: Mapping[str, Edition], sources: Mapping[str, Source], at: dt.date) -> Iterator[Problem]:
    """Editions that name no source; that nobody looked at for more than 180 days; that have ended."""
    replaced = replaced_sources(editions)
    for edition in editions.values():
        where = f"editions/{edition.source}"
        for name in (edition.source, *edition.replaces):
            if name not in sources:
                yield error("editions", where, f"no source is called “{name}”. Add the row, or fix the name.")
        days = (at - edition.checked).days
        if days > STALE_AFTER_DAYS and edition.source not in replaced:
            message = f"last checked {days} days ago. Look whether there is a newer version, then move the date."
            yield warning("editions", where, message)
        if edition.ends is not None and edition.ends < at:
            message = f"ended on {edition.ends}. What rests on it holds no longer: find what came after it."
            yield warning("editions", where, message)


def replaced_sources(editions: Mapping[str, Edition]) -> dict[str, str]:
    """Each source whose text was replaced, and the source that took its place."""
    return {old: edition.source for edition in editions.values() for old in edition.replaces}
