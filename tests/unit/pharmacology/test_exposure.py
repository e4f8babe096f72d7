"""What of a dose arrives, and what repeating it adds, against published fractions and the label."""

import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate

MODELS = load().models
PERSON = Person(weight_kg=70, age_years=45)
MONTH = 60 * 24 * 30.0


def areas(model, route, amount, substance, starts=(0.0,)):
    doses = [DoseInput(amount_mg=amount, route=route, substance=substance, start_min=start) for start in starts]
    return simulate(MODELS[model], doses, PERSON, [*starts[1:], MONTH]).path.areas[0]


# Perez-Ruixo 2021: 0.62, 0.54, 0.51 nasal at 28, 56, 84 mg and 0.18 by mouth; Simons 2022: 0.26 from the film
@pytest.mark.parametrize(
    ("model", "by_vein", "route", "amount", "fraction"),
    [
        ("m-in", "m-in", "nasal", 28, 0.62),
        ("m-in", "m-in", "nasal", 56, 0.54),
        ("m-in", "m-in", "nasal", 84, 0.51),
        ("m-in", "m-in", "oral", 84, 0.178),
        ("m-otf", "m-otf", "sublingual", 50, 0.263),
        ("m-rac-im", "m-rac", "im", 35, 0.93),
        ("m-rac-nasal", "m-rac", "nasal", 30, 0.45),
    ],
)
def test_the_area_over_that_by_vein_is_the_published_bioavailability(model, by_vein, route, amount, fraction):
    substance = "esketamine" if model in ("m-in", "m-otf") else "racemic"
    (found,), (whole,) = areas(model, route, amount, substance), areas(by_vein, "iv", amount, substance)
    assert found / whole == pytest.approx(fraction, abs=0.005)


def test_twice_a_week_accumulates_nothing_and_twice_a_day_does():
    """Label: no accumulation of esketamine when given twice weekly."""
    for hours, low, high in ((84, 1.0, 1.01), (12, 1.05, 1.5)):
        first, whole = areas("m-in", "nasal", 84, "esketamine", starts=(0.0, hours * 60.0))
        # By superposition an interval's area grows to the whole area of one dose when sessions repeat.
        assert low < whole / 2 / first < high
