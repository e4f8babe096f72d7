"""Several people at one tablet: each has a session of their own, and all but one are set aside, locked.

Who was signed in here with password and second factor comes back by their name and PIN. A signed cookie that ends with
the browser names the sessions that are set aside; each still ends after its hours, or after five wrong tries.
"""

from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

COOKIE = "keel-tablet"
MOST = 8
"""People at one tablet, whom the lock shows; a default of Keel's."""


def set_aside(request: HttpRequest) -> list[UserSession]:
    """The sessions that are set aside at this screen and can still be opened, by name; of each person the newest."""
    rows = UserSession.objects.filter(session_key__in=_keys(request), user__is_active=True).select_related("user")
    newest = {one.user_id: one for one in rows.order_by("created_at") if one.exists()}
    newest.pop(request.user.pk, None)
    return sorted(newest.values(), key=lambda one: str(one.user.get_full_name()).casefold())


def change_to(request: HttpRequest, chosen: UserSession | None) -> None:
    """Puts a session that was set aside in the place of this one, or none, for somebody who signs in."""
    request.session = SessionStore(chosen.session_key) if chosen else SessionStore()


def remember(response: HttpResponse, sessions: Iterable[str]) -> None:
    """Lets the browser remember which sessions are set aside."""
    kept = list(dict.fromkeys(sessions))[-MOST:]
    response.set_signed_cookie(
        COOKIE,
        " ".join(kept),
        salt=COOKIE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def _keys(request: HttpRequest) -> list[str]:
    try:
        return str(request.get_signed_cookie(COOKIE, "", salt=COOKIE, max_age=settings.SESSION_COOKIE_AGE)).split()
    except BadSignature:
        return []
