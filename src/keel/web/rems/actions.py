"""What is written of the programme: a step of a patient as a fact, how the clinic stands as a row of its own."""

import datetime as dt
from typing import Any

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel.assessment.rems.refusals import refusal
from keel.assessment.rems.steps import FormSigned, RemsStep
from keel.web.clinic import audit
from keel.web.clinic.actions import record_fact
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.rems.models import Setting
from keel.web.rems.queries import SessionForm, standing_of, today_in


def record_step(*, by: AbstractUser, patient: Patient, step: RemsStep, key: str, at: dt.datetime) -> Fact:
    """Appends a step. FactRefused where it cannot stand after what is on record; twice with one key is as once."""
    known = patient.facts.filter(key=key, kind=Kind.REMS).exists()
    why = None if known else refusal(step, standing_of(patient), today_in(patient.clinic, at))
    if why is not None:
        raise FactRefused(plain(why))
    payload: dict[str, Any] = msgspec.to_builtins(step)
    return record_fact(by=by, patient=patient, kind=Kind(Kind.REMS), payload=payload, key=key, at=at)


def sign_form(*, by: AbstractUser, whole: SessionForm, with_open: bool, key: str, at: dt.datetime) -> Fact:
    """Puts a name under the form of a session as it stands; with required fields open only where that was said."""
    if whole.now.treated_on is None:
        raise FactRefused(_("Nothing was given yet. The form is signed after the treatment."))
    if whole.now.open and not with_open:
        raise FactRefused(_("Required fields are open. Answer them, or tick that you sign with them open."))
    step = FormSigned(
        session=whole.live.id,
        form=whole.document.id,
        answers={one.id: one.value for one in whole.now.fields},
        open=whole.now.open,
        name=by.get_full_name(),
        on=today_in(whole.live.patient.clinic, at),
        treated_on=whole.now.treated_on,
    )
    return record_step(by=by, patient=whole.live.patient, step=step, key=key, at=at)


def write_setting(*, by: AbstractUser, clinic: Clinic, told: dict[str, Any], at: dt.datetime) -> Setting:
    """Writes how the clinic stands from now on; the rows of before stay to be seen."""
    if Permission.MANAGE_REMS not in permissions_in(by, clinic):
        raise NotAllowed(_("Your role does not allow this."))
    today = today_in(clinic, at)
    if any(day is not None and day > today for day in (told.get("certified_on"), told.get("ended_on"))):
        raise FactRefused(_("The day lies in the future. Record what has happened."))
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        row: Setting = Setting.objects.create(clinic=locked, by=by, at=at, **told)
        detail = {"care": row.care, "certified_on": str(row.certified_on or ""), "reason": row.reason}
        audit.append(locked, at=at, actor=by.get_username(), action="rems_setting", subject=row.name, detail=detail)
    return row
