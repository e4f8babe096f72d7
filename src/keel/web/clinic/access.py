"""Who gets through to a page of a clinic: its own people, with the permission that the page needs.

To everyone else the clinic and its patients do not exist: 404, so that no address tells who is treated where. A refusal
is audited in the clinic of who asked. Who is refused a patient and may open one in an emergency is told how.

Each request for a patient leaves a row in the audit before its answer goes out: that of what it wrote, or one that says
whom it showed. Where the row cannot be written, the page is not shown.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from keel.web import clock
from keel.web.clinic import audit
from keel.web.clinic.actions import note
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import Place, open_emergency, place_of, places_of
from keel.web.clinic.roles import Permission

View = Callable[..., HttpResponse]
LONGEST_SUBJECT = 200
"""Characters of an address that the audit keeps."""


def staff(permission: Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """A view that takes the `Clinic` in place of its slug, in the clinic's time zone, for staff with a permission.

    404 for people of other clinics, 403 for people of this one whose role does not allow it. `fresh`: who has not
    proved who they are within five minutes is asked again first (for acts that give power away).
    `request.place` is the clinic with the roles held in it, `request.allowed` what they allow here. A view that shows
    patients beside the one of its address puts their numbers into `request.shown`, each with what was shown.
    """

    def decorate(view: View) -> View:
        seen = reauthentication_required(view) if fresh else view

        @wraps(view)
        @login_required
        def handle(request: HttpRequest, clinic: str, *args: Any, **kwargs: Any) -> HttpResponse:
            place = place_of(request.user, clinic)
            if place is None:
                _note_stranger(request, clinic)
                raise Http404
            allowed = place.permissions
            request.emergency = _emergency(request, place, allowed, kwargs)
            if request.emergency:
                allowed |= {Permission.SEE_PICTURE}
            request.place, request.allowed, request.shown = place, allowed, {}
            with timezone.override(ZoneInfo(place.clinic.timezone)):
                if permission not in allowed:
                    return _refuse(request, place.clinic, permission, kwargs)
                return _audited(request, place.clinic, seen, args, kwargs)

        handle.permission = permission  # type: ignore[attr-defined]
        return handle

    return decorate


def _audited(request: HttpRequest, clinic: Clinic, view: View, args: Any, names: dict[str, Any]) -> HttpResponse:
    """The answer of the view, once the audit has whom it is about."""
    before, number = audit.rows_written(), names.get("number", "")
    try:
        response = view(request, clinic, *args, **names)
    except Http404:
        if number:
            _note(request, clinic, "not_found", number)
        raise
    if audit.rows_written() == before and (number or request.shown):
        _note(request, clinic, "see_patient" if number else "see_patients", number)
    return response


def _note(request: HttpRequest, clinic: Clinic, action: str, subject: str) -> None:
    detail: dict[str, Any] = {"route": request.resolver_match.view_name}
    if request.shown:
        detail["patients"] = request.shown
    name = request.user.get_username()
    note(clinic, at=clock.now(), actor=name, action=action, subject=subject[:LONGEST_SUBJECT], detail=detail)


def _emergency(request: HttpRequest, place: Place, allowed: frozenset[Permission], names: dict[str, Any]) -> Any:
    """The emergency in which this person opened this patient, where their role alone would not let them."""
    if Permission.SEE_PICTURE in allowed or Permission.OPEN_IN_EMERGENCY not in allowed or "number" not in names:
        return None
    return open_emergency(request.user, place.clinic, names["number"], at=clock.now())


def _refuse(request: HttpRequest, clinic: Clinic, permission: Permission, names: dict[str, Any]) -> HttpResponse:
    _note(request, clinic, "refused", str(names.get("number", "")))
    patient = clinic.patients.filter(number=names["number"]).first() if "number" in names else None
    if permission == Permission.SEE_PICTURE and Permission.OPEN_IN_EMERGENCY in request.allowed and patient:
        return render(request, "clinic/refused.html", {"clinic": clinic, "patient": patient}, status=403)
    raise PermissionDenied


def _note_stranger(request: HttpRequest, slug: str) -> None:
    """Somebody asked for a clinic that is not theirs: noted where they work, whether or not the other exists.

    A note in the other clinic would take time that a clinic which does not exist takes not, and so tell of it.
    """
    name, detail = request.user.get_username(), {"route": request.resolver_match.view_name}
    for place in places_of(request.user):
        note(place.clinic, at=clock.now(), actor=name, action="refused_elsewhere", subject=slug[:50], detail=detail)
