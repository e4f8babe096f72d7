"""A patient is erased: facts, names and reasons are deleted, not hidden, once the law lets them go.

A manager asks, with a reason; a prescriber who is somebody else decides. Before it the record goes out to the patient.
What stays: that there was a patient of this number, who did what about them and when, and that they were erased. The
chain of the audit stays whole: what is left of each emptied row is hashed into the row of the erasure (`proof.py`).

Backups from before hold the record until they are pruned. `erased.txt` beside them names whoever must be erased again
after one of them is restored.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import OperationalError, connection, transaction

from keel.knowledge import Knowledge
from keel.knowledge.retention import Retention
from keel.web.clinic import audit
from keel.web.clinic.actions import note
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import (
    AuditRow,
    Clinic,
    Erasure,
    Fact,
    FactDecision,
    Kind,
    Patient,
)
from keel.web.clinic.proof import ERASE
from keel.web.clinic.queries import merged_into, permissions_in, read_facts, same_person
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import name_key
from keel.web.environment import BACKUPS_STAY
from keel.web.language.words import gettext as _

ASK = "ask_erasure"
SWEEP = "sweep"
ASKED_HOLDS_FOR = dt.timedelta(days=30)
"""How long an erasure that was asked for can be decided; a default of Keel's, no source states one."""
LIST = "erased.txt"
_LOOKS = ("see_patient", "not_found", "refused")
"""Rows of the audit that hold nothing of a patient but the number."""
_TREATMENT = set(Kind) - {Kind.PERSON, Kind.CONTACT, Kind.CONSENT, Kind.VISIT, Kind.MERGE, Kind.VOID}
"""Kinds of fact that make a number the record of a treatment; who was only registered may go at once."""


class Law(NamedTuple):
    """What the country of a clinic asks: the rule, the last entry of a treatment, and the first day of erasure."""

    rule: Retention
    last_entry: dt.date | None
    from_day: dt.date | None

    def allows(self, today: dt.date) -> bool:
        """Whether the record may go today."""
        return self.from_day is None or self.from_day <= today


class Asked(NamedTuple):
    """That an erasure was asked for: by whom, when, why."""

    by: str
    at: dt.datetime
    reason: str


def law_for(patient: Patient, *, at: dt.datetime, knowledge: Knowledge) -> Law:
    """How long the record must be kept: from the last entry of a treatment on, and of a minor until an age."""
    rule = knowledge.retention.get(patient.clinic.country) or knowledge.retention["*"]
    facts = Fact.objects.filter(patient__in=same_person(patient), kind__in=_TREATMENT)
    days = [time.date() for row in facts.values_list("effective_at", "recorded_at") for time in row if time]
    if not days:
        return Law(rule, None, None)
    from_day = _years_after(max(days), rule.years)
    born = read_facts(patient, at=at, knowledge=knowledge).record.person.birth_date
    if born and rule.until_age and min(days) < _years_after(born, 18):
        from_day = max(from_day, _years_after(born, rule.until_age))
    return Law(rule, max(days), from_day)


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return dt.date(day.year + years, 3, 1)


def asked_for(patient: Patient, *, at: dt.datetime) -> Asked | None:
    """The erasure that was asked for and can still be decided."""
    row = _rows(patient, ASK).filter(at__gt=at - ASKED_HOLDS_FOR).first()
    return Asked(row.actor, row.at, row.detail.get("reason", "")) if row else None


def is_out(patient: Patient) -> bool:
    """Whether the record was taken out for the patient since the last fact; nothing is to be taken out of none."""
    newest = Fact.objects.filter(patient__in=same_person(patient)).order_by("-recorded_at").first()
    out = _rows(patient, "export").filter(detail__purpose="patient")
    return newest is None or out.filter(at__gte=newest.recorded_at).exists()


def ask(*, by: AbstractUser, patient: Patient, reason: str, at: dt.datetime, knowledge: Knowledge) -> None:
    """Asks that a patient be erased. FactRefused where the law, a merge or the reason stands against it."""
    _require(by, patient.clinic, Permission.MANAGE_STAFF)
    _refuse_early(patient, at=at, knowledge=knowledge)
    reason = reason.strip()
    if not reason:
        raise FactRefused(_("Say why."), "reason")
    names = {word for one in same_person(patient) for word in name_key(one.display_name).split()}
    if names & set(name_key(reason).split()):
        raise FactRefused(_("The reason stays: write it without the name."), "reason")
    note(patient.clinic, at=at, actor=by.get_username(), action=ASK, subject=patient.number, detail={"reason": reason})


def erase(*, by: AbstractUser, patient: Patient, at: dt.datetime, knowledge: Knowledge) -> Erasure:
    """Erases a patient for whom it was asked, with the other numbers whose facts count there.

    FactRefused where nobody asked, or who asked decides, or the record is not out yet, or the law does not allow it.
    """
    _require(by, patient.clinic, Permission.DECIDE)
    _refuse_early(patient, at=at, knowledge=knowledge)
    asked = asked_for(patient, at=at)
    if asked is None:
        raise FactRefused(_("A manager has to ask for it first."))
    if asked.by == by.get_username():
        raise FactRefused(_("Who asked for it does not decide it. A second person is needed."))
    if not is_out(patient):
        raise FactRefused(_("Take the whole record out for the patient first. Afterwards nothing is left of it."))
    with transaction.atomic():
        erasures = [
            _erase(one, asked_by=asked.by, decided_by=by.get_username(), reason=asked.reason, at=at)
            for one in same_person(patient)
        ]
        remember(settings.BACKUPS, erasures)
    return erasures[0]


