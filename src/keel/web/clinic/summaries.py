"""What the list of patients shows, kept on write: a projection of the facts that `rebuild` makes anew.

Nothing here decides: it prints the Picture of a patient in short. What is written in words stands in every language of
the pages. What is due is kept as its day, so that it becomes overdue by itself; what is counted back from a day
belongs to the day of the row, and a row of another day is made anew before it is shown.
"""

import datetime as dt
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from keel import knowledge
from keel.assessment.instruments.change import change
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.surveillance.trends import totals
from keel.findings import Finding, Severity
from keel.knowledge import Knowledge, UnknownId
from keel.knowledge.interactions import Danger
from keel.record.selection import day_of, doses_taken
from keel.web import clock
from keel.web.clinic.entries import VisitEntry, entries_of
from keel.web.clinic.models import Clinic, Kind, Patient, PatientSummary
from keel.web.clinic.patient_page import PatientPage, UnreadPage, shown_or_not
from keel.web.clinic.queries import merged_into, standing_facts
from keel.web.language.rendering import plain

MOST_MARKS = 6
"""Marks of one patient that the list keeps; the page of the patient has all."""
STALE = dt.date.min
"""The day of a row that is older than its facts; that of one which is worked out at the moment lies soon after."""
NOTHING = 9
"""The rank of who needs no decision."""


made_behind, wanted = threading.Event(), threading.Event()
"""Whether a thread of this process makes rows anew (`rows_behind.py`), and that there are some for it."""
_waits: ContextVar[bool] = ContextVar("whether rows wait for the end of a load", default=False)


class Mark(StrEnum):
    """Why a patient stands first, gravest first: of what kind the finding is, by its subject."""

    SUICIDE = "suicide"
    UNREAD = "unread"
    BLOCK = "block"
    NEVER_TOGETHER = "never_together"
    DOSE = "dose"
    STACKING = "stacking"
    TOGETHER = "together"
    HOLD = "hold"


def local_day(clinic: Clinic, at: dt.datetime) -> dt.date:
    """The day where the clinic is."""
    return at.astimezone(ZoneInfo(clinic.timezone)).date()


def local_now(clinic: Clinic) -> dt.datetime:
    """The time where the clinic is: a dose of its evening belongs to that day."""
    return clock.now().astimezone(ZoneInfo(clinic.timezone))


def rows_of(patient: Patient) -> list[Patient]:
    """Whose rows change with the facts of a patient: that of the number, and of each that is or was merged with it."""
    numbers = [fact.payload.get("number") for fact in patient.facts.filter(kind=Kind.MERGE)]
    others = Patient.objects.filter(clinic_id=patient.clinic_id, number__in=numbers, erased_at__isnull=True)
    into = merged_into(patient)
    return [patient, *others, *([into] if into else [])]


def summarise_patient(patient: Patient, *, at: dt.datetime) -> PatientSummary:
    """Works out the row of a patient and keeps it, unless somebody wrote about the patient meanwhile, or erased it.

    While it is worked out the row has a day of its own; a write takes that day from it (`mark_stale`), and so does
    whoever works it out after that write.
    """
    own = STALE + dt.timedelta(days=1 + secrets.randbelow(300_000))
    not_erased = Patient.objects.filter(pk=patient.pk, erased_at__isnull=True)
    with transaction.atomic():
        if not_erased.exists():
            PatientSummary.objects.update_or_create(patient=patient, defaults={"day": own})
    values = summary_of(patient, at=at)
    with transaction.atomic():
        if not_erased.exists():
            PatientSummary.objects.filter(patient=patient, day=own).update(**values)
    return PatientSummary(patient=patient, **values)


def summarise_after_write(patient: Patient, *, at: dt.datetime) -> None:
    """Has the rows that a write made old made anew: behind the answer, at once, or at the end of a load."""
    if _waits.get():
        return
    if made_behind.is_set():
        wanted.set()
        return
    for one in rows_of(patient):
        summarise_patient(one, at=at)


@contextmanager
def rebuilt_at_the_end(*, at: dt.datetime) -> Iterator[None]:
    """Within the block rows wait; at its end each is made once."""
    token = _waits.set(True)
    try:
        yield
    finally:
        _waits.reset(token)
    rebuild(at=at)


def mark_stale(patient: Patient) -> None:
    """Says in the transaction of a write that rows are older than the facts: each is made anew before it is shown."""
    PatientSummary.objects.filter(patient__in=rows_of(patient)).update(day=STALE)


def outdated(clinic: Clinic, *, at: dt.datetime) -> QuerySet[Patient]:
    """The patients whose rows are missing, older than their facts or of another day; those written about first."""
    patients = clinic.patients.filter(erased_at__isnull=True).exclude(summary__day=local_day(clinic, at))
    return patients.select_related("clinic").order_by("summary__day", "?")


def rebuild(*, at: dt.datetime, only_missing: bool = False) -> int:
    """Makes every row anew from the facts, and gives how many; `only_missing` those that are not there at all."""
    patients = Patient.objects.filter(erased_at__isnull=True).select_related("clinic").order_by("pk")
    if only_missing:
        patients = patients.filter(summary__isnull=True)
    count = 0
    for patient in patients.iterator(chunk_size=200):
        summarise_patient(patient, at=at)
        count += 1
    return count


