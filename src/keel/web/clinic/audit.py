"""The audit of a clinic: a chain in which every row holds the hash of the one before, and that of each fact it wrote.

`proof.py` compares both with what the tables hold; `heads.py` keeps the end of the chain off this machine.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import transaction

from keel.web.clinic import heads
from keel.web.clinic.models import AuditRow, Clinic, Fact, FactDecision

ROW_FIELDS = ("clinic_id", "sequence", "at", "actor", "action", "subject", "detail", "previous")
"""What the hash of a row covers, in this order."""
FACT_FIELDS = (
    *("patient_id", "patient__number", "sequence", "kind", "payload", "effective_at", "recorded_at", "recorded_by_id"),
    *("key", "supersedes_id", "voids_id", "reason"),
)
"""What the hash of a fact covers, in this order: who it is about, what it says, who wrote it when, what it changes."""
DECISION_FIELDS = (*("fact__patient__number", "fact__sequence", "decided_by_id", "reason", "rules", "was_given"),)
"""What the hash of a decision on a fact covers, in this order."""
ERASED = {"erased": True}
"""The detail of a row about a patient who was erased: who did what, and when, stays."""
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_written_out = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_written: ContextVar[int] = ContextVar("rows of the audit that this request wrote", default=0)


def append(
    clinic: Clinic,
    *,
    at: dt.datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, Any],
    facts: Iterable[Fact] = (),
) -> AuditRow:
    """Writes the next row: inside the transaction of the write that it is about, with the clinic locked.

    `facts` are those that the transaction wrote; the row holds the hash of each, and of what was decided on it, under
    `facts` of its detail.
    """
    row = AuditRow(clinic=clinic, at=at, actor=actor, action=action, subject=subject, detail=detail)
    append_all(clinic, [(row, list(facts))])
    return row


def append_all(clinic: Clinic, told: Sequence[tuple[AuditRow, Sequence[Fact]]]) -> None:
    """Writes the next rows in their order, each with the facts that it is about, as `append` does."""
    if not told:
        return
    last = AuditRow.objects.filter(clinic=clinic).order_by("-sequence").first()
    written = [fact.pk for _row, facts in told for fact in facts]
    decisions = FactDecision.objects.filter(fact__in=written).values_list("fact_id", *DECISION_FIELDS)
    decided = {fact: values for fact, *values in decisions} if written else {}
    for row, facts in told:
        hashes = {name: digest for fact in facts for name, digest in _hashes(fact, decided.get(fact.pk))}
        row.sequence, row.previous = (last.sequence + 1, last.digest) if last else (1, "")
        row.detail = row.detail | ({"facts": hashes} if hashes else {})
        row.digest = digest(row)
        last = row
    AuditRow.objects.bulk_create([row for row, _facts in told])
    _written.set(_written.get() + len(told))
    transaction.on_commit(partial(heads.announce, heads.Head(last.at, clinic.slug, last.sequence, last.digest)))


def announce_all() -> None:
    """Sends the head of every clinic on its way: what a server that ended did not send any more."""
    for clinic in Clinic.objects.order_by("slug"):
        last = AuditRow.objects.filter(clinic=clinic).order_by("-sequence").first()
        if last is not None:
            heads.announce(heads.Head(last.at, clinic.slug, last.sequence, last.digest))


def rows_written() -> int:
    """How many rows were written so far in this request; a page that shows a patient writes one where this stands."""
    return _written.get()


def name_of(fact: Fact) -> str:
    """A fact as the audit names it: the patient's number and the fact's own."""
    return f"{fact.patient.number}/{fact.sequence}"


def name_of_decision(fact: str) -> str:
    """The decision on a fact, by the name of the fact."""
    return f"{fact}/decision"


def digest(row: AuditRow) -> str:
    """SHA-256 over the row's content and the hash of the row before it."""
    return row_digest([getattr(row, name) for name in ROW_FIELDS])


def row_digest(values: Iterable[Any]) -> str:
    """SHA-256 over the values of `ROW_FIELDS`."""
    return _sha256([_plain(value) for value in values])


def fact_digest(values: Iterable[Any]) -> str:
    """SHA-256 over the values of `FACT_FIELDS`, the same on each database."""
    return _sha256(["fact", *(_plain(value) for value in values)])


def decision_digest(values: Iterable[Any]) -> str:
    """SHA-256 over the values of `DECISION_FIELDS`, the same on each database."""
    return _sha256(["decision", *(_plain(value) for value in values)])


def _hashes(fact: Fact, decision: Sequence[Any] | None) -> Iterator[tuple[str, str]]:
    yield name_of(fact), fact_digest([_field(fact, name) for name in FACT_FIELDS])
    if decision is not None:
        yield name_of_decision(name_of(fact)), decision_digest(decision)


def _field(fact: Fact, name: str) -> Any:
    return fact.patient.number if name == "patient__number" else getattr(fact, name)


def _sha256(content: list[Any]) -> str:
    return hashlib.sha256(_written_out(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value as both databases give it back: PostgreSQL keeps no difference between 1 and 1.0."""
    if type(value) in _AS_THEY_ARE:  # most are: a proof passes here some twenty times for each row
        return value
    if isinstance(value, dt.datetime):
        in_utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
        return in_utc.isoformat(timespec="microseconds")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
