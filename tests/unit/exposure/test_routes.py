"""HZ-DOSE-08: milligrams of different routes are not added, but as milligrams absorbed and with what that assumes.

The fractions are those of the pharmacokinetics reference: by vein 1, racemate by mouth 0.17 to 0.27 in adults
(Clements 1982, Yanagihara 2003, Chong 2009; the 0.45 of burned children is left out).
"""

import datetime as dt
import itertools

import pytest

from keel.exposure import SymptomFacts, fold, parse_pattern, summarise
from keel.knowledge import load
from keel.quantities import Form, Interval
from keel.record import Dose, Record, Setting

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
ORAL, VEIN = "300 mg racemic weekly for 1 year, oral", "35 mg racemic IV monthly for 1 year in a clinic"
# 300 x 52 = 15,600 mg and 35 x 12 = 420 mg; absorbed 15,600 x 0.17 + 420 = 3,072 and 15,600 x 0.27 + 420 = 4,632 mg.
LOW, HIGH = 3072, 4632


def told(*texts):
    patterns = [one for text in texts for one in parse_pattern(text, at=AT, knowledge=load())]
    return summarise(Record(patterns=tuple(patterns)), at=AT, knowledge=load())


def dose(days_ago, mg, route, **changes):
    fields = {
        "substance": "racemic",
        "route": route,
        "start": AT - dt.timedelta(days=days_ago),
        "amount_mg": Interval.exactly(mg),
        "form": Form.BASE,
        "setting": Setting.NON_MEDICAL,
    }
    return Dose(**(fields | changes))


def dated(*doses):
    return summarise(Record(doses=doses), at=AT, knowledge=load())


@pytest.mark.parametrize("texts", list(itertools.permutations([ORAL, VEIN])), ids=["oral-first", "vein-first"])
def test_oral_and_vein_are_kept_apart_and_added_as_absorbed(texts):
    found = told(*texts)
    assert {one.route: one.mg_per_year.mid for one in found.by_route} == {"oral": 15600, "iv": 420}
    assert (found.mg_per_year, found.cumulative_mg, found.multiple_of_reference) == (None, None, None)
    assert found.mg_per_session is None
    absorbed = found.absorbed.mg_per_year
    assert (absorbed.low, absorbed.high) == (pytest.approx(LOW), pytest.approx(HIGH))
    times = found.absorbed.multiple_of_reference
    assert (times.low, times.high) == (pytest.approx(LOW / 910), pytest.approx(HIGH / 910))
    assert found.absorbed.confidence == "secondhand"  # the range of Clements 1982 comes from a summary
    assert "17 to 27 %" in str(found.assumption)
    assert any("not added" in str(line) for line in found.unknown)


@pytest.mark.parametrize(
    "pair",
    [
        ("300 mg racemic weekly for 1 year, swallowed", VEIN),
        ("300 mg racemic by mouth every week for 1 year", "35 mg racemic infusion once a month for 1 year in a clinic"),
        ("0.3 g racemic weekly for 1 year, oral", "35 mg racemic IV every month for 12 months in a clinic"),
    ],
)
def test_said_another_way_the_answer_is_the_same(pair):
    found, like = told(*pair), told(ORAL, VEIN)
    assert found.by_route == like.by_route
    assert found.assumption == like.assumption


def test_dated_doses_are_kept_apart_as_told_ones_are():
    found = dated(dose(10, 300, "oral"), dose(3, 35, "iv", setting=Setting.CLINIC))
    assert {one.route: one.mg_per_year.mid for one in found.by_route} == {"oral": 300, "iv": 35}
    assert found.mg_per_year is None
    assert found.absorbed.mg_per_year.high == pytest.approx(300 * 0.27 + 35)
    year = next(window for window in found.windows if window.name == "12 months")
    assert year.mg == {"racemic": None}
    assert year.mg_by_route["racemic"]["oral"].mid == 300


def test_phases_of_one_pattern_by_different_routes_are_kept_apart():
    found = told("300 mg racemic oral weekly for 6 months then 35 mg racemic IV monthly for 6 months, in a clinic")
    assert {one.route: one.mg_per_year.mid for one in found.by_route} == {"oral": 0, "iv": 35 * 12}  # as it is now
    assert {one.route: one.cumulative_mg.mid for one in found.by_route} == {"oral": 300 * 26, "iv": 35 * 6}


def test_a_schedule_by_different_routes_is_the_year_from_its_first_session():
    found = told("300 mg racemic oral weekly for 6 months then 35 mg racemic IV monthly, prescribed")
    assert {one.route: one.mg_per_year.mid for one in found.by_route} == {"oral": 300 * 26, "iv": 35 * 6}
    assert len(found.arithmetic) >= 2


def test_without_a_published_fraction_nothing_is_added():
    """No study of absorption under the skin was found."""
    found = dated(dose(10, 300, "oral"), dose(3, 35, "sc"))
    assert found.absorbed is None
    assert found.mg_per_year is None
    assert "under the skin" in str(found.assumption)


def test_a_route_that_nobody_stated_is_not_taken_for_another():
    found = told(VEIN, "300 mg racemic weekly for 1 year")
    assert found.absorbed is None
    assert "route not stated" in str(found.assumption)


def test_a_kind_that_nobody_stated_has_the_range_over_all_kinds():
    """By mouth 0.08 (Fanta 2015, S-ketamine) to 0.27 (Chong 2009, racemate)."""
    found = dated(dose(10, 100, "oral", substance="unknown"), dose(3, 35, "iv", substance="unknown"))
    assert (found.absorbed.mg_per_year.low, found.absorbed.mg_per_year.high) == (
        pytest.approx(43),
        pytest.approx(62),
    )


def test_one_route_alone_has_its_total_and_no_assumption():
    found = told(ORAL)
    assert found.mg_per_year == Interval.exactly(15600)
    assert found.assumption is None
    assert "as taken" in str(next(one.summary for one in found.findings if one.subject == "multiple"))


def test_a_route_of_long_ago_takes_no_total_of_this_year_away():
    found = dated(dose(700, 300, "oral"), dose(3, 35, "iv"))
    assert found.mg_per_year == Interval.exactly(35)
    assert found.cumulative_mg is None


@pytest.mark.parametrize("routes", [("iv", "iv"), ("oral", "iv"), ("sc", "unknown")])
def test_a_band_does_not_fall_through_a_day_on_two_routes(routes):
    """1.2 g on each weekly using day is band 3 by whatever routes (harms 10.3: 1 g on a day, weekly)."""
    doses = [dose(7 * week, 600, route) for week in range(30) for route in routes]
    apart = summarise(
        Record(doses=tuple(doses)), at=AT, knowledge=load(), symptoms=SymptomFacts(urinary_symptoms=False)
    )
    assert apart.band.id == "3"
    day = fold(doses, at=AT, knowledge=load()).days[0]
    assert day.mg_as_taken() == {"racemic": Interval.exactly(1200)}
