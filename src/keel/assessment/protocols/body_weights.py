"""The weights that a dose per kilogram may be computed by: actual, ideal and adjusted, with their arithmetic."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.messages import Message, Numeral
from keel.quantities import parse_weight_kg, significant
from keel.record import Person, Sex

CM_PER_INCH = 2.54
_POUNDS_PER_KG = 1 / parse_weight_kg("1 lb")


class BodyWeight(NamedTuple):
    """One weight to dose by: basis, formula, kilograms and arithmetic; no kilograms, and the reason, where none is."""

    basis: str
    formula: str
    kg: float | None
    text: Message


def body_weights(protocol: Protocol, person: Person) -> Iterator[BodyWeight]:
    """The weights to dose by; what cannot be computed comes with the reason.

    Ideal weight (Devine) = 50 kg for men or 45.5 kg for women, plus 2.3 kg for each inch over 60 inches. Where sex is
    not recorded as male or female, both formulas are given.
    """
    actual = person.weight_kg
    if actual is None:
        yield BodyWeight("actual", "", None, Message("Body weight is not known: no dose per kilogram can be computed."))
        return
    yield BodyWeight("actual", "", actual, Message("{weight} kg as measured", weight=actual))
    dosing, height = protocol.dosing, person.height_cm
    if height is None:
        yield BodyWeight(
            "ideal", "", None, Message("Height is not known: ideal and adjusted weight cannot be computed.")
        )
        return
    inches_over = height / CM_PER_INCH - protocol.number(dosing.ideal_from_inch)
    if inches_over < 0:
        text = Message("The formula of ideal weight is not defined below 60 inches (152.4 cm).")
        yield BodyWeight("ideal", "", None, text)
        return
    step, share = protocol.number(dosing.ideal_per_inch), protocol.number(dosing.adjusted_share)
    for sex in (person.sex.value,) if person.sex in (Sex.MALE, Sex.FEMALE) else ("male", "female"):
        base = protocol.number(dosing.ideal_male if sex == "male" else dosing.ideal_female)
        ideal = base + step * inches_over
        text = Message(
            "{base} + {step} × {inches} in over 60 in = {weight} kg",
            base=base,
            step=step,
            inches=Numeral(f"{inches_over:.2f}"),
            weight=Numeral(f"{ideal:.1f}"),
        )
        yield BodyWeight("ideal", sex, ideal, text)
        adjusted = ideal + share * (actual - ideal)
        text = Message(
            "{ideal} + {share} × ({actual} − {ideal}) = {weight} kg",
            ideal=Numeral(f"{ideal:.1f}"),
            share=share,
            actual=actual,
            weight=Numeral(f"{adjusted:.1f}"),
        )
        yield BodyWeight("adjusted", sex, adjusted, text)


def body_mass_index(person: Person) -> float | None:
    """kg/m²; None where weight or height is not known."""
    if person.weight_kg is None or person.height_cm is None:
        return None
    return significant(person.weight_kg / (person.height_cm / 100) ** 2)


def weight_facts(weights_kg: Sequence[float], pounds_percent: float) -> dict[str, Fact]:
    """How far the weights of a person jump, oldest first, and whether one looks like the other in pounds.

    The jump is the largest of two that follow each other, percent of the earlier one; a weight looks like pounds where
    the two differ by the ratio of the units, within `pounds_percent`. Nothing where there is only one weight.
    """
    ratios = [new / old for old, new in pairwise(weights_kg)]
    if not ratios:
        return {}
    off = [max(ratio, 1 / ratio) / _POUNDS_PER_KG - 1 for ratio in ratios]
    return {
        "weight_jump_percent": significant(max(abs(ratio - 1) for ratio in ratios) * 100),
        "weight_looks_like_pounds": any(abs(one) * 100 <= pounds_percent for one in off),
    }