def summary_of(patient: Patient, *, at: dt.datetime) -> dict[str, Any]:
    """The fields of the row of a patient at a time, worked out from the facts alone."""
    local = at.astimezone(ZoneInfo(patient.clinic.timezone))
    page = shown_or_not(patient, local)
    values: dict[str, Any] = {
        "day": local.date(),
        "name_key": name_key(patient.display_name),
        "birth_date": None,
        "rank": list(Mark).index(Mark.UNREAD),
        "next_due": None,
        "last_visit": None,
        "next_visit": next_visit(patient, at),
        "is_merged": merged_into(patient) is not None,
        "shown": {"is_read": False, "marks": [_mark(Mark.UNREAD, Severity.HOLD)]},
    }
    return values if isinstance(page, UnreadPage) else values | _of_the_picture(page, local)


def _of_the_picture(page: PatientPage, at: dt.datetime) -> dict[str, Any]:
    facts, record, picture = knowledge.load(), page.record, page.picture
    marks = sorted(_marks(page, facts), key=lambda one: list(Mark).index(Mark(one["mark"])))
    due = sorted(one.due_on for one in page.due if one.due_on is not None)
    days = [day_of(dose.start, at) for dose in doses_taken(record, at, medical=True)]
    band = picture.exposure.band
    return {
        "birth_date": record.person.birth_date,
        "rank": list(Mark).index(Mark(marks[0]["mark"])) if marks else NOTHING,
        "next_due": due[0] if due else None,
        "last_visit": max(days, default=None),
        "shown": {
            "is_read": True,
            "marks": marks[:MOST_MARKS],
            "more": max(0, len(marks) - MOST_MARKS),
            "unread": len(page.unread),
            "band": {"id": band.id, "name": _in_all(band.name), "at_least": band.at_least} if band else None,
            "days_in_28": page.days_in_28,
            "due": [
                {"what": _in_all(one.what), "on": one.due_on.isoformat()} for one in page.due if one.due_on is not None
            ],
            "trends": list(score_trends(page, at, facts)),
        },
    }


def _marks(page: PatientPage, facts: Knowledge) -> Iterator[dict[str, Any]]:
    if page.unread:
        yield _mark(Mark.UNREAD, Severity.HOLD)
    risk = "high" if page.suicide_told else page.picture.suicide_risk
    if risk in ("moderate", "high"):
        yield _mark(Mark.SUICIDE, Severity.BLOCK if risk == "high" else Severity.HOLD)
    for finding in page.urgent:
        yield _mark(mark_of(finding, page, facts), finding.severity, finding)


def mark_of(finding: Finding, page: PatientPage, facts: Knowledge) -> Mark:
    """Of what kind an urgent finding is: by its subject and by what the check of medicines says of it."""
    instrument, interactions = facts.instruments.get(finding.subject), page.picture.interactions
    if instrument is not None and instrument.look_back is not None and instrument.look_back.risk == "suicide":
        return Mark.SUICIDE
    if finding in interactions.stacking:
        return Mark.STACKING
    danger = next((item.severity for item in interactions.items if finding in item.findings), None)
    if danger is not None:
        return Mark.NEVER_TOGETHER if danger is Danger.CONTRAINDICATED else Mark.TOGETHER
    if finding.severity is Severity.BLOCK:
        return Mark.BLOCK
    return Mark.DOSE if finding.subject == "dose" else Mark.HOLD


def _mark(mark: Mark, severity: Severity, finding: Finding | None = None) -> dict[str, Any]:
    return {"mark": mark, "severity": severity, "text": _in_all(finding.summary) if finding else {}}


def score_trends(page: PatientPage, at: dt.datetime, facts: Knowledge) -> Iterator[dict[str, Any]]:
    """Of each questionnaire with a total: its totals with their days, and the course by what it publishes."""
    for name in dict.fromkeys(sitting.instrument for sitting in page.record.answers):
        series = totals(page.record, name, at, facts)
        if not series:
            continue
        course = ""
        if len(series) > 1:
            try:
                course = str(change(name, series[0][1], series[-1][1], facts).course)
            except (AnswersRefused, UnknownId):
                course = ""
        title = facts.instruments[name].name if name in facts.instruments else name
        points = [[day_of(when, at).isoformat(), total] for when, total in series]
        yield {"id": name, "name": title, "points": points, "course": course}


def next_visit(patient: Patient, at: dt.datetime) -> dt.datetime | None:
    """The next visit that is planned after a time."""
    times = [one.when for one in entries_of(standing_facts(patient).filter(kind=Kind.VISIT), VisitEntry)]
    return min((when for when in times if when > at), default=None)


def name_key(name: str) -> str:
    """A name as it is searched and compared: without accents, case and signs."""
    plain_letters = unicodedata.normalize("NFKD", name.casefold())
    kept = (letter if letter.isalnum() else " " for letter in plain_letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())[:200]


def _in_all(text: str) -> dict[str, str]:
    """A message in every language of the pages."""
    written = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            written[code] = str(plain(text))
    return written
