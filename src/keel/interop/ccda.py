"""Reads C-CDA documents (HL7 CDA in XML): whose it is, and every medicine in its sections.

Each entry becomes the FHIR resource that says the same, and is read as that. An entry of the section of what was
administered is an administration; any other is what somebody takes or was ordered, and never a dose of itself.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from keel.interop.errors import ReadError
from keel.interop.json_text import without_empty
from keel.interop.reading import Notebook
from keel.interop.times import read_moment
from keel.messages import Message, joined
from keel.record import Precision

Json = dict[str, Any]

_V3 = "{urn:hl7-org:v3}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_GIVEN = "29549-3"
"""LOINC code of the section of medications administered."""
_GENDER = {"M": "male", "F": "female", "UN": "other"}
_STATUS = {"active": "active", "completed": "completed", "aborted": "stopped", "suspended": "on-hold"}
_TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?([+-]\d{4})?")
_BEGINNING = 4000


def is_ccda(data: bytes) -> bool:
    """Whether bytes begin as an XML document of the kind."""
    start = data[:_BEGINNING]
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"ClinicalDocument" in start


def ccda_values(
    data: bytes, *, at: dt.datetime, notes: Notebook, name: str = "", zone: ZoneInfo | None = None
) -> Iterator[tuple[str, bytes]]:
    """The person and the medicines of a document as FHIR resources with their places.

    ReadError for XML that is broken, or that declares entities of its own, which no document needs.
    """
    try:
        document = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        problem = Message("The file declares its own document type or entities, which can hide a bomb.")
        raise ReadError(problem, where=name, fix=Message("Export it again without them.")) from None
    except (ParseError, ValueError, LookupError) as error:
        raise ReadError(Message("The XML cannot be read: {reason}.", reason=str(error)), where=name) from None
    reader = _Document(document, at, notes, name, zone)
    for where, resource in reader.resources():
        yield where, json.dumps(without_empty(resource)).encode()


class _Document:
    def __init__(self, document: Element, at: dt.datetime, notes: Notebook, name: str, zone: ZoneInfo | None) -> None:
        self._document, self._at, self._notes, self._name, self._zone = document, at, notes, name, zone
        self._subject = {"reference": f"{name}#patient" if name else "Patient/patient"}

    def resources(self) -> Iterator[tuple[str, Json]]:
        role = _first(self._document, "recordTarget/patientRole")
        yield self._place("patient"), self._patient(role)
        for number, section in enumerate(self._document.iter(f"{_V3}section")):
            code = _attribute(_first(section, "code"), "code")
            for place, given in enumerate(_each(section, "entry/substanceAdministration")):
                where = self._place(f"section[{number}].entry[{place}]")
                if medicine := self._medicine(given, code == _GIVEN, where):
                    yield where, medicine

    def _place(self, where: str) -> str:
        return joined(", ", [part for part in (self._name, where) if part])

    def _patient(self, role: Element | None) -> Json:
        person = _first(role, "patient")
        ids = [one.get("extension", "") for one in _each(role, "id")]
        told = next((one for one in ids if one), "")
        self._subject = (
            {"reference": f"Patient/{told}"} if re.fullmatch(r"[A-Za-z0-9.-]{1,64}", told) else self._subject
        )
        gender = _attribute(_first(person, "administrativeGenderCode"), "code")
        return {
            "resourceType": "Patient",
            "id": self._subject["reference"].removeprefix("Patient/"),
            "gender": _GENDER.get(gender, ""),
            "birthDate": self._time(_first(person, "birthTime"), self._place("birthTime"))[:10],
        }

    def _medicine(self, given: Element, is_section_of_given: bool, where: str) -> Json | None:
        status = _attribute(_first(given, "statusCode"), "code")
        mood, negated = given.get("moodCode", "EVN"), given.get("negationInd") == "true"
        start, end, timing = self._when(given, where)
        shared: Json = {
            "id": "",
            "subject": self._subject,
            "medicationCodeableConcept": _concept(
                _first(given, "consumable/manufacturedProduct/manufacturedMaterial/code")
            )
            | _named(_first(given, "consumable/manufacturedProduct/manufacturedMaterial/name")),
        }
        route, dose = _concept(_first(given, "routeCode")), _quantity(_first(given, "doseQuantity"))
        if status == "nullified":
            reason = Message("its status is {status}: no fact, or one taken back", status=status)
            self._notes.note(Message("medicine of the document"), where=where, reason=reason)
            return None
        if mood != "EVN":
            standing = "active" if status in ("active", "completed", "") else _STATUS.get(status, "unknown")
            request = {"status": standing, "intent": "order", "authoredOn": start, "doNotPerform": negated or None}
            return {"resourceType": "MedicationRequest", **shared, **request}
        if is_section_of_given:
            is_timed = "T" in start and "T" in end and end > start
            return {
                "resourceType": "MedicationAdministration",
                **shared,
                "status": "not-done" if negated else _STATUS.get(status, "unknown"),
                "effectiveDateTime": "" if is_timed else start,
                "effectivePeriod": {"start": start, "end": end} if is_timed else {},
                "dosage": {"route": route, "dose": dose, "rateQuantity": _quantity(_first(given, "rateQuantity"))},
            }
        # “completed” is written of what is taken still: without an end nobody knows.
        is_over = bool(end) and end[:10] < self._at.date().isoformat()
        told = "unknown" if status == "completed" and not is_over else _STATUS.get(status, "unknown")
        told = "active" if told == "unknown" and end and not is_over else told
        return {
            "resourceType": "MedicationStatement",
            **shared,
            "status": "not-taken" if negated else told,
            "effectivePeriod": {"start": start, "end": end},
            "dosage": [{"route": route, "timing": timing, "doseAndRate": [{"doseQuantity": dose}] if dose else []}],
        }

    def _when(self, given: Element, where: str) -> tuple[str, str, Json]:
        """From when, until when, and how often."""
        start = end = ""
        timing: Json = {}
        for time in _each(given, "effectiveTime"):
            period = _quantity(_first(time, "period"))
            if period and period.get("unit") in ("h", "d", "wk", "mo"):
                repeat = {"frequency": 1, "period": period["value"], "periodUnit": period["unit"]}
                timing = {"repeat": repeat}
            elif time.get(_TYPE, "").endswith("IVL_TS") or _first(time, "low") is not None:
                start, end = (self._time(_first(time, name), where) for name in ("low", "high"))
            elif time.get("value"):
                start = self._time(time, where)
        return start, end, timing

    def _time(self, element: Element | None, where: str) -> str:
        """A time of HL7 v3 as one of FHIR; without a zone, what has no offset is known by its day."""
        match = _TIME.fullmatch(_attribute(element, "value"))
        if match is None:
            return ""
        year, month, day, hour, minute, second, offset = match.groups()
        date = "-".join(part for part in (year, month, day) if part)
        if hour is None:
            return date
        text = f"{date}T{hour}:{minute}:{second or '00'}{offset or ''}"
        try:
            moment = read_moment(text, zone=self._zone)
        except ReadError:
            reason = Message("it has no offset: the day alone is kept, unless a time zone is named")
            self._notes.note(Message("time of day"), where=where, reason=reason)
            return date
        return moment.at.isoformat() if moment.precision is Precision.MINUTE else date


def _first(element: Element | None, path: str) -> Element | None:
    return next(iter(_each(element, path)), None)


def _each(element: Element | None, path: str) -> list[Element]:
    return [] if element is None else element.findall("/".join(f"{_V3}{part}" for part in path.split("/")))


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _concept(element: Element | None) -> Json:
    """A code with its translations, by address of OID, and its words."""
    if element is None:
        return {}
    told = [element, *_each(element, "translation")]
    coding = [
        {"system": f"urn:oid:{one.get('codeSystem')}", "code": one.get("code"), "display": one.get("displayName")}
        for one in told
        if one.get("code") and one.get("codeSystem")
    ]
    words = [*(one.get("displayName", "") for one in told), _text(_first(element, "originalText"))]
    return {"coding": coding, "text": next((text for text in words if text), "")}


def _named(element: Element | None) -> Json:
    return {"text": _text(element)} if _text(element) else {}


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _quantity(element: Element | None) -> Json:
    """A number with its unit; one that is not there, or is a range, is nothing."""
    value, unit = _attribute(element, "value"), _attribute(element, "unit")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value):
        return {}
    return {"value": float(value)} | ({"unit": unit, "code": unit} if unit and unit != "1" else {})
