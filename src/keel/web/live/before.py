"""The part “Before”: what holds and who may decide, and each question of the gate, with nothing filled in."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.report import Item
from keel.assessment.session.facts import taken
from keel.assessment.session.overrides import override_name
from keel.assessment.session.state import SessionState
from keel.assessment.session.view import SessionView
from keel.findings import Fact, Finding, Severity
from keel.interop.session_file.template import SUICIDE, questions_of_gates
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.protocols import Rule
from keel.web.live.during import sign_entry

_READ = ("vitals", "derived", "person", "plan")
"""Groups of facts that follow from readings, record and order."""


class Question(NamedTuple):
    """A question of the gate, and what is known of it: told at screening, on record or in this session."""

    fact: ClinicalFact
    known: Fact

    @property
    def kind(self) -> str:
        """How it is answered: yes or no, a word of some, a time of day, a number."""
        if self.fact.kind is FactKind.YES_NO:
            return "yes_no"
        if self.fact.kind is FactKind.CHOICE:
            return "choice"
        return "time" if self.fact.unit == "h" else "number"

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return self.known is None


class Denial(NamedTuple):
    """Open questions that may all be answered “no” in one act."""

    id: str
    label: str
    questions: Sequence[Question]


class Hold(NamedTuple):
    """A finding that closes the gate, the name under which it is passed, and whether somebody may pass it."""

    finding: Finding
    name: str
    may_be_passed: bool
    in_person: bool


def before(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    asked = questions_of_gates(view.protocol, view.knowledge)
    denials = list(_denials(view, (*asked.today, *asked.at_screening)))
    grouped = {one.fact.id for group in denials for one in group.questions}
    single = [one for one in asked.today if one.id not in SUICIDE and one.id not in grouped]
    screening = [one for one in asked.at_screening if view.facts.get(one.id) is None and one.id not in grouped]
    days = view.facts.get("days_since_weighed")
    screening += _lacking(view, page["state"], {one.id for one in asked.start})
    return {
        **sign_entry(view, page["state"]),
        "holds": holds(page["state"], view),
        "warns": [one for one in page["state"].reasons if one.severity is Severity.WARN],
        "today": questions(single, view),
        "suicide": questions((one for one in asked.start if one.id in SUICIDE), view),
        "screening": questions(screening, view),
        "denials": denials,
        "medicines": _medicines(view),
        "is_before": not view.dose.has_begun,
        "weight_kg": view.person.weight_kg,
        "days_since_weighed": int(days) if isinstance(days, int | float) else None,
        "weighings": view.weighings,
    }


def questions(facts: Iterable[ClinicalFact], view: SessionView) -> list[Question]:
    """The questions with what is known of each."""
    return [Question(one, view.facts.get(one.id)) for one in facts]


def holds(state: SessionState, view: SessionView) -> list[Hold]:
    """What closes the gate of the phase, worst first."""
    rules: dict[str, Rule] = {one.id: one for one in view.protocol.rules}
    found = dict.fromkeys((*state.reasons, *state.alarms))
    return [
        Hold(
            one,
            override_name(one),
            one.severity is Severity.HOLD,
            one.rule in rules and rules[one.rule].prescriber_in_person,
        )
        for one in found
        if one.severity in (Severity.BLOCK, Severity.HOLD)
    ]


def _denials(view: SessionView, asked: Iterable[ClinicalFact]) -> Iterable[Denial]:
    """The groups of questions that are still open, each with those that this protocol asks."""
    by_name = {one.id: one for one in asked if view.facts.get(one.id) is None}
    for name, group in view.knowledge.denials.items():
        open_ones = [Question(by_name[fact], None) for fact in group.facts if fact in by_name]
        if open_ones:
            yield Denial(name, group.label, open_ones)


def _lacking(view: SessionView, state: SessionState, asked: set[str]) -> Iterable[ClinicalFact]:
    """What the gate misses and nobody is asked as a rule, as the record has it for most people."""
    names = dict.fromkeys(str(why.name) for one in state.reasons for why in one.why if why.value is None)
    known = (view.knowledge.clinical_facts[name] for name in names if name in view.knowledge.clinical_facts)
    return [one for one in known if one.id not in asked and not one.is_computed and one.group not in _READ]


def _medicines(view: SessionView) -> Sequence[Item]:
    """Every medicine on record or told in the session, as the one checker reads it."""
    listed = taken(view.session, view.events)
    if not listed:
        return ()
    substance, route = view.protocol.substance or None, view.route or None
    return check_recorded(listed, substance=substance, route=route, knowledge=view.knowledge).items
