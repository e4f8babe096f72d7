"""Windows, lanes, unknown amounts, and what must not be added."""

import datetime as dt

import pytest

from keel.exposure import PatternError, SymptomFacts, parse_pattern, summarise
from keel.knowledge import Certainty, load
from keel.quantities import Form, Interval
from keel.record import Dose, Person, Record, Setting

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def dose(days_ago, mg=35.0, **changes):
    fields = {
        "substance": "racemic",
        "route": "iv",
        "start": AT - dt.timedelta(days=days_ago),
        "amount_mg": None if mg is None else Interval.exactly(mg),
        "form": Form.BASE,
        "setting": Setting.CLINIC,
    }
    return Dose(**(fields | changes))


def exposure_of(*doses, person=None, symptoms=None):
    record = Record(doses=tuple(doses), person=person or Person())
    return summarise(record, at=AT, knowledge=load(), symptoms=symptoms)


def told(text, symptoms=None):
    patterns = parse_pattern(text, at=AT, knowledge=load())
    return summarise(Record(patterns=patterns), at=AT, knowledge=load(), symptoms=symptoms)


def test_an_empty_record_has_no_numbers_and_says_that_this_is_not_none():
    exposure = exposure_of()
    assert exposure.band is None
    assert exposure.mg_per_year is None
    assert exposure.days_in_28 is None
    assert "not the same as none" in exposure.unknown[0]


def test_twenty_six_fortnightly_infusions_are_the_reference_course():
    # evidence register, arithmetic fixtures: 35 mg x 26 = 910 mg a year
    exposure = exposure_of(*(dose(14 * number) for number in range(26)))
    assert exposure.mg_per_year == Interval.exactly(910)
    assert exposure.multiple_of_reference == 1
    assert exposure.longest_gap_days == exposure.shortest_gap_days == 14


def test_weekly_use_on_the_same_weekday_is_one_day_a_week_whatever_today_is():
    for shift in range(7):
        weekly = [dose(shift + 7 * week, 400.0, setting=Setting.NON_MEDICAL) for week in range(60)]
        assert exposure_of(*weekly).band.id == "2"


def test_several_doses_on_one_day_are_one_session():
    night = [dose(1, 100.0), dose(1, 200.0, start=AT - dt.timedelta(days=1, hours=2))]
    exposure = exposure_of(*night)
    assert exposure.sessions_per_year == 1
    assert exposure.mg_per_session == Interval.exactly(300)


def test_a_dose_of_unknown_amount_counts_as_a_session_and_makes_totals_at_least():
    exposure = exposure_of(dose(1), dose(8, None))
    assert exposure.sessions_per_year == 2
    assert exposure.mg_per_year == Interval.exactly(35)
    assert any("1 dose has no known amount" in line for line in exposure.unknown)


def test_a_dose_per_kilogram_without_weight_is_of_unknown_amount():
    by_weight = dose(1, None, per_kg=Interval.exactly(0.5))
    assert any("Body weight" in line for line in exposure_of(by_weight).unknown)
    assert exposure_of(by_weight, person=Person(weight_kg=70)).mg_per_year == Interval.exactly(35)


def test_salt_is_converted_to_base():
    # interop reference 3.3: 32.3 mg of hydrochloride is 28 mg of base
    exposure = exposure_of(dose(1, 32.3, form=Form.HYDROCHLORIDE, substance="esketamine"))
    assert exposure.mg_per_year.mid == pytest.approx(28, abs=0.05)


def test_racemic_and_esketamine_are_not_added():
    exposure = exposure_of(dose(1), dose(8, 56.0, substance="esketamine", route="nasal"))
    assert exposure.mg_per_year is None
    assert {one.substance: one.mg_per_year.mid for one in exposure.by_substance} == {"racemic": 35, "esketamine": 56}
    assert any("not added" in line for line in exposure.unknown)


def test_a_future_dose_is_left_out_and_named():
    exposure = exposure_of(dose(-3), dose(3))
    assert exposure.sessions_per_year == 1
    assert any("in the future" in line for line in exposure.unknown)


def test_a_red_flag_is_urgent_whatever_the_exposure():
    urgent = told("10 mg yearly", SymptomFacts(red_flags=("visible blood with clots",)))
    assert urgent.band.id == "U"
    assert urgent.findings[0].severity == "block"


def test_a_urinary_symptom_lifts_low_use_to_band_3_and_treatment_to_m2():
    said = SymptomFacts(urinary_symptoms=True)
    assert told("200 mg monthly", said).band.id == "3"
    assert told("35 mg IV every 2 weeks in a clinic", said).band.id == "M2"


def test_a_symptom_that_was_not_asked_leaves_the_band_at_least():
    asked = SymptomFacts(urinary_symptoms=False, known_uropathy=False)
    assert told("200 mg monthly").band.at_least
    assert "urinary_symptoms" in told("200 mg monthly").band.could_rise_with
    assert not told("200 mg monthly for 1 year", asked).band.at_least


def test_clinic_and_street_use_are_banded_both_and_the_higher_one_acts():
    street = [dose(7 * week, 1500.0, setting=Setting.NON_MEDICAL) for week in range(30)]
    exposure = exposure_of(dose(2), dose(16), *street)
    assert exposure.band.id == "3"
    assert exposure.band.other_lane == "M0"


def test_a_cut_of_ours_marks_the_band_as_a_default():
    # harms reference 10.2: "the exact 5 is ours"
    assert told("100 mg daily").band.confidence is Certainty.DEFAULT


def test_the_multiple_below_one_hundred_shows_the_claim_it_contradicts():
    # evidence register B11: the page's own figures give 22.9, not 100
    finding = next(one for one in told("400 mg every Saturday").findings if one.rule.startswith("exposure-multiple"))
    assert "22.9 times" in finding.summary
    assert "B11" in finding.conflicts
    clinic = next(one for one in exposure_of(dose(1)).findings if one.rule.startswith("exposure-multiple"))
    assert clinic.conflicts == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("400 weekly", "no unit"),
        ("400 mg", "how often"),
        ("200 mg no longer weekly", "no longer"),
        ("1,000 mg weekly", "can be read as"),
        ("400 mg weekly since 2031", "lies after"),
        ("400 mg weekly since 2022-13", "names no month"),
        ("400 mg every 0 weeks", "has no length"),
        ("", "is empty"),
        ("x" * 501, "longer than"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused_with_the_reason(text, says):
    with pytest.raises(PatternError, match=says):
        parse_pattern(text, at=AT, knowledge=load())


def test_words_that_leave_it_open_become_an_interval_and_are_named():
    # “since 2022” from January to December 2022, seen on 21 November 2026: 1,424 to 1,785 days
    pattern = parse_pattern("1-2 g most days since 2022", at=AT, knowledge=load())[0]
    assert pattern.sessions_per_year == Interval(208, 260, 312)
    assert pattern.months.low == pytest.approx((AT.date() - dt.date(2022, 12, 28)).days * 12 / 365)
    assert pattern.months.high == pytest.approx((AT.date() - dt.date(2022, 1, 1)).days * 12 / 365)
    assert "4 to 6 days" in pattern.assumed[0]


def test_an_amount_of_a_whole_week_leaves_the_days_open_and_the_band_at_least():
    exposure = told("3 g a week")
    assert exposure.sessions_per_year is None
    assert (exposure.band.id, exposure.band.at_least) == ("3", True)
