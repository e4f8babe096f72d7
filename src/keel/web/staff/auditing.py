"""Writes log-ins, log-outs, refusals, lock-outs and changed credentials into the audit of each clinic of a person."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed, password_reset, user_logged_in, user_logged_out
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.dispatch import receiver

from keel.web import clock
from keel.web.accounts.signals import ended, refused, unlocked
from keel.web.clinic.actions import note
from keel.web.clinic.queries import places_of


def _note(user: Any, request: Any, action: str, **detail: Any) -> None:
    if user is None or not user.is_authenticated:
        return
    address = {"from": request.META.get("REMOTE_ADDR", "")} if request is not None else {}
    for place in places_of(user):
        note(
            place.clinic,
            at=clock.now(),
            actor=user.get_username(),
            action=action,
            subject=user.get_username(),
            detail=detail | address,
        )


@receiver(user_logged_in)
def _logged_in(sender: Any, request: Any, user: Any, **rest: Any) -> None:
    records = get_authentication_records(request, user)
    _note(user, request, "log_in", by=[record.get("type") or record["method"] for record in records])


@receiver(user_logged_out)
def _logged_out(sender: Any, request: Any, user: Any, **rest: Any) -> None:
    _note(user, request, "log_out")


@receiver(refused)
def _refused(sender: Any, request: Any, user: Any, why: str, **rest: Any) -> None:
    _note(user, request, "locked_out" if why != "password" else "log_in_refused", why=why)


@receiver(ended)
def _ended(sender: Any, request: Any, user: Any, count: int, **rest: Any) -> None:
    _note(user, request, "end_sessions", count=count)


@receiver(unlocked)
def _unlocked(sender: Any, request: Any, user: Any, **rest: Any) -> None:
    _note(user, request, "unlock")


@receiver(authentication_failed)
def _factor_refused(sender: Any, request: Any, user: Any, **rest: Any) -> None:
    _note(user, request, "log_in_refused", why="second_factor")


@receiver([password_changed, password_reset])
def _password(sender: Any, request: Any, user: Any, **rest: Any) -> None:
    _note(user, request, "change_password")


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def _factors(sender: Any, request: Any, user: Any, authenticator: Any, signal: Any, **rest: Any) -> None:
    words = {authenticator_added: "add", authenticator_removed: "remove", authenticator_reset: "renew"}
    _note(user, request, f"{words[signal]}_second_factor", kind=str(authenticator.type))
    if signal is authenticator_added:
        # A session that began without a second factor does not become one with it.
        for other in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key):
            other.end()
