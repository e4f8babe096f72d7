"""Writes records as Keel record JSON, which the reader reads back to the same facts."""

from collections.abc import Iterable

import msgspec

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
)
from keel.quantities import Interval
from keel.record import Answers, Condition, Dose, Measurement, Medicine, Person, Precision, Record


def write_record(record: Record) -> bytes:
    """One record as Keel record JSON, UTF-8, indented; notes of the reading are not part of it."""
    return _json(_entry(record))


def write_people(records: Iterable[Record]) -> bytes:
    """Several records as one Keel file."""
    return _json(PeopleFile(people=tuple(map(_entry, records))))


def _json(entry: RecordEntry | PeopleFile) -> bytes:
    return msgspec.json.format(msgspec.json.encode(entry), indent=2) + b"\n"


def _entry(record: Record) -> RecordEntry:
    patterns = (
        PatternEntry(
            text=pattern.text,
            substance=pattern.substance,
            route=pattern.route,
            setting=pattern.setting,
            form=pattern.form,
            id=pattern.id,
        )
        for pattern in record.patterns
    )
    return RecordEntry(
        person=_person(record.person),
        doses=tuple(map(_dose, record.doses)),
        patterns=tuple(dict.fromkeys(patterns)),  # the phases of one pattern share its text
        measurements=tuple(map(_measurement, record.measurements)),
        medicines=tuple(map(_medicine, record.medicines)),
        answers=tuple(map(_answers, record.answers)),
        conditions=tuple(map(_condition, record.conditions)),
    )


def _person(person: Person) -> PersonEntry:
    return PersonEntry(
        id=person.id,
        age=person.age_years,
        birth_date=person.birth_date.isoformat() if person.birth_date else None,
        sex=person.sex,
        weight=None if person.weight_kg is None else f"{person.weight_kg!r} kg",
        height=None if person.height_cm is None else f"{person.height_cm!r} cm",
        pregnancy=person.pregnancy,
        country=person.country,
    )


def _dose(dose: Dose) -> DoseEntry:
    return DoseEntry(
        substance=dose.substance,
        route=dose.route,
        amount=_amount(dose.amount_mg, "mg") if dose.amount_mg else _amount(dose.per_kg, "mg/kg"),
        form=dose.form,
        start=dose.start.isoformat(),
        end=dose.end.isoformat() if dose.end else None,
        certainty=dose.certainty,
        setting=dose.setting,
        devices=dose.devices,
        precision=None if dose.precision is Precision.MINUTE else dose.precision,
        origin=dose.origin,
        id=dose.id,
    )


def _amount(amount: Interval | None, unit: str) -> str | AmountRange | None:
    if amount is None:
        return None
    if amount.is_exact:
        return f"{amount.mid!r} {unit}"
    return AmountRange(low=f"{amount.low!r} {unit}", mid=f"{amount.mid!r} {unit}", high=f"{amount.high!r} {unit}")


def _measurement(measurement: Measurement) -> MeasurementEntry:
    value = measurement.value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return MeasurementEntry(
        code=measurement.code,
        system=measurement.system,
        name=measurement.name,
        value=None if isinstance(value, str) else value,
        text=value if isinstance(value, str) else None,
        unit=measurement.unit if is_number else None,
        at=measurement.at.isoformat() if measurement.at else None,
        by=measurement.by,
        device=measurement.device,
        absent=measurement.absent,
        upper_limit=_limit(measurement),
        id=measurement.id,
    )


def _limit(measurement: Measurement) -> str | None:
    return None if measurement.upper_limit is None else f"{measurement.upper_limit!r} {measurement.unit}".strip()


def _medicine(medicine: Medicine) -> MedicineEntry:
    return MedicineEntry(
        text=medicine.text,
        status=medicine.status,
        codes=medicine.codes,
        started=medicine.started.isoformat() if medicine.started else None,
        stopped=medicine.stopped.isoformat() if medicine.stopped else None,
        id=medicine.id,
    )


def _answers(answers: Answers) -> AnswersEntry:
    return AnswersEntry(
        instrument=answers.instrument,
        items=answers.items,
        total=answers.total,
        version=answers.version,
        at=answers.at.isoformat() if answers.at else None,
        id=answers.id,
    )


def _condition(condition: Condition) -> ConditionEntry:
    return ConditionEntry(
        text=condition.text,
        codes=condition.codes,
        status=condition.status,
        present=condition.present,
        onset=condition.onset.isoformat() if condition.onset else None,
        id=condition.id,
    )
