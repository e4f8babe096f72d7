"""What a record says in the words of the rules: facts from age, weight, diagnoses, medicines, answers and doses.

A diagnosis is read by the vocabulary of concepts, by words and codes, with its state: present, in remission, past,
suspected, denied, or of a relative. What was not understood is named. Nothing that was not said becomes a “no”.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.recent import medicines_to_check
from keel.assessment.protocols.facts import RISK_LEVELS, RecordFacts, checked_facts
from keel.assessment.protocols.suicide_facts import RISK, suicide_facts
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.concepts import ConceptKind, State
from keel.knowledge.reading import CodeKind
from keel.messages import Message, listed
from keel.quantities import significant
from keel.record import Answers, Condition, Dose, DoseCertainty, Precision, Record, Setting
from keel.record.concepts import (
    ConceptFacts,
    ConditionMention,
    began_on,
    concept_facts,
    months_before,
    named_by,
    read_concepts,
)
from keel.record.selection import (
    NOT_UNDERSTOOD,
    answered,
    closing_assessments,
    conditions_at,
    day_of,
    doses_taken,
    newest_sittings,
    numbers_measured,
    person_facts,
    standing_sittings,
    yes_or_no,
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
_LEVEL = "suicide_risk_level"
_LOWER_IS_WORSE = ("spo2", "rr")
_LESS_IS_WORSE = ("weeks_since_cv_event", "months_since_remission", "hours_since_last_dose", "first_session")
_TIMES = ("weeks_since_cv_event", "months_since_remission")
_OF_THE_DAY = ("event", "today")
"""Groups of facts that speak of a day or a session."""
_DAYS_A_MONTH = 365.25 / 12
_BEHAVIOUR = "cssrs_q6_3_months"
_BEHAVIOUR_MONTHS = 3
"""What the C-SSRS calls recent (cssrs-tri)."""
_SUICIDE = (_BEHAVIOUR, "cssrs_q5", "suicide_item", "suicide_attempt_on_record")
"""Facts that a condition can tell, and that a clinician's assessment closes."""


