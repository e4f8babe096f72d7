"""What people's blood showed, against what the models say: the calibration table.

A study that a model was fitted to must agree within 20%. Another study must agree within a factor of two at each point,
and its geometric mean ratio must lie within 0.67 to 1.5. Known misfits are asserted as misfits: if one of them ever
agrees, the model has changed and the documentation is wrong.
"""

import math

import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate

S = "esketamine"


def curve(model, doses, weight, minutes, age=30):
    return simulate(load().models[model], doses, Person(weight_kg=weight, age_years=age), minutes)


def one(amount, route="iv", over=0.0, substance="racemic", **more):
    return [DoseInput(amount_mg=amount, route=route, duration_min=over, substance=substance, **more)]


def metric(found, analyte):
    return next(entry for entry in found.metrics if entry.analyte == analyte)


def geometric_mean(ratios):
    return math.exp(sum(math.log(ratio) for ratio in ratios) / len(ratios))


# Otto 2021, study CHDR1311: 17 volunteers, esketamine 10 mg over 30 min, 68 kg, venous; medians read off a figure.
OTTO_HOURS = [0.5, 1, 2, 3, 5, 6, 8, 10]
OTTO = {
    "S-ketamine": [56, 27, 15.5, 11.5, 6.0, 4.2, 2.5, 1.8],
    "S-norketamine": [10, 23, 20, 16, 12, 11, 8, 6.5],
}


@pytest.mark.parametrize("analyte", OTTO)
def test_m_s_fits_the_study_that_it_was_made_from(analyte):
    found = curve("m-s", one(10, over=30, substance=S), 68, [60 * h for h in OTTO_HOURS])
    assert found.valid
    for observed, value in zip(OTTO[analyte], found[analyte], strict=True):
        assert value == pytest.approx(observed, rel=0.20)


# Kamp 2020 (Br J Anaesth), Figure 1, esketamine: 20 volunteers, 0.14, 0.28, 0.57 mg/kg/h for an hour each, arterial.
KAMP_STEPS = [
    DoseInput(amount_mg=rate * 70, route="iv", start_min=60 * i, duration_min=60, substance=S)
    for i, rate in enumerate((0.14, 0.28, 0.57))
]
KAMP = {0.25: 30.4, 0.5: 44.9, 0.75: 52.8, 1.5: 104, 1.67: 114, 2.5: 217, 3.0: 246, 3.5: 97.5, 4: 77.7, 5: 57.2}
KAMP_NK = {0.5: 10.3, 0.75: 17.3, 1.5: 41.7, 2.5: 111, 3.08: 164, 3.5: 146, 4: 134, 5: 120}


@pytest.mark.parametrize(("model", "analyte"), [("m-otf", "S-ketamine"), ("m-art", "ketamine")])
def test_arterial_models_foretell_an_infusion_with_rate_changes(model, analyte):
    found = curve(model, KAMP_STEPS, 70, [60 * h for h in KAMP], age=25)
    ratios = [value / observed for value, observed in zip(found[analyte], KAMP.values(), strict=True)]
    assert all(0.5 < ratio < 2 for ratio in ratios)
    assert 0.67 < geometric_mean(ratios) < 1.5


def test_known_misfit_norketamine_of_m_otf_is_low_late_after_an_infusion():
    found = curve("m-otf", KAMP_STEPS, 70, [60 * h for h in KAMP_NK], age=25)
    ratios = dict(zip(KAMP_NK, found["S-norketamine"] / list(KAMP_NK.values()), strict=True))
    assert 0.55 < ratios[5] < 0.70
    assert 0.67 < geometric_mean(list(ratios.values())) < 1.5


def test_m_s_is_closer_to_late_norketamine_than_m_otf():
    found = curve("m-s", KAMP_STEPS, 70, [240, 300])
    for observed, value in zip((134, 120), found["S-norketamine"], strict=True):
        assert value == pytest.approx(observed, rel=0.20)


# Simons 2022, Table 2: 20 volunteers, film of 50 mg, arterial. Peak, its minute, area to 6 h in ng*min/mL.
SIMONS = {"S-ketamine": (96, 18.8, 8363), "S-norketamine": (276, 61, 38497), "S-hydroxynorketamine": (101, 81, 24087)}


