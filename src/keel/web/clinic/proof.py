"""Whether what a clinic's tables hold is what its audit says was done, and whether that audit is the one that was kept.

Needs neither trigger nor constraint: whoever changed the file past Keel has left them out. What no machine can tell by
itself is whether the end of the chain was cut or all of it written anew; that takes heads kept elsewhere (`heads.py`).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from keel.messages import Message
from keel.web.clinic import heads
from keel.web.clinic.audit import (
    DECISION_FIELDS,
    ERASED,
    FACT_FIELDS,
    ROW_FIELDS,
    decision_digest,
    fact_digest,
    name_of_decision,
    read_stored,
    row_digest,
    stored_time,
)
from keel.web.clinic.errors import HeadsMissing
from keel.web.clinic.heads import Kept
from keel.web.clinic.models import AuditRow, Clinic, Fact, FactDecision

ERASE = "erase"
"""The action of the row that says that a patient was erased, which rows were emptied, and what is left of each."""
_CHUNK = 2000


class Proof(NamedTuple):
    """What was found in one clinic. Sequence numbers are those of the audit; facts are named patient/number."""

    clinic: str
    rows: int
    facts: int
    first_broken: int | None
    """The first row that does not follow from the one before."""
    changed: tuple[str, ...]
    """Facts that do not say what the audit says was written."""
    missing: tuple[str, ...]
    """Facts that the audit names and the table lacks."""
    unknown: tuple[str, ...]
    """Facts that no row of the audit names."""
    heads: int
    """How many kept heads were compared."""
    first_head_missing: int | None
    """The first kept head that this chain does not have: it was cut, written anew, or replaced by an older copy."""
    given_up: int
    """Kept heads that lie beyond a copy which was restored and said so."""
    erased: int = 0
    """How many patients were erased; of the rows about them only who did what, and when, is left to compare."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        facts = self.changed or self.missing or self.unknown
        return not facts and self.first_broken is None and self.first_head_missing is None


def verify(clinic: Clinic, kept: Kept | None = None) -> Proof:
    """Compares the whole chain, every fact and every kept head."""
    known = kept.heads if kept else {}
    chain = _Chain(known)
    for values in _rows_of(clinic):
        chain.add(values)
    facts = _compare(clinic, chain.standing())
    beyond = [sequence for sequence in known if sequence not in chain.heads_met]
    return Proof(
        clinic=clinic.slug,
        rows=chain.rows,
        facts=facts.number,
        first_broken=min((n for n in (chain.first_broken, chain.first_emptied) if n is not None), default=None),
        changed=tuple(sorted({*facts.changed, *chain.named_twice})),
        missing=tuple(facts.missing),
        unknown=tuple(facts.unknown),
        heads=len(known),
        first_head_missing=min([*chain.heads_broken, *beyond], default=None),
        given_up=len(kept.given_up) if kept else 0,
        erased=len(chain.erased),
    )


def verify_all(files: tuple[Path, ...] = ()) -> list[Proof]:
    """Each clinic by its address, beside the heads in the files, or in those that the settings name.

    HeadsMissing where a file that was named is not there.
    """
    for file in files:
        if not file.is_file():
            raise HeadsMissing(Message("There is no file {file} with kept heads.", file=str(file)))
    kept: dict[str, Kept] = {}
    for file in files or heads.files():
        for clinic, found in heads.read_file(file).items():
            of_clinic = kept.setdefault(clinic, Kept({}, []))
            of_clinic.heads.update(found.heads)
            of_clinic.given_up.extend(found.given_up)
    return [verify(clinic, kept.get(clinic.slug)) for clinic in Clinic.objects.order_by("slug")]


