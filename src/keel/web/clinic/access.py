"""Who gets through to a page of a clinic: its own people, with the permission that the page needs.

To everyone else the clinic and its patients do not exist: 404, so that no address tells who is treated where.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import Permission

View = Callable[..., HttpResponse]


def staff(permission: Permission) -> Callable[[View], View]:
    """A view that takes the `Clinic` in place of its slug, in the clinic's time zone, for staff with a permission.

    404 for people of other clinics, 403 for people of this one whose role does not allow it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def handle(request: HttpRequest, clinic: str, *args: Any, **kwargs: Any) -> HttpResponse:
            place = Clinic.objects.filter(slug=clinic, memberships__user=request.user).first()
            allowed = permissions_in(request.user, place) if place else frozenset()
            if place is None or not allowed:
                raise Http404
            if permission not in allowed:
                raise PermissionDenied
            request.allowed = allowed
            with timezone.override(ZoneInfo(place.timezone)):
                return view(request, place, *args, **kwargs)

        handle.permission = permission  # type: ignore[attr-defined]
        return handle

    return decorate
