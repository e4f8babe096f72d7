"""Who works in a clinic, who is invited, and what was opened in an emergency."""

import datetime as dt
import hashlib
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db.models import QuerySet

from keel.web.clinic.models import Clinic, EmergencyAccess, Membership
from keel.web.clinic.roles import ROLES, Role
from keel.web.staff.models import Invitation

FIRST_START_LASTS_S = 24 * 3600
_SALT = "keel.first-start"


class Member(NamedTuple):
    """Somebody who works in a clinic."""

    user: AbstractUser
    roles: tuple[type[Role], ...]
    has_second_factor: bool


def members_of(clinic: Clinic) -> list[Member]:
    """Everybody who works there, by name."""
    held: dict[AbstractUser, set[str]] = {}
    for row in Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user"):
        held.setdefault(row.user, set()).add(row.role)
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    enrolled = set(Authenticator.objects.filter(user__in=held, type__in=kinds).values_list("user_id", flat=True))
    members = [
        Member(user, tuple(role for role in ROLES.values() if role.id in names), user.pk in enrolled)
        for user, names in held.items()
    ]
    return sorted(members, key=lambda member: member.user.get_full_name().casefold())


def open_invitations(clinic: Clinic, *, at: dt.datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    return Invitation.objects.filter(
        clinic=clinic, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    )


def open_invitation(secret: str, *, at: dt.datetime, lock: bool = False) -> Invitation | None:
    """The invitation of a link, while it can be accepted."""
    found = Invitation.objects.select_related("clinic")
    if lock:
        found = found.select_for_update(of=("self",))
    invitation = found.filter(digest=hashlib.sha256(secret.encode()).hexdigest()).first()
    is_open = (
        invitation is not None
        and invitation.accepted_at is None
        and invitation.withdrawn_at is None
        and invitation.expires_at > at
    )
    return invitation if is_open else None


def emergencies_in(clinic: Clinic) -> QuerySet[EmergencyAccess]:
    """What was opened in an emergency, the newest first."""
    return EmergencyAccess.objects.filter(patient__clinic=clinic).select_related("patient", "user")


def first_start_token() -> str:
    """The secret of the address at which the first clinic is made; dead once there is one, or after a day."""
    return str(signing.dumps("first-start", salt=_SALT))


def may_start(token: str) -> bool:
    """Whether this address may make the first clinic."""
    try:
        signing.loads(token, salt=_SALT, max_age=FIRST_START_LASTS_S)
    except signing.BadSignature:
        return False
    return not Clinic.objects.exists()
