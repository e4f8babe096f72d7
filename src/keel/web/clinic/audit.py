"""The audit of a clinic: a chain in which every row holds the hash of the one before."""

import datetime as dt
import hashlib
import json
from typing import Any

from keel.web.clinic.models import AuditRow, Clinic


def append(
    clinic: Clinic, *, at: dt.datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> AuditRow:
    """Writes the next row: inside the transaction of the write that it is about, with the clinic locked."""
    last = AuditRow.objects.filter(clinic=clinic).order_by("-sequence").first()
    row = AuditRow(
        clinic=clinic,
        sequence=last.sequence + 1 if last else 1,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        detail=detail,
        previous=last.digest if last else "",
    )
    row.digest = digest(row)
    row.save(force_insert=True)
    return row


def digest(row: AuditRow) -> str:
    """SHA-256 over the row's content and the hash of the row before it."""
    content = [
        row.clinic_id,
        row.sequence,
        row.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.action,
        row.subject,
        row.detail,
        row.previous,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_broken(clinic: Clinic) -> int | None:
    """The sequence number of the first row that does not follow from the one before; None where the chain holds."""
    previous, expected = "", 1
    for row in AuditRow.objects.filter(clinic=clinic).order_by("sequence").iterator():
        if row.sequence != expected or row.previous != previous or row.digest != digest(row):
            return expected
        previous, expected = row.digest, expected + 1
    return None
