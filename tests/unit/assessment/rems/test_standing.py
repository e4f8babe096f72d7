"""The fold of the steps of the programme: what was signed, what counts as sent, and what is refused."""

import datetime as dt

from keel.assessment.rems import steps
from keel.assessment.rems.refusals import refusal
from keel.assessment.rems.standing import FormState, standing

D = dt.date
SIGNED = steps.EnrolmentSigned(patient_on=D(2026, 11, 2), prescriber_on=D(2026, 11, 4), prescriber="Alice")
CONFIRMED = steps.EnrolmentConfirmed(on=D(2026, 11, 5))
FILLED = steps.FormFilled(session="a1", answers={"ready-at": 100})
FORM = steps.FormSigned(
    session="a1", form="f", answers={"ready-at": 100}, name="Bob", on=D(2026, 11, 10), treated_on=D(2026, 11, 9)
)
SENT = steps.FormSent(session="a1", on=D(2026, 11, 11), how="fax", proof="report 17")
RECEIPT = steps.FormReceipted(session="a1", on=D(2026, 11, 12), number="R-1")
TODAY = D(2026, 11, 20)


def test_enrolled_once_both_have_signed_and_the_programme_has_confirmed():
    enrolment = standing([SIGNED, CONFIRMED]).enrolment
    assert enrolment.holds_on(D(2026, 11, 5)) is True
    assert enrolment.holds_on(D(2026, 11, 4)) is False
    assert standing([SIGNED]).enrolment.holds_on(TODAY) is False


def test_not_asked_is_not_no():
    assert standing([]).enrolment.holds_on(TODAY) is None


def test_what_the_programme_answers_later_outweighs_and_an_end_ends_it():
    asked = steps.EnrolmentVerified(on=D(2026, 11, 8), is_enrolled=False, how="by phone")
    assert standing([SIGNED, CONFIRMED, asked]).enrolment.holds_on(TODAY) is False
    assert standing([SIGNED, CONFIRMED, asked]).enrolment.holds_on(D(2026, 11, 7)) is True
    ended = steps.EnrolmentEnded(on=D(2026, 11, 9), reason="changes the setting")
    assert standing([SIGNED, CONFIRMED, ended]).enrolment.holds_on(D(2026, 11, 9)) is False
    assert standing([SIGNED, CONFIRMED, ended, SIGNED, CONFIRMED]).enrolment.holds_on(TODAY) is True


def test_a_form_counts_as_sent_only_with_a_receipt_number():
    """Care reference, section 1: signed, sent and receipted are three states."""
    states = [standing([FORM, SENT, RECEIPT][:count]).form("a1") for count in (1, 2, 3)]
    assert [one.state for one in states] == [FormState.SIGNED, FormState.SENT, FormState.RECEIPTED]
    assert [one.sent_on for one in states] == [None, None, D(2026, 11, 11)]


def test_what_is_signed_anew_is_sent_anew():
    form = standing([FORM, SENT, RECEIPT, FORM]).form("a1")
    assert form.state is FormState.SIGNED
    assert form.sent_on is None


def test_nothing_is_copied_from_one_session_to_the_next():
    """HZ-REM-03: what was written into the form of one session is in no other."""
    assert standing([FILLED, FORM]).form("b2").written == {}


def test_what_cannot_stand_is_refused_in_words():
    cases = [
        (SENT, [], "The form is signed first."),
        (RECEIPT, [FORM], "Record first that the form was sent, and how."),
        (CONFIRMED, [], "The form of enrolment is signed by both first."),
        (steps.EnrolmentConfirmed(on=D(2026, 11, 3)), [SIGNED], "before what it follows"),
        (steps.FormSent(session="a1", on=D(2026, 11, 9), how="fax"), [FORM], "before what it follows"),
        (steps.FormSent(session="a1", on=D(2026, 11, 21), how="fax"), [FORM], "future"),
        (steps.FormReceipted(session="a1", on=D(2026, 11, 12), number=" "), [FORM, SENT], "number"),
        (steps.ReportSent(report="x", to="the maker", on=TODAY, number="1"), [], "no such report"),
    ]
    for step, before, words in cases:
        assert words in str(refusal(step, standing(before), TODAY)), step
    assert refusal(RECEIPT, standing([FORM, SENT]), TODAY) is None
