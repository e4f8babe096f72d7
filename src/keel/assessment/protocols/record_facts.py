"""What a record says in the words of the rules: facts from age, weight, diagnoses, medicines, answers and doses.

A diagnosis is read by phrases that stand in a table; one that says “no”, “family” or “ruled out” is not read. What was
not understood is named. Nothing that was not said becomes a “no”.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.diagnoses import is_plain
from keel.assessment.interactions import check_medicines
from keel.assessment.protocols.facts import checked_facts, significant
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact, ConditionWord
from keel.knowledge.reading import CodeKind
from keel.record import TAKEN, Answers, Condition, Dose, Measurement, Person, Pregnancy, Record, Setting, Sex

_NEVER_TRUE = "entered-in-error"
_ACTIVE = ("active", "recurrence", "relapse")
_RECENT_USE_DAYS = 28
_SIGNS, _EMERGENCY_SIGNS = "warning-signs", ("wake", "chest")
_VITAL_SIGNS = {
    "systolic": "sbp",
    "diastolic": "dbp",
    "oxygen_saturation": "spo2",
    "heart_rate": "hr",
    "respiratory_rate": "rr",
}
"""What a code of a measurement means, to the fact of the rules."""
_OF_TWO = ("sbp", "dbp")
_C_SSRS = {
    "1": "cssrs_q1",
    "2": "cssrs_q2",
    "3": "cssrs_q3",
    "4": "cssrs_q4",
    "5": "cssrs_q5",
    "6": "cssrs_q6_lifetime",
    "6-recent": "cssrs_q6_3_months",
}


class RecordFacts(NamedTuple):
    """Facts for the rules, and what in the record was not read, in words."""

    facts: dict[str, Fact]
    unread: tuple[str, ...]


def facts_from_record(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> RecordFacts:
    """The facts that a record holds at `at`; nothing dated later counts."""
    facts: dict[str, Fact] = dict(_person(record.person, at))
    unread: list[str] = []
    for condition in record.conditions:
        if condition.status == _NEVER_TRUE or (condition.onset and condition.onset > at.date()):
            continue
        read = list(_condition(condition, at, knowledge))
        if not read:
            unread.append(f"The diagnosis “{condition.text}” was not read as any fact of the rules.")
        _merge(facts, read)
    taken = [medicine.text for medicine in record.medicines if medicine.status in TAKEN]
    _merge(facts, medicine_facts(taken, knowledge))
    answered, old = _answers(record.answers, at, knowledge)
    _merge(facts, answered)
    _merge(facts, _use(record, at))
    _merge(facts, _readings(record.measurements, at, knowledge))
    return RecordFacts(facts, (*unread, *old))


def facts_together(
    record: Record, told: Mapping[str, Fact], *, at: dt.datetime, knowledge: Knowledge, allow_computed: bool = False
) -> tuple[RecordFacts, dict[str, Fact]]:
    """What a record holds, and the same with the answers beside it, which win unless the record says yes.

    `told` has names of clinical-facts.csv; FactRefused where one cannot be, or is worked out by Keel and not allowed.
    """
    read = facts_from_record(record, at=at, knowledge=knowledge)
    checked = checked_facts(told, knowledge.clinical_facts, allow_computed=allow_computed)
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


def _person(person: Person, at: dt.datetime) -> Iterator[tuple[str, Fact]]:
    for name, value in (
        ("age_years", person.age_at(at)),
        ("weight_kg", person.weight_kg),
        ("height_cm", person.height_cm),
        ("sex", None if person.sex is Sex.UNKNOWN else str(person.sex)),
        ("pregnant", {Pregnancy.PREGNANT: True, Pregnancy.NOT_PREGNANT: False}.get(person.pregnancy)),
    ):
        if value is not None:
            yield name, value


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
    if word.status == "active" and condition.status not in _ACTIVE:
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
    for item in check_medicines(taken, knowledge=knowledge).items:
        for substance in item.substances:
            for medicine_class in by_name.get(substance, ()):
                rule = knowledge.medicine_facts.get(medicine_class)
                for fact in rule.facts if rule else ():
                    yield fact, True


def _answers(
    sittings: Iterable[Answers], at: dt.datetime, knowledge: Knowledge
) -> tuple[list[tuple[str, Fact]], list[str]]:
    """Facts of the newest sitting of each screen; one that is too old is not used and is named."""
    limit = dt.timedelta(days=knowledge.protocols["level-of-care"].number("answers_age"))
    newest: dict[str, Answers] = {}
    for sitting in sittings:
        if sitting.at is not None and sitting.at <= at:
            known = newest.get(sitting.instrument)
            if known is None or known.at is None or sitting.at >= known.at:
                newest[sitting.instrument] = sitting
    found: list[tuple[str, Fact]] = []
    old: list[str] = []
    for name, sitting in sorted(newest.items()):
        if sitting.at is not None and at - sitting.at > limit:
            old.append(f"The answers to {name} of {sitting.at.date().isoformat()} are too old to be used.")
        else:
            found += _sitting(sitting, knowledge)
    return found, old


def _sitting(sitting: Answers, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    if sitting.instrument == "phq-9":
        total = sitting.total if sitting.total is not None else _sum(sitting, 9)
        if total is not None and _can_be(total, knowledge.clinical_facts["phq9_total"]):
            yield "phq9_total", total
    if sitting.instrument == _SIGNS:
        yield from _emergency_sign(sitting)
    if sitting.instrument == "c-ssrs-screener":
        names = _C_SSRS
    elif sitting.instrument == "asq":
        names = {str(number): f"asq_{number}" for number in range(1, 6)}
    else:
        return
    for item, fact in names.items():
        if sitting.items.get(item) in (0, 1):
            yield fact, sitting.items[item] == 1


def _can_be(total: float, fact: ClinicalFact) -> bool:
    """Whether a total lies within its scale; a slip of the pen is no severity."""
    return (fact.least is None or total >= fact.least) and (fact.most is None or total <= fact.most)


def _emergency_sign(sitting: Answers) -> Iterator[tuple[str, Fact]]:
    """Whether any sign was reported that needs emergency care; a no to some of the questions is none to all."""
    given = [sitting.items.get(item) for item in _EMERGENCY_SIGNS]
    if 1 in given:
        yield "emergency_sign", True
    elif all(answer == 0 for answer in given):
        yield "emergency_sign", False


def _sum(sitting: Answers, items: int) -> float | None:
    """The sum of items 1 to `items`, or None where one has no number: an item is not guessed here."""
    values = [sitting.items.get(str(number)) for number in range(1, items + 1)]
    numbers = [value for value in values if isinstance(value, int)]
    return float(sum(numbers)) if len(numbers) == items else None


def _use(record: Record, at: dt.datetime) -> Iterator[tuple[str, Fact]]:
    """Use outside treatment now, and the last dose."""
    taken = [dose for dose in record.doses if dose.start <= at]
    recent = [dose for dose in taken if at - dose.start <= dt.timedelta(days=_RECENT_USE_DAYS)]
    told = [pattern for pattern in record.patterns if pattern.is_current]
    if any(dose.setting is Setting.NON_MEDICAL for dose in recent) or any(
        pattern.setting is Setting.NON_MEDICAL for pattern in told
    ):
        yield "non_medical_ketamine_use", True
        yield "still_using", True
    medical = [dose for dose in taken if dose.setting.is_medical]
    if taken:
        yield "first_session", not medical
        yield "hours_since_last_dose", significant((at - max(map(_end, taken))).total_seconds() / 3600)


def _readings(measurements: Iterable[Measurement], at: dt.datetime, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """The newest reading of each vital sign, and of the two newest pressures the lower; readings that are old are none.

    Readings of one moment are one. A reading in another unit than that of the fact is not read.
    """
    since = at - dt.timedelta(hours=knowledge.protocols["level-of-care"].number("readings_age"))
    series: dict[str, dict[dt.datetime, float]] = {}
    for one in measurements:
        if one.at is None or not since <= one.at <= at:
            continue
        meant = knowledge.reading_codes.coded(CodeKind.MEASURE, one.system, one.code)
        fact = knowledge.clinical_facts.get(_VITAL_SIGNS.get(meant.means, "")) if meant else None
        is_number = isinstance(one.value, int | float) and not isinstance(one.value, bool)
        if fact is not None and is_number and one.unit == fact.unit:
            series.setdefault(fact.id, {})[one.at] = float(one.value)  # type: ignore[arg-type]
    for name, readings in series.items():
        *_, newest = ordered = [readings[moment] for moment in sorted(readings)]
        yield name, newest
        if name in _OF_TWO and len(ordered) > 1:
            yield f"{name}_of_two", min(ordered[-2:])


def _end(dose: Dose) -> dt.datetime:
    return dose.end or dose.start