def _refuse_early(patient: Patient, *, at: dt.datetime, knowledge: Knowledge) -> None:
    if (other := merged_into(patient)) is not None:
        raise FactRefused(_("This number is the same person as %(number)s. Erase that one.") % {"number": other.number})
    if any(one.sessions.filter(ended_at=None).exists() for one in same_person(patient)):
        raise FactRefused(_("This person is in a session. End it first."))
    if not law_for(patient, at=at, knowledge=knowledge).allows(at.date()):
        raise FactRefused(_("The law asks that this record be kept. Nothing was erased."))


def _require(by: AbstractUser, clinic: Clinic, permission: Permission) -> None:
    if not {Permission.ERASE, permission} <= permissions_in(by, clinic):
        raise NotAllowed(_("Your role does not allow this."))


def _rows(patient: Patient, action: str) -> Any:
    rows = AuditRow.objects.filter(clinic=patient.clinic, subject=patient.number, action=action)
    return rows.order_by("-sequence")


def _erase(patient: Patient, *, asked_by: str, decided_by: str, reason: str, at: dt.datetime) -> Erasure:
    """Deletes in this transaction; the row of the erasure comes first, for without it the database refuses."""
    clinic = Clinic.objects.select_for_update().get(pk=patient.clinic_id)
    decisions = FactDecision.objects.filter(fact__patient=patient)
    erasure: Erasure = Erasure.objects.create(
        patient=patient,
        clinic=clinic,
        number=patient.number,
        asked_by=asked_by,
        decided_by=decided_by,
        reason=reason,
        at=at,
        in_backups_until=at + BACKUPS_STAY,
        decisions=list(decisions.values_list("pk", flat=True)),
    )
    decisions.delete()
    # Sessions, summaries, emergencies, and whatever is kept of a patient next.
    for one in Patient._meta.related_objects:
        if one.related_model not in (Fact, Erasure):
            one.related_model._base_manager.filter(patient=patient).delete()
    facts = Fact.objects.filter(patient=patient)
    count = facts.count()
    facts._raw_delete(facts.db)  # a fact that replaces another goes with it, which Django's own order does not see
    Patient.objects.filter(pk=patient.pk).update(display_name="", erased_at=at)
    audit.append(
        clinic,
        at=at,
        actor=decided_by,
        action=ERASE,
        subject=patient.number,
        detail={
            "asked_by": asked_by,
            "reason": reason,
            "number_of_facts": count,
            "in_backups_until": erasure.in_backups_until.isoformat(),
            "left": _empty_rows(patient),
        },
    )
    return erasure


def _empty_rows(patient: Patient) -> dict[str, str]:
    """Takes the detail out of the rows about a patient, and gives the hash of what is left of each, by sequence."""
    about = AuditRow.objects.filter(clinic=patient.clinic).exclude(action__in=_LOOKS)
    rows = list(about.filter(subject=patient.number)) + list(about.filter(subject__startswith=f"{patient.number}/"))
    left = {}
    for row in rows:
        row.detail = audit.ERASED
        row.save(update_fields=["detail"])
        left[str(row.sequence)] = audit.digest(row)
    return left


# After the transaction: what the database freed, and what backups still hold


def sweep(*, at: dt.datetime) -> bool:
    """Overwrites what the database freed but still holds in its files; False where somebody is in the way just now.

    SQLite rewrites the file and empties its log; PostgreSQL rewrites the tables (its own log goes as it is recycled).
    Outside a transaction.
    """
    if connection.in_atomic_block:
        return False
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                if cursor.fetchone()[0]:
                    return False
            else:
                cursor.execute("VACUUM FULL")
    except OperationalError:
        return False
    for clinic in Clinic.objects.filter(erasures__isnull=False).distinct():
        note(clinic, at=at, actor="keel", action=SWEEP)
    return True


def sweep_is_due() -> bool:
    """Whether somebody was erased since the files were swept last."""
    newest = Erasure.objects.order_by("-at").first()
    return newest is not None and not AuditRow.objects.filter(action=SWEEP, at__gte=newest.at).exists()


def remember(folder: Path, erasures: Sequence[Erasure]) -> None:
    """Adds to the list beside the backups; FactRefused where it cannot be written, so that nothing is erased."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LIST).open("a", encoding="utf-8") as file:
            for one in erasures:
                file.write(f"{one.at.isoformat(timespec='seconds')} {one.clinic.slug} {one.number}\n")
    except OSError:
        raise FactRefused(
            _("The list beside the backups cannot be written to, so a restore would bring this patient back.")
        ) from None


def erase_again(lists: Sequence[Path], *, at: dt.datetime) -> int:
    """Erases whoever a restored backup brought back though a list says that they were erased; how many."""
    count = 0
    wanted = {line.strip() for file in lists if file.is_file() for line in file.read_text().splitlines()}
    for line in sorted(wanted):
        before, _space, rest = line.partition(" ")
        slug, _space, number = rest.partition(" ")
        back = Patient.objects.filter(clinic__slug=slug, number=number, erased_at__isnull=True)
        for patient in back.select_related("clinic"):
            with transaction.atomic():
                reason = f"erased on {before}, brought back by a restored backup"
                _erase(patient, asked_by=LIST, decided_by="keel restore", reason=reason, at=at)
            count += 1
    return count
