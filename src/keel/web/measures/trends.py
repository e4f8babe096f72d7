"""Scores of a patient over time: each sitting, what changed by every published rule, and what is missing."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from keel.assessment.instruments.change import Change, change
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.score import Score
from keel.assessment.instruments.scoring import score_sitting
from keel.assessment.surveillance.trends import totals
from keel.knowledge import Knowledge, UnknownId
from keel.knowledge.instruments import ChangeKind
from keel.messages import Message
from keel.record import Record
from keel.record.selection import day_of, sittings

KINDS = {
    ChangeKind.RELIABLE: Message("reliable change"),
    ChangeKind.RESPONSE: Message("response"),
    ChangeKind.REMISSION: Message("remission"),
    ChangeKind.IMPORTANT: Message("important change"),
}
"""What a course is held against, in the order of the page."""


class Sitting(NamedTuple):
    """One sitting: when, what came out, and the items that nobody answered."""

    at: dt.datetime | None
    score: Score | None
    missing: tuple[str, ...]


class Judged(NamedTuple):
    """A kind of change: met by how many of its rules, of how many; no rule where none is published."""

    what: Message
    met: int
    of: int


class Trend(NamedTuple):
    """An instrument over time; `moved` from its first to its last total, None with fewer than two."""

    id: str
    name: str
    points: list[tuple[str, float]]
    sittings: tuple[Sitting, ...]
    moved: Change | None
    judged: tuple[Judged, ...]


def trends_of(record: Record, at: dt.datetime, facts: Knowledge) -> Iterator[Trend]:
    """Each instrument that was answered, in the order of the first answer."""
    for name in dict.fromkeys(one.instrument for one in sittings(record, at)):
        series = totals(record, name, at, facts)
        moved = _moved(name, series, facts)
        known = facts.instruments.get(name)
        yield Trend(
            id=name,
            name=known.name if known else name,
            points=[(day_of(when, at).isoformat(), total) for when, total in series],
            sittings=tuple(_sittings(record, name, at, facts))[::-1],
            moved=moved,
            judged=tuple(_judged(moved)) if moved else (),
        )


def _sittings(record: Record, name: str, at: dt.datetime, facts: Knowledge) -> Iterator[Sitting]:
    for one in sittings(record, at, name):
        try:
            score = score_sitting(one, sex=record.person.sex, knowledge=facts)
        except (AnswersRefused, UnknownId):
            yield Sitting(one.at, None, ())
        else:
            yield Sitting(one.at, score, score.missing)


def _moved(name: str, series: list[tuple[dt.datetime, float]], facts: Knowledge) -> Change | None:
    try:
        return change(name, series[0][1], series[-1][1], facts) if len(series) > 1 else None
    except (AnswersRefused, UnknownId):
        return None


def _judged(moved: Change) -> Iterator[Judged]:
    for kind, what in KINDS.items():
        said = [one for one in moved.verdicts if one.kind is kind and one.met is not None]
        yield Judged(what, sum(one.met is True for one in said), len(said))
