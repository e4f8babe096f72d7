"""What a record says in the words of the rules: facts from age, weight, diagnoses, medicines, answers and doses.

A diagnosis is read by phrases that stand in a table; one that says “no”, “family” or “ruled out” is not read. What was
not understood is named. Nothing that was not said becomes a “no”.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.interactions.check import check_recorded
from keel.assessment.protocols.facts import checked_facts
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact, ConditionWord
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.quantities import significant
from keel.record import Answers, Condition, Record, Setting
from keel.record.selection import (
    answered,
    conditions_at,
    day_of,
    doses_taken,
    is_plain,
    is_standing,
    medicines_taken,
    newest_sittings,
    numbers_measured,
    person_facts,
)

_RECENT_USE_DAYS = 28
_VITAL_SIGNS = {
    "systolic": "sbp",
    "diastolic": "dbp",
    "oxygen_saturation": "spo2",
    "heart_rate": "hr",
    "respiratory_rate": "rr",
}
"""What a code of a measurement means, to the fact of the rules."""
_OF_TWO = ("sbp", "dbp")
_LOWER_IS_WORSE = ("spo2", "rr")
_SCREENS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "warning-signs": {"emergency_sign": ("wake", "chest")},
    "c-ssrs-screener": {
        **{f"cssrs_q{number}": (str(number),) for number in range(1, 6)},
        "cssrs_q6_lifetime": ("6",),
        "cssrs_q6_3_months": ("6-recent",),
    },
    "asq": {f"asq_{number}": (str(number),) for number in range(1, 6)},
}
"""Instrument to the facts of the rules, and the items of which any makes the fact."""


class RecordFacts(NamedTuple):
    """Facts for the rules, and what in the record was not read, in words."""

    facts: dict[str, Fact]
    unread: tuple[Message, ...]


def facts_from_record(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> RecordFacts:
    """The facts that a record holds at `at`; nothing dated later counts."""
    facts = person_facts(record.person, at)
    unread: list[Message] = []
    for condition in conditions_at(record, at):
        read = list(_condition(condition, at, knowledge))
        if not read:
            unread.append(Message("The diagnosis “{text}” was not read as any fact of the rules.", text=condition.text))
        _merge(facts, read)
    _merge(facts, medicine_facts(medicines_taken(record, at), knowledge))
    said, old = _answers(record, at, knowledge)
    _merge(facts, said)
    _merge(facts, _use(record, at))
    _merge(facts, _readings(record, at, knowledge))
    return RecordFacts(facts, (*unread, *old))


def facts_together(
    record: Record, stated: Mapping[str, Fact], *, at: dt.datetime, knowledge: Knowledge, allow_computed: bool = False
) -> tuple[RecordFacts, dict[str, Fact]]:
    """What a record holds, and the same with the answers beside it, which win unless the record says yes.

    `stated` has names of clinical-facts.csv; FactRefused where one cannot be, or is worked out by Keel and not allowed.
    """
    read = facts_from_record(record, at=at, knowledge=knowledge)
    checked = checked_facts(stated, knowledge.clinical_facts, allow_computed=allow_computed)
    answered = {name: value for name, value in checked.items() if read.facts.get(name) is not True}
    return read, {**read.facts, **answered}


def _merge(facts: dict[str, Fact], more: Iterable[tuple[str, Fact]]) -> None:
    """A yes is never undone by a no of another entry; of two times since an event the shorter one counts."""
    for name, value in more:
        have = facts.get(name)
        if name == "weeks_since_cv_event" and isinstance(have, float) and isinstance(value, float):
            facts[name] = min(have, value)
        elif have is not True:
            facts[name] = value


def _condition(condition: Condition, at: dt.datetime, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    if not is_plain(condition, knowledge):
        return
    text = " ".join(condition.text.casefold().split())
    for word in knowledge.condition_words.values():
        if re.search(rf"(?<!\w){re.escape(word.phrase)}(?!\w)", text):
            yield from _from_word(word, condition, at)


def _from_word(word: ConditionWord, condition: Condition, at: dt.datetime) -> Iterator[tuple[str, Fact]]:
    if not condition.present:
        if word.denies:
            yield word.fact, False
        return
    if word.status == "active" and not is_standing(condition):
        return
    yield word.fact, True
    if word.fact == "cv_event" and condition.onset is not None:
        yield "weeks_since_cv_event", significant((at.date() - condition.onset).days / 7)


@lru_cache(maxsize=8)
def _classes_by_name(knowledge: Knowledge) -> Mapping[str, Sequence[str]]:
    """Name of a substance to the classes of all its rows."""
    by_name: dict[str, list[str]] = {}
    for row in knowledge.interactions.values():
        by_name.setdefault(row.name, []).extend(row.classes)
    return by_name


def medicine_facts(taken: Sequence[str], knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """Facts of the classes of what is taken. That a class is not in the list is not a “no”."""
    if not taken:
        return
    by_name = _classes_by_name(knowledge)
    for item in check_recorded(taken, knowledge=knowledge).items:
        for substance in item.substances:
            for medicine_class in by_name.get(substance, ()):
                rule = knowledge.medicine_facts.get(medicine_class)
                for fact in rule.facts if rule else ():
                    yield fact, True


def _answers(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[list[tuple[str, Fact]], list[Message]]:
    """Facts of the newest dated sitting of each screen, and each yes of one without a time.

    A dated one that is too old is not used and is named.
    """
    limit = dt.timedelta(days=knowledge.protocols["level-of-care"].number("answers_age"))
    found: list[tuple[str, Fact]] = []
    old: list[Message] = []
    for name, sittings in newest_sittings(record, at).items():
        dated = [one for one in sittings if one.at is not None]
        when = dated[0].at if dated else None
        if when is not None and at - when > limit:
            day = day_of(when, at).isoformat()
            old.append(Message("The answers to {name} of {day} are too old to be used.", name=name, day=day))
        else:
            found += _said(name, dated, knowledge)
        undated = [one for one in sittings if one.at is None]
        found += [(fact, value) for fact, value in _said(name, undated, knowledge) if value is True]
    return found, old


def _said(name: str, sittings: Sequence[Answers], knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    if name == "phq-9":
        fact = knowledge.clinical_facts["phq9_total"]
        totals = [one.total if one.total is not None else _sum(one, 9) for one in sittings]
        highest = max((total for total in totals if total is not None and _can_be(total, fact)), default=None)
        yield from [] if highest is None else [(fact.id, highest)]
    for fact_name, items in _SCREENS.get(name, {}).items():
        if (is_yes := answered(sittings, items)) is not None:
            yield fact_name, is_yes


def _can_be(total: float, fact: ClinicalFact) -> bool:
    """Whether a total lies within its scale; a slip of the pen is not a severity."""
    return (fact.least is None or total >= fact.least) and (fact.most is None or total <= fact.most)


def _sum(sitting: Answers, items: int) -> float | None:
    """The sum of items 1 to `items`, or None where one has no number: an item is not guessed here."""
    values = [sitting.items.get(str(number)) for number in range(1, items + 1)]
    numbers = [value for value in values if isinstance(value, int)]
    return float(sum(numbers)) if len(numbers) == items else None


def _use(record: Record, at: dt.datetime) -> Iterator[tuple[str, Fact]]:
    """Use outside treatment now, and the last dose."""
    taken = doses_taken(record, at)
    recent = [dose.setting for dose in taken if at - dose.start <= dt.timedelta(days=_RECENT_USE_DAYS)]
    patterns = [pattern.setting for pattern in record.patterns if pattern.is_current]
    if Setting.NON_MEDICAL in (*recent, *patterns):
        yield "non_medical_ketamine_use", True
        yield "still_using", True
    if taken:
        yield "first_session", not doses_taken(record, at, medical=True)
        last = max(dose.end or dose.start for dose in taken)
        yield "hours_since_last_dose", significant(max(0.0, (at - last).total_seconds() / 3600))


def _readings(record: Record, at: dt.datetime, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """The newest reading of each vital sign, and of the two newest pressures the lower; old readings do not count.

    Readings of one moment are one, the worse of them. A reading in another unit than that of the fact is not read.
    """
    since = at - dt.timedelta(hours=knowledge.protocols["level-of-care"].number("readings_age"))
    series: dict[str, dict[dt.datetime, float]] = {}
    for one in numbers_measured(record, at):
        meant = knowledge.reading_codes.coded(CodeKind.MEASURE, one.system, one.code)
        fact = knowledge.clinical_facts.get(_VITAL_SIGNS.get(meant.means, "")) if meant else None
        if one.at is None or one.number is None or not since <= one.at <= at or fact is None or one.unit != fact.unit:
            continue
        moments = series.setdefault(fact.id, {})
        if one.at not in moments or fact.id not in _LOWER_IS_WORSE:
            moments[one.at] = one.number
    for name, readings in series.items():
        *_, newest = ordered = list(readings.values())
        yield name, newest
        if name in _OF_TWO and len(ordered) > 1:
            yield f"{name}_of_two", min(ordered[-2:])
