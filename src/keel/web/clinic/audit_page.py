"""The pages of who did what: of the clinic, for who runs it, and of one patient, to be printed for them."""

import datetime as dt
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.models import AuditRow, Clinic, Patient
from keel.web.clinic.queries import patient_for
from keel.web.clinic.roles import Permission

PAGE, LONGEST_PRINT = 100, 1000
"""Rows on a page of the clinic, and of a patient: who gets it wants all of it."""
ACTIONS: dict[str, Any] = {
    "see_patient": _("Saw the record"),
    "see_patients": _("Saw the list of patients"),
    "see_audit": _("Saw who did what"),
    "print_audit": _("Opened who saw the record, to print"),
    "record_fact": _("Recorded a fact"),
    "correct_fact": _("Corrected a fact"),
    "void_fact": _("Took a fact back"),
    "seal_facts": _("Put facts from before under the audit"),
    "restore": _("Went on from a restored backup"),
    "open_session": _("Began a session"),
    "session_event": _("Wrote in a session"),
    "sound_check": _("Tried the sound of a device"),
    "dismiss_entry": _("Let go of an entry of a device that could not be taken"),
    "board_names": _("Chose what stands on the board"),
    "adopt": _("Signed defaults"),
    "add_room": _("Added a room"),
    "choose_measures": _("Chose what forms and messages say"),
    "send_form": _("Sent a form, or handed it over on a tablet"),
    "end_form": _("Ended a private link"),
    "answer_form": _("Answers came in by a private link or on a tablet"),
    "alert_opened": _("An answer alarmed"),
    "alert_told": _("Staff were told of an answer that alarms"),
    "alert_taken": _("Took an answer that alarms"),
    "alert_tried": _("Tried to reach somebody whose answer alarms"),
    "alert_agreed": _("Noted what was agreed after an answer that alarms"),
    "alert_closed": _("Closed an answer that alarms"),
    "message_bounced": _("Noted that a message came back"),
    "message_seen": _("Took note of a message that did not arrive"),
    "rems_setting": _("Wrote how the clinic stands in the REMS"),
    "stock": _("Wrote in the book of controlled drugs"),
    "add_monitor": _("Made a monitor known"),
    "place_monitor": _("Moved a monitor"),
    "private_note": _("Wrote a private note of their own"),
    "export_private_notes": _("Took their own private notes out"),
    "change_day": _("Changed the day of the programme"),
    "end_adoption": _("Took the names from under defaults"),
    "open_in_emergency": _("Opened in an emergency"),
    "export": _("Took data out"),
    "ask_erasure": _("Asked that a patient be erased"),
    "erase": _("Erased a patient"),
    "sweep": _("Swept the files of the database"),
    "export_refused": _("Was refused a record to take out"),
    "make_calendar_link": _("Made the link of a calendar"),
    "end_calendar_link": _("Ended the link of a calendar"),
    "register": _("Registered a patient"),
    "print": _("Made a print-out"),
    "not_found": _("Asked for a patient who is not here"),
    "refused": _("Was refused a page"),
    "refused_elsewhere": _("Was refused another clinic"),
    "log_in": _("Logged in"),
    "log_out": _("Logged out"),
    "log_in_refused": _("Log-in refused"),
    "locked_out": _("Log-in locked after too many tries"),
    "unlock": _("Unlocked the screen"),
    "change_password": _("Changed the password"),
    "add_second_factor": _("Added a second factor"),
    "remove_second_factor": _("Removed a second factor"),
    "renew_second_factor": _("Renewed a second factor"),
    "reset_second_factor": _("Took lost second factors away"),
    "recover_account": _("Let somebody back in"),
    "end_sessions": _("Ended sessions"),
    "start_clinic": _("Started the clinic"),
    "invite": _("Invited somebody"),
    "withdraw_invitation": _("Withdrew an invitation"),
    "join": _("Joined the clinic"),
    "leave": _("Left the clinic"),
    "set_roles": _("Changed roles"),
}
"""What the audit calls what was done, in words; another name is shown as it is."""
PAGES: dict[str, Any] = {
    "clinic:patient": _("the picture and the facts"),
    "clinic:screening": _("screening and level of care"),
    "clinic:record_dose": _("the form for a dose"),
    "clinic:record_medicine": _("the form for a medicine"),
    "clinic:record_answers": _("a questionnaire"),
    "clinic:record_vitals": _("the form for vital signs"),
    "clinic:correct_contact": _("the form that corrects a contact or a visit"),
    "clinic:take_back_contact": _("the form that takes a contact or a visit back"),
    "clinic:record": _("the form for another fact"),
    "clinic:judge_risk": _("the form that judges a risk"),
    "clinic:review": _("the form that reviews a course"),
    "clinic:contacts": _("contacts and visits"),
    "clinic:record_contact": _("the form for a contact"),
    "clinic:plan_visit": _("the form for a visit"),
    "clinic:correct": _("the form that corrects a fact"),
    "clinic:merge": _("the form that merges two numbers"),
    "clinic:erase": _("the page that erases a patient"),
    "clinic:export": _("the form that takes the record out"),
    "clinic:register": _("the form that registers a patient"),
    "clinic:take_back": _("the form that takes a fact back"),
    "clinic:emergency": _("the form for an emergency"),
    "clinic:patients": _("the list of patients"),
    "course:calendar": _("the link of a calendar"),
    "course:clinic_calendar": _("the link of a calendar"),
    "course:open": _("the form that opens a course"),
    "course:course": _("a course of treatment"),
    "course:step": _("a course of treatment"),
    "course:ledger": _("every dose so far"),
    "course:write_letter": _("the form of a letter"),
    "course:letter": _("a letter"),
    "course:summary_pdf": _("the summary of a course, to print"),
    "course:letter_pdf": _("a letter, to print"),
    "measures:alerts": _("answers that alarm"),
    "measures:alert": _("an answer that alarms"),
    "measures:patient": _("the questionnaires of a patient"),
    "measures:choices": _("what forms and messages say"),
    "outbox:messages": _("messages out"),
    "outbox:note": _("messages out"),
    "clinic:papers": _("the papers of a patient"),
    "clinic:medicines_pdf": _("the list of medicines, to print"),
    "rems:forms": _("the list of forms for the REMS"),
    "rems:patient": _("a patient in the REMS"),
    "rems:monitoring": _("the monitoring form of a session"),
    "rems:monitoring_pdf": _("the monitoring form of a session"),
    "rems:monitoring_json": _("the monitoring form of a session"),
    "rems:report": _("a report of an adverse event"),
    "rems:report_pdf": _("a report of an adverse event"),
    "rems:report_json": _("a report of an adverse event"),
    "therapy:therapy": _("assisted therapy"),
    "therapy:recovery": _("the recovery programme"),
    "therapy:write": _("a form of therapy or the programme"),
    "therapy:correct": _("a form of therapy or the programme"),
    "therapy:agreed": _("what was agreed on in therapy, to print"),
    "therapy:plan": _("the plan for afterwards, to print"),
    "therapy:due": _("what is due in therapy and the programme"),
    "therapy:group": _("the form for a group"),
    "therapy:private_notes": _("private notes of their own"),
    "live:board": _("the board of rooms"),
    "live:add_room": _("the board of rooms"),
    "live:board_json": _("the board of rooms"),
    "live:board_rooms": _("the board of rooms"),
    "live:alarms": _("the alarms of a session"),
    "live:begin": _("the form that begins a session"),
    "live:session": _("a session"),
    "live:session_json": _("a session"),
    "live:record": _("a session"),
    "live:events": _("a session"),
    "live:emergency": _("the emergency cards of a session"),
    "live:emergency_card": _("the emergency cards of a session"),
    "live:handover": _("the handover of a session"),
    "live:replay": _("the replay of a session"),
    "live:record_pdf": _("the record of a session, to print"),
    "live:instructions": _("what is told at the door, to print"),
    "live:sheet": _("the form for a paper sheet"),
    "live:downtime": _("the papers for when the network is down"),
    "live:packet": _("the papers for when the network is down"),
}
"""Which page was seen, in words."""
SHOWN: dict[str, Any] = {
    "session": _("the session"),
    "name": _("name and number"),
    "care": _("what is due in therapy or the programme"),
    "picture": _("name, number and what needs a decision"),
}
"""What a list showed of a patient, in words."""
KINDS = {
    "seen": (
        _("seen"),
        ("see_patient", "see_patients", "see_audit", "print_audit", "export", "print", "export_private_notes"),
    ),
    "written": (
        _("written"),
        ("record_fact", "correct_fact", "void_fact", "register", "open_session", "session_event", "private_note"),
    ),
    "refused": (
        _("refused"),
        ("refused", "refused_elsewhere", "not_found", "export_refused", "log_in_refused", "locked_out"),
    ),
    "emergency": (_("opened in an emergency"), ("open_in_emergency",)),
    "access": (_("log-ins and who may what"), ()),
}
"""Groups of actions to choose from; `access` is all that is in no other."""


