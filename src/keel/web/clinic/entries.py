"""What the clinic keeps of a patient beside the record: contacts, consents, visits, merges. Their shapes, and a check.

They are facts like any other (corrected, taken back, audited) and no part of a record file.
"""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from keel.assessment.course.letters import LetterStep
from keel.assessment.course.steps import CourseStep
from keel.assessment.measures import AlertStep
from keel.assessment.recovery.steps import RecoveryStep
from keel.assessment.rems.steps import RemsStep
from keel.assessment.tasks import Step
from keel.assessment.therapy.steps import TherapyStep
from keel.messages.json import BUILDS_SHAPES
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Fact, Kind
from keel.web.language.words import gettext as _

E = TypeVar("E")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An entry of the clinic’s own; unknown keys are refused."""


class ContactRole(StrEnum):
    """What somebody is called for."""

    PERSON = "person"
    ESCORT = "escort"
    EMERGENCY = "emergency"
    FAMILY = "family"
    PROFESSIONAL = "professional"


class ContactEntry(Entry, frozen=True, kw_only=True):
    """Somebody who may be called. `may_know` is whether they may be told why the person is here; None: not asked.

    The person themself is one as well: `messages` is whether they agreed to get forms by mail or text, in `lang`.
    """

    name: str
    role: ContactRole
    phone: str = ""
    may_know: bool | None = None
    note: str = ""
    email: str = ""
    lang: str = ""
    messages: bool | None = None


class ConsentTo(StrEnum):
    """What a consent is to."""

    TREATMENT = "treatment"
    SHARING = "sharing"
    RESEARCH = "research"


class ConsentEntry(Entry, frozen=True, kw_only=True):
    """A consent that was given, or its end: to what, in which version, on which day, and until when.

    Sharing records of substance use (42 CFR 2.31) names a recipient and a purpose.
    """

    to: ConsentTo
    given: bool
    version: str
    on: dt.date
    until: dt.date | None = None
    recipient: str = ""
    purpose: str = ""

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is a consent that holds on a day."""
        return self.given and self.on <= day and (self.until is None or day <= self.until)


class VisitEntry(Entry, frozen=True, kw_only=True):
    """A visit that is planned, at a time with its offset; `course` and `phase` where it is a session of a course."""

    at: str
    what: str = ""
    course: str = ""
    phase: str = ""

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise ValueError("a time without its offset")

    @property
    def when(self) -> dt.datetime:
        """The time of the visit."""
        return dt.datetime.fromisoformat(self.at)


class MergeEntry(Entry, frozen=True, kw_only=True):
    """That another number of this clinic is the same person: its facts count here, until this is taken back."""

    number: str


SHAPES: dict[Kind, Any] = {
    Kind(Kind.ALERT): AlertStep,
    Kind(Kind.CONTACT): ContactEntry,
    Kind(Kind.CONSENT): ConsentEntry,
    Kind(Kind.VISIT): VisitEntry,
    Kind(Kind.MERGE): MergeEntry,
    Kind(Kind.COURSE): CourseStep,
    Kind(Kind.LETTER): LetterStep,
    Kind(Kind.REMS): RemsStep,
    Kind(Kind.THERAPY): TherapyStep,
    Kind(Kind.RECOVERY): RecoveryStep,
}
"""Kinds of fact that are the clinic’s own."""


def entry_of(fact: Fact) -> Any:
    """The entry that a fact of the clinic’s own is; None for one that cannot be read, which stands in the ledger."""
    try:
        with BUILDS_SHAPES:
            return msgspec.convert(fact.payload, SHAPES[Kind(fact.kind)])
    except msgspec.ValidationError:
        return None


def entries_of(facts: Iterable[Fact], shape: type[E]) -> list[E]:
    """The entries of one shape among some facts, those that can be read, in their order."""
    return [entry for fact in facts if isinstance(entry := entry_of(fact), shape)]


def check_entry(kind: Kind, payload: dict[str, Any], *, at: dt.datetime) -> dt.datetime | None:
    """When an entry was so, where that has a time; FactRefused unless the payload is a whole entry of its kind."""
    try:
        with BUILDS_SHAPES:
            entry = msgspec.convert(payload, SHAPES[kind])
    except msgspec.ValidationError:
        raise FactRefused(_("Something is missing, or not in its form.")) from None
    if isinstance(entry, ConsentEntry):
        _check_consent(entry, at.date())
    happened = entry.at if isinstance(entry, Step) else None
    if happened is not None and happened > at:
        raise FactRefused(_("The time lies in the future. Record what has happened."), "at")
    return happened


def _check_consent(entry: ConsentEntry, today: dt.date) -> None:
    if not entry.version.strip():
        raise FactRefused(_("Write which version of the form was signed."), "version")
    if entry.on > today:
        raise FactRefused(_("The day lies in the future. Record what has happened."), "on")
    if entry.until is not None and entry.until < entry.on:
        raise FactRefused(_("It would end before it begins."), "until")
    if entry.to is ConsentTo.SHARING and entry.given and not (entry.recipient.strip() and entry.purpose.strip()):
        raise FactRefused(_("Consent to share names who receives the record, and for what."), "recipient")
