"""Writes records as a FHIR R4 Bundle, which the reader reads back to the same Picture.

Every fact is said in elements of R4, so that other programs understand it; what R4 has no place for stands beside them
in Keel's own extensions (`fhir/own.py`). What is in the family is a FamilyMemberHistory, never a Condition of the
person; use that was told as a pattern is a MedicationStatement with the pattern in its words.
"""

import datetime as dt
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from keel.interop.fhir import own
from keel.interop.fhir.datatypes import ABSENT_REASON, LOINC, UCUM
from keel.interop.fhir.own import extension
from keel.interop.fhir.people import RISK_LEVEL
from keel.interop.fhir_questionnaire import LOCAL, answer_value
from keel.interop.json_text import without_empty
from keel.interop.plausibility import without_derived_size
from keel.interop.record_file.shape import RISKS, PatternEntry
from keel.interop.record_file.writer import pattern_entries, write_record
from keel.interop.times import written_start
from keel.interop.vocabulary import OWN_ROUTES, OWN_SUBSTANCES, SNOMED
from keel.knowledge import Knowledge
from keel.knowledge.concepts import State
from keel.knowledge.reading import CodeKind, ReadingCode
from keel.quantities import UnitError, parse_unit
from keel.record import (
    Answers,
    Condition,
    Dose,
    DoseCertainty,
    Measurement,
    Medicine,
    Person,
    Pregnancy,
    Record,
    RiskAssessment,
    Setting,
    Sex,
)
from keel.record.concepts import condition_state, stated
from keel.record.selection import is_bare_date

Json = dict[str, Any]

_TERMS = "http://terminology.hl7.org/CodeSystem"
_ATC = "http://www.whocc.no/atc"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_URI = re.compile(r"\S+")
_BY_PULSE, _SATURATION = "59408-5", "2708-6"
"""Oxygen by a pulse oximeter goes out under both of its codes, as US Core asks."""
_ADMINISTERED = dt.timedelta(days=1)
"""What goes on longer is an administration and no statement of one dose."""
_STATEMENT_STATUS = {
    "taken": "active",
    "planned": "intended",
    "administered": "completed",
}
_ABSENT = {
    "declined": "asked-declined",
    "not_asked": "not-asked",
    "unanswered": "unknown",
    "not_understood": "error",
}
"""Why an item has no answer, in the words of R4."""
_CLINICAL = {
    State.PAST: "inactive",
    State.REMISSION: "remission",
    State.RESOLVED: "resolved",
}


def fhir_bundle(*records: Record, at: dt.datetime, knowledge: Knowledge) -> Json:
    """The records as one Bundle of the type `collection`, ready for JSON.

    The same records give the same addresses; no two records share one.
    """
    entries = [entry for record in records for entry in _Writer(record, at, knowledge).entries()]
    bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": at.isoformat(timespec="seconds")}
    return bundle | ({"entry": entries} if entries else {})


