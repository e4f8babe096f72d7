"""What must hold of every history of doses."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.exposure import ExposureError, SymptomFacts, fold, parse_pattern, summarise
from keel.knowledge import load
from keel.quantities import Interval
from keel.record import Dose, Record, Setting
from support.ledger import milligrams_within, using_days_within
from support.samples import examples

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RANK = {band.id: band.rank for band in load().criteria["uropathy-bands"].bands}


@st.composite
def doses(draw, settings_of=tuple(Setting)):
    amount = draw(st.none() | st.integers(min_value=1, max_value=5000))
    return Dose(
        substance=draw(st.sampled_from(["racemic", "esketamine", "unknown"])),
        route=draw(st.sampled_from(["insufflated", "iv", "sc"])),
        start=AT - dt.timedelta(hours=draw(st.integers(min_value=0, max_value=24 * 500))),
        amount_mg=None if amount is None else Interval.exactly(float(amount)),
        setting=draw(st.sampled_from(settings_of)),
    )


symptoms = st.builds(
    SymptomFacts,
    urinary_symptoms=st.sampled_from([None, True, False]),
    known_uropathy=st.sampled_from([None, True, False]),
)


def band_rank(taken, said):
    band = summarise(Record(doses=tuple(taken)), at=AT, knowledge=load(), symptoms=said).band
    return 0 if band is None else RANK[band.id]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(doses(), max_size=25), doses(), symptoms)
def test_one_more_dose_never_lowers_a_total_or_a_band(taken, extra, said):
    assert band_rank([*taken, extra], said) >= band_rank(taken, said)
    before, after = (fold(some, at=AT, knowledge=load()) for some in (taken, [*taken, extra]))
    for name in ("28 days", "180 days", "12 months", "lifetime"):
        was, now = before.window(name, AT), after.window(name, AT)
        assert now.using_days >= was.using_days
        assert now.doses + now.unknown_doses >= was.doses + was.unknown_doses
        assert all(now.amounts()[taken].low >= mg.low for taken, mg in was.amounts().items())


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(doses(), max_size=20).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_of_doses_changes_nothing(both):
    one, other = (summarise(Record(doses=tuple(some)), at=AT, knowledge=load()) for some in both)
    assert one == other


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(doses(), max_size=30))
def test_windows_agree_with_counting_every_dose_by_hand(taken):
    ledger = fold(taken, at=AT, knowledge=load())
    for name, length in (("28 days", 28), ("180 days", 180), ("12 months", 365), ("lifetime", None)):
        window = ledger.window(name, AT)
        assert window.using_days == using_days_within(taken, length, AT)
        for substance in ("racemic", "esketamine", "unknown"):
            routes = window.mg_by_route.get(substance, {})
            counted = sum(mg.mid for mg in routes.values())
            assert counted == pytest.approx(milligrams_within(taken, substance, length, AT))
            assert (window.mg.get(substance) is None) is (len(routes) != 1)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(doses(), max_size=25), symptoms, st.sampled_from(["insufflated", "iv", "oral"]))
def test_keeping_routes_apart_never_lowers_a_band(taken, said, route):
    """The band counts milligrams as taken, whatever the route (evidence: weekend-user-absorbed-multiple)."""
    by_one_route = [msgspec.structs.replace(one, route=route) for one in taken]
    assert band_rank(taken, said) == band_rank(by_one_route, said)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(doses(), max_size=25))
def test_a_total_is_given_only_of_one_route_or_as_absorbed(taken):
    found = summarise(Record(doses=tuple(taken)), at=AT, knowledge=load())
    assert len(found.by_route) >= len(found.by_substance)
    for whole in found.by_substance:
        rows = [one for one in found.by_route if one.substance == whole.substance]
        used = [one for one in rows if one.mg_per_year.high > 0]
        if len(used) > 1:
            assert whole.mg_per_year is None
            assert found.assumption is not None
            assert (whole.absorbed is None) is any(one.absorbed is None for one in rows)
        if whole.absorbed:
            assert whole.absorbed.mg_per_year.high <= sum(one.mg_per_year.high for one in rows) + 1e-6


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=80))
def test_no_text_makes_the_pattern_reader_fall_over(text):
    try:
        parse_pattern(text, at=AT, knowledge=load())
    except ExposureError as error:
        assert str(error)


@given(
    st.integers(min_value=1, max_value=5000),
    st.sampled_from(["daily", "weekly", "every 2 weeks", "3 times a week", "monthly", "most days"]),
    st.integers(min_value=1, max_value=30),
)
def test_a_pattern_of_more_milligrams_or_more_years_is_never_less(mg, often, years):
    def total(amount, length):
        told = parse_pattern(f"{amount} mg {often} for {length} years", at=AT, knowledge=load())
        return summarise(Record(patterns=told), at=AT, knowledge=load()).cumulative_mg

    assert total(mg + 1, years).low > total(mg, years).low
    assert total(mg, years + 1).high > total(mg, years).high
