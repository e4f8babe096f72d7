"""What changes the kinetics, against the sizes that studies printed."""

import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate
from support.loops import some

PERSON = Person(weight_kg=70, age_years=40, ancestry="european")
TEN_DAYS = [0, 14400]


def exposure(model, route, modifier=None, amount=84.0, over=0.0, substance="esketamine"):
    dose = DoseInput(amount_mg=amount, route=route, duration_min=over, substance=substance)
    chosen = [load().modifiers[modifier]] if modifier else []
    return simulate(load().models[model], [dose], PERSON, TEN_DAYS, modifiers=chosen)


def ratio(*case, row=0, **more):
    with_it = exposure(case[0], case[1], case[2], **more).metrics[row]
    return with_it.auc_ng_h_per_ml / exposure(case[0], case[1], **more).metrics[row].auc_ng_h_per_ml


# Peltoniemi 2012 (iv -14%, oral -86%), Spravato study (nasal -28%), Peltoniemi 2011 (oral x 2.4), label (nasal +29%)
@pytest.mark.parametrize(
    ("modifier", "route", "observed"),
    [
        ("rifampicin", "iv", 0.86),
        ("rifampicin", "oral", 0.14),
        ("rifampicin", "nasal", 0.72),
        ("ticlopidine", "oral", 2.4),
        ("ticlopidine", "nasal", 1.29),
    ],
)
def test_a_change_in_the_nasal_model_gives_the_area_that_was_observed(modifier, route, observed):
    over = 40.0 if route == "iv" else 0.0
    assert ratio("m-in", route, modifier, over=over) == pytest.approx(observed, rel=0.04)


def test_moderate_liver_impairment_doubles_the_area_of_one_device():
    assert ratio("m-in", "nasal", "liver-moderate", amount=28.0) == pytest.approx(2.03, rel=0.01)


def test_rifampicin_halves_norketamine_after_an_infusion():
    """Noppers 2011: area of S-ketamine -10%, of S-norketamine -50%."""
    assert ratio("m-s", "iv", "rifampicin", amount=20.0, over=120.0) == pytest.approx(0.90, rel=0.03)
    assert ratio("m-s", "iv", "rifampicin", amount=20.0, over=120.0, row=1) == pytest.approx(0.50, rel=0.03)


def test_an_effect_that_the_model_cannot_show_is_said_with_its_size():
    found = exposure("m-in", "oral", "clarithromycin")
    said = " ".join(found.warnings)
    assert "not in this curve" in said
    assert "area x 2.6" in said
    assert found.metrics == exposure("m-in", "oral").metrics


def test_what_was_taken_up_is_said_with_certainty_and_sources():
    found = exposure("m-in", "oral", "rifampicin")
    assert any("FGUT x 0.28" in warning and "seen in the source" in warning for warning in found.warnings)
    assert "peltoniemi12-rif" in found.sources


def test_every_modifier_resolves_its_conflicts_and_sources():
    knowledge = load()
    for modifier in some(knowledge.modifiers.values()):
        assert all(conflict in knowledge.conflicts for conflict in modifier.conflicts)
        for seen in (*modifier.observed, *modifier.changes):
            assert seen.sources
            assert all(source in knowledge.sources for source in seen.sources)
