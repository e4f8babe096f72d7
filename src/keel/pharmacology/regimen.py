"""Who is given what: the values that go into a simulation, and the checks on them.

Times are minutes from the start of treatment (or any common zero), amounts milligrams of base.
"""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec

from keel.messages import Message, Numeral
from keel.pharmacology.errors import PersonError, RegimenError

Ancestry = Literal["european", "african", "asian", "chinese", "japanese", "korean", "taiwanese", "other"]
SUBSTANCES = ("racemic", "esketamine", "arketamine")


class DoseInput(msgspec.Struct, frozen=True, kw_only=True):
    """One dose: `amount_mg` of base, by `route`, from `start_min` over `duration_min` (0: given at once).

    `devices` is the number of nasal devices, given `device_interval_min` apart (None: as the model says). Without
    `devices` a nasal amount enters at `start_min` in one go. A pump with changing rates is one dose for each rate;
    two infusions at the same time must be on different `line`s.
    """

    amount_mg: float
    route: str
    start_min: float = 0.0
    duration_min: float = 0.0
    substance: str = "racemic"
    devices: int | None = None
    device_interval_min: float | None = None
    line: int = 1

    @property
    def end_min(self) -> float:
        """When the giving ends, in minutes."""
        return self.start_min + self.duration_min


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What models ask of a person. None is “not known”, never “normal”."""

    weight_kg: float | None = None
    age_years: float | None = None
    ancestry: Ancestry | None = None
    is_female: bool | None = None
    is_pregnant: bool | None = None
    child_pugh: Literal["none", "A", "B", "C"] | None = None


def check_person(person: Person) -> None:
    """PersonError for a weight or an age that no person has."""
    weight, age = person.weight_kg, person.age_years
    if weight is not None and not 0.3 <= weight <= 700:
        raise PersonError(
            Message("A weight of {weight} kg is not possible. Give the body weight in kilograms.", weight=weight)
        )
    if age is not None and not 0 <= age <= 130:
        raise PersonError(Message("An age of {age} years is not possible. Give the age in years.", age=age))


def check_regimen(regimen: Sequence[DoseInput]) -> tuple[DoseInput, ...]:
    """The doses in order of time; RegimenError for one that cannot be, or for infusions that overlap on one line."""
    if not regimen:
        raise RegimenError(Message("The regimen has no dose. Give at least one."))
    for number, dose in enumerate(regimen, start=1):
        _check_dose(dose, number)
    if len(regimen) == 1:
        return (regimen[0],)
    ordered = sorted(regimen, key=lambda dose: (dose.start_min, dose.line, dose.route, dose.amount_mg))
    ends: dict[tuple[str, int], DoseInput] = {}
    for dose in ordered:
        if dose.duration_min > 0:
            before = ends.get((dose.route, dose.line))
            # A rate change is one dose ending as the next begins: rounding of the clock is not an overlap.
            if before is not None and before.end_min > dose.start_min + 1e-9 * max(1.0, abs(dose.start_min)):
                raise RegimenError(
                    Message(
                        "Two {route} infusions overlap on line {line}: one ends at {end} min, "
                        "the next starts at {start} min. End the first earlier, or give them different lines.",
                        route=dose.route,
                        line=dose.line,
                        end=Numeral(f"{before.end_min:g}"),
                        start=Numeral(f"{dose.start_min:g}"),
                    )
                )
            ends[(dose.route, dose.line)] = dose
    return tuple(ordered)


def _check_dose(dose: DoseInput, number: int) -> None:
    if not 0 <= dose.amount_mg < math.inf:
        raise RegimenError(
            Message(
                "Dose {number}: {amount} mg is not an amount. Give zero or more milligrams.",
                number=number,
                amount=dose.amount_mg,
            )
        )
    if not -math.inf < dose.start_min < math.inf:
        raise RegimenError(
            Message("Dose {number}: it starts at {start} min. Give a finite time.", number=number, start=dose.start_min)
        )
    if not 0 <= dose.duration_min < math.inf:
        raise RegimenError(
            Message(
                "Dose {number}: it lasts {length} min. The end must not be before the start.",
                number=number,
                length=dose.duration_min,
            )
        )
    if dose.substance not in SUBSTANCES:
        raise RegimenError(
            Message(
                "Dose {number}: substance “{substance}”. Use one of {known}.",
                number=number,
                substance=dose.substance,
                known=", ".join(SUBSTANCES),
            )
        )
    if dose.devices is not None and dose.devices < 1:
        raise RegimenError(
            Message(
                "Dose {number}: {devices} devices. Give one or more, or leave it out.",
                number=number,
                devices=dose.devices,
            )
        )
    if dose.device_interval_min is not None and not 0 <= dose.device_interval_min < math.inf:
        raise RegimenError(
            Message(
                "Dose {number}: devices {apart} min apart. Give zero or more minutes.",
                number=number,
                apart=dose.device_interval_min,
            )
        )
