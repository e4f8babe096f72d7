"""The whole record of a patient as one file: on paper (PDF), as Keel JSON, every fact with who, when and why.

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
from typing import Any

import msgspec
from django.conf import settings

from keel import knowledge
from keel.interop.record_file import write_record
from keel.record import Record, Setting
from keel.reports.documents import record_pdf
from keel.web.clinic.entries import ConsentEntry, ConsentTo, entries_of
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


def whole_record(patient: Patient, purpose: Purpose, *, recipient: str = "", at: dt.datetime) -> bytes:
    """A zip file of the record. FactRefused where no consent that holds today allows it."""
    record = read_facts(patient, at=at, knowledge=knowledge.load()).record
    _require_consent(patient, record, purpose, recipient, at.date())
    files: dict[str, bytes] = {}
    if purpose is Purpose.RESEARCH:
        person = msgspec.structs.replace(
            record.person, id=pseudonym(patient), birth_date=None, age_years=record.person.age_at(at)
        )
        plain = msgspec.structs.replace(record, person=person, risk_assessments=())
        files["record.json"] = write_record(plain)
    else:
        files["record.json"] = write_record(record)
        files["facts.json"] = _json({"patients": [_ledger(one) for one in same_person(patient)]})
        notice = NOTICE if purpose is Purpose.SHARING else ""
        files["record.pdf"] = record_pdf(paper_of(patient, notice=notice, recipient=recipient, at=at), at=at)
    if purpose is Purpose.SHARING:
        files["NOTICE.txt"] = f"{NOTICE}\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def has_substance_use(record: Record) -> bool:
    """Whether a record tells of use outside treatment, so that sharing it needs consent by name."""
    doses, patterns = (one.setting for one in record.doses), (one.setting for one in record.patterns)
    return Setting.NON_MEDICAL in (*doses, *patterns)


def pseudonym(patient: Patient) -> str:
    """A name of the patient for research: the same each time, and nobody without the key finds the number in it."""
    told = f"{patient.clinic_id}/{patient.pk}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).hexdigest()[:16]


def _require_consent(patient: Patient, record: Record, purpose: Purpose, recipient: str, today: dt.date) -> None:
    if purpose is Purpose.PATIENT:
        return
    entries = entries_of(standing_facts(patient).filter(kind=Kind.CONSENT).order_by("sequence"), ConsentEntry)
    if purpose is Purpose.RESEARCH:
        newest = [one for one in entries if one.to is ConsentTo.RESEARCH][-1:]
        if not any(one.holds_on(today) for one in newest):
            raise FactRefused(_("No consent to research holds today. Nothing goes out."))
        return
    wanted = " ".join(recipient.casefold().split())
    if not wanted:
        raise FactRefused(_("Write who receives the record."), "recipient")
    to_them = [
        one for one in entries if one.to is ConsentTo.SHARING and " ".join(one.recipient.casefold().split()) == wanted
    ]
    if to_them and not to_them[-1].holds_on(today):
        raise FactRefused(
            _("The consent to share with this recipient was withdrawn or is over. Nothing goes out."), "recipient"
        )
    if not to_them:
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
