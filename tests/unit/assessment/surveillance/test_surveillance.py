"""What is due between sessions, what has changed, and dose beside response."""

import datetime as dt

import msgspec
import pytest

from keel.assessment.surveillance.dose_response import dose_response
from keel.assessment.surveillance.due import due_list
from keel.assessment.surveillance.trends import trends
from keel.knowledge import load
from keel.quantities import Form, Interval
from keel.record import Answers, Dose, Measurement, Person, Record, Setting, UsePattern

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def day(text, hour=9):
    return dt.datetime.fromisoformat(f"{text}T{hour:02d}:00:00+00:00")


def clinic_dose(text, mg=35.0):
    return Dose(
        substance="racemic",
        route="iv",
        start=day(text),
        amount_mg=Interval.exactly(mg),
        form=Form.BASE,
        setting=Setting.CLINIC,
    )


def measured(code, value, text, unit="U/L", name="", limit=None):
    return Measurement(
        code=code, system="http://loinc.org", name=name, value=value, unit=unit, at=day(text), upper_limit=limit
    )


def sat(instrument, total, text, hour=8):
    return Answers(instrument=instrument, total=total, at=day(text, hour))


def due(record, item, at=AT):
    return next(one for one in due_list(record, at=at, knowledge=load()) if one.id == item)


class TestDue:
    def test_nothing_is_due_where_nothing_is_taken(self):
        assert due_list(Record(), at=AT, knowledge=load()) == ()

    def test_a_baseline_that_was_never_taken_was_due_before_the_first_dose(self):
        record = Record(doses=(clinic_dose("2026-11-01"),))
        one = due(record, "W-LIVER")
        assert one.due_on == dt.date(2026, 11, 1)
        assert one.overdue
        assert one.days_overdue == 20
        assert one.last_done is None

    @pytest.mark.parametrize(
        ("sessions", "days"),
        [
            (["2026-10-30", "2026-11-06", "2026-11-13", "2026-11-20"], 91),
            (["2026-10-30", "2026-11-13", "2026-11-20"], 182),
        ],
        ids=["weekly or denser: 3-monthly", "sparser: 6-monthly"],
    )
    def test_liver_tests_are_sooner_with_weekly_dosing(self, sessions, days):
        """Protocol reference F6: 3-6 monthly, sooner with weekly dosing or denser; the days are defaults."""
        record = Record(doses=tuple(map(clinic_dose, sessions)), measurements=(measured("1742-6", 20.0, "2026-10-29"),))
        assert due(record, "W-LIVER").due_on == dt.date(2026, 10, 29) + dt.timedelta(days=days)

    def test_the_bladder_score_is_monthly_in_induction_and_then_every_three_months(self):
        """Protocol reference F6, bladder: monthly in induction, 3-monthly after."""
        early = Record(doses=(clinic_dose("2026-11-01"),), answers=(sat("icsi", 2, "2026-11-01"),))
        late = Record(
            doses=(clinic_dose("2026-06-01"), clinic_dose("2026-11-01")), answers=(sat("icsi", 2, "2026-11-01"),)
        )
        assert due(early, "W-BLADDER-SCORE").due_on == dt.date(2026, 12, 1)
        assert due(late, "W-BLADDER-SCORE").due_on == dt.date(2026, 11, 1) + dt.timedelta(days=91)

    def test_what_belongs_to_every_session_is_overdue_when_the_last_one_had_none(self):
        record = Record(doses=(clinic_dose("2026-11-13"), clinic_dose("2026-11-20")))
        asked = Record(doses=record.doses, answers=(sat("asq", None, "2026-11-20"),))
        assert due(record, "W-SUICIDE").due_on == dt.date(2026, 11, 20)
        assert due(record, "W-SUICIDE").overdue
        assert due(asked, "W-SUICIDE").due_on is None
        assert not due(asked, "W-SUICIDE").overdue

    def test_a_value_of_tomorrow_does_not_count(self):
        record = Record(doses=(clinic_dose("2026-11-01"),), measurements=(measured("1742-6", 20.0, "2026-11-22"),))
        assert due(record, "W-LIVER").last_done is None

    def test_the_band_decides_outside_treatment(self):
        """Harms reference 10.4: band 4 asks for score, urine, kidney and liver tests, and a dependence screen."""
        pattern = UsePattern(
            text="2 g daily",
            substance="racemic",
            route="insufflated",
            setting=Setting.NON_MEDICAL,
            mg_per_session=Interval.exactly(2000),
            sessions_per_year=Interval.exactly(365),
            months=Interval.exactly(12),
        )
        found = {one.id for one in due_list(Record(patterns=(pattern,)), at=AT, knowledge=load())}
        assert found == {"X-SCORE-4", "X-URINE-4", "X-KIDNEY-4", "X-LIVER-4", "X-DEPENDENCE-2"}


