"""What is on record of the programme: the setting of a clinic, where a patient stands, the form of a session."""

import datetime as dt
from collections.abc import Iterable
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
from keel.web.live.queries import session_in, sessions_of_protocols, sessions_with, view_of_session
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


def listed_forms(clinic: Clinic, *, at: dt.datetime, patient: Patient | None = None) -> list[ListedForm]:
    """The forms of all sessions in which a device was used, what is due first; those that are done last."""
    asked = {protocol for form in knowledge.load().rems.values() for protocol in form.protocols}
    sessions = sessions_of_protocols(clinic, asked).filter(id__in=sessions_with("device_given", clinic))
    if patient is not None:
        sessions = sessions.filter(patient__in=same_person(patient))
    today, known = today_in(clinic, at), dict[int, Standing]()
    rows = []
    for live in sessions:
        if live.patient_id not in known:
            known[live.patient_id] = standing_of(live.patient)
        row = _listed(live, known[live.patient_id], today, at)
        if row is not None:
            rows.append(row)
    order = [Due.OVERDUE, Due.SOON, Due.OPEN, Due.LATE, Due.ON_TIME]
    return sorted(rows, key=lambda row: (order.index(row.due), row.deadline.last_day, row.live.id))


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
