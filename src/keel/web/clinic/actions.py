"""Every write of the clinic: permission, check, rows and audit row in one transaction.

A write that is sent twice (a double tap, a lost answer) has the same `key` and gives back the first row.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Max

from keel import knowledge
from keel.interop import ReadError, read_records
from keel.messages import joined
from keel.record import Record
from keel.web.clinic import audit
from keel.web.clinic.dose_check import Decision, meaning_beside, require_decision, weight_beside
from keel.web.clinic.entries import SHAPES, check_entry
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow, Clinic, EmergencyAccess, Fact, FactDecision, Kind, Patient
from keel.web.clinic.panels import after_facts
from keel.web.clinic.queries import add_entry, free_number, merged_into, permissions_in, same_person
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import mark_stale, summarise_after_write, summarise_patient
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

NEEDS = {
    Kind.RISK_ASSESSMENT: Permission.DECIDE,
    Kind.REVIEW: Permission.DECIDE,
    Kind.CONTACT: Permission.REGISTER,
    Kind.VISIT: Permission.REGISTER,
    Kind.CONSENT: Permission.RECORD_FACTS,
    Kind.MERGE: Permission.VOID_FACTS,
}
"""What it takes to record a fact of these kinds; all others take `RECORD_FACTS`."""
_TO_CHANGE = NEEDS | {Kind.CONSENT: Permission.VOID_FACTS, Kind.COURSE: Permission.DECIDE}
"""What it takes to correct one or take it back; all others take `VOID_FACTS`."""


def needed_to_change(kind: Kind) -> Permission:
    """What it takes to correct a fact of this kind, or to take it back."""
    return _TO_CHANGE.get(kind, Permission.VOID_FACTS)


def register(
    *,
    by: AbstractUser,
    clinic: Clinic,
    number: str,
    name: str,
    person: dict[str, Any],
    key: str,
    at: dt.datetime,
) -> Patient:
    """A new patient with what is known of the person; twice with one key is as once.

    NotAllowed; FactRefused where the number is taken, or a field cannot stand.
    """
    _require(by, clinic, Permission.REGISTER)
    number, name = number.strip(), name.strip()
    if not name:
        raise FactRefused(_("Write the name."), "name")
    effective_at = _check(Kind(Kind.PERSON), person, at)
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        same = registered_with(key, by=by, clinic=clinic)
        if same is not None:
            known: Patient = same.patient
            if (known.display_name, same.payload) != (name, person) or number not in ("", known.number):
                raise FactRefused(_sent_before())
            return known
        number = number or free_number(clinic)
        if clinic.patients.filter(number__iexact=number).exists() or number in TAKEN_WORDS:
            raise FactRefused(_("Another patient has this number."), "number")
        patient: Patient = Patient.objects.create(clinic=clinic, number=number, display_name=name)
        audit.append(locked, at=at, actor=by.get_username(), action="register", subject=number, detail={})
        fact = Fact(
            patient=patient,
            kind=Kind.PERSON,
            payload=person,
            effective_at=effective_at,
            recorded_at=at,
            recorded_by=by,
            key=key,
        )
        append_in_turn(fact, locked, "record_fact")
    summarise_patient(patient, at=at)
    return patient


OF_SESSIONS = (Kind.SESSION, Kind.EVENT)
"""Kinds of fact that only a session writes."""
OF_THEIR_OWN = (*OF_SESSIONS, Kind.ALERT)
"""Kinds of fact that have acts of their own, and are neither corrected nor taken back by hand."""


def registered_with(key: str, *, by: AbstractUser, clinic: Clinic) -> Fact | None:
    """The first fact of the patient whom this form has registered before; None where it was not sent yet."""
    facts = Fact.objects.filter(patient__clinic=clinic, kind=Kind.PERSON, key=key, recorded_by=by)
    same: Fact | None = facts.select_related("patient").first()
    return same


TAKEN_WORDS = frozenset(
    {"register", "calendar", "staff", "board", "sessions", "patients", "audit", "rems", "stock", "care"}
)
"""Words that stand where a number stands in an address."""


def record_fact(
    *,
    by: AbstractUser,
    patient: Patient,
    kind: Kind,
    payload: dict[str, Any],
    key: str,
    at: dt.datetime,
    supersedes: Fact | None = None,
    reason: str = "",
    decision: Decision | None = None,
) -> Fact:
    """Appends a fact, or a correction of one (`supersedes` with a `reason`). `at` is when it is written.

    NotAllowed where the role does not allow it; FactRefused, with the text for the screen, where the fact cannot stand;
    DoseAsked where a dose is not written without a `decision`.
    """
    _require(by, patient.clinic, NEEDS.get(kind, Permission.RECORD_FACTS))
    effective_at = _check(kind, payload, at)
    if supersedes is not None:
        _require(by, patient.clinic, needed_to_change(kind))
        _check_change(supersedes, patient, reason)
        if supersedes.kind != kind:
            raise FactRefused(_("A correction is a fact of the same kind. Take this one back, and record the other."))
    return _append(
        Fact(
            patient=patient,
            kind=kind,
            payload=payload,
            effective_at=effective_at,
            recorded_at=at,
            recorded_by=by,
            key=key,
            supersedes=supersedes,
            reason=reason.strip(),
        ),
        action="correct_fact" if supersedes else "record_fact",
        decision=decision,
    )


def record_together(
    *,
    by: AbstractUser,
    patient: Patient,
    entries: Sequence[tuple[Kind, dict[str, Any]]],
    key: str,
    at: dt.datetime,
    instead_of: Sequence[Fact] = (),
    reason: str = "",
) -> list[Fact]:
    """Appends several facts that belong together, and takes others back for a `reason`: all of it, or nothing."""
    for kind, _payload in entries:
        _require(by, patient.clinic, NEEDS.get(kind, Permission.RECORD_FACTS))
    told: dict[str, Any] = {"patient": patient, "recorded_at": at, "recorded_by": by}
    facts = [
        Fact(
            kind=kind,
            payload=payload,
            effective_at=_check(kind, payload, at),
            key=f"{key[:LONGEST_KEY]}-{number}",
            **told,
        )
        for number, (kind, payload) in enumerate(entries)
    ]
    for fact in instead_of:
        _require(by, patient.clinic, needed_to_change(Kind(fact.kind)))
        _check_change(fact, patient, reason)
        facts.append(
            Fact(kind=Kind.VOID, voids=fact, reason=reason.strip(), key=f"{key[:LONGEST_KEY]}-of-{fact.pk}", **told)
        )
    return _append_all(facts, "record_fact", None)


def record_measurements(
    *, by: AbstractUser, patient: Patient, payloads: list[dict[str, Any]], key: str, at: dt.datetime
) -> list[Fact]:
    """Appends several values that were taken at once: all of them, or none where one cannot stand."""
    entries = [(Kind(Kind.MEASUREMENT), payload) for payload in payloads]
    return record_together(by=by, patient=patient, entries=entries, key=key, at=at)


LONGEST_KEY = 36
"""Characters of the key of a form that several facts share; a UUID."""


def void_fact(*, by: AbstractUser, fact: Fact, reason: str, key: str, at: dt.datetime | None = None) -> Fact:
    """Takes a fact back: it stays to be seen, with who took it back and why, and counts no more."""
    _require(by, fact.patient.clinic, needed_to_change(Kind(fact.kind)))
    _check_change(fact, fact.patient, reason)
    void = Fact(
        patient=fact.patient, kind=Kind.VOID, recorded_at=at, recorded_by=by, key=key, voids=fact, reason=reason.strip()
    )
    return _append(void, action="void_fact")


EMERGENCY_LASTS = dt.timedelta(minutes=60)
"""How long a patient stays open whom somebody opened in an emergency; a default of Keel's, no source states one."""


