"""Reads tables of the OMOP common data model: `person`, `drug_exposure`, `measurement`, and `concept` for names.

Each row becomes the FHIR resource that says the same, and is read as that: one reader decides what a dose is. What
was given by a record of administration is one; an order, a dispensing and a list entry never are.
"""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from keel.interop.doses_table import delimiter_of
from keel.interop.encoding import as_utf8
from keel.interop.errors import ReadError, line_of, shown
from keel.interop.fhir.datatypes import LOINC
from keel.interop.json_text import without_empty
from keel.interop.kept_units import split_value
from keel.interop.reading import Notebook
from keel.interop.times import read_moment
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.record import Precision

Row = Mapping[str, str]
Json = dict[str, Any]

TABLES = ("person", "drug_exposure", "measurement", "concept")
OMOP = "omop"
"""The system of numbers of concepts in `reading/codes.csv`."""
_SYSTEMS = {
    "LOINC": LOINC,
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "SNOMED": "http://snomed.info/sct",
    "ATC": "http://www.whocc.no/atc",
    "NDC": "http://hl7.org/fhir/sid/ndc",
}
_NONE = ("", "0")
"""Numbers of no concept."""


class _Concept(NamedTuple):
    """What a number means, by the table of concepts that came along."""

    name: str
    vocabulary: str
    code: str


def omop_tables(files: Mapping[str, bytes]) -> dict[str, str]:
    """Which file of a folder is which table; empty where there is neither of the two with facts."""
    found = {table: name for name in files if (table := PurePath(name).stem.casefold()) in TABLES and _is_table(name)}
    return found if {"drug_exposure", "measurement"} & found.keys() else {}


def _is_table(name: str) -> bool:
    return PurePath(name).suffix.casefold() in (".csv", ".tsv", ".txt")


def omop_values(
    files: Mapping[str, bytes],
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    notes: Notebook,
    zone: ZoneInfo | None = None,
) -> Iterator[tuple[str, bytes]]:
    """The rows of the tables as FHIR resources with their places; times without an offset are taken in `zone`."""
    tables = omop_tables(files)
    concepts = {
        row.get("concept_id", ""): _Concept(row.get("concept_name", ""), row.get("vocabulary_id", ""), code)
        for _, row in _rows(files, tables, "concept")
        if (code := row.get("concept_code", ""))
    }
    maker = _Maker(concepts, at, knowledge, notes, zone)
    for table, make in (("person", maker.person), ("measurement", maker.measurement), ("drug_exposure", maker.drug)):
        for where, row in _rows(files, tables, table):
            yield where, json.dumps(make(row, where)).encode()


def _rows(files: Mapping[str, bytes], tables: Mapping[str, str], table: str) -> Iterator[tuple[str, Row]]:
    if table not in tables:
        return
    name = tables[table]
    try:
        text = as_utf8(files[name]).decode()
        lines = csv.reader(io.StringIO(text), delimiter=delimiter_of(text.partition("\n")[0]))
        header = [cell.strip().casefold() for cell in next(lines, [])]
        for number, cells in enumerate(lines, start=2):
            if any(cell.strip() for cell in cells):
                yield line_of(name, number), dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except csv.Error as error:
        raise ReadError(Message("The table cannot be read: {reason}.", reason=str(error)), where=name) from None
    except ReadError as error:
        raise error.within(name) from None


