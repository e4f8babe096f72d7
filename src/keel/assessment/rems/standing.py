"""Where a patient stands in the programme: the fold of the steps that count, in their order."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from keel.assessment.rems.steps import (
    EnrolmentConfirmed,
    EnrolmentEnded,
    EnrolmentSigned,
    EnrolmentVerified,
    FormFilled,
    FormReceipted,
    FormSent,
    FormSigned,
    RemsStep,
    ReportFilled,
    ReportSent,
    Value,
)


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record of an enrolment, the newest of each."""

    signed: EnrolmentSigned | None = None
    confirmed: EnrolmentConfirmed | None = None
    verified: EnrolmentVerified | None = None
    ended: EnrolmentEnded | None = None

    def holds_on(self, day: dt.date) -> bool | None:
        """Whether the patient is enrolled on a day, by a form that both signed; None where the record does not say.

        What the programme answered last when it was asked outweighs what was confirmed before.
        """
        if self.ended is not None and self.ended.on <= day:
            return False
        if self.verified is not None and self.verified.on <= day and not self.verified.is_enrolled:
            return False
        if self.signed is None or self.confirmed is None:
            return None if self.signed is None else False
        days = (self.signed.patient_on, self.signed.prescriber_on, self.confirmed.on)
        return max(days) <= day


class FormState(StrEnum):
    """How far a form is."""

    OPEN = "open"
    SIGNED = "signed"
    SENT = "sent"
    RECEIPTED = "receipted"


class Form(msgspec.Struct, kw_only=True):
    """The form of one session: what was written in, and its three marks."""

    session: str
    written: dict[str, Value] = msgspec.field(default_factory=dict)
    signed: FormSigned | None = None
    sent: FormSent | None = None
    receipted: FormReceipted | None = None

    @property
    def state(self) -> FormState:
        """Sent needs a signature before it, receipted needs a sending: what was signed anew is to be sent anew."""
        if self.signed is None:
            return FormState.OPEN
        if self.sent is None:
            return FormState.SIGNED
        return FormState.SENT if self.receipted is None else FormState.RECEIPTED

    @property
    def sent_on(self) -> dt.date | None:
        """The day on which it counts as sent; None until the programme has confirmed it by a number."""
        is_done = self.sent is not None and self.state is FormState.RECEIPTED
        return self.sent.on if self.sent is not None and is_done else None


class Report(msgspec.Struct, kw_only=True):
    """A report of an adverse event: what was written, and to whom it went."""

    id: str
    session: str = ""
    written: dict[str, Value] = msgspec.field(default_factory=dict)
    sent: list[ReportSent] = msgspec.field(default_factory=list)


class Standing(msgspec.Struct, kw_only=True):
    """All of it."""

    enrolment: Enrolment = Enrolment()
    forms: dict[str, Form] = msgspec.field(default_factory=dict)
    reports: dict[str, Report] = msgspec.field(default_factory=dict)

    def form(self, session: str) -> Form:
        """The form of a session; an open one where nobody has begun it."""
        return self.forms.get(session) or Form(session=session)


def standing(steps: Iterable[RemsStep]) -> Standing:
    """The standing after these steps."""
    found = Standing()
    for step in steps:
        match step:
            case EnrolmentSigned():
                found.enrolment = Enrolment(signed=step)  # a new form begins a new enrolment
            case EnrolmentConfirmed():
                found.enrolment = msgspec.structs.replace(found.enrolment, confirmed=step, ended=None)
            case EnrolmentVerified():
                found.enrolment = msgspec.structs.replace(found.enrolment, verified=step)
            case EnrolmentEnded():
                found.enrolment = msgspec.structs.replace(found.enrolment, ended=step)
            case ReportFilled() | ReportSent():
                _report(found, step)
            case _:
                _form(found.forms.setdefault(step.session, Form(session=step.session)), step)
    return found


def _form(form: Form, step: FormFilled | FormSigned | FormSent | FormReceipted) -> None:
    match step:
        case FormFilled():
            form.written |= step.answers
        case FormSigned():
            form.signed, form.sent, form.receipted = step, None, None
        case FormSent():
            form.sent, form.receipted = step, None
        case FormReceipted():
            form.receipted = step


def _report(found: Standing, step: ReportFilled | ReportSent) -> None:
    report = found.reports.setdefault(step.report, Report(id=step.report))
    if isinstance(step, ReportSent):
        report.sent.append(step)
    else:
        report.written |= step.answers
        report.session = step.session or report.session
