"""allauth as Keel wants it: nobody signs up, tries are counted for the account and not for its spelling.

Limits stand in the settings (`ACCOUNT_RATE_LIMITS`) and are counted in the database cache, so that all processes count
together. A passkey is not guessed and stays open while an account is locked out.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from keel.web.accounts.access import lacks_second_factor
from keel.web.accounts.sealing import seal, unseal
from keel.web.accounts.signals import refused

_WRONG = _("The name and the password do not belong together. Nothing tells which of the two is wrong.")
_AGAIN_AFTER_S = 300
"""A lock-out is told once in this time, in seconds, however many tries follow."""


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in with e-mail or user name."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "incorrect_code": _("That code is not right, or no longer."),
        "too_many_login_attempts": _(
            "Too many wrong tries. Wait five minutes and try again, use a passkey, or choose a new password by e-mail."
        ),
        "rate_limited": _("Too many tries in a short time. Wait a few minutes."),
        "invalid_password_reset": _("This link is used up or too old. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: staff come by invitation."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is written."""
        return str(subject)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for an account: under its e-mail, its user name, in capitals, and whatever host was asked."""
        user = _whose(credentials)
        name = str(credentials.get("email") or credentials.get("username") or "").strip().casefold()
        return f"user:{user.pk}" if user else f"name:{name}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses a try past the limit, and tells of the first one that is."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            user = _whose(credentials)
            if user and cache.add(f"keel:locked-out:{user.pk}", True, _AGAIN_AFTER_S):
                refused.send(type(self), request=request, user=user, why="locked_out")
                self._tell(user)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tells that a password was wrong."""
        user = _whose(credentials)
        if user:
            refused.send(type(self), request=request, user=user, why="password")

    def post_login(self, request: HttpRequest, user: Any, **rest: Any) -> Any:
        """Who has to enrol a second factor now is not asked for the password a second time within a minute."""
        if lacks_second_factor(user):
            record_authentication(request, user, method="password", reauthenticated=True)
        return super().post_login(request, user, **rest)

    def _tell(self, user: Any) -> None:
        if user.email:
            self.send_mail("account/email/locked_out", user.email, {"user": user})


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors under Keel's name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right, or no longer."),
    }

    def encrypt(self, text: str) -> str:
        """A key of an app, or that of recovery codes, as it is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The key again."""
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A name that a person can tell apart from the next."""
        from allauth.mfa.models import Authenticator

        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("Passkey %(number)d") % {"number": count + 1})


def _whose(credentials: dict[str, Any]) -> Any:
    """The account that is tried, if there is one."""
    for name in filter(None, (credentials.get("email"), credentials.get("username"))):
        user = get_user_by_username(str(name)) or next(iter(filter_users_by_email(str(name), for_login=True)), None)
        if user:
            return user
    return None
