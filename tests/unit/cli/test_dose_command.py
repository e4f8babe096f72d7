"""`keel dose`: the worked numbers of the protocol reference, A5, by the command line and by the call, and refusals."""

import json

import pytest

from keel.assessment.protocols import dose_plan
from keel.knowledge import load
from keel.record import Person, Sex
from support.command import keel_here

SEVENTY = ("--protocol", "iv-racemic", "--weight", "70 kg")


def plan_of(*arguments, code=0):
    done = keel_here("dose", *arguments, "--at", "2026-11-21", "--json")
    assert (done.returncode, done.stderr) == (code, "")
    return json.loads(done.stdout)


def rows(plan):
    return {(row["basis"], row["formula"]): row for row in plan["by_weight"]}


def test_seventy_kilograms_by_the_command():
    """A5: 0.5 mg/kg x 70 kg = 35 mg; 35 x 60 / 40 = 52.5 mg/h; at 1 mg/mL 52.5 mL/h. Hazard HZ-DOSE-03."""
    row = rows(plan_of(*SEVENTY, "--strength", "1 mg/mL"))["actual", ""]
    assert (row["dose_mg"], row["rounded_mg"], row["rate_mg_per_min"], row["rate_mg_per_h"]) == (35, 35, 0.875, 52.5)
    assert (row["ml"], row["rate_ml_per_h"]) == (35, 52.5)


def test_the_volume_of_a_bag_gives_the_rate():
    """A5, formulae: rate mL/h = bag mL x 60 / 40: 50 mL run at 75 mL/h; 35 mg are 0.7 mL of 50 mg/mL."""
    row = rows(plan_of(*SEVENTY, "--strength", "50 mg/mL", "--volume", "50 mL"))["actual", ""]
    assert (row["ml"], row["rate_ml_per_h"]) == (0.7, 75)


def test_three_weights_stand_side_by_side():
    """Devine (A5): 178 cm are 10.0787 in over 60 in, so 45.5 + 2.3 x 10.0787 = 68.681 kg for a woman: 34.34 mg.

    Adjusted: 68.681 + 0.4 x (70 - 68.681) = 69.209 kg, 34.60 mg. Hazard HZ-DOSE-07.
    """
    found = rows(plan_of(*SEVENTY, "--height", "1.78 m", "--sex", "F"))
    assert list(found) == [("actual", ""), ("ideal", "female"), ("adjusted", "female")]
    assert found["ideal", "female"]["dose_mg"] == pytest.approx(34.3406, abs=1e-4)
    assert found["adjusted", "female"]["dose_mg"] == pytest.approx(34.6043, abs=1e-4)
    assert found["ideal", "female"]["rounded_mg"] == 34.0


def test_the_command_and_the_call_say_the_same():
    import datetime as dt

    import msgspec

    person = Person(sex=Sex.MALE, weight_kg=96.0, height_cm=180.0)
    called = dose_plan("iv-racemic", person, at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC), knowledge=load())
    typed = plan_of("--protocol", "iv", "--weight", "96 kg", "--height", "180 cm", "--sex", "male")
    assert typed == json.loads(msgspec.json.encode(called, enc_hook=str))


@pytest.mark.parametrize(("weight", "code", "rules"), [("120 kg", 0, []), ("121 kg", 1, ["A-DOSE-02"])])
def test_a_cap_holds_and_ends_with_one(weight, code, rules):
    """A5, ceiling: alert above 60 mg in total; 0.5 x 120 = 60 mg, 0.5 x 121 = 60.5 mg. Hazard HZ-DOSE-01."""
    plan = plan_of("--protocol", "iv-racemic", "--weight", weight, code=code)
    assert [one["rule"] for one in plan["findings"]] == rules
    assert rows(plan)["actual", ""]["held_by"] == rules


def test_a_weight_above_the_actual_one_is_marked_and_holds_once_it_is_used():
    """A5, ceiling: alert above 0.5 mg/kg of actual weight. Ideal man of 178 cm: 73.2 kg, 36.5 mg, 0.52 mg/kg."""
    plan = plan_of(*SEVENTY, "--height", "178 cm", "--sex", "male")
    assert plan["findings"] == []
    assert "A-DOSE-01" in rows(plan)["ideal", "male"]["held_by"]


