"""The plan of a session in numbers, and the numbers in the amounts, times and rates that its events write."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from keel.assessment.session.events import Plain, Plan, Started
from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.quantities import QuantityError, parse_dose_mg, parse_duration_min, significant


class PlannedDose(NamedTuple):
    """The plan in numbers; None where it does not say or cannot be read."""

    mg: float | None = None
    minutes: float | None = None
    devices: int | None = None

    @property
    def rate(self) -> float | None:
        """mg/min, where both amount and time are planned."""
        return self.mg / self.minutes if self.mg is not None and self.minutes else None


def planned_dose(
    plan: Plan | None, events: Iterable[Plain], weight_kg: float | None, device_mg: float | None
) -> PlannedDose:
    """The newest plan: that of the last `started` event that has one, else the session's.

    With `device_mg` the number of devices follows from the dose where it is not stated.
    """
    for event in events:
        if isinstance(event, Started) and event.plan is not None:
            plan = event.plan
    if plan is None:
        return PlannedDose()
    mg, devices = dose_mg(plan.dose, weight_kg), plan.devices
    if devices is None and device_mg and mg is not None and (mg / device_mg).is_integer():
        devices = int(mg / device_mg)
    return PlannedDose(mg, number_in(plan.over, parse_duration_min), devices)


def plan_facts(plan: PlannedDose, protocol: Protocol, route: str) -> dict[str, Fact]:
    """What is planned: substance, route, mg and minutes."""
    known: dict[str, Fact] = {
        "substance": protocol.substance or None,
        "route": route or None,
        "planned_mg": plan.mg,
        "planned_min": plan.minutes,
    }
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