class _Chain:
    """The rows so far: the next one that is expected, what they said of facts, and the kept heads that they met."""

    def __init__(self, heads: dict[int, Any]) -> None:
        self.rows, self._previous = 0, ""
        self.first_broken: int | None = None
        self._heads = heads
        self.heads_met: set[int] = set()
        self.heads_broken: set[int] = set()
        self.named: dict[str, str] = {}
        self.named_twice: set[str] = set()
        self.erased: set[str] = set()
        self._emptied: dict[int, str] = {}
        self._left: dict[int, str] = {}

    def add(self, values: list[Any]) -> None:
        *content, stored = values
        sequence, action, subject, previous = content[1], content[4], content[5], content[7]
        detail, content[6] = content[6]
        computed = row_digest(content)
        follows = sequence == self.rows + 1 and previous == self._previous
        if detail == ERASED and computed != stored:
            self._emptied[sequence] = computed
        elif computed != stored:
            follows = False
        if not follows and self.first_broken is None:
            self.first_broken = self.rows + 1
        self.rows, self._previous = self.rows + 1, stored
        if sequence in self._heads:
            self.heads_met.add(sequence)
            if self._heads[sequence].digest != stored:
                self.heads_broken.add(sequence)
        if action == ERASE and isinstance(detail, dict):
            self.erased.add(subject)
            self._left |= {int(number): digest for number, digest in detail.get("left", {}).items()}
        for name, digest in _facts_in(detail):
            if self.named.setdefault(name, digest) != digest:
                self.named_twice.add(name)  # a later row may not say anew what an earlier one said

    @property
    def first_emptied(self) -> int | None:
        """The first row that was emptied though no erasure says so, or of which more was changed than that."""
        return min((one for one, left in self._emptied.items() if self._left.get(one) != left), default=None)

    def standing(self) -> dict[str, str]:
        """What the rows said of facts, but for those of patients who were erased."""
        return {name: digest for name, digest in self.named.items() if name.partition("/")[0] not in self.erased}


def _rows_of(clinic: Clinic) -> Iterator[list[Any]]:
    return _read(AuditRow.objects.filter(clinic=clinic).order_by("sequence"), (*ROW_FIELDS, "digest"))


_STORED = frozenset({"detail", "payload", "rules"})
_TIMES = frozenset({"at", "effective_at", "recorded_at"})


def _read(rows: QuerySet[Any], fields: tuple[str, ...]) -> Iterator[list[Any]]:
    """The fields as the database holds them, JSON as value and text: what Django makes of them took half of a proof."""
    times = [at for at, name in enumerate(fields) if name in _TIMES] if connection.vendor == "sqlite" else []
    stored = [at for at, name in enumerate(fields) if name in _STORED]
    columns = [Cast(name, TextField()) if at in (*times, *stored) else F(name) for at, name in enumerate(fields)]
    for values in rows.values_list(*columns).iterator(_CHUNK):
        row = list(values)
        for at in times:
            row[at] = None if row[at] is None else stored_time(row[at])
        for at in stored:
            row[at] = read_stored(row[at])
        yield row


def _facts_in(detail: Any) -> Iterable[tuple[str, str]]:
    named = detail.get("facts") if isinstance(detail, dict) else None
    return ((name, str(digest)) for name, digest in named.items()) if isinstance(named, dict) else ()


class _Facts(NamedTuple):
    number: int
    changed: list[str]
    missing: list[str]
    unknown: list[str]


def _compare(clinic: Clinic, named: dict[str, str]) -> _Facts:
    """The facts of the table, and what was decided on them, beside what the audit says of each."""
    found = _Facts(0, [], [], [])
    count, waiting = 0, dict(named)

    def compare(name: str, digest: str) -> None:
        expected = waiting.pop(name, None)
        if expected is None:
            found.unknown.append(name)
        elif expected != digest:
            found.changed.append(name)

    facts = Fact.objects.filter(patient__clinic=clinic).order_by("patient_id", "sequence")
    for values in _read(facts, FACT_FIELDS):
        count += 1
        _payload, values[4] = values[4]
        compare(f"{values[1]}/{values[2]}", fact_digest(values))
    decisions = FactDecision.objects.filter(fact__patient__clinic=clinic).order_by("pk")
    for values in _read(decisions, DECISION_FIELDS):
        _rules, values[4] = values[4]
        compare(name_of_decision(f"{values[0]}/{values[1]}"), decision_digest(values))
    return found._replace(number=count, missing=sorted(waiting))
