"""What is on record of the programme: the setting of a clinic, where a patient stands, the form of a session."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from django.http import Http404

from keel import knowledge
from keel.assessment.rems.deadline import Deadline, Due, deadline
from keel.assessment.rems.reports import report_fields
from keel.assessment.rems.standing import Enrolment, Form, Report, Standing, standing
from keel.assessment.rems.steps import RemsStep, Step
from keel.assessment.session.form import FormAnswers, form_of
from keel.assessment.session.form_fields import Answer, FieldAnswer
from keel.assessment.session.view import SessionView
from keel.knowledge.sessions import EventReport, ProgrammeForm, form_on
from keel.web.clinic.entries import entries_of
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import same_person, standing_facts
from keel.web.live.models import LiveSession
from keel.web.live.queries import serious_events, session_in, sessions_of_protocols, view_of_session
from keel.web.rems.models import Setting

REPORT = "serious-adverse-event"


def setting_of(clinic: Clinic) -> Setting | None:
    """How the clinic stands in the programme, as it was written last."""
    row: Setting | None = clinic.rems_settings.order_by("-pk").first()
    return row


def is_certified(setting: Setting | None, day: dt.date) -> bool | None:
    """Whether the setting is certified on a day; None where nobody has written of it."""
    if setting is None:
        return None
    is_over = setting.ended_on is not None and setting.ended_on <= day
    return setting.certified_on is not None and setting.certified_on <= day and not is_over


def standing_of(patient: Patient) -> Standing:
    """Where a patient stands, of all numbers that are the same person."""
    facts: Iterable[Fact] = (
        fact
        for one in reversed(same_person(patient))
        for fact in standing_facts(one).filter(kind=Kind.REMS).order_by("sequence")
    )
    return standing(cast(list[RemsStep], entries_of(facts, Step)))


def today_in(clinic: Clinic, at: dt.datetime) -> dt.date:
    """The day of the clinic."""
    return at.astimezone(ZoneInfo(clinic.timezone)).date()


def gate_answers(patient: Patient, at: dt.datetime) -> dict[str, Any]:
    """What is known of setting and enrolment, as answers to the gate of a session."""
    setting, day = setting_of(patient.clinic), today_in(patient.clinic, at)
    known = {
        "site_certified": is_certified(setting, day),
        "care_setting": setting.care if setting else None,
        "patient_enrolled": standing_of(patient).enrolment.holds_on(day),
    }
    return {name: value for name, value in known.items() if value is not None}


class SessionForm(NamedTuple):
    """The form of a session: the document, its answers now, where it stands, and by when it is to be sent."""

    live: LiveSession
    document: ProgrammeForm
    now: FormAnswers
    form: Form
    deadline: Deadline | None

    @property
    def changed(self) -> tuple[FieldAnswer, ...]:
        """The fields that read otherwise now than they were signed."""
        signed = self.form.signed
        if signed is None:
            return ()
        return tuple(one for one in self.now.fields if one.value != signed.answers.get(one.id))


def form_of_session(live: LiveSession, *, at: dt.datetime, found: Standing | None = None) -> SessionForm | None:
    """The form that a programme asks for after a session; None where none does."""
    view = view_of_session(live, at=at)
    clinic, facts = live.patient.clinic, knowledge.load()
    began = live.opened_at.astimezone(ZoneInfo(clinic.timezone)).date()
    document = form_on(facts.rems.values(), live.protocol, view.protocol.jurisdiction, began)
    if document is None:
        return None
    record = standing_of(live.patient) if found is None else found
    form = record.form(live.id)
    now = form_of(view, document, _carried(live, view, record.enrolment), form.written)
    return SessionForm(live, document, now, form, deadline(now.treated_on, document) if now.treated_on else None)


def _carried(live: LiveSession, view: SessionView, enrolment: Enrolment) -> dict[str, Answer]:
    """Who and where it is: identity and site alone, and nothing that was answered in another session."""
    setting, person = setting_of(live.patient.clinic), view.person
    return {
        "patient_name": live.patient.display_name,
        "patient_number": live.patient.number,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "sex": str(person.sex) if str(person.sex) in ("male", "female", "other") else None,
        "patient_enrolled": enrolment.holds_on(view.at.date()),
        "setting": ", ".join(filter(None, (setting.name, setting.address))) if setting else None,
    }


class ListedForm(NamedTuple):
    """A form on the list: whose, of which session, where it stands on a day."""

    live: LiveSession
    form: Form
    deadline: Deadline
    due: Due
    open: int


KEPT_ON_THE_LIST = dt.timedelta(days=30)
"""How long a form that is done stays on the list of the clinic; a default of Keel's. A patient's page has them all."""


def listed_forms(clinic: Clinic, *, at: dt.datetime, patient: Patient | None = None) -> list[ListedForm]:
    """The forms of all sessions in which a device was used, what is due first; those that are done last."""
    asked = {protocol for form in knowledge.load().rems.values() for protocol in form.protocols}
    sessions, today, known = sessions_of_protocols(clinic, asked), today_in(clinic, at), _standings(clinic)
    if patient is not None:
        sessions = sessions.filter(patient__in=same_person(patient))
    else:
        done = [name for one in known.values() for name, form in one.forms.items() if form.sent_on is not None]
        sessions = sessions.exclude(id__in=done, opened_at__lt=at - KEPT_ON_THE_LIST)
    rows = [_listed(live, known.get(live.patient_id, Standing()), today, at) for live in sessions]
    order = [Due.OVERDUE, Due.SOON, Due.OPEN, Due.LATE, Due.ON_TIME]
    found = [row for row in rows if row is not None]
    return sorted(found, key=lambda row: (order.index(row.due), row.deadline.last_day, row.live.id))


def _standings(clinic: Clinic) -> dict[int, Standing]:
    """Where each patient stands; steps about a session are facts of the number that had it."""
    facts = Fact.objects.filter(patient__clinic=clinic, kind=Kind.REMS, superseded_by=None, voided_by=None)
    by_patient = groupby(facts.order_by("patient_id", "sequence"), key=lambda fact: fact.patient_id)
    return {number: standing(cast(list[RemsStep], entries_of(some, Step))) for number, some in by_patient}


def _listed(live: LiveSession, found: Standing, today: dt.date, at: dt.datetime) -> ListedForm | None:
    form = found.form(live.id)
    if form.signed is not None:  # what was signed says its day: the session need not be folded
        document = knowledge.load().rems.get(form.signed.form)
        if document is not None:
            last = deadline(form.signed.treated_on, document)
            return ListedForm(live, form, last, last.on(today, form.sent_on), len(form.signed.open))
    whole = form_of_session(live, at=at, found=found)
    if whole is None or whole.deadline is None:
        return None
    return ListedForm(live, form, whole.deadline, whole.deadline.on(today, form.sent_on), len(whole.now.open))


SERIOUS_FOR = dt.timedelta(days=400)
"""How far back a serious event without a report is looked for; a default of Keel's."""


