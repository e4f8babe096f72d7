"""The pages of a session, and the address that takes its events."""

import json
import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel.interop.errors import ReadError
from keel.knowledge import Knowledge
from keel.messages import Message, joined
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import ClinicError
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.actions import open_session, record_events
from keel.web.live.adoption import may_open, rules_today
from keel.web.live.entry import IN_EACH_FORM, SlipAsked, posted_event
from keel.web.live.errors import GateHolds, SessionRefused
from keel.web.live.models import Room
from keel.web.live.pages import json_answer, page_of
from keel.web.live.parts import PARTS, part_of
from keel.web.live.sessions import event_facts, session_or_404, state_of

MOST_EVENTS = 500
"""Events of one sending; a tablet that was away for a day has fewer."""


class BeginForm(forms.Form):
    """What a session begins with."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    protocol = forms.ChoiceField(label=_("Protocol"))
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False)
    dose = forms.CharField(
        label=_("Dose as ordered"), required=False, max_length=60, help_text=_("With its unit: 0.5 mg/kg, 56 mg.")
    )
    over = forms.CharField(label=_("Over"), required=False, max_length=60, help_text=_("With its unit: 40 min."))
    devices = forms.IntegerField(label=_("Spray devices"), required=False, min_value=1, max_value=10)

    def __init__(self, *args: Any, clinic: Clinic, knowledge: Knowledge, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid.uuid4())}
        super().__init__(*args, **kwargs)
        dosing = (one for one in knowledge.protocols.values() if one.dosing.kind != "none")
        self.fields["protocol"].choices = [(one.id, one.title) for one in dosing if may_open(clinic, one.id)]
        self.fields["room"].queryset = clinic.rooms.exclude(sessions__ended_at=None, sessions__isnull=False)

    def plan(self) -> dict[str, Any]:
        """The order as a session file has it."""
        return {name: self.cleaned_data[name] for name in ("dose", "over", "devices") if self.cleaned_data[name]}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RUN_SESSIONS)
def begin(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form with which a session begins."""
    patient = patient_or_404(request.user, clinic, number)
    form = BeginForm(request.POST or None, clinic=clinic, knowledge=rules_today(clinic))
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            live = open_session(
                by=request.user,
                patient=patient,
                protocol=told["protocol"],
                room=told["room"],
                plan=form.plan(),
                key=told["key"],
                at=clock.now(),
            )
        except ReadError as error:
            form.add_error(None, plain(joined(" ", (error.problem, error.fix))))
        except (SessionRefused, ClinicError) as refused:
            form.add_error(None, plain(Message(str(refused))))
        else:
            return redirect("live:session", clinic.slug, live.id)
    context = {"clinic": clinic, "patient": patient, "form": form}
    return render(request, "live/begin.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_safe
@staff(Permission.SEE_ROOMS)
def session(request: HttpRequest, clinic: Clinic, session: str, part: str = "") -> HttpResponse:
    """A part of the page of a session; without one that of its phase, and `?view=quiet` for the therapist's screen."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    if request.GET.get("view") == "quiet":
        return render(request, "live/quiet.html", page_of(request, live))
    return render(request, "live/session.html", part_of(request, live, part))


@require_safe
@staff(Permission.SEE_ROOMS)
def session_json(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The state of a session, in the shape of `keel session --json`."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    return json_answer(state_of(live, at=clock.now()))


@require_POST
@staff(Permission.WRITE_IN_SESSIONS)
def record(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """One event from a form: its `type`, its `id`, perhaps its time, and what it says under the names of the file.

    A deed is asked of its gate; with `happened` it is recorded all the same, at the time that somebody typed.
    """
    live, now = session_or_404(clinic, session), clock.now()
    request.shown = {live.patient.number: "session"}
    part = request.POST.get("next", "")
    asked: dict[str, Any] = {}
    try:
        event, beside = posted_event(request.POST, live, now, request.user)
        kept = None if beside else event_facts(live).filter(key=event["id"]).first()
        if kept is not None:  # a second tap: it happened at the first
            event["at"] = kept.payload["event"]["at"]
        has_happened = bool(request.POST.get("happened") and beside)
        taken = record_events(
            by=request.user, live=live, events=[event], at=now, clock=beside, is_asked=not has_happened
        )
        asked = {"problem": taken.refused[0][1]} if taken.refused else {}
    except GateHolds as held:
        asked = {"problem": held.text, "holding": held.reasons}
    except SessionRefused as refused:
        asked = {"problem": refused.text}
    except SlipAsked as doubtful:
        fields = [
            (name, one) for name in request.POST if name not in IN_EACH_FORM for one in request.POST.getlist(name)
        ]
        asked = {"slips": doubtful.slips, "told_fields": fields}
        asked["problem"] = Message("Is this right? Nothing was recorded yet.")
    except ReadError as error:
        asked = {"problem": joined(" ", (error.problem, error.fix))}
    if not asked and event["type"] == "emergency_step":
        address = redirect("live:emergency_card", clinic.slug, live.id, event["card"])
        address["Location"] += f"#{event['step']}"
        return address
    if not asked:
        where = ("live:part", clinic.slug, live.id, part) if part in PARTS else ("live:session", clinic.slug, live.id)
        return redirect(*where)
    context = part_of(request, live, part) | asked | {"told": request.POST}
    return render(request, "live/session.html", context, status=UNPROCESSABLE)


@require_POST
@staff(Permission.WRITE_IN_SESSIONS)
def events(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """Events as JSON, many at once: `{events, device, clock}`; the answer names each id as stored or refused.

    What a device sends has happened: no gate refuses it.
    """
    live, now = session_or_404(clinic, session), clock.now()
    request.shown = {live.patient.number: "session"}
    try:
        sent = json.loads(request.body)
        told, device, skew = sent["events"], str(sent.get("device", ""))[:64], sent.get("clock") or {}
        if not (isinstance(told, list) and all(isinstance(one, dict) for one in told) and isinstance(skew, dict)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"problem": "Send JSON with a list of events."}, status=400)
    if sent.get("number", live.patient.number) != live.patient.number:
        return JsonResponse({"problem": "These events belong to another person. Nothing was stored."}, status=409)
    if len(told) > MOST_EVENTS:
        return JsonResponse({"problem": f"Send at most {MOST_EVENTS} events at once."}, status=413)
    taken = record_events(by=request.user, live=live, events=told, at=now, device=device, clock=skew)
    return json_answer(
        {
            "stored": taken.stored,
            "refused": [{"id": name, "why": plain(why)} for name, why in taken.refused],
            "server_time": now,
            "sequence": live.last_sequence,
        }
    )
