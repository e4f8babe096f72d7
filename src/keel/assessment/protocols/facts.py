"""Facts for rules: checked against the catalogue, and completed by what follows from them.

A fact that is not given is missing. What is worked out here is worked out only where it was not given.
"""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from keel.assessment.protocols.errors import FactRefused
from keel.findings import Fact, Facts
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.conditions import Scalar
from keel.messages import Message, Numeral, Slot, listed
from keel.quantities import QuantityError, parse_number_in, significant, written_unit
from keel.record.selection import any_yes

CRISIS_SYMPTOMS = ("chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion")
CRISIS_EVENTS = ("seizure", "focal_neurological_signs")
"""What the spray's label names beside those symptoms; nobody is asked about it, it is seen and recorded."""
RISK_LEVELS = ("none", "low", "moderate", "high")
SUICIDE_SCREEN = (
    "cssrs_q1",
    "cssrs_q2",
    "cssrs_q3",
    "cssrs_q4",
    "cssrs_q5",
    "cssrs_q6_lifetime",
    "cssrs_q6_3_months",
)
PARTS = {
    "crisis_symptom": CRISIS_SYMPTOMS,
    "suicide_risk_high": SUICIDE_SCREEN,
    "suicide_yes_open": SUICIDE_SCREEN,
    "dissociation_over_baseline": ("dissociation",),
    "bmi": ("weight_kg", "height_cm"),
    "sbp_standing": ("sbp",),
    "dbp_standing": ("dbp",),
    "spo2_on_air": ("spo2",),
    "planned_mg_per_kg": ("planned_mg", "weight_kg"),
    "planned_mg_per_kg_per_min": ("planned_mg", "planned_min", "weight_kg"),
}
"""A fact that is worked out, to what is asked for it."""
_SCREENS = ("cssrs_", "asq_")


class RecordFacts(NamedTuple):
    """Facts for the rules, what in the record was not read, in words, and facts that are suspected, with by what."""

    facts: dict[str, Fact]
    unread: tuple[Message, ...]
    suspected: Mapping[str, Message] = {}


def checked_facts(
    given: Mapping[str, Fact], catalogue: Mapping[str, ClinicalFact], *, allow_computed: bool = False
) -> dict[str, Scalar | None]:
    """The facts under their own names with values that they can have; FactRefused names the first that cannot be.

    None stays None: not asked. A computed fact is refused unless `allow_computed`.
    """
    names = {alias: fact.id for fact in catalogue.values() for alias in fact.aliases}
    checked: dict[str, Scalar | None] = {}
    for name, value in given.items():
        fact = catalogue.get(names.get(name, name))
        if fact is None:
            known = [*catalogue, *names]
            near = get_close_matches(name.lower(), known, n=3)
            see = Message("See `keel knowledge show clinical_facts`.")
            fix = Message("Near: {names}.", names=listed(near)) if near else see
            raise FactRefused(name, Message("No fact is called “{name}”.", name=name), fix)
        if fact.is_computed and not allow_computed:
            problem = Message("“{name}” is worked out by Keel and is not typed.", name=name)
            raise FactRefused(name, problem, Message("Leave it out."))
        checked[fact.id] = None if value is None else _value(fact, value)
    return checked


