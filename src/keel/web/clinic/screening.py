"""The screening page: a patient's record and answers given on the page, against one protocol and the level of care.

Answers live as long as the page. They come by POST, so that they stand in no address and no log, and are not stored.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from keel.assessment.protocols import FactRefused, checked_facts
from keel.assessment.protocols.level_of_care import LevelOfCare, MinimumCare
from keel.assessment.screening import Screening, Triage, rests_on_known, screening, screening_phases, triage
from keel.assessment.screening.questions import questions, questions_of
from keel.findings import Fact, Finding
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.protocols import Protocol, facts_of
from keel.messages import text_of
from keel.record import Record
from keel.web.language.rendering import plain

PREFIX = "fact-"
"""Before the name of a fact in the form, so that none is mistaken for another field."""
_YES_NO: dict[str, Fact] = {"yes": True, "no": False}
_NOT_SCREENED = ("level-of-care",)
"""Protocols that are asked on this page whatever the choice."""


class Question(NamedTuple):
    """A question on the page: its fact, what was written, and what is wrong with that."""

    fact: ClinicalFact
    written: str
    error: str

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"{PREFIX}{self.fact.id}"

    @property
    def unit(self) -> str:
        """The unit of the number; empty where it is a count or not a number."""
        return "" if self.fact.unit == "1" else self.fact.unit

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Value and word of each answer to choose from; empty for a number."""
        if self.fact.kind is FactKind.YES_NO:
            return [("yes", "Yes"), ("no", "No"), ("", "Not known")]
        if self.fact.kind is FactKind.CHOICE:
            return [*((one, one.replace("_", " ")) for one in self.fact.choices), ("", "Not known")]
        return []

    @property
    def text(self) -> str:
        """The question, or the name of the fact where nobody has worded one."""
        return self.fact.question or self.fact.label


class PageAnswers(NamedTuple):
    """What was answered on the page: facts that can be, what was written, and what is wrong, by name of the fact."""

    facts: dict[str, Fact]
    written: dict[str, str]
    errors: dict[str, str]


def read_answers(data: Mapping[str, Any], knowledge: Knowledge) -> PageAnswers:
    """The answers of a posted form; one that cannot be is left out and named."""
    facts: dict[str, Fact] = {}
    written_as: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in data.items():
        fact = knowledge.clinical_facts.get(str(name).removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        written = str(value).strip()
        if fact is None or fact.is_computed or not written:
            continue
        written_as[fact.id] = written
        try:
            facts |= checked_facts({fact.id: _value(fact, written)}, knowledge.clinical_facts)
        except FactRefused as refused:
            errors[fact.id] = plain(text_of(refused))
    return PageAnswers(facts, written_as, errors)


def _value(fact: ClinicalFact, written: str) -> Fact:
    if fact.kind is FactKind.YES_NO:
        return _YES_NO.get(written, written)
    if fact.kind is FactKind.CHOICE:
        return written
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return written


class ScreeningPage:
    """Everything that the page shows, for one patient, one protocol (or none yet) and the answers given on the page."""

    def __init__(
        self,
        record: Record,
        protocol: Protocol | None,
        answered: PageAnswers,
        at: dt.datetime,
        jurisdiction: str,
        knowledge: Knowledge,
    ) -> None:
        self.protocol, self.answered = protocol, answered
        self._knowledge = knowledge
        planned = {name: fact for name, fact in _planned(protocol, answered.facts).items() if fact}
        told = {**planned, **answered.facts}
        asked: dict[str, Any] = {"at": at, "knowledge": knowledge, "jurisdiction": jurisdiction, "facts": told}
        self.triage: Triage = triage(record, **asked)
        self.known: MinimumCare = self.triage.known
        self.found: Screening | None = screening(record, protocol, **asked) if protocol else None

    @property
    def is_complete(self) -> bool:
        """Whether every red-flag question was answered, so that the level is one and not “at least”."""
        return not self.known.not_asked

    @property
    def care(self) -> MinimumCare | LevelOfCare:
        """The level as it stands: what is known asks for at least this; once all was asked, this."""
        return self.triage.care if self.is_complete else self.known

    @property
    def care_findings(self) -> list[Finding]:
        """What led to the level and to the state of the bladder, and what the questionnaires say of it."""
        said = () if self.found else self.triage.said
        return [*self.care.findings, *said, *self.triage.bladder.findings]

    @property
    def spoken(self) -> list[Finding]:
        """Findings that rest on something known, the Picture's first; what is only missing is asked below."""
        return [one for one in self.found.findings if rests_on_known(one)] if self.found else []

    @property
    def red_flags(self) -> list[Question]:
        """The red-flag questions that are open or were answered here."""
        catalogue = self._knowledge.clinical_facts
        flags = questions(_red_flags(self._knowledge), catalogue)
        open_ones = self._not_known(self.known.not_asked, self.triage.facts)
        return self._asked(fact for fact in flags if fact in open_ones or fact.id in self.answered.written)

    @property
    def open_facts(self) -> list[Question]:
        """What the protocol asks and nobody knows, and what was answered here, in the order of the protocol."""
        if self.protocol is None or self.found is None:
            return []
        catalogue = self._knowledge.clinical_facts
        above = {one.fact for one in self.red_flags}
        missing = self._not_known(self.found.missing, self.found.facts)
        order = questions_of(self.protocol, screening_phases(self.protocol), catalogue)
        every = dict.fromkeys((*order, *questions(self.found.missing, catalogue)))
        shown = (fact for fact in every if fact in missing or fact.id in self.answered.written)
        return self._asked(fact for fact in shown if fact not in above)

    def _not_known(self, names: Iterable[str], known: Mapping[str, Fact]) -> set[ClinicalFact]:
        """What to ask so that these become known, without the parts of them that are on file."""
        asked = questions(names, self._knowledge.clinical_facts)
        return {fact for fact in asked if known.get(fact.id) is None}

    def _asked(self, facts: Iterable[ClinicalFact]) -> list[Question]:
        written, errors = self.answered.written, self.answered.errors
        return [Question(fact, written.get(fact.id, ""), errors.get(fact.id, "")) for fact in facts]


def _planned(protocol: Protocol | None, answered: Mapping[str, Fact]) -> dict[str, Fact]:
    """Substance and route of the plan, where the protocol leaves no choice and nobody said otherwise."""
    if protocol is None:
        return {}
    only = protocol.routes[0] if len(protocol.routes) == 1 else None
    return {"substance": protocol.substance or None, "route": answered.get("route") or only}


def _red_flags(knowledge: Knowledge) -> Iterator[str]:
    """Facts of the red-flag rules of triage, in the order of the rules."""
    for rule in knowledge.protocols["level-of-care"].rules:
        if rule.red_flag:
            yield from facts_of(rule)


def protocols_to_choose(knowledge: Knowledge) -> list[Protocol]:
    """The protocols for which somebody may be screened."""
    return [one for one in knowledge.protocols.values() if one.id not in _NOT_SCREENED]
