"""The audit of a clinic: a chain in which every row holds the hash of the one before, and that of each fact it wrote.

`proof.py` compares both with what the tables hold; `heads.py` keeps the end of the chain off this machine.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import partial
from json.encoder import encode_basestring
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
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
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
    return _sha256("[", values)


def fact_digest(values: Iterable[Any]) -> str:
    """SHA-256 over the values of `FACT_FIELDS`, the same on each database."""
    return _sha256('["fact", ', values)


def decision_digest(values: Iterable[Any]) -> str:
    """SHA-256 over the values of `DECISION_FIELDS`, the same on each database."""
    return _sha256('["decision", ', values)


def _hashes(fact: Fact, decision: Sequence[Any] | None) -> Iterator[tuple[str, str]]:
    yield name_of(fact), fact_digest([_field(fact, name) for name in FACT_FIELDS])
    if decision is not None:
        yield name_of_decision(name_of(fact)), decision_digest(decision)


def _field(fact: Fact, name: str) -> Any:
    return fact.patient.number if name == "patient__number" else getattr(fact, name)


class Written(str):
    """A value that is written as it is hashed already."""

    __slots__ = ()


def _sha256(head: str, values: Iterable[Any]) -> str:
    """The hash of the values as a list in JSON that begins with `head`."""
    text = ", ".join([_WRITE.get(type(value), _write_other)(value) for value in values])
    return hashlib.sha256(f"{head}{text}]".encode()).hexdigest()


def _write_time(value: dt.datetime) -> str:
    in_utc = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
    return f'"{in_utc.isoformat(timespec="microseconds")}"'


def _write_other(value: Any) -> str:
    return _encode(_plain(value))


_WRITE: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: str,
    type(None): lambda _none: "null",
    dt.datetime: _write_time,
    Written: str,
}
"""How the values are written of which a proof meets some twenty in each row."""


def _plain(value: Any) -> Any:
    """The value as both databases give it back: PostgreSQL keeps no difference between 1 and 1.0."""
    if isinstance(value, dt.datetime):
        return _write_time(value)[1:-1]
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def _number(value: float | str) -> float | int:
    number = float(value)
    return int(number) if number.is_integer() else number


_read = json.JSONDecoder(parse_float=_number).decode


def read_stored(text: str) -> tuple[Any, Written]:
    """What stands as JSON in a column of the database, and how it is hashed; nothing where it is none."""
    try:
        value = _read(text)
    except ValueError:
        return None, Written()
    return value, Written(_encode(value))


def stored_time(text: str) -> Written:
    """How a time is hashed that SQLite holds as text: in UTC, its fraction left out where there is none."""
    whole = text.replace(" ", "T", 1) + (".000000" if len(text) == 19 else "")
    return Written(f'"{whole}+00:00"')
