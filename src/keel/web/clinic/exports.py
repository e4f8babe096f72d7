"""The whole record of a patient as one file: on paper (PDF), as Keel JSON and FHIR, every fact with who, when and why.

To the patient it always goes. To others a consent that holds today must name them, where substance use is in it
(42 CFR 2.31); for research there must be a consent to research, and no name, number or free text of staff goes along.
"""

import datetime as dt
import hashlib
import hmac
import io
import json
import zipfile
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from keel import knowledge
from keel.interop import fhir_bundle, write_record
from keel.record import Record, Setting
from keel.reports.documents import record_pdf
from keel.web.clinic.entries import ConsentEntry, ConsentTo, entry_of
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.queries import read_facts, same_person, standing_facts
from keel.web.clinic.record_paper import paper_of
from keel.web.language.words import gettext as _

NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The notice of 42 CFR 2.32(a)(2), which goes with every disclosure."""


class Purpose(StrEnum):
    """For whom a record goes out."""

    PATIENT = "patient"
    SHARING = "sharing"
    RESEARCH = "research"


class Export(NamedTuple):
    """A zip file of a record, and the fact of the consent that let it go; None for the patient, who needs none."""

    content: bytes
    consent: int | None


def whole_record(patient: Patient, purpose: Purpose, *, recipient: str = "", at: dt.datetime) -> Export:
    """A record ready to go out. FactRefused where no consent that holds today allows it."""
    facts = knowledge.load()
    record = read_facts(patient, at=at, knowledge=facts).record
    consent = _consent_for(patient, purpose, recipient, at.date())
    files: dict[str, bytes] = {}
    if purpose is Purpose.RESEARCH:
        person = msgspec.structs.replace(
            record.person, id=pseudonym(patient), birth_date=None, age_years=record.person.age_at(at)
        )
        plain = msgspec.structs.replace(record, person=person, risk_assessments=(), reviews=())
        files["record.json"] = write_record(plain)
        files["fhir.json"] = _json(fhir_bundle(plain, at=at, knowledge=facts))
    else:
        files["record.json"] = write_record(record)
        files["fhir.json"] = _json(_named(fhir_bundle(record, at=at, knowledge=facts), patient, purpose))
        files["facts.json"] = _json({"patients": [_ledger(one) for one in same_person(patient)]})
        notice = NOTICE if purpose is Purpose.SHARING else ""
        files["record.pdf"] = record_pdf(paper_of(patient, notice=notice, recipient=recipient, at=at), at=at)
    if purpose is Purpose.SHARING:
        files["NOTICE.txt"] = f"{NOTICE}\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Export(out.getvalue(), consent)


def _named(bundle: dict[str, Any], patient: Patient, purpose: Purpose) -> dict[str, Any]:
    """The Bundle with the name, which a record does not hold; for others with the label of part 2."""
    bundle["entry"][0]["resource"]["name"] = [{"text": patient.display_name}]
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}
    return bundle | ({"meta": {"security": [label]}} if purpose is Purpose.SHARING else {})


def has_substance_use(record: Record) -> bool:
    """Whether a record tells of use outside treatment, so that sharing it needs consent by name."""
    doses, patterns = (one.setting for one in record.doses), (one.setting for one in record.patterns)
    return Setting.NON_MEDICAL in (*doses, *patterns)


def pseudonym(patient: Patient) -> str:
    """A name of the patient for research: the same each time, and nobody without the key finds the number in it."""
    told = f"{patient.clinic_id}/{patient.pk}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).hexdigest()[:16]


def consents_to_share(patient: Patient, today: dt.date) -> dict[int, ConsentEntry]:
    """The consents to share that hold today, by the number of their fact: the newest word on each recipient."""
    newest = {_key(entry.recipient): (number, entry) for number, entry in _consents(patient, ConsentTo.SHARING)}
    return {number: entry for number, entry in newest.values() if entry.holds_on(today)}


def _consents(patient: Patient, to: ConsentTo) -> list[tuple[int, ConsentEntry]]:
    facts = standing_facts(patient).filter(kind=Kind.CONSENT).order_by("sequence")
    read = [(fact.sequence, entry_of(fact)) for fact in facts]
    return [(number, entry) for number, entry in read if isinstance(entry, ConsentEntry) and entry.to is to]


def _key(recipient: str) -> str:
    return " ".join(recipient.casefold().split())


def _consent_for(patient: Patient, purpose: Purpose, recipient: str, today: dt.date) -> int | None:
    """The fact of the consent that lets a record go; None where none is needed."""
    if purpose is Purpose.PATIENT:
        return None
    if purpose is Purpose.RESEARCH:
        for number, entry in _consents(patient, ConsentTo.RESEARCH)[-1:]:
            if entry.holds_on(today):
                return number
        raise FactRefused(_("No consent to research holds today. Nothing goes out."))
    wanted = _key(recipient)
    if not wanted:
        raise FactRefused(_("Write who receives the record."), "recipient")
    for number, entry in consents_to_share(patient, today).items():
        if _key(entry.recipient) == wanted:
            return number
    if any(_key(entry.recipient) == wanted for _number, entry in _consents(patient, ConsentTo.SHARING)):
        raise FactRefused(
            _("The consent to share with this recipient was withdrawn or is over. Nothing goes out."), "recipient"
        )
    raise FactRefused(_("No consent to share names this recipient. Nothing goes out."), "recipient")


def _ledger(patient: Patient) -> dict[str, Any]:
    rows = patient.facts.select_related("recorded_by", "supersedes", "voids", "decision__decided_by").order_by(
        "sequence"
    )
    return {
        "number": patient.number,
        "name": patient.display_name,
        "facts": [
            {
                "sequence": fact.sequence,
                "kind": fact.kind,
                "entry": fact.payload,
                "effective_at": fact.effective_at,
                "recorded_at": fact.recorded_at,
                "recorded_by": fact.recorded_by.get_full_name(),
                "supersedes": fact.supersedes.sequence if fact.supersedes else None,
                "voids": fact.voids.sequence if fact.voids else None,
                "reason": fact.reason,
                "decided": {
                    "by": fact.decision.decided_by.get_full_name(),
                    "reason": fact.decision.reason,
                    "rules": fact.decision.rules,
                    "was_given": fact.decision.was_given,
                }
                if hasattr(fact, "decision")
                else None,
            }
            for fact in rows
        ],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).encode() + b"\n"