def _value(fact: ClinicalFact, value: Fact) -> Scalar:
    problem = Message("{name} is {value}.", name=fact.id, value=_shown(value))
    if fact.kind is FactKind.YES_NO:
        if isinstance(value, bool):
            return value
        raise FactRefused(fact.id, problem, Message("Write true, false, or null for not asked."))
    if fact.kind is FactKind.CHOICE:
        if isinstance(value, str) and value in fact.choices:
            return value
        raise FactRefused(fact.id, problem, Message("Write one of {choices}.", choices=listed(fact.choices)))
    unit = written_unit(fact.unit)
    if isinstance(value, str):
        value = _number_in_text(fact, value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        in_unit = Message("Write a number in {unit}.", unit=unit) if unit else Message("Write a number.")
        raise FactRefused(fact.id, problem, in_unit)
    least, most = fact.least, fact.most
    if (least is not None and value < least) or (most is not None and value > most):
        number = Numeral(f"{value:g}")
        problem = Message(
            "{name} of {value} is not possible ({range}).",
            name=fact.id,
            value=Message("{number} in {unit}", number=number, unit=unit) if unit else number,
            range=Numeral(f"{least:g} to {most:g}"),
        )
        raise FactRefused(fact.id, problem, Message("Check for a slip of the pen or of the unit."))
    return value


def _number_in_text(fact: ClinicalFact, text: str) -> float | None:
    """The number in a text such as “142”, “142 mmHg” or “1 h 10”, in the unit of the fact; None where it has none."""
    try:
        return significant(parse_number_in(text, fact.unit))
    except QuantityError:
        return None


def _shown(value: object) -> Slot:
    return Message("“{text}”", text=value) if isinstance(value, str) else str(value)


def derived(facts: Facts) -> dict[str, Fact]:
    """The facts with what follows from them: body-mass index, dose per kilogram, suicide risk, symptoms, pressure.

    Body-mass index is kg/m²; planned rates are mg/kg/min. Nothing given is changed, but for a level of suicide risk
    that is below what the answers beside it say (`worst_suicide_risk`).
    """
    full: dict[str, Fact] = {name: value for name, value in facts.items() if value is not None}
    level = worst_suicide_risk(full)
    full.pop("suicide_risk_level", None)
    full |= {} if level is None else {"suicide_risk_level": level}
    for name, value in _worked_out(full).items():
        if value is not None:
            full.setdefault(name, value)
    return full


def _worked_out(facts: Facts) -> dict[str, Fact]:
    weight, height = _number(facts, "weight_kg"), _number(facts, "height_cm")
    dose, minutes = _number(facts, "planned_mg"), _number(facts, "planned_min")
    is_male = facts.get("sex") == "male"
    level = facts.get("suicide_risk_level")
    return {
        "bmi": significant(weight / (height / 100) ** 2) if weight and height else None,
        "planned_mg_per_kg": significant(dose / weight) if dose is not None and weight else None,
        "planned_mg_per_kg_per_min": significant(dose / weight / minutes)
        if dose is not None and weight and minutes
        else None,
        "crisis_symptom": any_yes(facts.get(name) for name in CRISIS_SYMPTOMS),
        "suicide_risk_high": None if level is None else level == "high",
        "sbp_standing": facts.get("sbp"),
        "dbp_standing": facts.get("dbp"),
        "spo2_on_air": None if facts.get("on_oxygen") else facts.get("spo2"),
        "pregnant": False if is_male else None,
        "breastfeeding": False if is_male else None,
    }


def _number(facts: Facts, name: str) -> float | None:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def worst_suicide_risk(facts: Facts) -> str | None:
    """The worse of the level that was told and the one that the answers to the screens make; None for not known.

    A screen with a yes that is not finished, or one that came and was not understood, may hide the highest level: then
    only “high” is known.
    """
    told, answered = facts.get("suicide_risk_level"), suicide_risk_level(facts)
    known = [level for level in (told, answered) if isinstance(level, str)]
    if known and facts.get("suicide_attempt_on_record") is True:
        known.append("moderate")  # behaviour longer than three months ago (cssrs-tri)
    worst = max(known, key=RISK_LEVELS.index, default=None)
    has_yes = any(value is True for name, value in facts.items() if name.startswith(_SCREENS))
    is_open = (answered is None and has_yes) or facts.get("suicide_screen_unread") is True
    return None if is_open and worst != "high" else worst


def suicide_risk_level(facts: Facts) -> str | None:
    """none, low, moderate or high, from the C-SSRS screener or the ASQ; None where neither tells.

    C-SSRS (cssrs-tri): questions 1 and 2 only are low; 3, or behaviour longer than three months ago, moderate; 4, 5 or
    behaviour within three months high. ASQ (spier): question 5 yes is high, another yes moderate. One yes to a question
    that means high is enough; “none” needs the whole of one screen. A screen that was begun must be finished.
    """
    columbia, asq = _columbia(facts), _asq(facts)
    levels = [level for level in (columbia, asq) if level is not None]
    if "high" in levels:
        return "high"
    begun = [any(name.startswith(prefix) for name in facts) for prefix in _SCREENS]
    if (begun[0] and columbia is None) or (begun[1] and asq is None) or not levels:
        return None
    return max(levels, key=RISK_LEVELS.index)


def _columbia(facts: Facts) -> str | None:
    asked: dict[str, Fact] = {name: facts.get(f"cssrs_{name}") for name in ("q1", "q2", "q3", "q4", "q5")}
    ever, recent = facts.get("cssrs_q6_lifetime"), facts.get("cssrs_q6_3_months")
    if asked["q2"] is False:
        # The screener skips 3 to 5 after a no to 2; skipped is then no.
        asked |= {name: False for name in ("q3", "q4", "q5") if asked[name] is None}
    recent = False if ever is False and recent is None else recent
    ever = True if recent is True else ever
    if True in (asked["q4"], asked["q5"], recent):
        return "high"
    if None in (*asked.values(), ever, recent):
        return None
    if True in (asked["q3"], ever):
        return "moderate"
    return "low" if True in (asked["q1"], asked["q2"]) else "none"


def _asq(facts: Facts) -> str | None:
    answers = [facts.get(f"asq_{number}") for number in range(1, 5)]
    if facts.get("asq_5") is True:
        return "high"
    if True in answers:
        return "moderate" if facts.get("asq_5") is False else None
    return None if None in answers else "none"
