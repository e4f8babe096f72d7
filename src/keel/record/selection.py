"""What of a record counts at a time: newest, answered, standing, taken, measured. The one place that decides it.

Instants are compared as instants, whatever the offset they were written with, and the order of facts says nothing.
Nothing dated after `at` counts. Where two facts of one moment differ both stand, so that no “no” hides a “yes”.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.concepts import State
from keel.knowledge.reading import CodeKind
from keel.record.concepts import ConditionMention, named_by, stated
from keel.record.record import (
    TAKEN,
    Answers,
    Condition,
    Dose,
    Measurement,
    Person,
    Precision,
    Record,
    RiskAssessment,
    Sex,
    UsePattern,
)

_YES_NO = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
_LOINC = "http://loinc.org"
"""The system of a code that came without one."""
_NEVER_TRUE = ("entered-in-error", "refuted")
_ANYWHERE_ON_EARTH = dt.timedelta(hours=14)

# Times


def is_bare_date(moment: dt.datetime) -> bool:
    """Whether a moment stands for a date without a clock time: readers put such a one at midnight."""
    return moment.time() == dt.time.min


def day_of(moment: dt.datetime, at: dt.datetime) -> dt.date:
    """The calendar day of a moment where `at` is; a bare date is that date everywhere."""
    return moment.date() if is_bare_date(moment) else moment.astimezone(at.tzinfo).date()


def written_time(moment: dt.datetime, at: dt.datetime) -> str:
    """A moment as the clock where `at` is shows it, whatever offset it was written with; a bare date as the date."""
    day = day_of(moment, at).isoformat()
    return day if is_bare_date(moment) else f"{day} {moment.astimezone(at.tzinfo):%H:%M}"


def has_been(moment: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a moment is known and not after `at`; a bare date has been once it has begun anywhere on Earth."""
    if moment is None:
        return False
    return _has_begun(moment, at, is_date=is_bare_date(moment))


def _has_begun(moment: dt.datetime, at: dt.datetime, *, is_date: bool) -> bool:
    return moment <= at.astimezone(dt.UTC) + (_ANYWHERE_ON_EARTH if is_date else dt.timedelta())


# Answers


def sittings(record: Record, at: dt.datetime, instrument: str | None = None) -> tuple[Answers, ...]:
    """The sittings up to `at`, of one instrument or of all: those without a time, then the dated ones, oldest first."""
    known = [one for one in record.answers if instrument in (None, one.instrument)]
    been = [one for one in known if one.at is None or has_been(one.at, at)]
    return tuple(sorted(been, key=lambda one: (one.at is not None, one.at or at, _content(one))))


def newest_sittings(record: Record, at: dt.datetime) -> dict[str, tuple[Answers, ...]]:
    """Of each instrument the newest sitting up to `at`; several where they are of one moment, each content once.

    A sitting without a time may be the newest as well as any, so it stands beside the newest one that has a time.
    """
    been = sittings(record, at)
    newest = {one.instrument: one.at for one in been}
    found: dict[str, dict[tuple[object, ...], Answers]] = {name: {} for name in sorted(newest)}
    for one in been:
        if one.at in (None, newest[one.instrument]):
            found[one.instrument][_content(one)] = one
    return {instrument: tuple(each.values()) for instrument, each in found.items()}


def _content(sitting: Answers) -> tuple[object, ...]:
    """What was answered, whatever it is called: the same sitting sent twice counts once."""
    items = sorted((item, str(answer)) for item, answer in sitting.items.items())
    return (sitting.instrument, tuple(items), -1.0 if sitting.total is None else sitting.total)


def newest_items(record: Record, at: dt.datetime, instrument: str) -> dict[str, int | str]:
    """Item to answer over the newest sittings of an instrument; where they differ a yes stays."""
    merged: dict[str, int | str] = {}
    for sitting in newest_sittings(record, at).get(instrument, ()):
        kept = {item: answer for item, answer in merged.items() if yes_or_no(answer)}
        merged |= sitting.items | kept
    return merged


def yes_or_no(answer: object) -> bool | None:
    """True for a yes and False for a no in any of their spellings (1, “Yes”, true); None for anything else."""
    return _YES_NO.get(str(answer).strip().casefold())


