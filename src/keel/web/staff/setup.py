"""What `keel setup` does on the server, in the place of the pages: the first start, and the way back in.

Whoever runs the server may do it; it is audited as done by `keel setup`. No password is typed at the terminal: a link
is printed with which the manager chooses one in the browser. It works once, for three days.
"""

import datetime as dt
from typing import NamedTuple

from allauth.account.forms import default_token_generator
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse

from keel.messages import Message
from keel.web.clinic.actions import note
from keel.web.clinic.models import AuditRow, Clinic, Membership
from keel.web.clinic.queries import places_of
from keel.web.clinic.roles import Manager
from keel.web.errors import DemoRefused, SetupRefused
from keel.web.staff import actions

ACTOR = "keel setup"
CLOCKS_DIFFER_S = 60
"""Seconds by which the clock of a database server may differ from this one's; a default of Keel's."""


class Done(NamedTuple):
    """What a setup found and made. `link` is empty where the manager has a password already."""

    clinic: Clinic
    manager: AbstractUser
    is_new_clinic: bool
    is_new_manager: bool
    link: str


def set_up(*, clinic: dict[str, str], email: str, name: str, at: dt.datetime) -> Done:
    """The clinic of this short name with this manager, made where they are not there; twice is as once."""
    if Clinic.objects.filter(is_demonstration=True).exists():
        raise DemoRefused("This database holds the demonstration. Give keel setup another --folder.")
    with transaction.atomic():
        place = Clinic.objects.filter(slug=clinic["slug"]).first()
        is_new_clinic = place is None
        if place is None:
            place = actions.start_clinic(**clinic)
            note(place, at=at, actor=ACTOR, action="start_clinic", subject=place.slug)
        manager = _account(email)
        is_new = manager is None
        if manager is None:
            manager = actions.create_user(email=email, name=name, password=None)
        _, is_given = Membership.objects.get_or_create(clinic=place, user=manager, role=Manager.id)
        if is_given:
            note(
                place, at=at, actor=ACTOR, action="join", subject=manager.get_username(), detail={"roles": [Manager.id]}
            )
    link = "" if manager.has_usable_password() else password_link(manager)
    return Done(place, manager, is_new_clinic, is_new, link)


def recover(*, email: str, at: dt.datetime) -> str:
    """Takes the second factors of an account away, ends its sessions, and gives a link to a new password."""
    user = _account(email)
    if user is None:
        raise SetupRefused(Message("There is no account with the e-mail “{email}”.", email=email))
    with transaction.atomic():
        actions.forget_second_factors(user)
        for place in places_of(user):
            note(place.clinic, at=at, actor=ACTOR, action="recover_account", subject=user.get_username())
    return password_link(user)


def password_link(user: AbstractUser) -> str:
    """The path at which the person chooses a password, once; the same as is sent by e-mail."""
    key = default_token_generator.make_token(user)
    return str(reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}))


def check_clock(at: dt.datetime) -> None:
    """SetupRefused where this machine's clock is behind what was written, or far from the database server's."""
    newest = AuditRow.objects.aggregate(newest=Max("at"))["newest"]
    if newest is not None and newest > at + dt.timedelta(seconds=CLOCKS_DIFFER_S):
        written = newest.isoformat(timespec="minutes")
        raise SetupRefused(
            Message(
                "The clock of this machine is wrong: something was written at {time}, which lies ahead. Set the clock.",
                time=written,
            )
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            there = cursor.fetchone()[0]
        apart = abs((there - at).total_seconds())
        if apart > CLOCKS_DIFFER_S:
            raise SetupRefused(
                Message(
                    "The clocks of this machine and of the database are {seconds} s apart: set both by one source.",
                    seconds=str(round(apart)),
                )
            )


def _account(email: str) -> AbstractUser | None:
    found: AbstractUser | None = next(iter(filter_users_by_email(email.strip().lower())), None)
    if found is not None:
        EmailAddress.objects.get_or_create(user=found, email=found.email, defaults={"verified": True, "primary": True})
    return found
