"""The REMS and the stock of the demonstration: treatments of the last two weeks, their forms, and a book."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth import get_user_model

from keel.assessment.rems import steps
from keel.assessment.rems.steps import RemsStep
from keel.web import clock
from keel.web.clinic.models import Clinic, Patient
from keel.web.live.actions import open_session
from keel.web.live.demonstration import CLINIC, NURSE, PRESCRIBER, RoomEntry, evening, play, registered
from keel.web.live.models import LiveSession
from keel.web.rems.actions import record_step, sign_form, write_setting
from keel.web.rems.queries import form_of_session
from keel.web.rems.stock import write_move

_DATA = Path(__file__).with_name("demonstration.toml")
_DAY, _LASTS = dt.timedelta(days=1), dt.timedelta(hours=3)


class EnrolmentEntry(msgspec.Struct, forbid_unknown_fields=True):
    """When both signed, and when the programme confirmed it."""

    signed_days_ago: int
    confirmed_days_ago: int
    prescriber: str
    number: str


class FormEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A treatment, and how far its form is, in days after it."""

    days_ago: int
    written: dict[str, bool | int]
    signed_after: int | None = None
    sent_after: int | None = None
    receipt_after: int | None = None
    receipt: str = ""


class LineEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A line of the book."""

    days_ago: int
    by: str
    told: dict[str, Any]
    expires_in_days: int | None = None


class Weeks(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of `demonstration.toml`."""

    setting: dict[str, Any]
    enrolment: EnrolmentEntry
    treated: RoomEntry
    forms: list[FormEntry]
    lines: list[LineEntry]


def load() -> None:
    """Writes the two weeks into the demonstration, unless they are there."""
    clinic, told = Clinic.objects.get(slug=CLINIC), msgspec.toml.decode(_DATA.read_bytes(), type=Weeks)
    if clinic.stock_moves.exists():
        return
    zone = ZoneInfo(clinic.timezone)
    morning = dt.datetime.combine(clock.now().astimezone(zone).date(), dt.time(9), zone)
    certified = morning - told.setting.pop("certified_days_ago") * _DAY
    row = told.setting | {"certified_on": certified.date()}
    write_setting(by=_user(PRESCRIBER), clinic=clinic, told=row, at=morning - 20 * _DAY)
    patient = registered(told.treated, clinic, morning - 17 * _DAY)
    _enrol(patient, told.enrolment, morning)
    for entry in sorted(told.forms, key=lambda one: -one.days_ago):
        _treat(patient, entry, told.treated, morning - entry.days_ago * _DAY)
    for number, line in enumerate(told.lines, start=1):
        _write(clinic, line, morning - line.days_ago * _DAY + number * dt.timedelta(minutes=1))


def _user(name: str) -> Any:
    return get_user_model().objects.get(username=name)


def _record(patient: Patient, step: RemsStep, key: str, at: dt.datetime) -> None:
    record_step(by=_user(NURSE), patient=patient, step=step, key=key, at=at)


def _enrol(patient: Patient, entry: EnrolmentEntry, morning: dt.datetime) -> None:
    signed, confirmed = (morning - days * _DAY for days in (entry.signed_days_ago, entry.confirmed_days_ago))
    both = steps.EnrolmentSigned(patient_on=signed.date(), prescriber_on=signed.date(), prescriber=entry.prescriber)
    _record(patient, both, "enrolment-signed", signed)
    answer = steps.EnrolmentConfirmed(on=confirmed.date(), number=entry.number)
    _record(patient, answer, "enrolment-confirmed", confirmed)


def _treat(patient: Patient, entry: FormEntry, treated: RoomEntry, start: dt.datetime) -> None:
    live: LiveSession = open_session(
        by=_user(NURSE),
        patient=patient,
        protocol=treated.protocol,
        room=None,
        plan=treated.plan,
        key=f"treated-{entry.days_ago}",
        at=start,
    )
    play(live, treated, evening(), start, start + _LASTS)
    live.refresh_from_db()
    _record(
        patient, steps.FormFilled(session=live.id, answers=dict(entry.written)), f"filled-{live.id}", start + _LASTS
    )
    if entry.signed_after is not None:
        at = start + _LASTS + entry.signed_after * _DAY
        whole = form_of_session(live, at=at)
        if whole is not None:
            sign_form(by=_user(PRESCRIBER), whole=whole, with_open=True, key=f"signed-{live.id}", at=at)
    if entry.sent_after is not None:
        at = start + _LASTS + entry.sent_after * _DAY
        _record(patient, steps.FormSent(session=live.id, on=at.date(), how="fax"), f"sent-{live.id}", at)
    if entry.receipt_after is not None:
        at = start + _LASTS + entry.receipt_after * _DAY
        receipt = steps.FormReceipted(session=live.id, on=at.date(), number=entry.receipt)
        _record(patient, receipt, f"receipt-{live.id}", at)


def _write(clinic: Clinic, entry: LineEntry, at: dt.datetime) -> None:
    told = dict(entry.told)
    if entry.expires_in_days is not None:
        told["expiry"] = (at.date() + entry.expires_in_days * _DAY).isoformat()
    write_move(by=_user(entry.by), clinic=clinic, told=told, key=f"line-{at.isoformat()}", happened_at=at, at=at)
