"""A session file to fill in: every question of a protocol's gates, with null for not asked, and nothing filled in.

An event in it that nobody has begun (no time, nothing said) is read as not there.
"""

from typing import Any, NamedTuple

from keel.assessment.protocols.gate import find_protocol
from keel.assessment.session.events import Plan
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.protocols import Protocol, facts_of
from keel.quantities import written_unit

_AT_SCREENING = ("screening", "history", "site", "therapy")
# What follows from person, plan or readings is not asked as an answer; nor is what the doses on record tell.
_ELSEWHERE = ("person", "plan")
_COUNTED = (
    "first_session",
    "hours_since_last_dose",
    "sessions_so_far",
    "sessions_this_week_with_today",
    "treatment_week",
    "weeks_in_treatment",
    "longest_gap_that_holds_days",
    "months_since_exposure_review",
    "sessions_since_exposure_review",
    "dose_taken_today",
    "days_since_weighed",
)
SUICIDE = (*(f"cssrs_q{number}" for number in range(1, 6)), "cssrs_q6_lifetime", "cssrs_q6_3_months")
_SYMPTOMS = ("chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion")
_READINGS = ("sbp", "dbp", "hr", "rr", "spo2", "on_oxygen", "symptoms")
_SCALES = {
    "sedation": ("sedation_scored", ("moaas",)),
    "dissociation": ("dissociation_scored", ("cadss6", "cadss", "dissociation")),
}
"""A check of the schedule, to the event that answers it and its keys."""


def session_template(protocol: str, knowledge: Knowledge) -> dict[str, Any]:
    """A session of that protocol without answers, in the order in which they are asked."""
    known = find_protocol(knowledge, protocol)
    asked = questions_of_gates(known, knowledge)
    forms = [
        _blank("started"),
        _blank("checked", facts={fact.id: None for fact in asked.today}),
        _blank("vitals_recorded", **dict.fromkeys(_READINGS)),
        *(_blank(kind, **dict.fromkeys(keys)) for kind, keys in _scales(known)),
        _blank("criteria_checked", criteria={fact.id: None for fact in asked.before_leaving}),
    ]
    return {
        "protocol": known.id,
        "jurisdiction": known.jurisdiction,
        "timezone": "",
        **({"route": ""} if len(known.routes) > 1 else {}),
        "person": {"id": "", "age": None, "sex": "unknown", "weight": None, "weighed_on": None, "height": None},
        "doses": None,
        "reviews": [],
        "plan": dict.fromkeys(_plan_keys(known)),
        "screening": {fact.id: None for fact in asked.at_screening},
        "questions": {
            "doses": "Every dose of ketamine or esketamine before this session; [] where there was none.",
            **{fact.id: f"{fact.question} {_how(fact)}".strip() for fact in (*asked.start, *asked.before_leaving)},
        },
        "medicines": [],
        "events": [{"id": str(number), **form} for number, form in enumerate(forms, start=1)],
    }


class GateQuestions(NamedTuple):
    """What the gates of a protocol ask before a dose and before leaving, in the order in which it is asked."""

    start: list[ClinicalFact]
    leaving: list[ClinicalFact]

    @property
    def at_screening(self) -> list[ClinicalFact]:
        """What is asked once, before a course."""
        return [fact for fact in self.start if fact.group in _AT_SCREENING]

    @property
    def today(self) -> list[ClinicalFact]:
        """What is asked before each dose."""
        return [fact for fact in self.start if fact.group not in _AT_SCREENING]

    @property
    def before_leaving(self) -> list[ClinicalFact]:
        """What is asked before leaving and was not asked before the dose."""
        return [fact for fact in self.leaving if fact not in self.start]


def questions_of_gates(protocol: Protocol, knowledge: Knowledge) -> GateQuestions:
    """The questions of a protocol's gates, without those that readings, plan and ledger answer."""
    gates = protocol.gates
    start = _asked((*gates.start, *gates.giving), protocol, knowledge)
    return GateQuestions(start, _asked(gates.discharge, protocol, knowledge))


def _blank(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, "at": None, "by": "", **said}


def _plan_keys(protocol: Protocol) -> tuple[str, ...]:
    """The keys of a plan of this kind of dosing."""
    keys = {
        "per_weight": ("dose", "over", "weight_basis", "chosen_by", "reason"),
        "devices": ("dose", "devices"),
    }.get(protocol.dosing.kind, ("dose",))
    return tuple(key for key in Plan.__struct_fields__ if key in (*keys, "course_sessions"))


def _scales(protocol: Protocol) -> list[tuple[str, tuple[str, ...]]]:
    """The events of the scales that the schedule of a protocol asks for, with their keys."""
    checks = {check for timed in protocol.slots for check in timed.checks}
    return [event for check, event in _SCALES.items() if check in checks]


def _asked(phases: tuple[str, ...], protocol: Protocol, knowledge: Knowledge) -> list[ClinicalFact]:
    """The questions of some phases; those that the doses on record answer only where they cannot."""
    catalogue = knowledge.clinical_facts
    names = [name for rule in protocol.rules_of(*phases) for name in (*facts_of(rule), *rule.needs)]
    if "crisis_symptom" in names:
        names += _SYMPTOMS
    if "suicide_risk_high" in names:
        names += SUICIDE
    asked = [catalogue[name] for name in dict.fromkeys(names) if name not in _COUNTED]
    readings = {*_READINGS, *(key for _, keys in _SCALES.values() for key in keys)}
    typed = (fact for fact in asked if not fact.is_computed and fact.group not in _ELSEWHERE)
    return [fact for fact in typed if fact.id not in readings]


def _how(fact: ClinicalFact) -> str:
    if fact.kind is FactKind.CHOICE:
        return f"({', '.join(fact.choices)})"
    unit = written_unit(fact.unit)
    return f"({unit})" if unit else ""
