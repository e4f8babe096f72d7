"""The check of access before every page of the staff: signed in, not locked, with a second factor.

A route is for everyone (`PUBLIC_APPS`), a way in (`WAYS_IN`), a person's own, or a clinic's, whose view says which
permission it needs. A route that is none of these is refused, and `python -m keel.web check` names it.

A lock by hand stands in the session; a screen that was left for `KEEL_LOCK` minutes is locked on the server, whatever
the browser does. What a script fetches by itself (a board that refreshes) does not count as a person being there.
"""

import datetime as dt
import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from keel.web import clock, sqlite
from keel.web.routes import PUBLIC_APPS

log = logging.getLogger("keel.web")
Handler = Callable[[HttpRequest], HttpResponse]

WAYS_IN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "accounts:change_person",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "staff:accept",
        "staff:first_start",
        "live:observations",
        "course:calendar_feed",
        "measures:form",
        "measures:form_help",
    }
)
"""Routes that nobody needs to be signed in for. What no person opens proves itself by the secret in its address."""
WITHOUT_SECOND_FACTOR = frozenset(
    {
        "accounts:enrol",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
"""Where somebody gets to who has no second factor yet."""
WHILE_LOCKED = frozenset({"accounts:lock", "accounts:unlock", "live:board_rooms"})
"""What a locked screen still gets; the rooms then come without people (`request.is_locked`), for their alarms."""
NOTED_EVERY = dt.timedelta(seconds=30)
"""How often it is noted that somebody is at a screen: not a write for every page."""
NOTE_WAIT_MS = 300
"""How long that waits for a database that somebody else writes to."""


class Rule(Enum):
    """Whom a route is for."""

    EVERYONE = auto()
    SIGNED_IN = auto()
    MEMBERS = auto()


def rule_of(name: str, view: Any) -> Rule | None:
    """Whom a route is for by its full name and its view; None where nothing says so."""
    if name.partition(":")[0] in PUBLIC_APPS or name in WAYS_IN:
        return Rule.EVERYONE
    if getattr(view, "permission", None):
        return Rule.MEMBERS
    if name.startswith(("accounts:", "account_", "mfa_")) or name in (
        "clinic:home",
        "clinic:moved_patient",
        "clinic:moved_page",
    ):
        return Rule.SIGNED_IN
    return None


def control(get_response: Handler) -> Handler:
    """The middleware."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    handle.process_view = _process_view  # type: ignore[attr-defined]
    return handle


def _process_view(request: HttpRequest, view: Any, args: Any, names: Any) -> HttpResponse | None:
    name = request.resolver_match.view_name
    rule = rule_of(name, view)
    if rule is None:
        raise ImproperlyConfigured(f"The route {name} says for whom it is nowhere; see keel.web.accounts.access.")
    if rule is Rule.EVERYONE:
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("clinic:home"))
    request.is_locked = is_locked(request)
    if request.is_locked and name not in WHILE_LOCKED:
        return _locked(request)
    if name not in WITHOUT_SECOND_FACTOR and lacks_second_factor(request.user):
        return redirect("accounts:enrol")
    if name not in WHILE_LOCKED:
        _note_presence(request)
    return None


def lacks_second_factor(user: Any) -> bool:
    """Whether somebody must enrol a second factor before anything else; the demonstration's made-up staff need none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not user.is_made_up and not Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def lock(request: HttpRequest) -> None:
    """Locks the screen until its person shows that they are back."""
    request.session["locked"] = True


def unlock(request: HttpRequest) -> None:
    """Opens the screen again."""
    request.session.pop("locked", None)
    _note(request, clock.real_now())


def is_locked(request: HttpRequest) -> bool:
    """Whether the screen is locked: by hand, which the session holds, or because nobody was there for too long."""
    idle = clock.real_now() - (_seen_at(request) or clock.real_now())
    return bool(request.session.get("locked")) or idle > dt.timedelta(minutes=settings.LOCK_MINUTES)


def _seen_at(request: HttpRequest) -> dt.datetime | None:
    """When somebody was at this screen; None for a session that has just begun."""
    if not hasattr(request, "seen_at"):
        mine = UserSession.objects.filter(session_key=request.session.session_key)
        request.seen_at = mine.values_list("last_seen_at", flat=True).first()
    seen: dt.datetime | None = request.seen_at
    return seen


def _note_presence(request: HttpRequest) -> None:
    by_itself = request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"
    if not by_itself:
        _note(request, clock.real_now())


def _note(request: HttpRequest, at: dt.datetime) -> None:
    """Notes that somebody is there. A database that cannot be written to keeps nobody from reading a patient’s page."""
    seen = _seen_at(request)
    if seen is not None and at - seen < NOTED_EVERY:
        return
    try:
        with sqlite.waiting(connection, NOTE_WAIT_MS), transaction.atomic():
            if seen is None:
                UserSession.objects.create_from_request(request)
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=at)
    except DatabaseError:
        log.warning("that somebody is at a screen was not noted: the database cannot be written to")


def _locked(request: HttpRequest) -> HttpResponse:
    """Leads to the lock, and back to the page; what was sent is not carried out, and the lock says so."""
    if request.headers.get("Sec-Fetch-Dest") == "empty" or request.path.endswith(".json"):
        return JsonResponse({"locked": True}, status=423)
    was_sent = request.method not in ("GET", "HEAD")
    query = {"next": request.get_full_path(), **({"sent": "1"} if was_sent else {})}
    return redirect(f"{reverse('accounts:lock')}?{urlencode(query)}")


@register()
def check_routes(app_configs: Any, **kwargs: Any) -> list[Error]:
    """An error for each route that does not say for whom it is."""
    return [
        Error(f"The route {name} says for whom it is nowhere.", hint="Give its view @staff(…).", id="keel.E001")
        for name, view in routes()
        if rule_of(name, view) is None
    ]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> list[tuple[str, Any]]:
    """Every route of the URL map with its full name and its view."""
    found: list[tuple[str, Any]] = []
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLPattern):
            found.append((f"{prefix}{part.name or part.pattern}", part.callback))
        else:
            found += routes(part, f"{part.namespace}:" if part.namespace else prefix)
    return found