class TestTrends:
    def spoken(self, record):
        return {one.rule: str(one.severity) for one in trends(record, at=AT, knowledge=load())}

    @pytest.mark.parametrize(("value", "spoken"), [(120.0, False), (120.1, True)])
    def test_alt_above_three_times_the_limit_of_the_laboratory_holds(self, value, spoken):
        """Protocol reference F6, liver: ALT or ALP >3x ULN."""
        found = self.spoken(Record(measurements=(measured("1742-6", value, "2026-11-01", limit=40.0),)))
        assert (found.get("W-LIVER-TIMES") == "hold") is spoken

    def test_without_the_limit_of_the_laboratory_the_rule_says_that_it_cannot_be_read(self):
        record = Record(measurements=(measured("1742-6", 500.0, "2026-11-01"),))
        assert self.spoken(record) == {"W-LIVER-TIMES": "note"}

    @pytest.mark.parametrize(("now", "spoken"), [(39.0, False), (40.0, True)])
    def test_a_doubling_of_a_liver_test_is_flagged_as_a_default(self, now, spoken):
        record = Record(measurements=(measured("1742-6", 20.0, "2026-10-01"), measured("1742-6", now, "2026-11-01")))
        found = {one.rule: one for one in trends(record, at=AT, knowledge=load())}
        assert ("W-LIVER-RATIO" in found) is spoken
        if spoken:
            assert found["W-LIVER-RATIO"].confidence == "default"

    @pytest.mark.parametrize(
        ("code", "unit", "first", "now", "rule"),
        [
            # Harris and Yasaka: sqrt(2) x 1.96 x sqrt(CVa^2 + CVi^2), in per cent.
            # ALT 18 and 9: 55.78; ALP 5.3 and 2.65: 16.42; creatinine 5.2 and 1.1: 14.73.
            ("1742-6", "U/L", 100.0, 155.8, "W-ALT-CHANGE"),
            ("6768-6", "U/L", 100.0, 116.5, "W-ALP-CHANGE"),
            ("2160-0", "mg/dL", 1.0, 1.148, "W-CREATININE-CHANGE"),
        ],
    )
    def test_a_rise_beyond_the_reference_change_value_is_said(self, code, unit, first, now, rule):
        """Variation within a person: carobene13, eubivas-enzymes, creatinine-variation22 (sources.csv)."""

        def series(value):
            return (measured(code, first, "2026-10-01", unit=unit), measured(code, value, "2026-11-01", unit=unit))

        assert rule in self.spoken(Record(measurements=series(now)))
        assert rule not in self.spoken(Record(measurements=series(now * 0.998)))
        assert rule not in self.spoken(Record(measurements=series(first * 0.5)))

    @pytest.mark.parametrize(("value", "spoken"), [(120.0, False), (120.1, True)])
    def test_the_limit_that_came_with_the_value_is_the_one_of_its_laboratory(self, value, spoken):
        """Protocol reference F6, liver: ALT or ALP >3x ULN; each laboratory has its own limit."""
        one = msgspec.structs.replace(measured("1742-6", value, "2026-11-01"), upper_limit=40.0)
        found = self.spoken(Record(measurements=(one,)))
        assert (found.get("W-LIVER-TIMES") == "hold") is spoken

    def test_values_in_different_units_are_not_compared(self):
        record = Record(
            measurements=(
                measured("1742-6", 0.3, "2026-10-01", unit="ukat/L"),
                measured("1742-6", 40.0, "2026-11-01", unit="U/L"),
            )
        )
        assert "W-LIVER-RATIO" not in self.spoken(record)

    @pytest.mark.parametrize(("after", "spoken"), [(8, False), (9, True)])
    def test_a_bladder_score_worse_by_its_published_change_holds(self, after, spoken):
        """OABSS: minimal important change 3 (Gotoh 2011), as a fall; a rise of as much is a worsening."""
        record = Record(answers=(sat("oabss", 6, "2026-10-01"), sat("oabss", after, "2026-11-01")))
        assert (self.spoken(record).get("W-BLADDER-WORSE") == "hold") is spoken

    def test_a_bladder_score_that_improves_is_not_flagged(self):
        record = Record(answers=(sat("oabss", 9, "2026-10-01"), sat("oabss", 2, "2026-11-01")))
        assert self.spoken(record) == {}

    def test_any_rise_of_the_dependence_score_holds(self):
        """Protocol reference F6, misuse: score rise."""
        record = Record(answers=(sat("sds", 2, "2026-10-01"), sat("sds", 3, "2026-11-01")))
        assert self.spoken(record)["W-MISUSE-RISE"] == "hold"


