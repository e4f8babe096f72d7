"""Results of tests and questionnaires in words: the first on record and the newest; and beside what is due of each."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keel.assessment.surveillance.due import MEDICAL, DueItem
from keel.assessment.surveillance.trends import totals, trends
from keel.findings import Finding
from keel.knowledge import Knowledge
from keel.messages import Message, Name, Numeral
from keel.quantities import significant
from keel.record import Record
from keel.record.selection import day_of, measured_as


class WatchRow(NamedTuple):
    """A domain that is watched in treatment: what is due of it, the results on record, what a change in them means."""

    domain: str
    due: tuple[DueItem, ...]
    results: tuple[Message, ...]
    findings: tuple[Finding, ...]


def watch_rows(
    record: Record, due: Sequence[DueItem], *, at: dt.datetime, knowledge: Knowledge
) -> tuple[WatchRow, ...]:
    """Everything that is watched in treatment, a row for each domain, in the order of the data."""
    schedule = knowledge.surveillance[MEDICAL]
    found = trends(record, at=at, knowledge=knowledge)
    domain_of = {one.id: one.domain for one in schedule.trends}
    domain_of |= {one.id: one.domain for one in schedule.score_trends}
    rows = []
    for domain in dict.fromkeys((*(one.domain for one in schedule.items), *(one.domain for one in schedule.trends))):
        items = [one.id for one in schedule.items if one.domain == domain]
        results = (
            *test_results([domain], record, at=at, knowledge=knowledge),
            *score_results([domain], record, at=at, knowledge=knowledge),
        )
        rows.append(
            WatchRow(
                domain=domain,
                due=tuple(one for one in due if one.id in items),
                results=results,
                findings=tuple(one for one in found if domain_of.get(one.rule) == domain),
            )
        )
    return tuple(rows)


def instruments_of(domains: Iterable[str], knowledge: Knowledge) -> list[str]:
    """The questionnaires by which some domains are watched, in the order of the data."""
    items = knowledge.surveillance[MEDICAL].items
    return list(dict.fromkeys(name for one in items if one.domain in domains for name in one.instruments))


def test_results(domains: Sequence[str], record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Iterator[Message]:
    """The first and the newest number of each test of some domains, each with its day."""
    schedule = knowledge.surveillance[MEDICAL]
    watched = [(one.domain, one.measures) for one in schedule.items]
    watched += [(one.domain, one.measures) for one in schedule.trends]
    for measure in dict.fromkeys(name for domain, names in watched if domain in domains for name in names):
        series = measured_as(record, at, measure, knowledge)
        for one in dict.fromkeys((*series[:1], *series[-1:])):
            yield Message(
                "{test} {value} {unit}, {day}",
                test=Name(one.name or measure),
                value=significant(one.number or 0),
                unit=Numeral(one.unit),
                day=day_of(one.at or at, at).isoformat(),
            )


def score_results(
    domains: Sequence[str], record: Record, *, at: dt.datetime, knowledge: Knowledge
) -> Iterator[Message]:
    """The first and the newest total of each questionnaire of some domains, each with its day."""
    for name in instruments_of(domains, knowledge):
        series = totals(record, name, at, knowledge)
        for when, total in dict.fromkeys((*series[:1], *series[-1:])):
            yield Message(
                "{scale} {total}, {day}",
                scale=Name(knowledge.instruments[name].name),
                total=significant(total),
                day=day_of(when, at).isoformat(),
            )
