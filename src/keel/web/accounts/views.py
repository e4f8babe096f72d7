"""A person's own account: what it holds, the first second factor, the PIN, the lock, where they are signed in."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel.web.accounts import access, tablet
from keel.web.accounts.forms import PinForm, UnlockForm
from keel.web.accounts.models import Pin
from keel.web.accounts.signals import ended, refused, unlocked

UNPROCESSABLE = 422
UNLOCK_TRIES = {"unlock": "5/10m/user"}
"""Wrong tries to unlock, after which the session ends and its person signs in again."""


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What the account holds."""
    held = Authenticator.objects.filter(user=request.user)
    context = {
        "app": held.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": [one.wrap() for one in held.filter(type=Authenticator.Type.WEBAUTHN).order_by("created_at")],
        "codes": held.filter(type=Authenticator.Type.RECOVERY_CODES).first(),
        "pin": Pin.objects.filter(user=request.user).exists(),
        "sessions": sorted(UserSession.objects.purge_and_list(request.user), key=lambda one: one.created_at),
    }
    return render(request, "accounts/home.html", context)


@require_safe
@login_required
def enrol(request: HttpRequest) -> HttpResponse:
    """The choice of a first second factor, before anything else."""
    if not access.lacks_second_factor(request.user):
        return redirect("accounts:home")
    return render(request, "accounts/enrol.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def set_pin(request: HttpRequest) -> HttpResponse:
    """The form for a PIN."""
    form = PinForm(request.POST or None)
    if form.is_bound and form.is_valid():
        digest = make_password(form.cleaned_data["pin"])
        Pin.objects.update_or_create(user=request.user, defaults={"digest": digest})
        return redirect("accounts:home")
    return render(request, "accounts/pin.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@login_required
@reauthentication_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Ends one other session, or all others."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    which = request.POST.get("session", "")
    chosen = others.filter(pk=int(which)) if which.isdecimal() and len(which) < 19 else others
    count = len(chosen)
    for one in chosen:
        one.end()
    ended.send(end_sessions, request=request, user=request.user, count=count)
    return redirect("accounts:home")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lock(request: HttpRequest) -> HttpResponse:
    """Locks the screen, and shows the lock: whose it is, and how to go on where one was.

    With `bare` in the address only the lock itself is answered, for a page that keeps its place behind it.
    """
    if request.method == "POST":
        access.lock(request)
    if not access.is_locked(request):
        return redirect(_next(request))
    return _show_lock(request, UnlockForm(user=request.user))


@require_POST
@login_required
def unlock(request: HttpRequest) -> HttpResponse:
    """Opens the screen by PIN, password or passkey; after too many wrong tries the session ends."""
    if not ratelimit.consume(request, app="keel", action="unlock", config=UNLOCK_TRIES, user=request.user):
        refused.send(unlock, request=request, user=request.user, why="pin")
        logout(request)
        return _go(request, f"{reverse('account_login')}?next={_next(request)}", status=401)
    form = _unlock_form(request)
    if not form.is_valid():
        return _show_lock(request, form, status=UNPROCESSABLE)
    ratelimit.clear(request, app="keel", action="unlock", config=UNLOCK_TRIES, user=request.user)
    access.unlock(request)
    unlocked.send(unlock, request=request, user=request.user)
    return _go(request, _next(request), status=204)


def _unlock_form(request: HttpRequest) -> Any:
    if "credential" in request.POST:
        return AuthenticateWebAuthnForm(request.POST, user=request.user)
    return UnlockForm(request.POST, user=request.user)


def _show_lock(request: HttpRequest, form: Any, status: int = 200) -> HttpResponse:
    has_passkey = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).exists()
    context = {
        "form": form if isinstance(form, UnlockForm) else UnlockForm(user=request.user),
        "refused": form.is_bound,
        "options": begin_authentication(request.user) if has_passkey else None,
        "next": _next(request),
        "sent": "sent" in request.GET,
    }
    template = "accounts/lock_form.html" if "bare" in request.GET else "accounts/lock.html"
    return render(request, template, context, status=status)


def _go(request: HttpRequest, address: str, status: int) -> HttpResponse:
    """Leads on; a page that keeps its place behind the lock gets the bare status."""
    return HttpResponse(status=status) if "bare" in request.GET else redirect(address)


@require_POST
def change_person(request: HttpRequest) -> HttpResponse:
    """Sets this session aside, locked, and goes on with one that was, or to the log-in of somebody else.

    Who comes back is at the lock: the name alone opens nothing.
    """
    others = tablet.set_aside(request)
    wanted = request.POST.get("session", "")
    chosen = next((one for one in others if str(one.pk) == wanted), None)
    kept = [one.session_key for one in others if one is not chosen]
    if request.user.is_authenticated:
        access.lock(request)
        request.session.save()
        kept.append(request.session.session_key)
    tablet.change_to(request, chosen)
    if chosen:
        access.lock(request)
    response = redirect("accounts:lock" if chosen else "account_login")
    tablet.remember(response, kept)
    return response


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return str(wanted)
    return str(reverse("clinic:home"))


@require_POST
@login_required
def here(request: HttpRequest) -> HttpResponse:
    """Says that somebody is at the screen: they type or scroll without asking for a page."""
    return HttpResponse(status=204)
