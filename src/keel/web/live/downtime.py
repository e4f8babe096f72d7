"""When the network is down: the packet to print beforehand, and entering the sheets afterwards."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from keel.assessment.protocols.dose_figures import weight_at
from keel.assessment.session.event_words import event_words
from keel.findings import Severity
from keel.interop.errors import ReadError
from keel.interop.session_file.typed_event import typed_event
from keel.knowledge import load
from keel.messages import joined
from keel.record.selection import conditions_at, medicines_taken
from keel.reports.documents import ExpectedPatient, Packet, downtime_packet, finding_line, paper_pdf
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.entries import ContactEntry, VisitEntry, entries_of
from keel.web.clinic.fact_words import contact_words, fact_text
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.patient_page import PatientPage, shown_or_not
from keel.web.clinic.queries import same_person, standing_facts
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.directory.queries import listing_for
from keel.web.language.rendering import page_catalogue, plain
from keel.web.live.actions import record_events
from keel.web.live.cards import cards_of
from keel.web.live.models import LiveSession
from keel.web.live.names import staff_names
from keel.web.live.pages import page_of
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, open_sessions, read, session_or_404, sessions_of, state_of
from keel.web.routes import in_queue

MOST_SHEETS = 40
_EVENTS = (
    ("", _("Nothing beside the readings")),
    ("dose_started", _("The dose began")),
    ("device_given", _("One device was given")),
    ("rate_changed", _("The rate was changed")),
    ("dose_paused", _("The dose was paused")),
    ("dose_resumed", _("The dose went on")),
    ("dose_stopped", _("The dose was stopped")),
    ("adverse_event", _("Something untoward")),
    ("note", _("A note")),
)
_AMOUNT_OF = {"dose_started": "amount", "device_given": "amount", "dose_paused": "given", "dose_stopped": "given"}
_DOSES = ("dose_started", "device_given")
_READINGS = ("bp", "hr", "spo2", "rr", "on_oxygen")


@require_safe
@staff(Permission.EXPORT_RECORD)
def downtime(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Who is expected today, the packet to print, and the sessions into which sheets are entered."""
    expected = list(_expected(clinic))
    live = list(open_sessions(clinic))
    request.shown = {patient.number: "name" for _when, patient, _what in expected}
    request.shown |= {one.patient.number: "session" for one in live}
    context = {"clinic": clinic, "expected": expected, "sessions": live, "most": MOST_SHEETS}
    return render(request, "live/downtime.html", context)


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def packet(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The packet as PDF, with as many blank sheets as asked for: one a patient, two at least."""
    there = clock.now().astimezone(ZoneInfo(clinic.timezone))
    expected = list(_expected(clinic))
    request.shown = {patient.number: "picture" for _when, patient, _what in expected}
    asked = request.GET.get("sheets", "")
    sheets = int(asked) if asked.isdecimal() and len(asked) < 4 else max(2, len(expected))
    numbers = [one.service.phone for one in listing_for(clinic.country).emergency if one.service.phone]
    made = Packet(
        clinic=clinic.name,
        stem=f"{clinic.slug.upper()}-{there:%Y%m%d-%H%M%S}",
        patients=tuple(_told(patient, when, what, there) for when, patient, what in expected),
        sheets=min(sheets, MOST_SHEETS),
        cards=cards_of(clinic),
        call=", ".join(numbers) or str(_("the local emergency number")),
        printed_by=request.user.get_full_name(),
        mark=mark_of(clinic),
    )
    paper = downtime_packet(made, at=there, catalogue=page_catalogue())
    return as_pdf(paper_pdf(paper, at=there), f"downtime-{there:%Y-%m-%d}")


def _expected(clinic: Clinic) -> Iterator[tuple[dt.datetime, Patient, str]]:
    """Who is here, and whose visit is planned for today where the clinic is, in the order of time."""
    today = clock.now().astimezone(ZoneInfo(clinic.timezone)).date()
    found: dict[int, tuple[dt.datetime, Patient, str]] = {
        live.patient_id: (live.opened_at, live.patient, "") for live in open_sessions(clinic)
    }
    visits = Fact.objects.filter(patient__clinic=clinic, kind=Kind.VISIT, superseded_by=None, voided_by=None)
    for fact in visits.select_related("patient"):
        for visit in entries_of([fact], VisitEntry):
            if visit.when.astimezone(ZoneInfo(clinic.timezone)).date() == today:
                found.setdefault(fact.patient_id, (visit.when, fact.patient, visit.what))
    yield from sorted(found.values(), key=lambda one: (one[0], one[1].number))


def _told(patient: Patient, when: dt.datetime, what: str, at: dt.datetime) -> ExpectedPatient:
    """What must be known of a patient without a network; a record that cannot be read says so."""
    page, facts = shown_or_not(patient, at), standing_facts(patient)
    last = Fact.objects.filter(patient__in=same_person(patient), kind=Kind.DOSE, superseded_by=None, voided_by=None)
    dose = last.exclude(effective_at=None).order_by("effective_at").last()
    live = sessions_of(patient.clinic).filter(patient=patient).first()
    told: dict[str, Any] = {
        "name": patient.display_name,
        "number": patient.number,
        "when": f"{when.astimezone(at.tzinfo):%H:%M}",
        "plan": _plan(live) or what,
        "last_dose": f"{dose.effective_at.astimezone(at.tzinfo):%Y-%m-%d %H:%M}, {fact_text(dose)}" if dose else "",
        "baseline": _baseline(live),
        "contacts": tuple(
            f"{one.name} ({contact_words(one.role)}) {one.phone}".strip()
            for one in entries_of(facts.filter(kind=Kind.CONTACT), ContactEntry)
        ),
    }
    if not isinstance(page, PatientPage):
        return ExpectedPatient(**told, holds=(str(_("The record could not be read. Ask before any dose.")),))
    record = page.record
    weight, day = weight_at(record, at, load())
    holding = list(page.urgent)
    if live is not None and live.ended_at is None:
        state = state_of(live, at=at)
        holding += [one for one in (*state.alarms, *state.reasons) if one.severity in (Severity.BLOCK, Severity.HOLD)]
    return ExpectedPatient(
        **told,
        age=record.person.age_at(at),
        conditions=tuple(one.text for one in conditions_at(record, at) if one.present),
        weight_kg=weight,
        weighed_on=day,
        medicines=medicines_taken(record, at),
        holds=tuple(dict.fromkeys(plain(finding_line(one)) for one in holding)),
    )


def _plan(live: LiveSession | None) -> str:
    """What is ordered in the session that is open."""
    if live is None or live.ended_at is not None:
        return ""
    plan = live.opening.payload["session"].get("plan") or {}
    protocol = rules_of(live.rules).protocols[live.protocol]
    return "; ".join([plain(protocol.title), *(str(value) for value in plan.values())])


def _baseline(live: LiveSession | None) -> str:
    """Pressure, pulse and oxygen before the dose of the newest session."""
    if live is None:
        return ""
    before = state_of(live, at=live.ended_at or clock.now()).baseline
    pressure = f"{before['sbp']:g}/{before['dbp']:g} mmHg" if "sbp" in before and "dbp" in before else ""
    pulse = f"{before['hr']:g}/min" if "hr" in before else ""
    oxygen = f"{before['spo2']:g} %" if "spo2" in before else ""
    values = ", ".join(filter(None, (pressure, pulse, oxygen)))
    return f"{live.opened_at:%Y-%m-%d}: {values}" if values else ""


class SheetForm(forms.Form):
    """One line of a sheet: when, what was read, what happened; and which sheet, and whose hand."""

    use_required_attribute = False
    sheet = forms.CharField(label=_("Number of the sheet"), max_length=60)
    seen_by = forms.CharField(label=_("Who wrote it"), max_length=120)
    at = forms.DateTimeField(
        label=_("When it happened"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    bp = forms.RegexField(
        r"^\s*\d{2,3}\s*/\s*\d{2,3}\s*$",
        label=_("Pressure"),
        required=False,
        max_length=11,
        help_text=_("As 128/78."),
        error_messages={"invalid": _("Write it as 128/78.")},
    )
    hr = forms.IntegerField(label=_("Pulse"), required=False)
    spo2 = forms.IntegerField(label=_("Oxygen, %"), required=False)
    rr = forms.IntegerField(label=_("Breaths a minute"), required=False)
    on_oxygen = forms.ChoiceField(
        label=_("Air or oxygen"),
        required=False,
        choices=[("", _("Not written")), ("no", _("Air")), ("yes", _("Oxygen"))],
    )
    moaas = forms.IntegerField(label=_("MOAA/S"), required=False, min_value=0, max_value=5)
    cadss6 = forms.IntegerField(label=_("CADSS-6"), required=False, min_value=0, max_value=24)
    kind = forms.ChoiceField(label=_("What happened"), required=False, choices=_EVENTS)
    amount = forms.CharField(
        label=_("Amount, or rate"), required=False, max_length=60, help_text=_("With its unit: 35 mg, 40 mg/h.")
    )
    over = forms.CharField(label=_("Over"), required=False, max_length=60, help_text=_("With its unit: 40 min."))
    checked_by = forms.CharField(label=_("Dose checked by"), required=False, max_length=120)
    text = forms.CharField(
        label=_("In words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):
                field.widget = forms.TextInput(attrs={"inputmode": "numeric"})

    def clean(self) -> dict[str, Any]:
        """A line that says nothing is none; a dose is looked at by a second person; nothing is of the future."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        kind = told.get("kind", "")
        if not self.errors and not list(self.events()):
            raise forms.ValidationError(_("Nothing is written on this line yet."))
        if kind in ("dose_started", "rate_changed") and not told.get("amount"):
            self.add_error("amount", _("Write how much, with its unit."))
        if kind in _DOSES and told.get("checked_by", "").strip().casefold() in ("", told.get("seen_by", "").casefold()):
            self.add_error("checked_by", _("A second person checks a dose that was written on paper."))
        if kind in ("adverse_event", "note") and not told.get("text"):
            self.add_error("text", _("Write what it was."))
        if told.get("at") and told["at"] > clock.now():
            self.add_error("at", _("The time lies in the future. Record what has happened."))
        return told

    def events(self) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
        """The types of events of the line, each with what it says under the names of a session file."""
        told = self.cleaned_data
        readings = [(name, str(told[name])) for name in _READINGS if told.get(name) not in (None, "")]
        if readings:
            yield "vitals_recorded", list(readings)
        if told.get("moaas") is not None:
            yield "sedation_scored", [("moaas", str(told["moaas"]))]
        if told.get("cadss6") is not None:
            yield "dissociation_scored", [("cadss6", str(told["cadss6"]))]
        if kind := told.get("kind"):
            yield kind, [(name, value) for name, value in self._of_event(kind) if value]

    def _of_event(self, kind: str) -> Iterator[tuple[str, str]]:
        told = self.cleaned_data
        if kind == "adverse_event":
            yield "what", told["text"]
            return
        if kind == "rate_changed":
            yield "rate", told.get("amount", "")
        elif kind in _AMOUNT_OF:
            yield _AMOUNT_OF[kind], told.get("amount", "")
        if kind == "dose_started":
            yield "over", told.get("over", "")
        if kind in _DOSES:
            yield "checked_by", told.get("checked_by", "")
        yield "text", told.get("text", "")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RUN_SESSIONS)