class _Writer:
    def __init__(self, record: Record, at: dt.datetime, knowledge: Knowledge) -> None:
        self._record = without_derived_size(record, at=at, knowledge=knowledge)
        self._at, self._knowledge = at, knowledge
        self._seed = sha256(write_record(record)).hexdigest()
        self._person = {"reference": self._address(0)}
        self._ids: set[tuple[str, str]] = set()

    def entries(self) -> Iterator[Json]:
        for number, resource in enumerate(self._resources()):
            name, kind = str(resource.pop("id", "")), resource["resourceType"]
            if _ID.fullmatch(name) and (kind, name) not in self._ids:
                self._ids.add((kind, name))
                resource = {"resourceType": kind, "id": name} | resource
            yield {"fullUrl": self._address(number), "resource": without_empty(resource)}

    def _address(self, number: int) -> str:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{self._seed}:{number}')}"

    def _resources(self) -> Iterator[Json]:
        yield self._patient(self._record.person)
        yield from map(self._dose, self._record.doses)
        yield from map(self._pattern, pattern_entries(self._record.patterns))
        yield from map(self._medicine, self._record.medicines)
        yield from map(self._measurement, self._record.measurements)
        yield from map(self._answers, self._record.answers)
        yield from map(self._condition, self._record.conditions)
        yield from map(self._risk, self._record.risk_assessments)

    def _about(self, kind: str, fact: msgspec.Struct, **elements: Any) -> Json:
        """A resource about the person, with the id of the fact."""
        return {"resourceType": kind, "id": getattr(fact, "id", ""), "subject": self._person} | elements

    def _patient(self, person: Person) -> Json:
        extensions = [
            extension(name, valueDecimal=value)
            for name, value in (
                ("age-years", person.age_years),
                ("weight-kg", person.weight_kg),
                ("height-cm", person.height_cm),
            )
            if value is not None
        ]
        if person.pregnancy is not Pregnancy.NOT_ASKED:
            extensions.append(extension("pregnancy", valueCode=person.pregnancy.value))
        has_id = bool(_ID.fullmatch(person.id)) or not person.id
        return {
            "resourceType": "Patient",
            "id": person.id,
            "extension": extensions,
            "identifier": [] if has_id else [{"system": own.PERSON, "value": person.id}],
            "gender": "" if person.sex is Sex.UNKNOWN else person.sex.value,
            "birthDate": _day(person.birth_date),
            "address": [{"country": person.country}] if person.country else [],
        }

    def _dose(self, dose: Dose) -> Json:
        amount = dose.amount_mg or dose.per_kg
        is_given = dose.setting is Setting.CLINIC or dose.certainty is DoseCertainty.MEASURED or _lasts(dose)
        quantity = _amount(dose)
        shared = {
            "extension": [
                extension("setting", valueCode=dose.setting.value),
                extension("certainty", valueCode=dose.certainty.value),
                extension("form", valueCode=dose.form.value),
                *([] if dose.devices is None else [extension("devices", valueInteger=dose.devices)]),
            ],
            "status": "completed",
            "medicationCodeableConcept": self._substance(dose.substance),
            "effectiveDateTime": "" if dose.end else written_start(dose.start, dose.precision),
            "effectivePeriod": {"start": written_start(dose.start, dose.precision), "end": _time(dose.end)}
            if dose.end
            else {},
        }
        if is_given and (amount is None or amount.is_exact):
            category = "outpatient" if dose.setting is Setting.CLINIC else ""
            return self._about(
                "MedicationAdministration",
                dose,
                **shared,
                category=_coded(f"{_TERMS}/medication-admin-category", category),
                dosage={"route": self._route(dose.route), "dose": quantity},
            )
        how_much = {"doseQuantity": quantity} if amount is None or amount.is_exact else {"doseRange": quantity}
        return self._about(
            "MedicationStatement",
            dose,
            **shared,
            informationSource={} if dose.setting is Setting.CLINIC else self._person,
            dosage=[{"route": self._route(dose.route), "doseAndRate": [how_much]}],
        )

    def _pattern(self, pattern: PatternEntry) -> Json:
        phases = [one for one in self._record.patterns if (one.text, one.id) == (pattern.text, pattern.id)]
        ends = [one.end for one in phases if one.end]
        is_over = not any(one.is_current for one in phases)
        return self._about(
            "MedicationStatement",
            pattern,
            extension=[
                extension(name, valueCode=value.value)
                for name, value in (("setting", pattern.setting), ("form", pattern.form))
                if value is not None
            ],
            status="completed" if is_over else "active",
            medicationCodeableConcept=self._substance(pattern.substance or "unknown"),
            effectivePeriod={
                "start": _day(min((one.start for one in phases if one.start), default=None)),
                "end": _day(max(ends)) if is_over and ends else "",
            },
            informationSource=self._person,
            dosage=[
                {
                    "extension": [extension("pattern", valueBoolean=True)],
                    "text": pattern.text,
                    "route": self._route(pattern.route or "unknown"),
                }
            ],
        )

    def _substance(self, name: str) -> Json:
        """One of the family by its names and codes; `unknown` too, since who took it may not know."""
        codes = self._knowledge.reading_codes
        atc = [row for row in codes.values() if row.system == _ATC and row.means == name]
        title = next((row.code for row in codes.values() if row.system == "name" and row.means == name), name)
        return {
            "coding": [
                *({"system": row.system, "code": row.code, "display": row.title} for row in atc if len(atc) == 1),
                {"system": OWN_SUBSTANCES, "code": name},
            ],
            "text": title,
        }

    def _route(self, name: str) -> Json:
        route = self._knowledge.routes.get(name)
        if route is None:
            return {}
        by_snomed = [{"system": SNOMED, "code": route.snomed}] if route.snomed else []
        return {"coding": [*by_snomed, {"system": OWN_ROUTES, "code": name}], "text": route.title}

    def _medicine(self, medicine: Medicine) -> Json:
        return self._about(
            "MedicationStatement",
            medicine,
            extension=[extension("status", valueCode=medicine.status)],
            status=_STATEMENT_STATUS.get(medicine.status, medicine.status),
            medicationCodeableConcept=_concept(medicine.text, medicine.codes),
            effectivePeriod=_period(medicine.started, medicine.stopped),
        )

    def _measurement(self, one: Measurement) -> Json:
        row = self._knowledge.reading_codes.coded(CodeKind.MEASURE, one.system, one.code)
        is_vital = row is not None and row.means in self._knowledge.reading_limits.possible
        code = _concept(one.name, {one.system: one.code} if one.code else {})
        if row is not None and is_vital:
            code["coding"] += self._shared_codes(row, one.code)
        limit = [] if one.upper_limit is None else [{"high": _quantity(one.upper_limit, one.unit)}]
        return self._about(
            "Observation",
            one,
            status="final",
            category=[_coded(f"{_TERMS}/observation-category", "vital-signs")] if is_vital else [],
            code=code,
            effectiveDateTime=_time(one.at),
            performer=[_who(one.by)] if one.by else [],
            device={"display": one.device} if one.device else {},
            referenceRange=limit,
            **_value(one),
        )

    def _shared_codes(self, row: ReadingCode, own: str) -> list[Json]:
        """The code under which every program looks for a vital sign, beside its own of a position or another system.

        R4's profiles of vital signs fix it; a saturation of blood is none of a pulse oximeter's.
        """
        if row.means == "oxygen_saturation":
            codes = [_SATURATION] if own == _BY_PULSE else []
        else:
            shared = self._knowledge.reading_codes.named(CodeKind.MEASURE, row.means.replace("_", " "))
            codes = [shared.code] if shared and shared.system == LOINC and shared.code != own else []
        return [{"system": LOINC, "code": code} for code in codes]

    def _answers(self, answers: Answers) -> Json:
        instrument = self._knowledge.instruments.get(answers.instrument)
        items: list[Json] = []
        for name, answer in answers.items.items():
            reason = _ABSENT.get(answer) if isinstance(answer, str) else None
            if reason:
                items.append({"linkId": name, "extension": [{"url": ABSENT_REASON, "valueCode": reason}]})
            else:
                items.append({"linkId": name, "answer": [answer_value(instrument, name, answer)]})
        if answers.total is not None:
            items.append({"linkId": "total", "answer": [{"valueDecimal": answers.total}]})
        return self._about(
            "QuestionnaireResponse",
            answers,
            status="completed",
            questionnaire=f"{LOCAL}:{'-'.join(answers.instrument.split())}",
            authored=_time(answers.at),
            item=items,
        )

    def _condition(self, condition: Condition) -> Json:
        code = _concept(condition.text, condition.codes)
        extensions = [extension("status", valueString=condition.status)]
        if stated(condition, self._at, self._knowledge) is State.FAMILY:
            return {
                "resourceType": "FamilyMemberHistory",
                "id": condition.id,
                "extension": extensions,
                "status": "completed",
                "patient": self._person,
                "relationship": _coded(f"{_TERMS}/v3-RoleCode", "FAMMEMB"),
                "condition": [{"code": code}],
            }
        state = condition_state(condition, self._at, self._knowledge)
        clinical = _CLINICAL.get(state, "resolved" if condition.ended else "active")
        verified = {State.DENIED: "refuted", State.SUSPECTED: "unconfirmed"}.get(state, "")
        return self._about(
            "Condition",
            condition,
            extension=extensions,
            clinicalStatus=_coded(f"{_TERMS}/condition-clinical", clinical),
            verificationStatus=_coded(f"{_TERMS}/condition-ver-status", verified),
            code=code,
            onsetDateTime=_day(condition.onset),
            abatementDateTime=_day(condition.ended),
        )

    def _risk(self, risk: RiskAssessment) -> Json:
        system, code = RISK_LEVEL
        coding = [{"system": system, "code": code}] if risk.risk == RISKS[0] else []
        return self._about(
            "RiskAssessment",
            risk,
            status="final",
            code={"coding": [*coding, {"system": own.RISK, "code": risk.risk}], "text": f"Risk: {risk.risk}"},
            occurrenceDateTime=_time(risk.at),
            performer={"display": risk.by} if risk.by else {},
            prediction=[{"qualitativeRisk": {"text": risk.level.value}, "rationale": risk.reason}],
        )


