"""Fields become the line that somebody would have typed, and the line is read like any other."""

import datetime as dt

import pytest

from keel import knowledge
from keel.exposure import PatternError
from keel.quantities import Interval
from keel.record import Setting
from support import django_ready  # noqa: F401 - before anything of keel.web

from keel.web.check.queries import OFTEN_UNKNOWN, line_of, read_line  # isort: skip

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def _read(**picked):
    (pattern,) = read_line(line_of(picked), at=AT, knowledge=knowledge.load())
    return pattern


def test_nothing_picked_is_no_line():
    assert line_of({}) == ""
    assert line_of({"amount_unit": "g", "days_per": "week", "long_unit": "years"}) == ""


def test_a_full_pick_is_read_as_written():
    pattern = _read(amount_low=1.0, amount_high=2.0, days=3.0, days_per="week", long=2.0, way="snorted", place="street")
    assert pattern.mg_per_session == Interval.of(1000, 2000)
    assert pattern.sessions_per_year == Interval.exactly(156)  # 3 x 52
    assert pattern.months == Interval.exactly(24)
    assert (pattern.route, pattern.setting) == ("insufflated", Setting.NON_MEDICAL)


def test_an_amount_without_how_often_leaves_the_days_unknown():
    pattern = _read(amount_low=500.0, amount_unit="mg", way="swallowed")
    assert pattern.mg_per_session == Interval.exactly(500)
    assert pattern.sessions_per_year is None
    assert pattern.text.endswith(OFTEN_UNKNOWN)


def test_days_without_an_amount_leave_the_amount_unknown():
    pattern = _read(days=2.0, days_per="month")
    assert pattern.mg_per_session is None
    assert pattern.sessions_per_year == Interval.exactly(24)  # 2 x 12


def test_what_is_over_has_an_end():
    pattern = _read(amount_low=1.0, days=1.0, ago=2.0)
    assert not pattern.is_current
    assert pattern.end == dt.date(2024, 11, 21)


@pytest.mark.parametrize(("days", "per"), [(8, "week"), (32, "month"), (366, "year")])
def test_more_days_than_there_are_is_refused(days, per):
    with pytest.raises(PatternError, match="at most"):
        line_of({"days": float(days), "days_per": per})


@pytest.mark.parametrize("way", ["snorted", "swallowed", "sublingual", "im", "iv", "sc", "nasal spray", "rectal"])
def test_every_way_that_can_be_picked_is_understood(way):
    assert _read(days=1.0, way=way).route != "unknown"


@pytest.mark.parametrize("place", ["street", "prescribed", "clinic"])
def test_every_place_that_can_be_picked_is_understood(place):
    assert _read(days=1.0, place=place).setting is not Setting.UNKNOWN