class TestDoseAndResponse:
    def record(self):
        return Record(
            person=Person(weight_kg=70),
            doses=(clinic_dose("2026-10-01"), clinic_dose("2026-10-08"), clinic_dose("2026-10-15", 28.0)),
            answers=(
                sat("phq-9", 20, "2026-10-01"),
                sat("phq-9", 10, "2026-10-07"),
                sat("phq-9", 8, "2026-10-14"),
                sat("phq-9", 9, "2026-10-21"),
            ),
        )

    def test_each_dose_stands_beside_the_scores_around_it(self):
        seen = dose_response(self.record(), at=AT, knowledge=load())
        assert seen.baseline == 20
        assert [(one.mg, one.mg_per_kg, one.days_since_last) for one in seen.sessions] == [
            (35.0, 0.5, None),
            (35.0, 0.5, 7),
            (28.0, 0.4, 7),
        ]
        assert [(one.score_before, one.score_after) for one in seen.sessions] == [(20, 10), (10, 8), (8, 9)]
        # (10 - 20) / 20, (8 - 20) / 20, (9 - 20) / 20
        assert [one.change_from_baseline_percent for one in seen.sessions] == [-50.0, -60.0, -55.0]

    def test_doses_of_one_amount_are_summed_up(self):
        levels = {one.mg: one for one in dose_response(self.record(), at=AT, knowledge=load()).by_dose}
        assert (levels[35.0].sessions, levels[35.0].median_change_percent) == (2, -55.0)
        assert (levels[28.0].sessions, levels[28.0].median_change_percent) == (1, -55.0)

    def test_it_says_what_it_does_not_show_and_advises_nothing(self):
        seen = dose_response(self.record(), at=AT, knowledge=load())
        assert seen.does_not_show
        assert not any(word in " ".join(seen.does_not_show).lower() for word in ("should", "recommend", "best dose"))

    def test_without_a_score_before_the_first_dose_no_change_is_computed(self):
        record = self.record()
        bare = Record(person=record.person, doses=record.doses, answers=record.answers[1:])
        seen = dose_response(bare, at=AT, knowledge=load())
        assert seen.baseline is None
        assert all(one.change_from_baseline_percent is None for one in seen.sessions)
        assert any("before the first dose" in text for text in seen.unknown)

    def test_a_session_of_unknown_amount_stays_unknown(self):
        dose = Dose(substance="racemic", route="iv", start=day("2026-10-01"), setting=Setting.CLINIC)
        seen = dose_response(Record(doses=(dose,)), at=AT, knowledge=load())
        assert seen.sessions[0].mg is None
        assert seen.by_dose == ()