@pytest.mark.parametrize("analyte", SIMONS)
def test_m_otf_fits_the_film_that_it_was_made_from(analyte):
    found = metric(curve("m-otf", one(50, "sublingual", substance=S), 70, [0, 360], age=25), analyte)
    cmax, tmax, area = SIMONS[analyte]
    assert found.cmax == pytest.approx(cmax, rel=0.20)
    assert found.tmax_min == pytest.approx(tmax, rel=0.20)
    assert found.auc_ng_h_per_ml * 60 == pytest.approx(area, rel=0.20)


def test_m_otf_fits_the_infusion_six_hours_after_the_film():
    """Observed 273 ng/mL (95% interval 259 to 287) at the end of 20 mg over 20 min."""
    both = one(50, "sublingual", substance=S) + one(20, over=20, substance=S, start_min=360)
    peak = curve("m-otf", both, 70, [380], age=25)["S-ketamine"][0]
    assert 259 <= peak <= 287


def test_a_racemic_infusion_of_half_a_milligram_per_kilogram_peaks_where_it_was_measured():
    """185 ng/mL (Zarate) and 100-250 ng/mL (Krystal), both as tabulated by Zanos 2018; venous and arterial models."""
    venous = metric(curve("m-rac", one(35, over=40), 70, [0, 120]), "ketamine").cmax
    arterial = metric(curve("m-art", one(35, over=40), 70, [0, 120]), "ketamine").cmax
    assert 0.5 < venous / 185 < 2
    assert 0.5 < arterial / 185 < 2
    assert 100 < venous < 250
    assert venous == pytest.approx(160, rel=0.005)
    assert arterial == pytest.approx(253, rel=0.005)


# Singh 2022: 9 people with cancer pain, 10 mg pushed in.
def test_the_arterial_model_foretells_the_first_minutes_after_a_bolus():
    found = curve("m-art", one(10), 70, [2, 240])
    assert 0.5 < found["ketamine"][0] / 296 < 2
    assert 0.5 < metric(curve("m-art", one(10), 70, [0, 240]), "ketamine").auc_ng_h_per_ml / 113 < 2


def test_known_misfit_m_rac_in_the_first_minutes_after_a_bolus_is_marked_not_valid():
    found = curve("m-rac", one(10), 70, [2])
    assert not found.valid
    assert any("m-art" in warning for warning in found.warnings)
    assert found["ketamine"][0] / 296 < 0.3


def test_known_misfit_norketamine_after_a_bolus_peaks_late_and_lasts_in_m_rac():
    """Observed 27 ng/mL at 30 min and 22 ng*h/mL; the model gives 20.5 ng/mL at 68 min and 66.5 ng*h/mL."""
    found = metric(curve("m-rac", one(10), 70, [0, 240]), "norketamine")
    assert 0.5 < found.cmax / 27 < 2
    assert found.tmax_min / 30 > 2
    assert found.auc_ng_h_per_ml / 22 > 2


def test_m_rac_lies_within_the_spread_of_chong():
    """Chong 2006, 6 people, 10 mg by vein (rate not printed; 30 min here): norketamine 38 (SD 29), area 130 (SD 69)."""
    found = curve("m-rac", one(10, over=30), 70, [0, 480])
    assert metric(found, "norketamine").cmax == pytest.approx(38, abs=29)
    assert metric(found, "norketamine").auc_ng_h_per_ml == pytest.approx(130, abs=69)
    assert metric(found, "ketamine").cmax == pytest.approx(156, abs=161)


def test_the_arterial_model_foretells_surgical_levels():
    """Idvall 1979, 31 operations: 2 mg/kg, then 41 ug/kg/min; stable at 2211 ng/mL (SD 190)."""
    rate = 0.041 * 70
    doses = [*one(140), DoseInput(amount_mg=rate * 2880, route="iv", start_min=1, duration_min=2880)]
    assert 0.5 < curve("m-art", doses, 70, [2880])["ketamine"][0] / 2211 < 2


# Singh 2022: 10 people, 30 mg as racemic nasal spray.
def test_the_simple_nasal_model_foretells_the_peak_of_a_racemic_spray():
    found = metric(curve("m-rac-nasal", one(30, "nasal"), 70, [0, 240]), "ketamine")
    assert 0.5 < found.cmax / 60.8 < 2
    assert 0.5 < found.tmax_min / 14 < 2


