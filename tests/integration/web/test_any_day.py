"""Pages on any day: each month, 29 February, the turn of a year, both sides of a change of the clocks.

The clocks of London went back at 01:00 UTC on 25 October 2026 and go forward at 01:00 UTC on 28 March 2027; New York's
on 1 November 2026 at 06:00 UTC and 14 March 2027 at 07:00 UTC (IANA tz database, europe and northamerica).
"""

import datetime as dt
import io

import pikepdf
import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Kind
from support.clock import clock_at
from support.doses import INFUSION
from support.web_text import text_of

MONTHS = (
    ("January", "enero"), ("February", "febrero"), ("March", "marzo"), ("April", "abril"), ("May", "mayo"),
    ("June", "junio"), ("July", "julio"), ("August", "agosto"), ("September", "septiembre"), ("October", "octubre"),
    ("November", "noviembre"), ("December", "diciembre"),
)  # fmt: skip
DAYS = [
    *(f"2027-{month:02}-15T12:00" for month in range(1, 13)),
    "2028-02-29T12:00",
    "2026-12-31T23:59:30",
    "2027-01-01T00:00",
]
TURNS = [
    "2026-10-25T00:59:30", "2026-10-25T01:00", "2027-03-28T00:59:30", "2027-03-28T01:00",
    "2026-11-01T05:59:30", "2026-11-01T06:00", "2027-03-14T06:59:30", "2027-03-14T07:00",
]  # fmt: skip
WEEKEND = {"pattern": "400 mg every Saturday for 3 years, snorted"}


@pytest.fixture(params=[*DAYS, *TURNS])
def moment(request):
    """Each moment, and the clock set to it."""
    moment = dt.datetime.fromisoformat(request.param).replace(tzinfo=dt.UTC)
    with clock_at(moment):
        yield moment


def _written(day):
    english, spanish = MONTHS[day.month - 1]
    return f"{day.day} {english} {day.year}", f"{day.day} de {spanish} de {day.year}"


def test_the_page_of_all_countries_says_on_which_day_it_was_made(erin, moment):
    english, spanish = _written(moment)
    assert f"made on {english}." in text_of(erin.get("/help/everywhere/").content.decode())
    assert spanish in text_of(erin.get("/es/help/everywhere/").content.decode())


def test_a_told_pattern_has_the_same_figures_on_any_day(erin, moment):
    """52 × 400 = 20,800 mg; ÷ 910 = 22.9 (claim B22)."""
    text = text_of(erin.post("/check/", WEEKEND).content.decode())
    assert "22.9 times the reference course" in text
    assert "62,400 mg" in text  # 3 × 20,800
    assert "tools/days-used" in erin.get("/tools/").content.decode()


def test_the_page_to_hand_over_is_one_page_on_any_day(erin, moment):
    answer = erin.post("/check/one-page/", WEEKEND)
    assert len(pikepdf.open(io.BytesIO(answer.content)).pages) == 1


def test_what_a_device_keeps_is_new_each_week(erin, moment):
    """ISO 8601 weeks: Monday is the first day."""

    def worker(days):
        with clock_at(moment + dt.timedelta(days)):
            return erin.get("/service-worker.js").content

    assert worker(0) == worker(-moment.weekday()) == worker(6 - moment.weekday())
    assert worker(0) != worker(7 - moment.weekday())


def test_the_pages_of_a_clinic_have_the_time_of_the_clinic(at_desk, dana, people, moment):
    """London is an hour ahead of UTC from 28 March to 25 October, at the hour given above."""
    back, forth, back_again = (
        dt.datetime(*day, 1, tzinfo=dt.UTC) for day in ((2026, 10, 25), (2027, 3, 28), (2027, 10, 31))
    )
    is_summer = moment < back or forth <= moment < back_again
    there = moment + dt.timedelta(hours=is_summer)
    dose = INFUSION | {"start": moment.isoformat()}
    record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=dose, key="one", at=moment)
    desk = at_desk("alice")
    assert f'value="{there:%Y-%m-%dT%H:%M}"' in desk.get("/clinic/harbour/patients/H-1/dose/").content.decode()
    assert "0.0385 times" in text_of(desk.get("/clinic/harbour/patients/H-1/").content.decode())  # 35 / 910
    assert "Dana" in text_of(desk.get("/clinic/harbour/").content.decode())


@pytest.mark.parametrize("day", ["2028-02-29T12:00+00:00", "2027-01-01T00:00+00:00", "2027-03-28T01:00+00:00"])
@pytest.mark.slow
def test_the_demonstration_loads_on_any_day(db, day):
    from keel.web.clinic.demonstration import load
    from keel.web.clinic.models import Patient

    with clock_at(moment := dt.datetime.fromisoformat(day)):
        load(moment)
    assert Patient.objects.count() > 3
