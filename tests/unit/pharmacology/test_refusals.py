"""Questions that the engine refuses, and results that it marks as outside their study."""

import math

import msgspec
import numpy as np
import pytest

from keel.knowledge import FactsFileError, load
from keel.knowledge.models import Model
from keel.knowledge.models.check import complete_models
from keel.pharmacology import (
    DoseInput,
    DoseUncertainty,
    NoModel,
    Person,
    PersonError,
    RegimenError,
    Spread,
    compare_models,
    fitting_models,
    simulate,
    simulate_people,
)

MODELS = load().models
ADULT = Person(weight_kg=70, age_years=40)


def dose(**changes):
    return DoseInput(**{"amount_mg": 35, "route": "iv", "duration_min": 40, **changes})


def run(*doses, model="m-rac", person=ADULT, times=(60,)):
    return simulate(MODELS[model], list(doses), person, list(times))


@pytest.mark.parametrize(
    ("doses", "says"),
    [
        ([], "no dose"),
        ([dose(amount_mg=-1)], "not an amount"),
        ([dose(amount_mg=math.nan)], "not an amount"),
        ([dose(start_min=math.inf)], "finite time"),
        ([dose(duration_min=-5)], "must not be before the start"),
        ([dose(substance="phencyclidine")], "racemic, esketamine, arketamine"),
        ([dose(devices=0)], "devices"),
        ([dose(), dose(start_min=20)], "overlap on line 1"),
    ],
)
def test_a_regimen_that_cannot_be_is_refused_with_the_fix(doses, says):
    with pytest.raises(RegimenError, match=says):
        run(*doses)


def test_two_pumps_on_two_lines_may_run_together():
    assert run(dose(), dose(start_min=20, line=2))["ketamine"][0] > run(dose())["ketamine"][0]


def test_a_rate_change_is_not_an_overlap():
    run(dose(duration_min=10), dose(start_min=10, duration_min=30, amount_mg=3))


@pytest.mark.parametrize("times", [[], [20, 10], [10, 10], [math.nan], [10, math.inf]])
def test_times_must_be_finite_and_increase(times):
    with pytest.raises(RegimenError, match="time"):
        run(dose(), times=times)


def test_a_model_that_scales_with_weight_does_not_guess_it():
    with pytest.raises(PersonError, match="weight"):
        run(dose(), person=Person(age_years=40))


@pytest.mark.parametrize(
    "person", [Person(weight_kg=0), Person(weight_kg=math.nan), Person(weight_kg=70, age_years=-3)]
)
def test_an_impossible_person_is_refused(person):
    with pytest.raises(PersonError, match="not possible"):
        run(dose(), person=person)


def test_snorted_powder_has_no_curve_and_offers_what_is_known():
    with pytest.raises(NoModel, match=r"no curve.*0\.1 to 0\.5") as refusal:
        fitting_models(MODELS, "insufflated", "racemic", load().routes)
    assert refusal.value.known


def test_a_route_that_the_model_does_not_take_is_refused():
    with pytest.raises(NoModel, match="it takes iv"):
        run(dose(route="oral"))


@pytest.mark.parametrize(
    ("model", "doses", "person", "says"),
    [
        ("m-rac", [dose()], Person(weight_kg=70, age_years=9), "this age is 9 years"),
        ("m-otf", [dose(amount_mg=20, substance="esketamine")], Person(weight_kg=120, age_years=25), "this weight"),
        ("m-in", [dose(amount_mg=200, route="nasal", substance="esketamine", duration_min=0)], ADULT, "200 mg"),
        ("m-rac", [dose()], Person(weight_kg=70, age_years=30, is_pregnant=True), "pregnancy"),
        ("m-rac", [dose()], Person(weight_kg=70, age_years=30, child_pugh="C"), "Child-Pugh C"),
        ("m-s", [dose(amount_mg=20)], ADULT, "racemic ketamine is computed as if"),
        ("m-picu", [dose(amount_mg=1, substance="esketamine")], Person(weight_kg=7, age_years=1), "mg/kg/h"),
        ("m-rac-sc", [dose(route="sc", duration_min=0)], ADULT, "borrowed from the muscle"),
    ],
)
def test_outside_its_study_a_result_is_not_valid_and_says_why(model, doses, person, says):
    found = run(*doses, model=model, person=person)
    assert not found.valid
    assert any(says in reason for reason in found.reasons), found.reasons