def open_in_emergency(*, by: AbstractUser, patient: Patient, reason: str, at: dt.datetime) -> EmergencyAccess:
    """Lets a person see one patient for a while though their role does not: with a reason, seen afterwards."""
    _require(by, patient.clinic, Permission.OPEN_IN_EMERGENCY)
    if not reason.strip():
        raise FactRefused(_("Say why."), "reason")
    with transaction.atomic():
        access: EmergencyAccess = EmergencyAccess.objects.create(
            patient=patient, user=by, reason=reason.strip(), opened_at=at, ends_at=at + EMERGENCY_LASTS
        )
        note(
            patient.clinic,
            at=at,
            actor=by.get_username(),
            action="open_in_emergency",
            subject=patient.number,
            detail={"reason": access.reason, "until": access.ends_at.isoformat()},
        )
    return access


def note(
    clinic: Clinic, *, at: dt.datetime, actor: str, action: str, subject: str = "", detail: dict[str, Any] | None = None
) -> None:
    """Writes into the audit of a clinic what changed no fact: a log-in, a refusal, a role that was given."""
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        audit.append(locked, at=at, actor=actor, action=action, subject=subject, detail=detail or {})


def _require(user: AbstractUser, clinic: Clinic, permission: Permission) -> None:
    if permission not in permissions_in(user, clinic):
        raise NotAllowed(_("Your role does not allow this."))