class Unreported(NamedTuple):
    """A serious event of a session of which nothing has gone out; `report` where one was begun."""

    patient: Patient
    session: str
    since: dt.datetime
    report: str


def unreported_events(clinic: Clinic, *, at: dt.datetime) -> list[Unreported]:
    """The serious events of sessions that were reported to nobody, the oldest first (HZ-REM-04)."""
    events = serious_events(clinic, since=at - SERIOUS_FOR)
    known = _standings(clinic) if events else {}
    patients = Patient.objects.select_related("clinic").in_bulk([patient for _session, patient, _since in events])
    found = []
    for session, patient, since in events:
        reports = [one for one in known.get(patient, Standing()).reports.values() if one.session == session]
        if not any(one.sent for one in reports):
            found.append(Unreported(patients[patient], session, since, reports[0].id if reports else ""))
    return found


class ShownReport(NamedTuple):
    """A report of an adverse event with its fields."""

    document: EventReport
    report: Report
    fields: tuple[FieldAnswer, ...]
    live: LiveSession | None


def report_of(patient: Patient, name: str, *, at: dt.datetime) -> ShownReport:
    """A report of a patient; Http404 for a name that is not there."""
    found = standing_of(patient).reports.get(name)
    if found is None:
        raise Http404
    document = knowledge.load().event_reports[REPORT]
    live = session_in(patient.clinic, found.session) if found.session else None
    if live is None:
        carried: dict[str, Answer] = {"patient_number": patient.number}
        return ShownReport(document, found, report_fields(document, None, carried, found.written), None)
    view = view_of_session(live, at=at)
    carried = _carried(live, view, Enrolment())
    return ShownReport(document, found, report_fields(document, view, carried, found.written), live)
