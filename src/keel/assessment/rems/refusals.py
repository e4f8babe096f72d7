"""Why a step cannot stand where the programme is: no day in the future, nothing before what it rests on."""

import datetime as dt

from keel.assessment.rems.standing import FormState, Standing
from keel.assessment.rems.steps import (
    EnrolmentConfirmed,
    EnrolmentEnded,
    EnrolmentSigned,
    EnrolmentVerified,
    FormReceipted,
    FormSent,
    FormSigned,
    RemsStep,
    ReportSent,
)
from keel.messages import Message

_FUTURE = Message("The day lies in the future. Record what has happened.")
_BEFORE = Message("That is before what it follows. Look at the days.")


def refusal(step: RemsStep, found: Standing, today: dt.date) -> Message | None:
    """Why the step is refused on a day of the clinic, given what is on record; None where it can stand."""
    if any(day > today for day in _days(step)):
        return _FUTURE
    match step:
        case EnrolmentConfirmed() if found.enrolment.signed is None:
            return Message("The form of enrolment is signed by both first.")
        case EnrolmentConfirmed() if found.enrolment.signed is not None:
            signed = found.enrolment.signed
            return _BEFORE if step.on < max(signed.patient_on, signed.prescriber_on) else None
        case FormSigned():
            return _BEFORE if step.on < step.treated_on else None
        case FormSent():
            form = found.form(step.session)
            if form.signed is None:
                return Message("The form is signed first.")
            return _BEFORE if step.on < form.signed.on else None
        case FormReceipted():
            form = found.form(step.session)
            if form.state in (FormState.OPEN, FormState.SIGNED) or form.sent is None:
                return Message("Record first that the form was sent, and how.")
            if not step.number.strip():
                return Message("Write the number by which the programme has confirmed it.")
            return _BEFORE if step.on < form.sent.on else None
        case ReportSent() if step.report not in found.reports:
            return Message("There is no such report.")
    return None


def _days(step: RemsStep) -> tuple[dt.date, ...]:
    match step:
        case EnrolmentSigned():
            return (step.patient_on, step.prescriber_on)
        case (
            EnrolmentConfirmed()
            | EnrolmentVerified()
            | EnrolmentEnded()
            | FormSigned()
            | FormSent()
            | FormReceipted()
            | ReportSent()
        ):
            return (step.on,)
    return ()
