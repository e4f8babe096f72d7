"""What a dose amounts to: area, milligrams absorbed and accumulation, against algebra and published fractions."""

import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, PharmacologyError, dose_exposure, simulate, yearly_exposure
from support.loops import some

MODELS = load().models
PERSON = Person(weight_kg=70, age_years=45)


def one(model, route, amount, substance="racemic", **more):
    dose = DoseInput(amount_mg=amount, route=route, substance=substance)
    return dose_exposure(MODELS[model], [dose], PERSON, **more)


# Perez-Ruixo 2021: 0.62, 0.54, 0.51 nasal at 28, 56, 84 mg and 0.18 by mouth; Simons 2022: 0.26 from the film
@pytest.mark.parametrize(
    ("model", "route", "amount", "fraction"),
    [
        ("m-in", "nasal", 28, 0.62),
        ("m-in", "nasal", 56, 0.54),
        ("m-in", "nasal", 84, 0.51),
        ("m-in", "oral", 84, 0.178),
        ("m-in", "iv", 28, 1.0),
        ("m-otf", "sublingual", 50, 0.263),
        ("m-rac-im", "im", 35, 0.93),
        ("m-rac-nasal", "nasal", 30, 0.45),
    ],
)
def test_the_absorbed_part_is_the_published_bioavailability(model, route, amount, fraction):
    found = one(model, route, amount, "esketamine" if model in ("m-in", "m-otf") else "racemic")
    assert found.bioavailability == pytest.approx(fraction, abs=0.005)
    assert found.absorbed_mg == pytest.approx(fraction * amount, abs=0.005 * amount)


@pytest.mark.parametrize("model", ["m-rac", "m-in", "m-otf"])
def test_the_whole_area_is_that_of_a_curve_followed_for_long(model):
    route = "iv"
    dose = DoseInput(amount_mg=28, route=route, duration_min=40, substance="esketamine")
    curve = simulate(MODELS[model], [dose], PERSON, [0, 60 * 24 * 30])
    found = dose_exposure(MODELS[model], [dose], PERSON)
    for metric in some(curve.metrics):
        assert found.auc_ng_h_per_ml[metric.analyte] == pytest.approx(metric.auc_ng_h_per_ml, rel=1e-9)


def test_twice_a_week_accumulates_nothing_and_twice_a_day_does():
    """Label: no accumulation of esketamine when given twice weekly."""
    assert one("m-in", "nasal", 84, "esketamine", interval_min=60 * 84).accumulation["S-ketamine"] < 1.01
    assert one("m-in", "nasal", 84, "esketamine", interval_min=60 * 12).accumulation["S-ketamine"] > 1.05


def test_accumulation_is_what_repeated_doses_grow_to():
    """Area of the 40th interval over that of the first, by superposition."""
    interval = 480.0
    doses = [DoseInput(amount_mg=20, route="iv", duration_min=20, start_min=interval * i) for i in range(40)]
    curve = simulate(MODELS["m-art"], doses, PERSON, [interval, 39 * interval, 40 * interval])
    first, before, after = curve.path.areas[0]
    single = one("m-art", "iv", 20, interval_min=interval)
    # The dose of `single` is a bolus at the same clock; its interval's area differs by the 20 min of the infusion.
    assert (after - before) / first == pytest.approx(single.accumulation["ketamine"], rel=0.01)


def test_a_year_is_so_many_sessions():
    session = one("m-rac", "iv", 35)
    year = yearly_exposure(session, 26)
    assert (year.taken_mg, year.absorbed_mg) == pytest.approx((910, 910))
    assert year.auc_ng_h_per_ml["ketamine"] == pytest.approx(26 * session.auc_ng_h_per_ml["ketamine"])


def test_a_drifting_clearance_has_no_whole_area():
    with pytest.raises(PharmacologyError, match="changes in time"):
        dose_exposure(
            MODELS["m-picu"], [DoseInput(amount_mg=1, route="iv", duration_min=60)], Person(weight_kg=7, age_years=1)
        )
