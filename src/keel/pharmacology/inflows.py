"""How a dose enters: one function for each kind of input, from doses to amounts at places and times.

An `Inflow` is an amount (mg) that enters one compartment at `start_min`, at once or evenly over `duration_min`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from keel.knowledge.models import Input, Part
from keel.messages import Message, Name, listed
from keel.pharmacology.errors import NoModel
from keel.pharmacology.regimen import DoseInput
from keel.pharmacology.structure import Structure, Values


class Inflow(NamedTuple):
    """An amount entering a compartment; `dose` is the number of the dose that it belongs to, in order of time.

    Amounts and durations may be arrays with one value a person.
    """

    place: int
    amount_mg: Any
    start_min: float
    duration_min: Any
    dose: int


NumberedDose = tuple[int, DoseInput]
Kind = Callable[[Structure, Input, Sequence[NumberedDose], Values], list[Inflow]]


def inflows_of(structure: Structure, regimen: Sequence[DoseInput], values: Values) -> list[Inflow]:
    """Every amount that enters, for doses in order of time; NoModel where the model has no input for a route."""
    by_route: dict[str, list[NumberedDose]] = {}
    for number, dose in enumerate(regimen):
        by_route.setdefault(dose.route, []).append((number, dose))
    found: list[Inflow] = []
    for route, doses in by_route.items():
        entry = structure.inputs.get(route)
        if entry is None:
            raise NoModel(
                Message(
                    "{model} has no input by {route}; it takes {routes}.",
                    model=Name(structure.model.name),
                    route=Name(route),
                    routes=listed(map(Name, structure.inputs)),
                )
            )
        found += KINDS[entry.kind](structure, entry, doses, values)
    return found


def direct(structure: Structure, entry: Input, doses: Sequence[NumberedDose], values: Values) -> list[Inflow]:
    """Straight into the named compartments over the dose's own duration: bolus or infusion."""
    parts = [(structure.index[part.into], _share(part, values)) for part in entry.parts]
    return [
        Inflow(place, dose.amount_mg * share, dose.start_min, dose.duration_min, number)
        for number, dose in doses
        for place, share in parts
    ]


def absorbed(structure: Structure, entry: Input, doses: Sequence[NumberedDose], values: Values) -> list[Inflow]:
    """Into depots: at once (first-order absorption) or evenly over a time that the model names (zero-order)."""
    parts = [(structure.index[part.into], _share(part, values), _over(part, values)) for part in entry.parts]
    return [
        Inflow(place, dose.amount_mg * share, dose.start_min, over, number)
        for number, dose in doses
        for place, share, over in parts
    ]


def devices(structure: Structure, entry: Input, doses: Sequence[NumberedDose], values: Values) -> list[Inflow]:
    """Nasal devices: what the nose does not take is swallowed, and further devices of a session are taken less well.

    The first `device_mg` of a session are absorbed with the fraction `nasal`, the rest with that times `repeat`.
    Devices stand `device_interval_min` apart where the dose tells how many there were.
    """
    nasal, repeat = values[str(entry.nasal)], values[str(entry.repeat)]
    found: list[Inflow] = []
    session_start, given = -float("inf"), 0.0
    for start, amount, number in _sprays(entry, doses):
        if start - session_start > float(entry.session_min or 0.0):
            session_start, given = start, 0.0
        fresh = min(amount, max(0.0, float(entry.device_mg or 0.0) - given))
        given += amount
        for size, fraction in ((fresh, nasal), (amount - fresh, nasal * repeat)):
            if size > 0:
                shared = {**values, str(entry.nasal): fraction}
                found += [
                    Inflow(structure.index[part.into], size * _share(part, shared), start, _over(part, values), number)
                    for part in entry.parts
                ]
    return found


def _sprays(entry: Input, doses: Sequence[NumberedDose]) -> list[tuple[float, float, int]]:
    """Start, milligrams and number of the dose of each device, in order of time."""
    sprays = []
    for number, dose in doses:
        count = dose.devices or 1
        apart = dose.device_interval_min if dose.device_interval_min is not None else entry.apart_min or 0.0
        sprays += [(dose.start_min + apart * device, dose.amount_mg / count, number) for device in range(count)]
    return sorted(sprays)


def _share(part: Part, values: Mapping[str, Any]) -> Any:
    share: Any = 1.0
    for name in part.times:
        share = share * values[name]
    for name in part.rest_of:
        share = share * (1.0 - values[name])
    return share


def _over(part: Part, values: Mapping[str, Any]) -> Any:
    return 0.0 if part.over is None else values[part.over] * 60.0


KINDS: Mapping[str, Kind] = {"direct": direct, "absorbed": absorbed, "devices": devices}


def moments_of(inflows: Sequence[Inflow]) -> set[float]:
    """Minutes at which something begins or ends to enter."""
    return {float(inflow.start_min + length) for inflow in inflows for length in (0.0, inflow.duration_min)}


def happenings(inflows: Sequence[Inflow]) -> tuple[list[float], list[float], list[float]]:
    """Moments of change, the amount that jumps in at each, and the input rate (mg/min) from then on."""
    jumps: dict[float, float] = {}
    changes: dict[float, float] = {}
    for _, amount, start, duration, _ in inflows:
        if duration > 0:
            rate, end = amount / duration, start + duration
            changes[start] = changes.get(start, 0.0) + rate
            changes[end] = changes.get(end, 0.0) - rate
        else:
            jumps[start] = jumps.get(start, 0.0) + amount
    moments = sorted(jumps | changes)
    largest = max(map(abs, changes.values())) if changes else 0.0
    flow, flows = 0.0, []
    for moment in moments:
        flow += changes.get(moment, 0.0)
        # A sum of differences: what should be zero after the last end must be zero.
        flow = 0.0 if abs(flow) < 1e-12 * largest else flow
        flows.append(flow)
    return moments, [jumps.get(moment, 0.0) for moment in moments], flows
