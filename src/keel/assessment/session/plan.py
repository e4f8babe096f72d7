"""The plan of a session in numbers, and the numbers in the amounts, times and rates that its events write."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from keel.assessment.session.events import Plain, Plan, Started, WeightBasis
from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.quantities import QuantityError, parse_dose_mg, parse_duration_min, significant


class PlannedDose(NamedTuple):
    """The plan in numbers; None where it does not say or cannot be read."""

    mg: float | None = None
    minutes: float | None = None
    devices: int | None = None
    basis: WeightBasis | None = None
    is_reasoned: bool = False

    @property
    def rate(self) -> float | None:
        """mg/min, where both amount and time are planned."""
        return self.mg / self.minutes if self.mg is not None and self.minutes else None


def newest_plan(plan: Plan | None, events: Iterable[Plain]) -> Plan | None:
    """The plan of the last `started` event that has one, else `plan`."""
    for event in events:
        if isinstance(event, Started) and event.plan is not None:
            plan = event.plan
    return plan


def planned_dose(plan: Plan | None, weight_kg: float | None, device_mg: float | None) -> PlannedDose:
    """A plan in numbers; an amount per kilogram is made by `weight_kg`, which is the weight that the plan chose.

    With `device_mg` the number of devices follows from the dose where it is not stated.
    """
    if plan is None:
        return PlannedDose()
    mg, devices = dose_mg(plan.dose, weight_kg), plan.devices
    if devices is None and device_mg and mg is not None and (mg / device_mg).is_integer():
        devices = int(mg / device_mg)
    minutes = number_in(plan.over, parse_duration_min)
    return PlannedDose(mg, minutes, devices, plan.weight_basis, bool(plan.chosen_by and plan.reason))


def plan_facts(plan: PlannedDose, protocol: Protocol, route: str, chosen_kg: float | None) -> dict[str, Fact]:
    """What is planned: substance, route, mg and minutes, the weight to dose by (`chosen_kg`), and mg per kg of it."""
    known: dict[str, Fact] = {
        "substance": protocol.substance or None,
        "route": route or None,
        "planned_mg": plan.mg,
        "planned_min": plan.minutes,
        "weight_basis": None if plan.basis is None else str(plan.basis),
        "weight_basis_reasoned": plan.is_reasoned,
    }
    if plan.basis is not None and plan.mg is not None and chosen_kg:
        known["planned_mg_per_kg_chosen"] = significant(plan.mg / chosen_kg)
    return {name: value for name, value in known.items() if value is not None}


def number_in(text: str | None, parse: Callable[..., float], **known: float | None) -> float | None:
    """The number that `parse` finds in a text; None where there is no text or it cannot be read."""
    try:
        return None if text is None else parse(text, **known)
    except QuantityError:
        return None


def dose_mg(text: str | None, weight_kg: float | None) -> float | None:
    """Milligrams of an amount, which may be written per kilogram where the weight is known."""
    mg = number_in(text, parse_dose_mg, weight_kg=weight_kg)
    return None if mg is None else significant(mg)
