"""Pages of who works where, the way in by invitation, the first start, and the emergency."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import Login
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel.web import clock, environment
from keel.web.accounts.forms import NewPasswordForm
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import ROLES, Permission
from keel.web.staff import actions
from keel.web.staff.errors import StaffRefused
from keel.web.staff.forms import FirstStartForm, InvitationForm, RolesForm
from keel.web.staff.models import Invitation
from keel.web.staff.queries import emergencies_in, may_start, members_of, open_invitation, open_invitations

UNPROCESSABLE = 422


@require_safe
@staff(Permission.SEE_STAFF)
def people(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Who works here with which roles, what each role may do, and, for a manager, the open invitations."""
    may_manage = Permission.MANAGE_STAFF in request.allowed
    context = {
        "clinic": clinic,
        "members": members_of(clinic),
        "roles": list(ROLES.values()),
        "may_manage": may_manage,
        "invitations": open_invitations(clinic, at=clock.now()) if may_manage else [],
        "may_see_emergencies": Permission.SEE_EMERGENCIES in request.allowed,
    }
    return render(request, "staff/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.MANAGE_STAFF, fresh=True)
def invite(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The form for an invitation; afterwards its link, once, to hand over where no mail goes out."""
    form = InvitationForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            invitation, secret = actions.invite(by=request.user, clinic=clinic, at=clock.now(), **form.cleaned_data)
        except StaffRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            link = request.build_absolute_uri(reverse("staff:accept", args=[secret]))
            is_sent = _send(invitation, link)
            context = {"clinic": clinic, "invitation": invitation, "link": link, "is_sent": is_sent}
            return render(request, "staff/invited.html", context)
    context = {"clinic": clinic, "form": form}
    return render(request, "staff/invite.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _send(invitation: Invitation, link: str) -> bool:
    """Sends the link where mail goes out of this machine."""
    get_adapter().send_mail("staff/email/invitation", invitation.email, {"invitation": invitation, "link": link})
    return environment.mail_goes_out()


@staff(Permission.MANAGE_STAFF, fresh=True)
@require_POST
def withdraw(request: HttpRequest, clinic: Clinic, invitation: int) -> HttpResponse:
    """Makes an invitation dead."""
    try:
        actions.withdraw(
            by=request.user, invitation=get_object_or_404(clinic.invitations, pk=invitation), at=clock.now()
        )
    except StaffRefused as refused:
        return _problem(request, clinic, str(refused))
    return redirect("staff:people", clinic.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.MANAGE_STAFF, fresh=True)
def member(request: HttpRequest, clinic: Clinic, name: str) -> HttpResponse:
    """The roles of a member; taking them out; taking lost second factors away."""
    person = _member(clinic, name)
    held = [role.id for one in members_of(clinic) if one.user.pk == person.pk for role in one.roles]
    form = RolesForm(request.POST if request.POST.get("act") == "roles" else None, initial={"roles": held})
    acts: dict[str, Any] = {"remove": actions.remove, "reset": actions.reset_second_factor}
    act = request.POST.get("act", "")
    try:
        if act in acts:
            acts[act](by=request.user, clinic=clinic, member=person, at=clock.now())
            return redirect("staff:people", clinic.slug)
        if form.is_bound and form.is_valid():
            actions.set_roles(
                by=request.user, clinic=clinic, member=person, roles=form.cleaned_data["roles"], at=clock.now()
            )
            return redirect("staff:people", clinic.slug)
    except StaffRefused as refused:
        return _problem(request, clinic, str(refused))
    context = {"clinic": clinic, "form": form, "person": person, "is_self": person.pk == request.user.pk}
    return render(request, "staff/member.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _member(clinic: Clinic, name: str) -> AbstractUser:
    person: AbstractUser = get_object_or_404(
        get_user_model().objects.filter(memberships__clinic=clinic).distinct(), username=name
    )
    return person


def _problem(request: HttpRequest, clinic: Clinic, text: str) -> HttpResponse:
    return render(request, "staff/problem.html", {"clinic": clinic, "text": text}, status=UNPROCESSABLE)


@require_safe
@staff(Permission.SEE_EMERGENCIES)
def emergencies(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """What was opened in an emergency: by whom, whom, why, when."""
    return render(
        request,
        "staff/emergencies.html",
        {"clinic": clinic, "accesses": emergencies_in(clinic)[:200], "at": clock.now()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Takes an invitation up: a new account chooses its password, one that is there logs in first."""
    at = clock.now()
    invitation = open_invitation(secret, at=at)
    if invitation is None:
        return render(request, "staff/used_up.html", status=404)
    account = next(iter(filter_users_by_email(invitation.email)), None)
    if account is not None and request.user.pk != account.pk:
        return _ask_for_log_in(request, invitation)
    form = NewPasswordForm(request.POST or None, user=account or get_user_model()(email=invitation.email))
    may_go_on = request.method == "POST" and (account is not None or form.is_valid())
    if may_go_on:
        try:
            user = actions.accept(
                secret=secret, user=account, password=form.cleaned_data["password1"] if not account else "", at=at
            )
        except StaffRefused as refused:
            return render(request, "staff/used_up.html", {"text": str(refused)}, status=UNPROCESSABLE)
        return redirect("clinic:home") if account else _log_in(request, user)
    context = {"invitation": invitation, "form": form, "account": account, "roles": _titles(invitation)}
    return render(request, "staff/accept.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


def _ask_for_log_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.user.is_authenticated:  # somebody else's screen
        return render(request, "staff/someone_else.html", {"invitation": invitation}, status=403)
    return redirect_to_login(request.path)


def _titles(invitation: Invitation) -> list[Any]:
    return [ROLES[name] for name in invitation.roles]


def _log_in(request: HttpRequest, user: AbstractUser) -> HttpResponse:
    """Logs a new account in, which chose its password a moment ago."""
    record_authentication(request, user, method="password")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=reverse("accounts:enrol")))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def first_start(request: HttpRequest, token: str) -> HttpResponse:
    """The first clinic and its manager, at the address that the server printed when it came up."""
    if not may_start(token):
        raise Http404
    form = FirstStartForm(request.POST or None, initial={"timezone": "UTC"})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        clinic = {name: data[name] for name in ("slug", "name", "country", "timezone")}
        try:
            _, user = actions.start(
                clinic=clinic,
                email=data["email"],
                name=data["manager"],
                password=data["password1"],
                at=clock.now(),
                actor="first start",
            )
        except StaffRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return _log_in(request, user)
    return render(request, "staff/first_start.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200)