class Entry(NamedTuple):
    """A row for the screen."""

    row: AuditRow
    who: str
    what: Any
    more: str
    about: str


class AuditForm(forms.Form):
    """What to look for."""

    use_required_attribute = False
    who = forms.CharField(label=_("Who"), max_length=150, required=False)
    patient = forms.CharField(label=_("Patient’s number"), max_length=20, required=False)
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("everything")), *((name, words) for name, (words, _names) in KINDS.items())],
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


@require_safe
@staff(Permission.SEE_AUDIT)
def audit(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Who did what in the clinic, the newest first."""
    form = AuditForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = list(_rows(clinic, wanted)[: PAGE + 1])
    note(
        clinic, at=clock.now(), actor=request.user.get_username(), action="see_audit", subject=wanted.get("patient", "")
    )
    context = {
        "clinic": clinic,
        "form": form,
        "entries": _entries(rows[:PAGE], wanted.get("patient", "")),
        "older": rows[PAGE - 1].sequence if len(rows) > PAGE else None,
        "query": _query(request),
    }
    return render(request, "clinic/audit.html", context, status=200 if form.is_valid() else 422)


def _query(request: HttpRequest) -> str:
    """The address without its place in the list."""
    query = request.GET.copy()
    query.pop("before", None)
    return str(query.urlencode())


@require_safe
@staff(Permission.SEE_AUDIT)
def patient_audit(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Who saw or changed one patient's record, with nothing clinical, to be handed to the patient."""
    try:
        person = patient_for(request.user, clinic.slug, number)
    except Patient.DoesNotExist:
        raise Http404 from None
    rows = list(about_patient(clinic, number).order_by("-sequence")[: LONGEST_PRINT + 1])
    note(clinic, at=clock.now(), actor=request.user.get_username(), action="print_audit", subject=number)
    context = {
        "clinic": clinic,
        "patient": person,
        "entries": _entries(rows[:LONGEST_PRINT], number),
        "has_more": len(rows) > LONGEST_PRINT,
        "most": LONGEST_PRINT,
        "at": clock.now(),
    }
    return render(request, "clinic/patient_audit.html", context)


def about_patient(clinic: Clinic, number: str) -> QuerySet[AuditRow]:
    """The rows about one patient: by name, by a fact, or because a list showed them."""
    about = Q(subject=number) | Q(subject__startswith=f"{number}/") | Q(detail__patients__has_key=number)
    rows: QuerySet[AuditRow] = AuditRow.objects.filter(about, clinic=clinic)
    return rows


def _rows(clinic: Clinic, wanted: dict[str, Any]) -> QuerySet[AuditRow]:
    rows = about_patient(clinic, wanted["patient"]) if wanted.get("patient") else AuditRow.objects.filter(clinic=clinic)
    if wanted.get("who"):
        rows = rows.filter(actor__iexact=wanted["who"])
    if wanted.get("day"):
        start = dt.datetime.combine(wanted["day"], dt.time(), timezone.get_current_timezone())
        end = dt.datetime.combine(wanted["day"] + dt.timedelta(days=1), dt.time(), timezone.get_current_timezone())
        rows = rows.filter(at__gte=start, at__lt=end)
    if wanted.get("kind") == "access":
        rows = rows.exclude(action__in=[name for _words, names in KINDS.values() for name in names])
    elif wanted.get("kind"):
        rows = rows.filter(action__in=KINDS[wanted["kind"]][1])
    if wanted.get("before"):
        rows = rows.filter(sequence__lt=wanted["before"])
    return rows.order_by("-sequence")


def _entries(rows: list[AuditRow], number: str = "") -> list[Entry]:
    """The rows for the screen; where they are about one patient, with what a list showed of that one."""
    actors = {row.actor for row in rows}
    names = {user.get_username(): user.get_full_name() for user in get_user_model().objects.filter(username__in=actors)}
    return [_entry(row, names.get(row.actor) or row.actor, number) for row in rows]


def _entry(row: AuditRow, who: str, number: str) -> Entry:
    detail = row.detail if isinstance(row.detail, dict) else {}
    what = ACTIONS.get(row.action, row.action.replace("_", " "))
    return Entry(row, who, what, str(_more(row.action, detail, number)), row.subject)


def _more(action: str, detail: dict[str, Any], number: str) -> Any:
    """The reason, the page, or what of the patient was shown."""
    if detail.get("reason"):
        return detail["reason"]
    if number and action == "see_patients":
        return SHOWN.get(detail.get("patients", {}).get(number), "")
    route = detail.get("route", "")
    return PAGES.get(route, route) if action in ("see_patient", "refused", "refused_elsewhere") else ""
