"""The US monitoring form, filled from a session as far as its events answer it (protocol reference B4, conflict 5)."""

import datetime as dt

import pytest

from keel.assessment.session.form import monitoring_form
from keel.knowledge import load
from support.sessions import base_session, changed, clock, read_session


def filled(at="12:00", form="patient-monitoring-form-2021", **change):
    tree = changed(base_session("esketamine"), change)
    made = monitoring_form(read_session(tree), form, at=dt.datetime.fromisoformat(clock(at)), knowledge=load())
    return made, {one.id: one.value for one in made.fields}


def test_the_form_counts_from_the_first_device():
    """Conflict 5: first device 09:10, end of monitoring 11:20."""
    _, values = filled()
    assert values["duration"] == 130
    assert (values["treatment-date"], values["dose"]) == ("2026-11-21", 56)


def test_the_three_pressures():
    """Before; 40 minutes after the last device (09:15); before the end."""
    _, values = filled()
    assert (values["bp-before"], values["bp-40"], values["bp-end"]) == ("126/78", "132/82", "124/76")


def test_any_fall_of_alertness_counts_as_sedation():
    """Instruments 4.3: 4 at 09:45 after 5 before the dose, 5 again at 10:00; minutes from 09:10."""
    _, values = filled()
    assert (values["sedation"], values["sedation-onset"], values["sedation-resolved"]) == (True, 35, 50)
    assert (values["dissociation"], values["dissociation-onset"], values["dissociation-resolved"]) == (True, 20, 65)


def test_what_nobody_looked_at_is_open_and_no_no():
    made, values = filled(drop=[f"b{number:02}" for number in (9, 12, 16, 19, 22, 25, 28, 31)])
    assert values["sedation"] is None
    assert "sedation" in made.open


def test_it_is_due_within_seven_days():
    made, _ = filled()
    assert made.due_on == dt.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("form", "has", "lacks"),
    [
        ("patient-monitoring-form-2021", "psychostimulants", "respiratory"),
        ("patient-monitoring-form-2025", "respiratory", "psychostimulants"),
    ],
)
def test_two_generations_are_two_documents(form, has, lacks):
    _, values = filled(form=form)
    assert has in values
    assert lacks not in values


def test_before_a_dose_nothing_is_filled_in():
    made, values = filled(at="09:05")
    assert values["dose"] is None
    assert made.due_on is None