def _amount(dose: Dose) -> Json:
    """The amount of a dose, a range where it is not quite known; unknown with its reason, never left out."""
    amount, unit = (dose.amount_mg, "mg") if dose.amount_mg else (dose.per_kg, "mg/kg")
    if amount is None:
        return {"extension": [{"url": ABSENT_REASON, "valueCode": "unknown"}]}
    if amount.is_exact:
        return _quantity(amount.mid, unit)
    return {
        "extension": [extension("mid", valueDecimal=amount.mid)],
        "low": _quantity(amount.low, unit),
        "high": _quantity(amount.high, unit),
    }


def _value(one: Measurement) -> Json:
    """The value of a measurement, or why there is none."""
    if one.value is None:
        reason = one.absent or "unknown"
        return {
            "dataAbsentReason": _coded(f"{_TERMS}/data-absent-reason", reason)
            if _ID.fullmatch(reason)
            else {"text": reason}
        }
    if isinstance(one.value, bool):
        return {"valueBoolean": one.value}
    if isinstance(one.value, str):
        return {"valueCodeableConcept": {"text": one.value}}
    return {"valueQuantity": _quantity(float(one.value), one.unit)}


def _quantity(value: float, unit: str) -> Json:
    """A number with its unit, which is one of UCUM only where Keel knows it as such."""
    try:
        is_ucum = bool(unit) and parse_unit(unit).code == unit
    except UnitError:
        is_ucum = False
    return {"value": value, "unit": unit} | ({"system": UCUM, "code": unit} if is_ucum else {})


def _concept(text: str, codes: dict[str, str]) -> Json:
    coding = [
        {"system": system, "code": code} if _URI.fullmatch(system) else {"code": code}
        for system, code in codes.items()
        if code
    ]
    return {"coding": coding, "text": text}


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]} if code else {}


def _who(by: str) -> Json:
    """Who measured: a reference where that is how it came, else a name to be read."""
    is_reference = re.fullmatch(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}|\w+:\S+", by)
    return {"reference": by} if is_reference else {"display": by}


def _lasts(dose: Dose) -> bool:
    return dose.end is not None and dose.end - dose.start > _ADMINISTERED


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _period(start: dt.date | None, end: dt.date | None) -> Json:
    """From when to when; an end before its start, which R4 forbids (per-1), stands alone."""
    return {"start": "" if start and end and end < start else _day(start), "end": _day(end)}


def _time(moment: dt.datetime | None) -> str:
    """A time; one that stands for a day without an hour as that day."""
    if moment is None:
        return ""
    is_day = is_bare_date(moment) and not moment.utcoffset()
    return moment.date().isoformat() if is_day else moment.isoformat()