def sheet(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """A line of a paper sheet into the session to which it belongs: it happened, so no gate refuses it."""
    live, now = session_or_404(clinic, session), clock.now()
    request.shown = {live.patient.number: "session"}
    form = SheetForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if form.is_bound and form.is_valid():
        problem = _enter(request, live, form, now)
        if problem is None:
            address = redirect("live:sheet", clinic.slug, live.id)
            kept = {name: form.cleaned_data[name] for name in ("sheet", "seen_by")}
            address["Location"] += f"?{urlencode(kept)}"
            return address
        form.add_error(None, problem)
    names, rules = staff_names(clinic), rules_of(live.rules)
    context = page_of(request, live) | {
        "form": form,
        "key": request.POST.get("key") or str(uuid.uuid4()),
        "entered": [
            (one.at, event_words(one, rules), names.get(one.by, one.by)) for one in read(live).events if one.sheet
        ],
    }
    return render(request, "live/sheet.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _enter(request: HttpRequest, live: LiveSession, form: SheetForm, now: dt.datetime) -> str | None:
    """Records what a line says, all of it or nothing; why not, where it cannot stand."""
    told, whole, rules = form.cleaned_data, read(live), rules_of(live.rules)
    head = {"at": local(live, told["at"]).isoformat(), "sheet": told["sheet"], "seen_by": told["seen_by"]}
    key = request.POST.get("key") or str(uuid.uuid4())
    try:
        events = [
            {**typed_event(kind, said, whole, knowledge=rules), **head, "id": f"{key[:50]}-{number}"}
            for number, (kind, said) in enumerate(form.events())
        ]
    except ReadError as error:
        return plain(joined(" ", (error.problem, error.fix)))
    taken = record_events(by=request.user, live=live, events=events, at=now)
    return plain(taken.refused[0][1]) if taken.refused else None