def _check(kind: Kind, payload: dict[str, Any], at: dt.datetime) -> dt.datetime | None:
    """When the fact was so. FactRefused unless the entry reads as a whole, with nothing left out."""
    if kind in SHAPES:
        return check_entry(kind, payload, at=at)
    document: dict[str, Any] = {}
    add_entry(document, kind, payload)
    try:
        record = read_records(json.dumps(document).encode(), at=at, knowledge=knowledge.load()).records[0]
    except ReadError as error:
        field = error.where.rpartition(".")[2]
        raise FactRefused(plain(joined(" ", (error.problem, error.fix))).strip(), field) from None
    left_out = [note for note in record.notes if "future" in note.what]
    if left_out:
        raise FactRefused(_("The time lies in the future. Record what has happened."), "start")
    return _time_of(record)


def _time_of(record: Record) -> dt.datetime | None:
    """The time of the one entry that a record holds; None where it has none."""
    times = [
        *(dose.start for dose in record.doses),
        *(measurement.at for measurement in record.measurements),
        *(sitting.at for sitting in record.answers),
        *(judged.at for judged in record.risk_assessments),
    ]
    return times[0] if times else None


def _check_change(fact: Fact, patient: Patient, reason: str) -> None:
    if fact.patient_id != patient.pk:
        raise FactRefused(_("That fact belongs to another patient."))
    if fact.kind == Kind.VOID:
        raise FactRefused(_("What was taken back stays so. Record the fact anew."))
    if fact.kind in OF_THEIR_OWN:
        raise FactRefused(_("This has a page of its own. Correct it there."))
    if not reason.strip():
        raise FactRefused(_("Say why."))


def _check_merge(patient: Patient, payload: dict[str, Any]) -> None:
    other = patient.clinic.patients.filter(number=payload["number"], erased_at__isnull=True).first()
    if other is None or other == patient:
        raise FactRefused(_("There is no other patient with this number here."), "number")
    if merged_into(other) or merged_into(patient) or len(same_person(other)) > 1:
        raise FactRefused(_("One of the two is merged already. Take that back first."), "number")
    if all(
        any(one.sessions.filter(ended_at=None).exists() for one in same_person(number)) for number in (patient, other)
    ):
        raise FactRefused(_("Both are in a session at this moment. End one of the sessions first."), "number")


def _append(fact: Fact, *, action: str, decision: Decision | None = None) -> Fact:
    return _append_all([fact], action, decision)[0]


def _append_all(facts: list[Fact], action: str, decision: Decision | None) -> list[Fact]:
    """Appends facts about one patient, in their order."""
    patient = facts[0].patient
    # The clinic's row is the lock: on PostgreSQL it makes writers of one clinic take turns, on SQLite the transaction
    # itself (IMMEDIATE) does.
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
        if Patient.objects.filter(pk=patient.pk, erased_at__isnull=False).exists():
            raise FactRefused(_("This patient was erased. Nothing can be recorded."))
        appended = [append_in_turn(fact, clinic, "void_fact" if fact.voids_id else action, decision) for fact in facts]
        for fact in appended:
            for follow in after_facts:
                follow(fact, clinic)
        mark_stale(patient)
    summarise_after_write(patient, at=facts[0].recorded_at)
    return appended


