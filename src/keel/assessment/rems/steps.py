"""The steps of a risk programme about one patient: what happened, each the payload of a fact of the clinic."""

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta

Words = Annotated[str, Meta(min_length=1, max_length=500)]
Value = bool | int | float | str | None
Answers = Annotated[dict[str, Value], Meta(description="What was written, by field; null was asked and not answered.")]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="step"):
    """What all steps are."""


class EnrolmentSigned(Step, frozen=True, kw_only=True, tag="enrolment_signed"):
    """The form of enrolment was signed by patient and prescriber, each on a day."""

    patient_on: dt.date
    prescriber_on: dt.date
    prescriber: Words


class EnrolmentConfirmed(Step, frozen=True, kw_only=True, tag="enrolment_confirmed"):
    """The programme has confirmed the enrolment."""

    on: dt.date
    number: str = ""


class EnrolmentVerified(Step, frozen=True, kw_only=True, tag="enrolment_verified"):
    """Somebody asked the programme before dispensing whether the patient is enrolled, and how."""

    on: dt.date
    is_enrolled: bool
    how: Words


class EnrolmentEnded(Step, frozen=True, kw_only=True, tag="enrolment_ended"):
    """The enrolment here is over, such as by a change of setting."""

    on: dt.date
    reason: Words


class FormFilled(Step, frozen=True, kw_only=True, tag="form_filled"):
    """What somebody wrote into the form of a session; the newest word on a field counts."""

    session: Words
    answers: Answers


class FormSigned(Step, frozen=True, kw_only=True, tag="form_signed"):
    """A form was signed as it stood: every answer, and the required fields that were open."""

    session: Words
    form: Words
    answers: Answers
    open: tuple[str, ...] = ()
    name: Words
    on: dt.date
    treated_on: dt.date


class FormSent(Step, frozen=True, kw_only=True, tag="form_sent"):
    """The signed form went out: on which day, how, and what proves it, such as the report of a fax.

    It counts as sent once the programme has confirmed it by a number.
    """

    session: Words
    on: dt.date
    how: Words
    proof: str = ""


class FormReceipted(Step, frozen=True, kw_only=True, tag="form_receipted"):
    """The programme has confirmed the form by a number."""

    session: Words
    on: dt.date
    number: Words


class ReportFilled(Step, frozen=True, kw_only=True, tag="report_filled"):
    """What somebody wrote into a report of an adverse event; `session` is where it happened, if in one."""

    report: Words
    answers: Answers
    session: str = ""


class ReportSent(Step, frozen=True, kw_only=True, tag="report_sent"):
    """A report went to somebody: to whom, on which day, under which number."""

    report: Words
    to: Words
    on: dt.date
    number: Words


RemsStep = (
    EnrolmentSigned
    | EnrolmentConfirmed
    | EnrolmentVerified
    | EnrolmentEnded
    | FormFilled
    | FormSigned
    | FormSent
    | FormReceipted
    | ReportFilled
    | ReportSent
)