@pytest.mark.parametrize("model", ["m-rac", "m-s"])
def test_the_first_quarter_hour_after_a_bolus_points_to_the_arterial_model(model):
    substance = "racemic" if model == "m-rac" else "esketamine"
    bolus = dose(duration_min=0, amount_mg=20, substance=substance)
    assert "m-art" in " ".join(run(bolus, model=model, times=[2, 60]).reasons)
    assert run(bolus, model=model, times=[15, 60]).valid
    infusion = dose(amount_mg=20, substance=substance)
    assert run(infusion, model=model, times=[2, 60]).valid


def test_unknown_covariates_are_said_and_not_guessed():
    spray = dose(amount_mg=28, route="nasal", duration_min=0, substance="esketamine")
    remarks = " ".join(run(spray, model="m-in", person=Person()).remarks)
    for word in ("age not given", "weight not given", "ancestry not given"):
        assert word in remarks


def test_the_overlay_keeps_models_that_hold_and_explains_the_others():
    found = compare_models(list(MODELS.values()), [dose()], ADULT, np.arange(0.0, 241.0))
    assert {curve.model for curve in found.curves} == {"m-rac", "m-art", "domino-1982"}
    assert min(found.peaks) == pytest.approx(160, rel=0.005)  # the spread that the reference asks to show
    assert max(found.peaks) == pytest.approx(253, rel=0.005)
    assert all(curve.reasons for curve in found.outside)


def test_ten_thousand_doses_are_computed():
    doses = [dose(amount_mg=1, duration_min=0, start_min=30.0 * i) for i in range(10_000)]
    found = simulate(MODELS["m-art"], doses, ADULT, [300_000.0])
    assert found["ketamine"][0] > 0


def parameters(**changes):
    values = {"V1": 25.0, "V2": 56.0, "V3": 157.0, "CL": 84.0, "Q2": 161.0, "Q3": 79.0}
    return {**values, **changes}


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_clearance_of_one_of_many_people_is_refused_by_name(bad):
    with pytest.raises(PersonError, match="CL must be above zero"):
        simulate_people(MODELS["m-art"], [dose()], parameters(CL=np.array([84.0, bad])), end_min=1440)


def test_parameters_of_different_lengths_or_missing_are_refused():
    with pytest.raises(PersonError, match="one length"):
        simulate_people(MODELS["m-art"], [dose()], parameters(CL=np.ones(2), V1=np.ones(3)), end_min=1440)
    with pytest.raises(PersonError, match="lacks V2, V3, CL"):
        simulate_people(MODELS["m-art"], [dose()], {"V1": 1.0}, end_min=1440)


def test_impossible_spreads_and_purities_are_refused():
    with pytest.raises(PersonError):
        Spread(mean=70, sd=-1)
    with pytest.raises(RegimenError):
        DoseUncertainty(purity=(0.5, 1.2))


def changed(**changes):
    """M-ART with parts of its file replaced, read and checked as a file is."""
    tree = {**msgspec.to_builtins(MODELS["m-art"]), **changes}
    return complete_models({"m-art": msgspec.convert(tree, Model, strict=False)})


def test_a_model_file_with_a_missing_parameter_names_file_key_and_fix():
    values = msgspec.to_builtins(MODELS["m-art"])["parameters"]
    with pytest.raises(FactsFileError, match=r"models/m-art\.toml: .*no parameter is called “CL”\. Add parameters\.CL"):
        changed(parameters={name: value for name, value in values.items() if name != "CL"})


def test_a_model_file_with_a_wrong_unit_names_file_key_and_fix():
    values = msgspec.to_builtins(MODELS["m-art"])["parameters"]
    with pytest.raises(FactsFileError, match=r"parameters\.CL: unit “L” cannot be a flow.*Use L/h"):
        changed(parameters={**values, "CL": {**values["CL"], "unit": "L"}})
    with pytest.raises(FactsFileError, match=r"parameters\.CL: unknown unit “litres”"):
        changed(parameters={**values, "CL": {**values["CL"], "unit": "litres"}})


@pytest.mark.parametrize("value", [0.0, -84.0])
def test_a_model_file_with_no_or_negative_clearance_is_refused(value):
    values = msgspec.to_builtins(MODELS["m-art"])["parameters"]
    with pytest.raises(FactsFileError, match=r"models/m-art\.toml: parameters\.CL"):
        changed(parameters={**values, "CL": {**values["CL"], "value": value}})


def test_a_flow_to_nowhere_and_a_model_that_extends_nothing_are_refused():
    with pytest.raises(FactsFileError, match="no compartment is called “liver”"):
        changed(flows=[{"from": "c", "to": "liver", "clearance": "CL"}])
    with pytest.raises(FactsFileError, match="no model is called “m-x”"):
        changed(extends="m-x")