class _Maker:
    def __init__(
        self,
        concepts: Mapping[str, _Concept],
        at: dt.datetime,
        knowledge: Knowledge,
        notes: Notebook,
        zone: ZoneInfo | None,
    ) -> None:
        self._concepts, self._at, self._knowledge, self._notes, self._zone = concepts, at, knowledge, notes, zone

    def person(self, row: Row, where: str) -> Json:
        del where
        parts = [row.get("year_of_birth", ""), row.get("month_of_birth", ""), row.get("day_of_birth", "")]
        born = "-".join(part.zfill(4 if place == 0 else 2) for place, part in enumerate(parts) if part)
        code = self._knowledge.reading_codes.coded(CodeKind.SEX, OMOP, row.get("gender_concept_id", ""))
        person = {"resourceType": "Patient", "id": row.get("person_id", ""), "birthDate": born}
        return without_empty(person | {"gender": code.means if code else ""})

    def measurement(self, row: Row, where: str) -> Json:
        """An observation: under the code of its concept, else under that of its source."""
        source = row.get("measurement_source_value", "").removeprefix("LOINC:")
        code = self._concept(row.get("measurement_concept_id", ""), source)
        named = self._knowledge.reading_codes.named(CodeKind.MEASURE, source)
        code["coding"] += [{"system": LOINC, "code": source}] if re.fullmatch(r"\d{1,7}-\d", source) else []
        code["coding"] += [{"system": named.system, "code": named.code}] if named else []
        unit = row.get("unit_source_value", "") or self._code(row.get("unit_concept_id", ""))
        high = _number(row.get("range_high", ""))
        value = _number(row.get("value_as_number", ""))
        words = row.get("value_source_value", "") or self._name(row.get("value_as_concept_id", ""))
        quantity = None if value is None else _quantity(value, unit)
        return without_empty(
            self._about("Observation", row, "measurement_id")
            | {
                "status": "final",
                "code": code,
                "effectiveDateTime": self._time(row, "measurement_datetime", "measurement_date", where),
                "valueQuantity": quantity,
                "valueCodeableConcept": {"text": words} if quantity is None and words else None,
                "referenceRange": [{"high": _quantity(high, unit)}] if high is not None else [],
            }
        )

    def drug(self, row: Row, where: str) -> Json:
        """An administration, an order or a statement, by the type of the row; one of no known type is a statement."""
        number = row.get("drug_type_concept_id", "")
        kind = self._knowledge.reading_codes.coded(CodeKind.DRUG_TYPE, OMOP, number)
        start = self._time(row, "drug_exposure_start_datetime", "drug_exposure_start_date", where)
        end = self._time(row, "drug_exposure_end_datetime", "drug_exposure_end_date", where)
        is_over = bool(end) and end[:10] < self._at.date().isoformat()
        medicine = self._concept(row.get("drug_concept_id", ""), row.get("drug_source_value", ""))
        if kind and kind.means == "administered":
            is_timed = "T" in start and "T" in end and end > start
            quantity = _number(row.get("quantity", ""))
            return without_empty(
                self._about("MedicationAdministration", row, "drug_exposure_id")
                | {
                    "status": "completed",
                    "medicationCodeableConcept": medicine,
                    "effectiveDateTime": "" if is_timed else start,
                    "effectivePeriod": {"start": start, "end": end} if is_timed else {},
                    "dosage": {
                        "text": row.get("sig", ""),
                        "route": self._concept(row.get("route_concept_id", ""), row.get("route_source_value", "")),
                        "dose": None
                        if quantity is None
                        else _quantity(quantity, row.get("dose_unit_source_value", "")),
                    },
                }
            )
        if kind and kind.means == "ordered":
            days = _number(row.get("days_supply", ""))
            supply = {} if days is None else {"expectedSupplyDuration": _quantity(days, "d")}
            return without_empty(
                self._about("MedicationRequest", row, "drug_exposure_id")
                | {
                    "status": "completed" if is_over else "active",
                    "intent": "order",
                    "medicationCodeableConcept": medicine,
                    "authoredOn": start,
                    "dispenseRequest": supply,
                }
            )
        if kind is None:
            reason = Message(
                "its type {number} is not known: kept as a medicine, not counted as given", number=shown(number)
            )
            self._notes.note(Message("drug exposure"), where=where, reason=reason)
        return without_empty(
            self._about("MedicationStatement", row, "drug_exposure_id")
            | {
                "status": "completed" if is_over else "active",
                "medicationCodeableConcept": medicine,
                "effectivePeriod": {"start": start[:10], "end": end[:10] if is_over else ""},
            }
        )

    def _about(self, kind: str, row: Row, name: str) -> Json:
        subject = {"reference": f"Patient/{row.get('person_id', '')}"}
        return {"resourceType": kind, "id": row.get(name, ""), "subject": subject}

    def _concept(self, number: str, source: str) -> Json:
        """A concept by the table that came along, and by the words or code of the source."""
        known = self._concepts.get(number)
        coding = [{"system": _SYSTEMS.get(known.vocabulary, known.vocabulary), "code": known.code}] if known else []
        if known is None and number not in _NONE:
            coding = [{"system": OMOP, "code": number}]
        texts = [known.name if known else "", source]
        return {
            "coding": [*coding, *({"display": text} for text in texts[1:] if text and texts[0])],
            "text": next((text for text in texts if text), ""),
        }

    def _name(self, number: str) -> str:
        known = self._concepts.get(number)
        return known.name if known else ""

    def _code(self, number: str) -> str:
        known = self._concepts.get(number)
        return known.code if known else ""

    def _time(self, row: Row, exact: str, day: str, where: str) -> str:
        """The time of a row; without a zone only its day is known, for the tables have no offsets."""
        text = row.get(exact, "").replace(" ", "T")
        date = row.get(day, "") or text[:10]
        if not text or text[10:].strip("T0:.") == "":
            return date
        try:
            moment = read_moment(text, zone=self._zone)
        except ReadError:
            reason = Message("it has no offset: the day alone is kept, unless a time zone is named")
            self._notes.note(Message("time of day"), where=where, reason=reason)
            return date
        return moment.at.isoformat() if moment.precision is Precision.MINUTE else date


def _number(text: str) -> float | None:
    split = split_value(text) if text else None
    return split[0] if split and not split[1] else None


def _quantity(value: float, unit: str) -> Json:
    return {"value": value} | ({"unit": unit, "code": unit} if unit else {})
