"""Writes records as Keel record JSON, which the reader reads back to the same facts."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from keel.interop.plausibility import without_derived_size
from keel.interop.record_file.shape import (
    AmountRange,
    AnswersEntry,
    ConditionEntry,
    DoseEntry,
    MeasurementEntry,
    MedicineEntry,
    PatternEntry,
    PeopleFile,
    PersonEntry,
    RecordEntry,
    ReviewEntry,
    RiskAssessmentEntry,
    same_fields,
)
from keel.knowledge import Knowledge
from keel.quantities import Interval
from keel.record import Dose, Measurement, Person, Precision, Record, UsePattern

E = TypeVar("E", bound=msgspec.Struct)


def write_record(record: Record) -> bytes:
    """One record as Keel record JSON, UTF-8, indented; notes of the reading are not part of it."""
    return _json(_entry(record))


def write_people(records: Iterable[Record]) -> bytes:
    """Several records as one Keel file."""
    return _json(PeopleFile(people=tuple(map(_entry, records))))


def write_converted(records: Sequence[Record], *, at: dt.datetime, knowledge: Knowledge) -> bytes:
    """Records that were read from any format, as a Keel file from which the same Pictures follow.

    A weight or height that was taken from a measurement at `at` stays a measurement, so that it grows old as it did.
    People who share an id, as those of two servers may, get a number behind it.
    """
    if len(records) == 1:
        return write_record(without_derived_size(records[0], at=at, knowledge=knowledge))
    seen: Counter[str] = Counter()
    people = []
    for record in records:
        person, name = without_derived_size(record, at=at, knowledge=knowledge), record.person.id
        seen[name] += 1
        if name and seen[name] > 1:
            named = msgspec.structs.replace(person.person, id=f"{name} ({seen[name]})")
            person = msgspec.structs.replace(person, person=named)
        people.append(person)
    return write_people(people)


def _json(entry: RecordEntry | PeopleFile) -> bytes:
    return msgspec.json.format(msgspec.json.encode(entry), indent=2) + b"\n"


def _entry(record: Record) -> RecordEntry:
    return RecordEntry(
        person=_person(record.person),
        doses=_once(map(_dose, record.doses)),
        patterns=_once(pattern_entries(record.patterns)),
        measurements=_once(map(_measurement, record.measurements)),
        medicines=_once(_same(MedicineEntry, one) for one in record.medicines),
        answers=_once(_same(AnswersEntry, one) for one in record.answers),
        conditions=_once(_same(ConditionEntry, one) for one in record.conditions),
        risk_assessments=_once(_same(RiskAssessmentEntry, one) for one in record.risk_assessments),
        reviews=tuple(_same(ReviewEntry, one) for one in record.reviews),
    )


def _once(entries: Iterable[Any]) -> tuple[Any, ...]:
    """The entries, with the id of a later one left out that an earlier one has: two resources may share an id."""
    seen: set[str] = set()
    named = []
    for entry in entries:
        named.append(msgspec.structs.replace(entry, id="") if entry.id in seen else entry)
        seen.add(entry.id)
    return tuple(named)


def pattern_entries(patterns: Sequence[UsePattern]) -> Iterable[PatternEntry]:
    """One entry for the phases of a pattern, which share its text; what differs between them the text itself says."""
    phases: dict[tuple[str, str], list[UsePattern]] = {}
    for pattern in patterns:
        phases.setdefault((pattern.text, pattern.id), []).append(pattern)
    for (text, name), told in phases.items():
        shared = {
            field: getattr(told[0], field)
            for field in ("substance", "route", "setting", "form")
            if len({getattr(phase, field) for phase in told}) == 1
        }
        yield PatternEntry(text=text, id=name, **shared)


def _same(shape: type[E], fact: msgspec.Struct, **other: Any) -> E:
    """The entry of a fact: fields of the same name, times as text, and `other` fields that are written differently."""
    values = {name: getattr(fact, name) for name in fact.__struct_fields__ if name in shape.__struct_fields__}
    dated = {name: value.isoformat() for name, value in values.items() if isinstance(value, dt.date)}
    return same_fields(shape, fact, **dated | other)


def _person(person: Person) -> PersonEntry:
    return _same(
        PersonEntry,
        person,
        age=person.age_years,
        weight=None if person.weight_kg is None else f"{person.weight_kg!r} kg",
        height=None if person.height_cm is None else f"{person.height_cm!r} cm",
    )


def _dose(dose: Dose) -> DoseEntry:
    amount = _amount(dose.amount_mg, "mg") if dose.amount_mg else _amount(dose.per_kg, "mg/kg")
    precision = None if dose.precision is Precision.MINUTE else dose.precision
    return _same(DoseEntry, dose, amount=amount, precision=precision)


def _amount(amount: Interval | None, unit: str) -> str | AmountRange | None:
    if amount is None:
        return None
    if amount.is_exact:
        return f"{amount.mid!r} {unit}"
    return AmountRange(low=f"{amount.low!r} {unit}", mid=f"{amount.mid!r} {unit}", high=f"{amount.high!r} {unit}")


def _measurement(measurement: Measurement) -> MeasurementEntry:
    value = measurement.value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    words = {"value": None, "text": value} if isinstance(value, str) else {}
    return _same(MeasurementEntry, measurement, unit=measurement.unit if is_number else None, **words)