def test_known_misfit_the_area_of_a_racemic_spray_is_too_large_in_every_model():
    """Observed 46 ng*h/mL to about 4 h (bioavailability 0.13) beside a peak that fits 0.45."""
    for model, analyte in (("m-rac-nasal", "ketamine"), ("m-in", "S-ketamine")):
        assert metric(curve(model, one(30, "nasal"), 70, [0, 240]), analyte).auc_ng_h_per_ml / 46 > 2


def test_norketamine_after_a_racemic_spray_is_foretold_by_m_in_though_not_made_for_it():
    """Observed 68.1 ng/mL at 60 min and 181 ng*h/mL."""
    found = curve("m-in", one(30, "nasal"), 70, [0, 240])
    assert not found.valid
    assert 0.5 < metric(found, "S-norketamine").cmax / 68.1 < 2
    assert 0.5 < metric(found, "S-norketamine").auc_ng_h_per_ml / 181 < 2


def test_the_simple_sublingual_model_lies_within_the_spread_of_a_lozenge():
    """Chong 2006, 6 people, 25 mg: 28.6 (SD 6.6) ng/mL at 0.76 (SD 0.51) h, area to 8 h 100 (SD 48) ng*h/mL."""
    found = metric(curve("m-rac-sublingual", one(25, "sublingual"), 70, [0, 480]), "ketamine")
    assert found.cmax == pytest.approx(28.6, abs=6.6)
    assert found.tmax_min == pytest.approx(0.76 * 60, abs=0.51 * 60)
    assert found.auc_ng_h_per_ml == pytest.approx(100, abs=48)


def test_known_misfit_the_simple_oral_model_peaks_late_enough_but_low():
    """The reference states that peaks come out below the published oral ones; the document must say so as well."""
    model = load().models["m-rac-oral"]
    assert any("below the published oral ones" in misfit.what for misfit in model.misfits)
    assert str(model.certainty) == "default"


def test_the_muscle_model_gives_the_peak_that_it_was_chosen_for():
    """0.5 mg/kg: 138 to 158 ng/mL at 15 to 20 min."""
    found = metric(curve("m-rac-im", one(35, "im"), 70, [0, 240]), "ketamine")
    assert 138 < found.cmax < 158
    assert 15 < found.tmax_min < 20


def test_the_childrens_model_foretells_small_children_given_esketamine():
    """Weber 2004, 10 children of 1 to 7 years, 2 mg/kg of esketamine: 1860 (SD 883) ng/mL at 3 (SD 1) min."""
    found = curve("m-ped", one(36, substance=S), 18, [3], age=4)
    assert found["ketamine"][0] == pytest.approx(1860, abs=883)
    assert not found.valid  # made from the racemate at up to 1.5 mg/kg


# Perez-Ruixo 2021, Table 4: peak, area to 24 h, peak of noresketamine. Model-based, so it checks the coding.
PEREZ_RUIXO = {
    (45, 28): (43.8, 147.3, 59.1),
    (45, 56): (72.5, 254.7, 119.7),
    (45, 84): (101.0, 362.2, 180.0),
    (70, 28): (44.6, 160.4, 57.3),
    (70, 56): (73.8, 275.8, 117.2),
    (70, 84): (102.7, 391.2, 177.0),
}


@pytest.mark.parametrize(("age", "amount"), PEREZ_RUIXO)
@pytest.mark.parametrize("apart", [0, 5])
def test_m_in_reproduces_the_exposure_table_of_its_paper(age, amount, apart):
    doses = one(amount, "nasal", substance=S, devices=amount // 28, device_interval_min=apart)
    found = curve("m-in", doses, 70, [0, 1440], age=age)
    cmax, area, nor = PEREZ_RUIXO[(age, amount)]
    assert metric(found, "S-ketamine").cmax == pytest.approx(cmax, rel=0.015)
    assert metric(found, "S-ketamine").auc_ng_h_per_ml == pytest.approx(area, rel=0.015)
    assert metric(found, "S-norketamine").cmax == pytest.approx(nor, rel=0.015)


def test_known_misfit_the_printed_noresketamine_area_is_not_reproduced():
    """Printed 274, 516, 758 ng*h/mL; the equations give 1.4 times that, and mass balance is on their side."""
    for amount, printed in ((28, 274), (56, 516), (84, 758)):
        found = curve("m-in", one(amount, "nasal", substance=S), 70, [0, 1440], age=45)
        assert 1.35 < metric(found, "S-norketamine").auc_ng_h_per_ml / printed < 1.5
