"""Conditions, and allergies to the ketamine family."""

import datetime as dt

from keel.interop.fhir.datatypes import CodeableConcept
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import moment_of, when
from keel.interop.fhir.own import told
from keel.interop.fhir.people import Context, Draft
from keel.interop.fhir.resources import AllergyIntolerance, Condition, FamilyMemberHistory
from keel.interop.times import Moment, is_future
from keel.interop.vocabulary import Coding, family_substance, nothing_known
from keel.messages import Message
from keel.record import Condition as KeelCondition
from keel.record import Precision
from keel.record.concepts import UNSURE

_SETTLED = ("", "confirmed", "refuted", "entered-in-error")


def read_condition(condition: Condition, item_id: str, draft: Draft, context: Context) -> None:
    """Adds the condition: refuted as one that is not there, a suspected one with that status, an abated one as over."""
    text = condition.code.words if condition.code else ""
    if not text:
        raise NotTaken(Message("it does not say which condition"))
    codings = condition.code.coding if condition.code else ()
    words = condition.code.texts if condition.code else ()
    if nothing_known((Coding(coding.system, coding.code) for coding in codings), words, context.knowledge):
        raise NotTaken(Message("it says “{text}”: no condition, and no answer to what was not asked", text=text))
    verified = _one_of(condition.verification_status)
    if verified == "entered-in-error":
        raise NotTaken(Message("its verification is entered-in-error: taken back by its sender"))
    onset = when(condition.onset_date_time, condition.onset_period, at=context.at).start
    ended = _ended(condition, context.at)
    is_over = bool(
        ended or condition.abatement_string or bytes(condition.abatement_age) or bytes(condition.abatement_range)
    )
    clinical = _one_of(condition.clinical_status) or ("resolved" if is_over else "active")
    # Words in the place of a code, as “ruled out”, are read where statuses are; they end nothing that they do not name.
    is_said = verified in UNSURE or (verified not in _SETTLED and clinical == "active")
    status = verified if is_said else clinical
    draft.conditions.append(
        KeelCondition(
            text=text,
            codes=condition.code.codes if condition.code else {},
            status=told(condition.extension, "status", otherwise=status),
            present=verified != "refuted",
            onset=_day(onset),
            ended=_day(ended),
            id=item_id,
        )
    )


def _ended(condition: Condition, at: dt.datetime) -> Moment | None:
    """When it was over; None where that is still to come, as the day on which a child is due."""
    period = condition.abatement_period
    last = moment_of(condition.abatement_date_time or (period.end or period.start if period else None))
    return None if last and is_future(last, at) else last


def read_family_history(history: FamilyMemberHistory, item_id: str, draft: Draft) -> None:
    """Adds what a relative has or had, as a condition of the family and never of the person."""
    if history.status == "entered-in-error":
        raise NotTaken(Message("its status is {status}: no fact, or one taken back", status=history.status))
    if not history.condition:
        raise NotTaken(Message("it does not say which condition"))
    if any(one.modifier_extension for one in history.condition):
        raise NotTaken(Message("a condition has a modifier that changes its meaning"))
    for number, one in enumerate(history.condition):
        draft.conditions.append(
            KeelCondition(
                text=one.code.words,
                codes=one.code.codes,
                status=told(history.extension, "status", otherwise="family"),
                id=f"{item_id}.{number}" if item_id and number else item_id,
            )
        )


def read_allergy(allergy: AllergyIntolerance, item_id: str, draft: Draft, context: Context) -> None:
    """Adds an allergy to ketamine or esketamine as a condition; NotTaken for any other."""
    concept = allergy.code or CodeableConcept()
    codings = [Coding(coding.system, coding.code) for coding in concept.coding]
    if not family_substance(codings, concept.texts, context.knowledge):
        raise NotTaken(Message("an allergy to something else than ketamine: Keel has no use for it"))
    verified = _one_of(allergy.verification_status)
    if verified == "entered-in-error":
        raise NotTaken(Message("its verification is entered-in-error: taken back by its sender"))
    draft.conditions.append(
        KeelCondition(
            text=f"Allergy or intolerance to ketamine or esketamine: {concept.words}",
            codes=concept.codes,
            status=verified if verified in UNSURE else _one_of(allergy.clinical_status) or "active",
            present=verified != "refuted",
            id=item_id,
        )
    )


def _one_of(concept: CodeableConcept | None) -> str:
    """The code of a status, else its words in lower case."""
    codes = (coding.code for coding in concept.coding if coding.code) if concept else iter(())
    return next(codes, concept.words.strip().casefold() if concept else "")


def _day(moment: Moment | None) -> dt.date | None:
    return moment.at.date() if moment and moment.precision in (Precision.DAY, Precision.MINUTE) else None