def facts_from_record(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> RecordFacts:
    """The facts that a record holds at `at`; nothing dated later counts."""
    facts = person_facts(record.person, at)
    found, unread = _conditions(record, at, knowledge)
    _merge(facts, found.facts)
    _merge(facts, medicine_facts(medicines_to_check(record, at, knowledge), knowledge))
    said, old = _answers(record, at, knowledge)
    _merge(facts, said)
    _merge(facts, _use(record, at))
    _merge(facts, _readings(record, at, knowledge))
    suspected = {name: doubt for name, doubt in found.suspected.items() if facts.get(name) is not True}
    for name in suspected:
        facts.pop(name, None)
    return RecordFacts(facts, (*unread, *old), suspected)


def listed_facts(conditions: Sequence[Condition], *, at: dt.datetime, knowledge: Knowledge) -> RecordFacts:
    """The facts of a list of conditions alone, as those of a session are, by the same reading as a record's."""
    found, unread = _conditions(Record(conditions=tuple(conditions)), at, knowledge)
    facts: dict[str, Fact] = {}
    _merge(facts, found.facts)
    suspected = {name: doubt for name, doubt in found.suspected.items() if facts.get(name) is not True}
    settled = {name: value for name, value in facts.items() if name not in suspected}
    return RecordFacts(settled, tuple(unread), suspected)


def facts_together(
    record: Record, stated: Mapping[str, Fact], *, at: dt.datetime, knowledge: Knowledge, allow_computed: bool = False
) -> tuple[RecordFacts, dict[str, Fact]]:
    """What a record holds, and the same with the answers beside it, which win unless the record says yes or worse.

    Of two times since something the shorter one counts, and a first session that the record does not bear out is none.

    A “no” to what the record suspects does not count: the fact stays open, and is asked.

    `stated` has names of clinical-facts.csv; FactRefused where one cannot be, or is worked out by Keel and not allowed.
    """
    read = facts_from_record(record, at=at, knowledge=knowledge)
    checked = checked_facts(stated, knowledge.clinical_facts, allow_computed=allow_computed)
    answered = {
        name: value
        for name, value in checked.items()
        if read.facts.get(name) is not True and not (value is False and name in read.suspected)
    }
    for name in _LESS_IS_WORSE:
        values = [value for one in (read.facts, checked) if isinstance(value := one.get(name), bool | int | float)]
        answered |= {name: min(values)} if values else {}
    together = {**read.facts, **answered}
    levels = [one for one in (read.facts.get(_LEVEL), checked.get(_LEVEL)) if isinstance(one, str)]
    return read, together | ({_LEVEL: max(levels, key=RISK_LEVELS.index)} if levels else {})


def _merge(facts: dict[str, Fact], more: Iterable[tuple[str, Fact]]) -> None:
    """A yes is never undone by a no of another entry; of two times since an event the shorter one counts."""
    for name, value in more:
        have = facts.get(name)
        if name in _TIMES and isinstance(have, float) and isinstance(value, float):
            facts[name] = min(have, value)
        elif have is not True:
            facts[name] = value


class _Read(NamedTuple):
    facts: list[tuple[str, Fact]]
    suspected: dict[str, Message]


def _conditions(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[_Read, list[Message]]:
    """The facts of the conditions, and each condition that names nothing of the vocabulary, or only a relative's."""
    facts: list[tuple[str, Fact]] = []
    suspected: dict[str, Message] = {}
    unread: list[Message] = []
    for condition in conditions_at(record, at):
        named = named_by(condition, at, knowledge)
        doubt = Message("“{text}” is suspected on record: a “no” to it does not count.", text=condition.text)
        for one in named:
            if one.state is State.DENIED and condition.present:
                continue
            found = condition_facts(one.concept, one.state, knowledge)
            # What is over is no answer to whether it is there now: only what was asked and denied is a “no”.
            facts += [(name, False) for name in found.no if one.state is State.DENIED]
            told = [*((name, True) for name in found.yes), *_times(one, condition, at, knowledge)]
            is_closed = _is_closed(condition, record, at)
            facts += [(name, value) for name, value in told if not (is_closed and name in _SUICIDE)]
            suspected |= dict.fromkeys(found.suspected, doubt)
        rest = read_concepts(condition.text, None, knowledge).rest if named else ()
        if rest:
            unread.append(Message("Not understood in a diagnosis: {text}.", text=listed(rest)))
        if not named:
            unread.append(Message("The diagnosis “{text}” was not read as any fact of the rules.", text=condition.text))
        elif all(one.state is State.FAMILY for one in named):
            unread.append(Message("The diagnosis “{text}” is of a relative.", text=condition.text))
        elif condition.present and any(one.state is State.DENIED for one in named):
            unread.append(
                Message("The diagnosis “{text}” denies in words: no fact was made of it.", text=condition.text)
            )
        elif any(one.state is State.SUSPECTED for one in named):
            unread.append(doubt)
    return _Read(facts, suspected), unread


def condition_facts(concept: str, state: State, knowledge: Knowledge) -> ConceptFacts:
    """The facts of a concept that a record lists; an illness on record is no event of today or of a session."""
    row = knowledge.concepts[concept]
    found = concept_facts([(row, state)])
    if row.kind is not ConceptKind.CONDITION:
        return found
    catalogue = knowledge.clinical_facts
    return ConceptFacts(*(tuple(name for name in each if catalogue[name].group not in _OF_THE_DAY) for each in found))


def _times(
    named: ConditionMention, condition: Condition, at: dt.datetime, knowledge: Knowledge
) -> Iterator[tuple[str, Fact]]:
    """Weeks since an event of heart or brain, months since a use disorder ended, suicidal behaviour that is recent."""
    row, onset = knowledge.concepts[named.concept], began_on(condition, at)
    is_had = named.state is State.PRESENT or named.state.is_over
    if "cv_event" in row.ever and is_had and onset is not None:
        yield "weeks_since_cv_event", significant((at.date() - onset).days / 7)
    if _BEHAVIOUR in row.now and is_had and onset is not None and onset >= months_before(at.date(), _BEHAVIOUR_MONTHS):
        yield _BEHAVIOUR, True
    if "substance_use_disorder_past" in row.over and named.state.is_over and condition.ended is not None:
        yield "months_since_remission", significant((at.date() - condition.ended).days / _DAYS_A_MONTH)


def _is_closed(condition: Condition, record: Record, at: dt.datetime) -> bool:
    """Whether a clinician has assessed the risk of suicide since a condition began; of one without a date, at all."""
    onset = began_on(condition, at)
    closing = [one.at for one in closing_assessments(record, at, RISK) if one.at is not None]
    return bool(closing) and (onset is None or closing[-1].date() > onset)


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
    """Facts of what was answered and stands; a newest dated sitting that is too old is not used and is named."""
    limit = dt.timedelta(days=knowledge.protocols["level-of-care"].number("answers_age"))
    found: list[tuple[str, Fact]] = list(suicide_facts(record, at=at, knowledge=knowledge))
    old: list[Message] = []
    for name, sittings in newest_sittings(record, at).items():
        dated = [one for one in sittings if one.at is not None]
        when = dated[0].at if dated else None
        if when is not None and at - when > limit:
            day = day_of(when, at).isoformat()
            old.append(Message("The answers to {name} of {day} are too old to be used.", name=name, day=day))
        elif name == "phq-9":
            found += _total(dated, knowledge)
    standing = standing_sittings(record, at, knowledge)
    for rule in knowledge.answer_facts.values():
        used = [one for one in standing.get(rule.instrument, ()) if one.at is None or at - one.at <= limit]
        if answered(used, rule.items):
            found.append((rule.fact, True))
        elif rule.denies and any(_denies(one, rule.items) for one in used if one.at is not None):
            found.append((rule.fact, False))
    return found, old


def _denies(sitting: Answers, items: Sequence[str]) -> bool:
    """Whether each of the items was answered with no; one that was left out denies nothing."""
    return all(yes_or_no(sitting.items.get(item)) is False for item in items)


def _total(sittings: Sequence[Answers], knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """The highest total of the PHQ-9 in some sittings."""
    fact = knowledge.clinical_facts["phq9_total"]
    totals = [one.total if one.total is not None else _sum(one, 9) for one in sittings]
    highest = max((total for total in totals if total is not None and _can_be(total, fact)), default=None)
    yield from [] if highest is None else [(fact.id, highest)]


def _can_be(total: float, fact: ClinicalFact) -> bool:
    """Whether a total lies within its scale; a slip of the pen is not a severity."""
    return (fact.least is None or total >= fact.least) and (fact.most is None or total <= fact.most)


def _sum(sitting: Answers, items: int) -> float | None:
    """The sum of items 1 to `items`, or None where one has no number or they are disputed: nothing is guessed here."""
    if sitting.items.get("total") == NOT_UNDERSTOOD:
        return None
    values = [sitting.items.get(str(number)) for number in range(1, items + 1)]
    numbers = [value for value in values if isinstance(value, int)]
    return float(sum(numbers)) if len(numbers) == items else None


def _use(record: Record, at: dt.datetime) -> Iterator[tuple[str, Fact]]:
    """Use outside treatment now, and the last dose."""
    taken = doses_taken(record, at)
    recent = [dose.setting for dose in taken if (at.date() - day_of(dose.start, at)).days <= _RECENT_USE_DAYS]
    patterns = [pattern.setting for pattern in record.patterns if pattern.is_current]
    if Setting.NON_MEDICAL in (*recent, *patterns):
        yield "non_medical_ketamine_use", True
        yield "still_using", True
    if any(dose.setting is Setting.NON_MEDICAL and _is_of_last_day(dose, at) for dose in taken):
        yield "non_prescribed_drugs_24h", True
    if taken:
        yield "first_session", not any(_is_of_treatment(dose) for dose in taken)
        last = max(dose.end or dose.start for dose in taken)
        yield "hours_since_last_dose", significant(max(0.0, (at - last).total_seconds() / 3600))


def _is_of_treatment(dose: Dose) -> bool:
    """Whether somebody gave a dose: in a treatment, or measured by those who gave it, where no setting was told."""
    return dose.setting.is_medical or (dose.setting is Setting.UNKNOWN and dose.certainty is DoseCertainty.MEASURED)


def _is_of_last_day(dose: Dose, at: dt.datetime) -> bool:
    """Whether a dose can lie within the last 24 hours."""
    since = at - dt.timedelta(hours=24)
    return dose.start >= since if dose.precision is Precision.MINUTE else day_of(dose.start, at) >= since.date()


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