def any_yes(answers: Iterable[object]) -> bool | None:
    """True where one of some yes-or-no answers is yes, False where there are some and all are no, else None."""
    known = {one if one is None or isinstance(one, bool) else yes_or_no(one) for one in answers}
    return True if True in known else False if known == {False} else None


def answered(given: Sequence[Answers], items: Iterable[str]) -> bool | None:
    """Whether any of the items was answered yes in some sittings; False where each was answered no, else None."""
    return any_yes(any_yes(one.items[item] for one in given if item in one.items) for item in items)


# What stands: a danger that was told, until its time is over or a clinician closes it

NOT_UNDERSTOOD = "not_understood"


def tells_danger(sitting: Answers, knowledge: Knowledge) -> bool:
    """Whether a safety item was answered above no, or with something that nobody understood."""
    instrument = knowledge.instruments.get(sitting.instrument)
    return instrument is not None and any(
        is_above_no(sitting.items.get(item)) or sitting.items.get(item) == NOT_UNDERSTOOD
        for item in instrument.safety_items
    )


def is_above_no(answer: object) -> bool:
    """Whether an answer is a yes, or a number above zero."""
    return yes_or_no(answer) or (isinstance(answer, int | float) and answer > 0)


def standing_sittings(record: Record, at: dt.datetime, knowledge: Knowledge) -> dict[str, tuple[Answers, ...]]:
    """Of each instrument the sittings that still say something at `at`, oldest first, the newest ones last.

    A danger that was told in a safety item stands for the look-back time of its instrument, whatever was answered
    later: such a sitting stands beside the newest. What a clinician has closed says nothing any more.
    """
    newest, found = newest_sittings(record, at), {}
    for name, last in newest.items():
        instrument = knowledge.instruments.get(name)
        told = instrument.look_back if instrument else None
        earlier: dict[tuple[object, ...], Answers] = {}
        if told is not None:
            since = at - dt.timedelta(days=told.time.value)
            for one in sittings(record, at, name):
                if one.at is not None and since <= one.at and one not in last and tells_danger(one, knowledge):
                    earlier[one.at, _content(one)] = one
        closed = [] if told is None else closing_assessments(record, at, told.risk)
        standing = [one for one in (*earlier.values(), *last) if not any(_closes(each, one) for each in closed)]
        if standing:
            found[name] = tuple(standing)
    return found


def closing_assessments(record: Record, at: dt.datetime, risk: str) -> tuple[RiskAssessment, ...]:
    """The assessments of a risk up to `at` that close what was told before, oldest first: with name, reason, time."""
    been = [one for one in record.risk_assessments if one.risk == risk and has_been(one.at, at)]
    named = [one for one in been if one.by.strip() and one.reason.strip()]
    return tuple(sorted(named, key=lambda one: (one.at or at, one.level)))


def _closes(assessment: RiskAssessment, sitting: Answers) -> bool:
    """Whether an assessment came after a sitting; of a day without a clock time only the end is sure.

    A sitting without a time may be newer than any assessment, so nothing closes it.
    """
    if sitting.at is None or assessment.at is None:
        return False
    whole_day = dt.timedelta(days=1) if is_bare_date(sitting.at) else dt.timedelta()
    return sitting.at == assessment.at or sitting.at + whole_day <= assessment.at


# Conditions


def _status(condition: Condition) -> str:
    return re.sub(r"[\s_-]+", "-", condition.status.strip().casefold())


def conditions_at(record: Record, at: dt.datetime) -> tuple[Condition, ...]:
    """The conditions on record at `at`, denied and doubtful ones among them: not those to come or entered in error."""
    return tuple(
        one
        for one in record.conditions
        if _status(one) not in _NEVER_TRUE and (one.onset is None or one.onset <= at.date())
    )


def concepts_named(
    record: Record, at: dt.datetime, knowledge: Knowledge
) -> tuple[tuple[Condition, ConditionMention], ...]:
    """What the conditions on record at `at` name by words and codes, with the condition that says it."""
    return tuple((one, named) for one in conditions_at(record, at) for named in named_by(one, at, knowledge))


