"""Models, routes and substances as data: sources resolve, ranges hold, files are complete."""

import msgspec
import pytest

from keel.knowledge import load
from support.loops import some

KNOWLEDGE = load()


def sources_in(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "sources":
                yield from inner
            else:
                yield from sources_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from sources_in(inner)


@pytest.mark.parametrize("kind", ["models", "routes", "substances", "modifiers"])
def test_every_source_of_a_document_is_on_file(kind):
    for document in some(getattr(KNOWLEDGE, kind).values()):
        missing = {source for source in sources_in(msgspec.to_builtins(document)) if source not in KNOWLEDGE.sources}
        assert not missing, (document.id, missing)


def test_every_parameter_that_was_not_assumed_names_a_source():
    for model in some(KNOWLEDGE.models.values()):
        for name, parameter in some(model.parameters.items()):
            assert parameter.sources or parameter.claim, (model.id, name)


def test_a_parameter_with_a_range_lies_in_it():
    for model in some(KNOWLEDGE.models.values()):
        for name, parameter in some(model.parameters.items()):
            if parameter.low is not None and parameter.high is not None:
                assert parameter.low <= parameter.value <= parameter.high, (model.id, name)


def test_the_models_and_routes_that_people_script_against_are_there():
    assert {"m-rac", "m-s", "m-in", "m-otf", "m-art", "m-ped", "m-picu"} <= set(KNOWLEDGE.models)
    assert {"iv", "im", "sc", "nasal", "oral", "sublingual", "rectal", "insufflated"} <= set(KNOWLEDGE.routes)
    assert {"racemic", "esketamine", "arketamine", "norketamine"} <= set(KNOWLEDGE.substances)


def test_every_route_of_a_model_and_every_substance_of_an_output_is_a_document():
    for model in some(KNOWLEDGE.models.values()):
        assert all(entry.route in KNOWLEDGE.routes for entry in model.inputs)
        assert all(output.substance in KNOWLEDGE.substances for output in model.outputs)


def test_a_route_without_a_model_says_so_and_a_route_with_one_does_not():
    taken = {entry.route for model in KNOWLEDGE.models.values() for entry in model.inputs}
    for route in some(KNOWLEDGE.routes.values()):
        assert bool(route.no_model) == (route.id not in taken), route.id


def test_conflicting_bioavailabilities_stand_side_by_side():
    """Racemic nasal spray: 0.45 in three adults, 0.50 in children, 0.13 in cancer pain."""
    values = {entry.value for entry in KNOWLEDGE.routes["nasal"].bioavailability if entry.substance == "racemic"}
    assert values == {0.45, 0.50, 0.13}
    assert "conflict-nasal-bioavailability" in KNOWLEDGE.routes["nasal"].conflicts
    for route in KNOWLEDGE.routes.values():
        assert all(conflict in KNOWLEDGE.conflicts for conflict in route.conflicts)


def test_salt_to_base_is_that_of_the_licensed_device():
    """32.3 mg of hydrochloride are 28 mg of base; 237.73 over 274.19 g/mol says the same."""
    substance = KNOWLEDGE.substances["esketamine"]
    assert substance.base_per_salt.value == pytest.approx(28 / 32.3, abs=5e-4)
    assert substance.molar_mass.value / substance.salt_molar_mass.value == pytest.approx(
        substance.base_per_salt.value, abs=5e-4
    )


def test_fanta_s_numbers_in_the_abstract_agree_with_m_s():
    """Clearance 95 L/h at 70 kg with 13% between people (abstract of Fanta 2015)."""
    assert KNOWLEDGE.models["m-s"].parameters["CL"].value == pytest.approx(95, abs=0.5)


def test_the_composed_racemate_clears_88_litres_an_hour():
    """Clearance of the total: dose over area of both forms, inside 84 to 114 of the reference's model spread."""
    p = KNOWLEDGE.models["m-rac"].parameters
    s, r = p["CL"].value, p["CL"].value * p["CLR"].value
    assert 1 / (0.5 / s + 0.5 / r) == pytest.approx(88, abs=0.5)


@pytest.mark.parametrize(
    ("model", "clearance"), [("domino-1982", 116), ("clements-1981", 80)]
)  # L/h at 70 kg, as the reference derives from the rate constants
def test_rate_constants_give_the_clearance_that_is_quoted(model, clearance):
    p = KNOWLEDGE.models[model].parameters
    assert p["K10"].value * 60 * p["V1"].value * 70 == pytest.approx(clearance, abs=1)
