"""A session file to fill in: every question of a protocol's gates, with null for not asked."""

from typing import Any

from keel.assessment.protocols.gate import find_protocol
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.protocols import facts_of
from keel.quantities import written_unit

_AT_SCREENING = ("screening", "history", "site", "therapy")
# What follows from person, plan, readings or events is not asked as an answer.
_ELSEWHERE = ("person", "plan", "vitals", "event")
_SUICIDE = (*(f"cssrs_q{number}" for number in range(1, 6)), "cssrs_q6_lifetime", "cssrs_q6_3_months")
_SYMPTOMS = ("chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion")


def session_template(protocol: str, knowledge: Knowledge) -> dict[str, Any]:
    """A session of that protocol without answers, in the order in which they are asked."""
    known = find_protocol(knowledge, protocol)
    facts = knowledge.clinical_facts
    start = _asked(known.gates.start, known.id, knowledge)
    leaving = [fact for fact in _asked(known.gates.discharge, known.id, knowledge) if fact.group == "discharge"]
    today = [fact for fact in start if fact.group not in _AT_SCREENING]
    time = "2026-11-21T09:00:00+00:00"
    event: dict[str, Any] = {"id": "", "at": time, "by": ""}
    return {
        "protocol": known.id,
        "jurisdiction": known.jurisdiction,
        "person": {"id": "", "age": None, "sex": "unknown", "weight": None, "weighed_on": None, "height": None},
        "screening": {fact.id: None for fact in start if fact.group in _AT_SCREENING},
        "questions": {
            fact.id: f"{fact.question} {_how(fact)}".strip() for fact in (*start, *leaving) if fact.id in facts
        },
        "medicines": [],
        "events": [
            {**event, "id": "1", "type": "started", "plan": {"dose": "35 mg", "over": "40 min"}},
            {**event, "id": "2", "type": "checked", "facts": {fact.id: None for fact in today}},
            {**event, "id": "3", "type": "criteria_checked", "criteria": {fact.id: None for fact in leaving}},
        ],
    }


def _asked(phases: tuple[str, ...], protocol: str, knowledge: Knowledge) -> list[ClinicalFact]:
    catalogue = knowledge.clinical_facts
    names = [name for rule in knowledge.protocols[protocol].rules_of(*phases) for name in facts_of(rule)]
    if "crisis_symptom" in names:
        names += _SYMPTOMS
    if "suicide_risk_high" in names:
        names += _SUICIDE
    asked = [catalogue[name] for name in dict.fromkeys(names)]
    return [fact for fact in asked if not fact.is_computed and fact.group not in _ELSEWHERE]


def _how(fact: ClinicalFact) -> str:
    if fact.kind is FactKind.CHOICE:
        return f"({', '.join(fact.choices)})"
    unit = written_unit(fact.unit)
    return f"({unit})" if unit else ""