def concepts_present(record: Record, at: dt.datetime, knowledge: Knowledge) -> frozenset[str]:
    """The concepts that a person has at `at`: named without a doubt, and not over."""
    return frozenset(
        named.concept for _, named in concepts_named(record, at, knowledge) if named.state is State.PRESENT
    )


def standing_conditions(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[Condition, ...]:
    """The conditions that a person has at `at` by their fields and words: present, without a doubt, and not over."""
    return tuple(one for one in conditions_at(record, at) if stated(one, at, knowledge) is State.PRESENT)


# Medicines, doses, patterns


def medicines_taken(record: Record, at: dt.datetime) -> tuple[str, ...]:
    """What is taken at `at`, as typed; a medicine that is to be stopped later is still taken.

    One that was given by others counts on its day and the day after, and where the day is not known.
    """
    return tuple(
        one.text
        for one in record.medicines
        if one.status in TAKEN
        or (one.status == "stopped" and one.stopped is not None and one.stopped > at.date())
        or (one.status == "administered" and _is_new(one.stopped or one.started, at))
    )


def _is_new(day: dt.date | None, at: dt.datetime) -> bool:
    """Whether a day is not known, or is that of `at` or the one before it."""
    return day is None or dt.timedelta() <= at.date() - day <= dt.timedelta(days=1)


def is_taken(dose: Dose, at: dt.datetime) -> bool:
    """Whether a dose lies not after `at`; one known by its date has been once that date has begun anywhere on Earth."""
    return _has_begun(dose.start, at, is_date=dose.precision is not Precision.MINUTE)


def doses_taken(record: Record, at: dt.datetime, *, medical: bool | None = None) -> tuple[Dose, ...]:
    """The doses up to `at`, oldest first: all, or of one lane. One whose setting nobody stated is not medical."""
    taken = (one for one in record.doses if is_taken(one, at) and medical in (None, one.setting.is_medical))
    return tuple(sorted(taken, key=lambda one: one.start))


def told_sequences(
    patterns: Sequence[UsePattern], *, medical: bool | None = None
) -> tuple[tuple[UsePattern, ...], ...]:
    """Patterns grouped into phases that follow one another, by the text that they came from: all, or of one lane."""
    grouped = (tuple(phases) for _, phases in groupby(patterns, key=lambda one: (one.id, one.text, one.sequence)))
    return tuple(phases for phases in grouped if medical in (None, all(phase.setting.is_medical for phase in phases)))


# Measurements and the person


def meaning_of(measurement: Measurement, knowledge: Knowledge) -> str:
    """What a measurement is of, by its code in whatever system (“systolic”); empty where the code is not known."""
    meant = knowledge.reading_codes.coded(CodeKind.MEASURE, measurement.system or _LOINC, measurement.code)
    return meant.means if meant else ""


def numbers_measured(record: Record, at: dt.datetime) -> tuple[Measurement, ...]:
    """The dated measurements up to `at` that hold a number, oldest first.

    Of two numbers of one moment the higher one stands last.
    """
    found = [
        (one.at, one.number, one.id, one)
        for one in record.measurements
        if one.at is not None and has_been(one.at, at) and one.number is not None
    ]
    return tuple(one for *_, one in sorted(found, key=lambda each: each[:3]))


def measured_as(record: Record, at: dt.datetime, measure: str, knowledge: Knowledge) -> tuple[Measurement, ...]:
    """Those of `numbers_measured` that are of one thing, under any of its codes."""
    return tuple(one for one in numbers_measured(record, at) if meaning_of(one, knowledge) == measure)


def person_facts(person: Person, at: dt.datetime) -> dict[str, Fact]:
    """Age, weight, height, sex and pregnancy at a time under the names of the rules, as far as known."""
    known: dict[str, Fact] = {
        "age_years": person.age_at(at),
        "weight_kg": person.weight_kg,
        "height_cm": person.height_cm,
        "sex": None if person.sex is Sex.UNKNOWN else str(person.sex),
        "pregnant": person.is_pregnant,
    }
    return {name: value for name, value in known.items() if value is not None}