def append_in_turn(
    fact: Fact, clinic: Clinic, action: str, decision: Decision | None = None, *, was_decided: bool = False
) -> Fact:
    """Appends a fact that was checked, with its row of the audit: inside a transaction, with the clinic locked.

    The same fact with the same key is given back as it stands; FactRefused for another one with that key. A dose that
    a session gave `was_decided` there: nobody is asked again, and the end of a session is never refused.
    """
    same = Fact.objects.filter(patient=fact.patient, key=fact.key).first()
    if same is not None:
        return _same_or_refused(same, fact)
    _refuse_changed_twice(fact)
    if fact.kind == Kind.MERGE:
        _check_merge(fact.patient, fact.payload)
    decided = () if was_decided else _decided(fact, decision)
    last = Fact.objects.filter(patient=fact.patient).order_by("-sequence").values_list("sequence", flat=True).first()
    fact.sequence = (last or 0) + 1
    fact.save(force_insert=True)
    detail: dict[str, Any] = {}
    if decided and decision:
        FactDecision.objects.create(
            fact=fact,
            decided_by=decision.by,
            reason=decision.reason.strip(),
            rules=list(decided),
            was_given=decision.was_given,
        )
        detail = {"decided_by": decision.by.get_username(), "rules": len(decided), "was_given": decision.was_given}
        detail["why"] = decision.reason.strip()
    audit.append_all(clinic, [(_row(fact, clinic, action, detail), [fact])])
    return fact


def append_events(facts: Sequence[Fact], clinic: Clinic, action: str) -> list[Fact | FactRefused]:
    """Appends facts about one patient that hang on no other fact, all at once; what became of each, as
    `append_in_turn` says it. So nobody of the clinic waits long for a device that was away.
    """
    kept: dict[str, Fact] = {}
    for fact in Fact.objects.filter(patient__in={one.patient_id for one in facts}, key__in=[one.key for one in facts]):
        kept[fact.key] = fact
    fresh: list[Fact] = []
    answers: list[Fact | FactRefused] = []
    last = Fact.objects.filter(patient__in={one.patient_id for one in facts}).aggregate(last=Max("sequence"))["last"]
    for fact in facts:
        same = kept.setdefault(fact.key, fact)
        if same is fact:
            fact.sequence = (last or 0) + len(fresh) + 1
            fresh.append(fact)
        try:
            answers.append(_same_or_refused(same, fact))
        except FactRefused as refused:
            answers.append(refused)
    Fact.objects.bulk_create(fresh)
    audit.append_all(clinic, [(_row(fact, clinic, action, {}), [fact]) for fact in fresh])
    return answers


def _row(fact: Fact, clinic: Clinic, action: str, detail: dict[str, Any]) -> AuditRow:
    target = fact.supersedes or fact.voids
    return AuditRow(
        clinic=clinic,
        at=fact.recorded_at,
        actor=fact.recorded_by.get_username(),
        action=action,
        subject=audit.name_of(fact),
        detail={"kind": fact.kind, "reason": fact.reason, "of": target.sequence if target else None} | detail,
    )


def _decided(fact: Fact, decision: Decision | None) -> tuple[str, ...]:
    """The rules on which somebody decided, for a dose or a weight; of two at once the second sees the first."""
    told: dict[str, Any] = {"at": fact.recorded_at, "instead_of": fact.supersedes}
    if fact.kind == Kind.DOSE:
        return require_decision(
            fact.patient, fact.payload, meaning_beside(fact.patient, fact.payload, **told), decision
        )
    if fact.kind in (Kind.MEASUREMENT, Kind.PERSON):
        asked = weight_beside(fact.patient, Kind(fact.kind), fact.payload, **told)
        if asked is not None:
            return require_decision(fact.patient, fact.payload, asked, decision, needs_prescriber=False)
    return ()


def _sent_before() -> str:
    return _("This form was sent before with other content. Load the page again.")


def _same_or_refused(same: Fact, fact: Fact) -> Fact:
    """The first row, where the second has the same content; two different facts may not share a key."""
    names = ("kind", "payload", "supersedes_id", "voids_id", "reason", "recorded_by_id")
    if any(getattr(same, name) != getattr(fact, name) for name in names):
        raise FactRefused(_sent_before())
    return same


def _refuse_changed_twice(fact: Fact) -> None:
    target = fact.supersedes or fact.voids
    if target and (Fact.objects.filter(supersedes=target).exists() or Fact.objects.filter(voids=target).exists()):
        raise FactRefused(_("That fact was corrected or taken back already. Load the page again."))
