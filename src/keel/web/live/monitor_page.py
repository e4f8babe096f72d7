"""The page of monitors: where each stands, which is new, what was heard of nobody known; and their FHIR door."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from keel.interop import ReadError
from keel.web import clock
from keel.web.capacity import MONITORS
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.errors import SessionRefused
from keel.web.live.models import MonitorMessage
from keel.web.live.monitor_troubles import troubles
from keel.web.live.monitors import add_monitor, monitor_with, place, take_observations
from keel.web.routes import in_queue

MOST_STRANGERS = 10


class MonitorForm(forms.Form):
    """A monitor that is new."""

    use_required_attribute = False
    identifier = forms.RegexField(
        r"^[\w.:-]{1,64}$",
        label=_("Identifier"),
        max_length=64,
        help_text=_("As it names itself in OBX-18 or MSH-3, such as its EUI-64."),
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    zone = forms.CharField(label=_("Time zone of its clock"), max_length=50, help_text=_("Such as Europe/London."))

    def clean_zone(self) -> str:
        """One of the time zones that there are."""
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone."))
        return zone


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RUN_SESSIONS)
def monitors(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The monitors of the clinic and their rooms; a form for a new one, one to move each."""
    now, form, secret = clock.now(), MonitorForm(request.POST or None, initial={"zone": clinic.timezone}), ""
    if request.method == "POST" and "move" in request.POST:
        monitor = get_object_or_404(clinic.monitors, identifier=request.POST["move"])
        room = clinic.rooms.filter(name=request.POST.get("room", "")).first()
        place(monitor, room, by=request.user, at=now)
        return redirect("live:monitors", clinic.slug)
    if form.is_bound and form.is_valid():
        try:
            _monitor, secret = add_monitor(by=request.user, clinic=clinic, at=now, **form.cleaned_data)
        except SessionRefused as refused:
            form.add_error("identifier", plain(refused.text))
        else:
            form = MonitorForm(initial={"zone": clinic.timezone})
    is_alone = not Clinic.objects.exclude(pk=clinic.pk).exists()  # a stranger may be another clinic's
    strangers = (
        MonitorMessage.objects.filter(monitor=None).values("sender").annotate(at=Max("received_at")).order_by("-at")
    )
    known = list(clinic.monitors.order_by("name"))
    context: dict[str, Any] = {
        "clinic": clinic,
        "rows": [(one, one.places.last()) for one in known],
        "monitor_troubles": troubles(known),
        "rooms": clinic.rooms.all(),
        "strangers": strangers[:MOST_STRANGERS] if is_alone else (),
        "is_alone": is_alone,
        "form": form,
        "secret": secret,
    }
    return render(
        request, "live/monitors.html", context, status=UNPROCESSABLE if form.is_bound and form.errors else 200
    )


@in_queue(MONITORS)
@csrf_exempt  # a program, which proves itself by its secret in each request
@require_POST
def observations(request: HttpRequest, identifier: str) -> HttpResponse:
    """FHIR Observations of a monitor, one, a Bundle or NDJSON: 201 with how many sets were filed and what was not.

    401 without its secret, 422 with the reason where nothing of it can be filed.
    """
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    monitor = monitor_with(identifier, secret) if scheme.casefold() == "bearer" else None
    if monitor is None:
        return JsonResponse({"problem": "Send the secret of this monitor as a bearer token."}, status=401)
    try:
        written, why = take_observations(monitor, request.body, at=clock.now())
    except ReadError as error:
        return JsonResponse({"problem": str(error)}, status=422)
    return JsonResponse({"filed": written, "not_filed": str(why)}, status=201)
