"""The part “Dose”: what the protocol's dose comes to, what is ordered, who checked it, and the deeds of giving it.

Nothing is computed here: the doses are those of `keel dose`, what may be done is the gate's.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from keel.assessment.protocols import Solution, dose_plan
from keel.assessment.protocols.dosing import DosePlan, must_dilute
from keel.assessment.protocols.errors import ProtocolError
from keel.assessment.session.events import DoseChecked, WeightBasis
from keel.assessment.session.plan import newest_plan
from keel.assessment.session.view import SessionView
from keel.knowledge.protocols import Protocol
from keel.messages import Message, text_of
from keel.quantities import QuantityError, parse_strength_mg_per_ml, parse_volume_ml, significant
from keel.web.live.before import holds


def dosing(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    state, kind = page["state"], view.protocol.dosing.kind
    solution, problem = _solution(page["asked"])
    plan, problem = _plan(view, solution, problem)
    planned, given = state.dose.planned_mg, state.given_mg
    return {
        "kind": kind,
        "plan": plan,
        "solution_problem": problem,
        "order": newest_plan(view.session.plan, view.events),
        "planned": state.dose,
        "left_mg": None if planned is None or given is None else significant(max(0.0, planned - given)),
        "pump_ml_per_h": _pump_rate(view.protocol, solution, planned, state.dose.planned_min),
        "checks": [one for one in view.events if isinstance(one, DoseChecked)],
        "checkers": len({one.by for one in view.events if isinstance(one, DoseChecked)}),
        "may_check": not view.dose.has_begun or any(one.rule == "KEEL-NOT-CHECKED" for one in state.alarms),
        "bases": list(WeightBasis),
        "holds": holds(state, view),
        "is_to_give": not view.dose.has_begun or (kind == "devices" and state.phase.gate == "giving"),
        "may_give": state.may_start or state.may_continue,
        "next_device": _next_device(view),
        "device_rules": [one for one in view.protocol.dosing.published if one.topic == "device"],
        "has_begun": view.dose.has_begun,
    }


def _solution(asked: Mapping[str, str]) -> tuple[Solution, Message | None]:
    strength, volume = asked.get("strength", "").strip(), asked.get("volume", "").strip()
    try:
        found = Solution(
            parse_strength_mg_per_ml(strength) if strength else None, parse_volume_ml(volume) if volume else None
        )
    except QuantityError as error:
        return Solution(), text_of(error)
    if 0 in (found.mg_per_ml, found.ml):
        return Solution(), Message("A strength or volume of zero gives no rate. Write what is in the pump.")
    return found, None


def _plan(view: SessionView, solution: Solution, problem: Message | None) -> tuple[DosePlan | None, Message | None]:
    told: dict[str, Any] = {"at": view.at, "knowledge": view.knowledge, "jurisdiction": view.jurisdiction}
    try:
        return dose_plan(view.protocol, view.person, solution=solution, **told), problem
    except ProtocolError as error:
        return dose_plan(view.protocol, view.person, **told), text_of(error)


def _pump_rate(protocol: Protocol, solution: Solution, mg: float | None, minutes: float | None) -> float | None:
    """mL/h of the order, by the volume that it is made up to, else by the strength; None for what must be diluted."""
    if not minutes or mg is None or solution == Solution():
        return None
    ml = solution.ml or mg / (solution.mg_per_ml or 1.0)
    return None if must_dilute(protocol, mg / ml) else significant(ml * 60 / minutes)


def _next_device(view: SessionView) -> dt.datetime | None:
    """When the rest between two devices is over; None where none was given or none is asked for."""
    apart, devices = view.protocol.dosing.apart, view.dose.devices
    if not apart or not devices:
        return None
    return devices[-1].at + dt.timedelta(minutes=view.protocol.number(apart))
