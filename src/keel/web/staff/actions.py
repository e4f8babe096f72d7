"""Every change of who works where: permission, check, rows and audit row in one transaction."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo, available_timezones

from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from keel.web.clinic.actions import note
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.models import Clinic, Membership
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import ROLES, Manager, Permission
from keel.web.language.words import gettext as _
from keel.web.staff.errors import StaffRefused
from keel.web.staff.models import Invitation
from keel.web.staff.queries import open_invitation

INVITATION_LASTS = dt.timedelta(days=7)
"""How long an invitation can be accepted; a default of Keel's."""


def invite(
    *, by: AbstractUser, clinic: Clinic, email: str, name: str, roles: Collection[str], at: dt.datetime
) -> tuple[Invitation, str]:
    """Invites somebody, and gives the invitation with the secret of its link, which is kept nowhere."""
    _require(by, clinic)
    email, chosen = _email(email), _roles(roles)
    if not name.strip():
        raise StaffRefused(_("Write the name."), "name")
    if Membership.objects.filter(clinic=clinic, user__in=filter_users_by_email(email)).exists():
        raise StaffRefused(_("Somebody with this e-mail works here already. Change their roles instead."), "email")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(
            clinic=clinic, email=email, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=at)
        invitation = Invitation.objects.create(
            clinic=clinic,
            email=email,
            name=name.strip(),
            roles=chosen,
            digest=digest_of(secret),
            invited_by=by,
            invited_at=at,
            expires_at=at + INVITATION_LASTS,
        )
        _note(clinic, by, "invite", email, at, roles=chosen)
    return invitation, secret


def withdraw(*, by: AbstractUser, invitation: Invitation, at: dt.datetime) -> None:
    """Makes the link of an invitation dead."""
    _require(by, invitation.clinic)
    with transaction.atomic():
        still = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True)
        if not still.update(withdrawn_at=at):
            raise StaffRefused(_("This invitation was accepted or withdrawn already."))
        _note(invitation.clinic, by, "withdraw_invitation", invitation.email, at)


def accept(*, secret: str, user: AbstractUser | None, password: str, at: dt.datetime) -> AbstractUser:
    """Takes an invitation up: with the account of that e-mail, or with a new one and this password."""
    with transaction.atomic():
        invitation = open_invitation(secret, at=at, lock=True)
        if invitation is None:
            raise StaffRefused(_("This invitation was used, withdrawn, or is too old. Ask for a new one."))
        if user is None:
            user = create_user(email=invitation.email, name=invitation.name, password=password)
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at)
        for role in invitation.roles:
            Membership.objects.get_or_create(clinic=invitation.clinic, user=user, role=role)
        _note(invitation.clinic, user, "join", user.get_username(), at, roles=invitation.roles)
    return user


def set_roles(
    *, by: AbstractUser, clinic: Clinic, member: AbstractUser, roles: Collection[str], at: dt.datetime
) -> None:
    """Gives a member these roles and no others; StaffRefused where the clinic would be without a manager."""
    _require(by, clinic)
    chosen = _roles(roles)
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        before = _held(clinic, member)
        if set(before) == set(chosen):
            return
        if Manager.id not in chosen:
            _refuse_without_manager(clinic, member)
        Membership.objects.filter(clinic=clinic, user=member).exclude(role__in=chosen).delete()
        for role in chosen:
            Membership.objects.get_or_create(clinic=clinic, user=member, role=role)
        _note(clinic, by, "set_roles", member.get_username(), at, before=before, roles=chosen)


def remove(*, by: AbstractUser, clinic: Clinic, member: AbstractUser, at: dt.datetime) -> None:
    """Takes a member out of a clinic, at once; what they recorded stays under their name."""
    _require(by, clinic)
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        _refuse_without_manager(clinic, member)
        before = _held(clinic, member)
        Membership.objects.filter(clinic=clinic, user=member).delete()
        _note(clinic, by, "leave", member.get_username(), at, before=before)
    if not Membership.objects.filter(user=member).exists():
        _end_sessions(member)


def reset_second_factor(*, by: AbstractUser, clinic: Clinic, member: AbstractUser, at: dt.datetime) -> None:
    """Takes the second factors of a member away who lost them; at the next log-in they enrol anew.

    Only where the member works nowhere else: a manager has no power over another clinic's staff.
    """
    _require(by, clinic)
    if member.pk == by.pk:
        raise StaffRefused(
            _("Another manager does this for you, or the person who runs the server: keel setup --recover.")
        )
    if Membership.objects.filter(user=member).exclude(clinic=clinic).exists():
        raise StaffRefused(_("This person works in another clinic too; the person who runs the server does this."))
    with transaction.atomic():
        forget_second_factors(member)
        _note(clinic, by, "reset_second_factor", member.get_username(), at)