def test_the_strongest_vial_is_not_run_undiluted():
    """A5, strength: 100 mg/mL must be diluted. Hazard HZ-DOSE-04."""
    plan = plan_of(*SEVENTY, "--strength", "100 mg/mL", code=1)
    assert [one["rule"] for one in plan["findings"]] == ["A-DOSE-DILUTE"]
    assert rows(plan)["actual", ""]["rate_ml_per_h"] is None
    diluted = plan_of(*SEVENTY, "--strength", "100 mg/mL", "--volume", "50 mL")
    assert (rows(diluted)["actual", ""]["ml"], diluted["findings"]) == (0.35, [])


def test_every_number_says_where_it_comes_from():
    """A5, standard: 0.5 mg/kg over 40 min [Berman00, Zarate06, CANMAT21]; the alert of 60 mg is a default (D)."""
    numbers = {one["id"]: one for one in plan_of(*SEVENTY)["numbers"]}
    assert numbers["dose_per_kg"]["sources"] == ["berman00", "zarate06", "canmat21"]
    assert (numbers["alert_mg"]["certainty"], numbers["alert_mg"]["is_cap"]) == ("default", True)


def test_the_label_of_the_spray_asks_for_the_age():
    """Conflict 6: 28 mg from 65 years in the EU only; without an age the plan holds."""
    aged = plan_of("--protocol", "esketamine-nasal-eu", "--age", "70")
    assert {option["mg"] for option in aged["options"]} == {28, 56, 84}
    assert [one["rule"] for one in plan_of("--protocol", "esketamine-nasal-eu", code=1)["findings"]] == ["B-DOSE-AGE"]


def test_at_the_terminal_the_doses_come_first_and_the_marks_are_shown():
    done = keel_here("dose", *SEVENTY, "--height", "178 cm", "--strength", "1 mg/mL")
    assert done.returncode == 0
    assert done.stdout.index("52.5") < done.stdout.index("Arithmetic") < done.stdout.index("Caps")
    assert "alert_mg: 60 mg (a default that needs confirming)" in done.stdout
    assert "Over a cap: to use that weight, a prescriber gives the reason." in done.stdout


def test_at_home_the_prescriber_enters_the_dose():
    done = keel_here("dose", "--protocol", "oral-sublingual-home")
    assert done.returncode == 0
    assert "The prescriber enters the dose: Keel computes none." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name a protocol"),
        (["--protocol", "intravenous"], "No protocol is called “intravenous”. Use one of"),
        (["--protocol", "level-of-care"], "no dose is given. Use one of"),
        (["--protocol", "iv-racemic"], 'Add the weight, for example --weight "70 kg".'),
        (["--protocol", "iv-racemic", "--weight", "70"], "“70 kg”"),
        # Hazard HZ-WT-03: an impossible weight or height never becomes a dose.
        (["--protocol", "iv-racemic", "--weight", "7000 kg"], "is not possible (20 to 400)"),
        ([*SEVENTY, "--height", "1.78 cm"], "is not possible (100 to 250)"),
        ([*SEVENTY, "--height", "178"], "“178 cm”"),
        ([*SEVENTY, "--sex", "x"], "Use one of female, male"),
        ([*SEVENTY, "--strength", "10"], "“10 mg/mL”"),
        ([*SEVENTY, "--strength", "10 mg"], "is not a strength"),
        ([*SEVENTY, "--strength", "0 mg/mL"], "zero gives no rate"),
        ([*SEVENTY, "--volume", "-5 mL"], "less than zero"),
        ([*SEVENTY, "--strength", "1 mg/mL", "--volume", "20 mL"], "35 mL, which do not fit into 20 mL"),
        (["--protocol", "esketamine-nasal-us", "--volume", "5 mL"], "Leave --strength and --volume out."),
        ([*SEVENTY, "--jurisdiction", "Germany"], "is not a valid jurisdiction"),
    ],
)
def test_bad_input_is_one_line(arguments, words):
    done = keel_here("dose", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
