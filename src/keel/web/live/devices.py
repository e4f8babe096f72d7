"""Which devices of a clinic have been heard: a tone that somebody heard today, on a device that shows the board now."""

import datetime as dt

from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel.web.clinic.actions import note
from keel.web.clinic.models import Clinic
from keel.web.live.models import Listening, SoundCheck

_WRITTEN_AFTER = dt.timedelta(seconds=45)


def keep_sound_check(*, by: AbstractUser, clinic: Clinic, device: str, was_heard: bool, at: dt.datetime) -> None:
    """Keeps whether somebody heard the tone of this device."""
    with transaction.atomic():
        SoundCheck.objects.create(clinic=clinic, device=device, by=by, at=at, was_heard=was_heard)
        detail = {"device": device, "was_heard": was_heard}
        note(clinic, at=at, actor=by.get_username(), action="sound_check", detail=detail)


def was_here(*, clinic: Clinic, device: str, is_on: bool, at: dt.datetime) -> None:
    """Notes that a device shows the board, now and then."""
    row = Listening.objects.filter(clinic=clinic, device=device).first()
    if row is None or row.is_on != is_on or not dt.timedelta(0) <= at - row.seen_at < _WRITTEN_AFTER:
        Listening.objects.update_or_create(clinic=clinic, device=device, defaults={"seen_at": at, "is_on": is_on})