def forget_second_factors(member: AbstractUser) -> None:
    """Deletes every second factor and ends every session; the PIN stays, it opens nothing without a session."""
    Authenticator.objects.filter(user_id=member.pk).delete()
    _end_sessions(member)


def start_clinic(*, slug: str, name: str, country: str, timezone: str) -> Clinic:
    """Makes a clinic; StaffRefused with the field where a value cannot stand."""
    try:
        validate_slug(slug)
    except ValidationError:
        raise StaffRefused(
            _("The short name has letters, digits and hyphens only: it stands in addresses."), "slug"
        ) from None
    if len(slug) > 50 or slug in ("staff", "first-start"):
        raise StaffRefused(_("Choose another short name."), "slug")
    if not name.strip() or len(name) > 200:
        raise StaffRefused(_("Write the name of the clinic."), "name")
    if timezone not in available_timezones() or ZoneInfo(timezone) is None:
        raise StaffRefused(_("The time zone is not known. Write it like Europe/London."), "timezone")
    if country and not (len(country) == 2 and country.isalpha() and country.isascii()):
        raise StaffRefused(_("Write the country as its two letters, such as GB."), "country")
    clinic: Clinic = Clinic.objects.create(slug=slug, name=name.strip(), country=country.upper(), timezone=timezone)
    return clinic


def start(
    *, clinic: dict[str, str], email: str, name: str, password: str, at: dt.datetime, actor: str
) -> tuple[Clinic, AbstractUser]:
    """The first clinic with its first manager.

    StaffRefused where a clinic is there already; then staff come by invitation.
    """
    with transaction.atomic():
        if Clinic.objects.exists():
            raise StaffRefused(_("There is a clinic already. Its manager invites everybody else."))
        place = start_clinic(**clinic)
        if not name.strip():
            raise StaffRefused(_("Write the name."), "manager")
        user = create_user(email=_email(email), name=name.strip(), password=password)
        Membership.objects.create(clinic=place, user=user, role=Manager.id)
        note(place, at=at, actor=actor, action="start_clinic", subject=user.get_username(), detail={})
    return place, user


def create_user(*, email: str, name: str, password: str | None) -> AbstractUser:
    """A new account whose e-mail counts as its own: who invited vouches for it, or the mail was answered.

    Without a password nobody logs in until one is chosen by a link.
    """
    if next(iter(filter_users_by_email(email)), None):
        raise StaffRefused(_("There is an account with this e-mail already."), "email")
    model = get_user_model()
    email = _email(email)
    user: AbstractUser = model(username=_free_name(email), email=email, display_name=name.strip())
    user.set_password(password)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def digest_of(secret: str) -> str:
    """What the table has of the secret of a link."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _free_name(email: str) -> str:
    """The part before the @ as user name, with a number where it is taken."""
    stem = "".join(letter for letter in email.partition("@")[0].lower() if letter.isalnum() or letter in "._-")[:100]
    names = (f"{stem or 'staff'}{number or ''}" for number in range(10_000))
    return next(name for name in names if not get_user_model().objects.filter(username__iexact=name).exists())


def _email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise StaffRefused(_("This is not an e-mail address."), "email") from None
    return email


def _roles(roles: Iterable[str]) -> list[str]:
    wanted = set(roles)
    chosen = [role for role in ROLES if role in wanted]
    if not chosen or wanted - set(ROLES):
        raise StaffRefused(_("Choose at least one role."), "roles")
    return chosen


def _held(clinic: Clinic, member: AbstractUser) -> list[str]:
    held = list(Membership.objects.filter(clinic=clinic, user=member).order_by("role").values_list("role", flat=True))
    if not held:
        raise StaffRefused(_("This person does not work here."))
    return held


def _refuse_without_manager(clinic: Clinic, member: AbstractUser) -> None:
    managers = Membership.objects.filter(clinic=clinic, role=Manager.id, user__is_active=True)
    if managers.filter(user=member).exists() and not managers.exclude(user=member).exists():
        raise StaffRefused(_("The clinic would be without a manager. Make somebody else manager first."), "roles")


def _require(user: AbstractUser, clinic: Clinic) -> None:
    if Permission.MANAGE_STAFF not in permissions_in(user, clinic):
        raise NotAllowed(_("Your role does not allow this."))


def _end_sessions(member: AbstractUser) -> None:
    for session in UserSession.objects.filter(user=member):
        session.end()


def _note(clinic: Clinic, by: AbstractUser, action: str, subject: str, at: dt.datetime, **detail: object) -> None:
    note(clinic, at=at, actor=by.get_username(), action=action, subject=subject, detail=dict(detail))
