"""What of a record counts at a time: the same fact said another way, and two facts that differ."""

import datetime as dt

import pytest
from msgspec import structs

from keel.assessment.harms.facts import harm_facts
from keel.assessment.picture import picture_of
from keel.assessment.protocols.record_facts import facts_from_record
from keel.knowledge import load
from keel.quantities import Form, Interval
from keel.record import Answers, Condition, Dose, Measurement, Medicine, Precision, Record, Setting
from keel.record.selection import (
    conditions_at,
    day_of,
    doses_taken,
    medicines_taken,
    newest_items,
    newest_sittings,
    standing_conditions,
    yes_or_no,
)

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
FACTS = load()
INFUSION = Dose(
    substance="racemic",
    route="iv",
    start=dt.datetime(2026, 11, 14, 10, tzinfo=dt.UTC),
    end=dt.datetime(2026, 11, 14, 10, 40, tzinfo=dt.UTC),
    amount_mg=Interval.exactly(35),
    form=Form.BASE,
    setting=Setting.CLINIC,
)


def time(text):
    return dt.datetime.fromisoformat(text)


def band(**facts):
    return picture_of(Record(doses=(INFUSION,), **facts), at=AT, knowledge=FACTS).exposure.band.id


def bladder(item7, at=None, **more):
    return Answers(instrument="bladder-check", items={"7": item7}, at=at, **more)


def mood(item9, at=None):
    return Answers(instrument="phq-9", items={**{str(n): 0 for n in range(1, 9)}, "9": item9}, at=at)


def holds(*answers):
    found = picture_of(Record(answers=answers), at=AT, knowledge=FACTS).findings
    return any(one.severity in ("block", "hold") for one in found)


class TestInstants:
    """HZ-CLK-01: the same instant in another offset gives the same answer."""

    @pytest.mark.parametrize(
        ("no", "yes"),
        [
            ("2026-11-20T15:00+00:00", "2026-11-20T16:00+00:00"),
            ("2026-11-20T16:00+01:00", "2026-11-20T11:00-05:00"),
            ("2026-11-21T00:30+09:30", "2026-11-20T16:00Z"),
        ],
    )
    def test_the_newest_answer_is_the_later_instant_whatever_the_offset(self, no, yes):
        answers = (bladder(0, time(no)), bladder(1, time(yes)))
        assert band(answers=answers) == band(answers=answers[::-1]) == "U"
        swapped = (bladder(1, time(no)), bladder(0, time(yes)))
        assert band(answers=swapped) == band(answers=swapped[::-1]) == "M0"

    def test_the_day_of_a_dose_is_that_of_the_place_from_which_one_looks(self):
        late, here = time("2026-11-20T20:00-05:00"), time("2026-11-21T12:00-05:00")
        assert day_of(late, here) == dt.date(2026, 11, 20)
        assert day_of(late, AT) == day_of(late.astimezone(dt.UTC), AT) == dt.date(2026, 11, 21)

    def test_a_bare_date_is_that_date_everywhere(self):
        assert day_of(time("2026-11-20T00:00+09:00"), AT) == dt.date(2026, 11, 20)


class TestSittings:
    def test_a_sitting_after_the_time_does_not_count(self):
        later = (bladder(0, AT), bladder(1, AT + dt.timedelta(minutes=1)))
        assert band(answers=later) == "M0"

    def test_a_date_that_has_begun_somewhere_counts(self):
        """A file without a zone: the day has begun in Sydney, and a red flag of it is not hidden."""
        looked = time("2026-11-20T22:00+00:00")
        assert newest_sittings(Record(answers=(bladder(1, time("2026-11-21T00:00+00:00")),)), looked)

    def test_a_dose_of_today_counts_where_today_has_begun(self):
        """HZ-CLK-01: 08:00 of the 21st in Auckland is the 20th in UTC; a file without a zone has the date only."""
        looked = time("2026-11-21T08:00+13:00")
        today = structs.replace(INFUSION, start=time("2026-11-21T00:00+00:00"), end=None, precision=Precision.DAY)
        seen = picture_of(Record(doses=(today,)), at=looked, knowledge=FACTS)
        assert seen.exposure.mg_per_year.mid == 35
        assert facts_from_record(Record(doses=(today,)), at=looked, knowledge=FACTS).facts["hours_since_last_dose"] == 0

    def test_a_dose_at_a_later_minute_does_not_count(self):
        later = structs.replace(INFUSION, start=AT + dt.timedelta(minutes=1), end=None)
        assert doses_taken(Record(doses=(later,)), AT) == ()

    @pytest.mark.parametrize("other", ["2026-11-20T16:00+00:00", "2026-11-20T11:00-05:00", None])
    def test_a_no_of_the_same_moment_or_of_no_known_time_hides_no_yes(self, other):
        """HZ-SUI-01, HZ-SUI-05: two sittings of one moment keep both; one without a time may be the newest."""
        when = time("2026-11-20T16:00+00:00")
        for yes, no in (((1, when), (0, other)), ((1, other), (0, when))):
            (a, first), (b, second) = ((item, time(at) if isinstance(at, str) else at) for item, at in (yes, no))
            for answers in ((bladder(a, first), bladder(b, second)), (bladder(b, second), bladder(a, first))):
                assert band(answers=answers) == "U"
            assert holds(mood(a, first), mood(b, second))
            assert holds(mood(b, second), mood(a, first))

    def test_the_same_sitting_sent_twice_counts_once(self):
        same = (mood(1, AT), mood(1, AT.astimezone(dt.timezone(dt.timedelta(hours=9)))))
        assert len(picture_of(Record(answers=same), at=AT, knowledge=FACTS).scores) == 1

    def test_of_two_totals_of_one_moment_the_higher_is_the_fact(self):
        both = tuple(Answers(instrument="phq-9", total=total, at=AT) for total in (21.0, 4.0))
        for answers in (both, both[::-1]):
            assert facts_from_record(Record(answers=answers), at=AT, knowledge=FACTS).facts["phq9_total"] == 21

    def test_two_halves_of_a_sitting_deny_what_was_denied_in_one_of_them(self):
        first, second = range(1, 4), range(4, 7)
        halves = [
            Answers(instrument="bladder-check", items={str(n): 0 for n in half}, at=AT) for half in (first, second)
        ]
        seen = picture_of(Record(doses=(INFUSION,), answers=tuple(halves)), at=AT, knowledge=FACTS)
        facts = harm_facts(
            Record(answers=tuple(halves)),
            at=AT,
            knowledge=FACTS,
            exposure=seen.exposure,
            interactions=seen.interactions,
        )
        assert facts["urinary_symptoms"] is False
        assert newest_items(Record(answers=tuple(halves)), AT, "bladder-check") == {str(n): 0 for n in range(1, 7)}

    @pytest.mark.parametrize("yes", [1, "1", True, "yes", "Yes", " YES ", "true"])
    def test_a_yes_is_a_yes_in_any_spelling(self, yes):
        assert yes_or_no(yes) is True
        screen = Answers(instrument="c-ssrs-screener", items={"4": yes}, at=AT)
        assert facts_from_record(Record(answers=(screen,)), at=AT, knowledge=FACTS).facts["cssrs_q4"] is True

    @pytest.mark.parametrize("dated", [None, AT, AT - dt.timedelta(days=400)])
    def test_a_yes_without_a_time_is_a_fact_and_a_no_without_one_is_not(self, dated):
        """HZ-SUI-01: a yes counts beside any newer or older no; a no of which nobody knows the day clears nobody."""
        screens = [Answers(instrument="asq", items={"5": answer}) for answer in ("yes", "no")]
        beside = [Answers(instrument="asq", items={"5": "no"}, at=dated)] if dated else []
        yes, no = (
            facts_from_record(Record(answers=(screen, *beside)), at=AT, knowledge=FACTS).facts for screen in screens
        )
        assert yes["asq_5"] is True
        assert no.get("asq_5") is (False if dated == AT else None)

    @pytest.mark.parametrize("word", ["declined", "not_asked", "unanswered", "", None, 2, "no idea"])
    def test_what_is_neither_is_not_a_no(self, word):
        assert yes_or_no(word) is None


class TestConditions:
    """HZ-IOP-02: what is over, denied or doubtful is not taken for present, and what is present is."""

    @pytest.mark.parametrize(
        "status", ["active", "recurrence", "relapse", "ACTIVE", "Relapse", " active ", "", "ongoing"]
    )
    def test_a_condition_that_is_not_over_stands_whatever_its_word(self, status):
        """Harms reference, section 11: hydronephrosis is a red flag. HL7 condition-clinical: three codes are active."""
        assert band(conditions=(Condition(text="Hydronephrosis", status=status),)) == "U"

    @pytest.mark.parametrize(
        "status",
        [
            *("inactive", "remission", "resolved", "RESOLVED", "past", "not active", "ruled out", "suspected"),
            *("unconfirmed", "provisional", "differential", "refuted"),
            *("entered-in-error", "Entered in error", "entered_in_error"),
        ],
    )
    def test_one_that_is_over_doubtful_or_an_error_raises_no_flag(self, status):
        assert band(conditions=(Condition(text="Hydronephrosis", status=status),)) == "M0"

    def test_one_to_come_does_not_count_and_one_of_today_does(self):
        assert band(conditions=(Condition(text="Hydronephrosis", onset=dt.date(2026, 11, 22)),)) == "M0"
        assert band(conditions=(Condition(text="Hydronephrosis", onset=dt.date(2026, 11, 21)),)) == "U"

    def test_an_entry_that_is_over_or_denied_ends_no_other_entry(self):
        active = Condition(text="Hydronephrosis", status="relapse")
        for other in (
            Condition(text="Hydronephrosis", status="resolved"),
            Condition(text="Hydronephrosis", present=False),
        ):
            assert band(conditions=(active, other)) == band(conditions=(other, active)) == "U"

    def test_a_known_uropathy_stays_known_beside_its_denial(self):
        known, denied = (Condition(text="Ketamine cystitis", present=present) for present in (True, False))
        street = Dose(substance="racemic", route="insufflated", start=INFUSION.start, setting=Setting.NON_MEDICAL)
        for conditions in ((known, denied), (denied, known)):
            seen = picture_of(Record(doses=(street,), conditions=conditions), at=AT, knowledge=FACTS)
            assert seen.exposure.band.id == "4"

    def test_a_diagnosis_in_error_is_not_even_listed(self):
        record = Record(conditions=(Condition(text="Aneurysm", status="Entered-In-Error"), Condition(text="Aneurysm?")))
        assert [one.text for one in conditions_at(record, AT)] == ["Aneurysm?"]
        assert standing_conditions(record, AT, FACTS) == ()


def test_a_medicine_that_will_be_stopped_is_still_taken():
    at = [
        Medicine(text="phenelzine", status="stopped", stopped=dt.date(2026, 11, 30)),
        Medicine(text="diazepam", status="stopped", stopped=dt.date(2026, 11, 20)),
        Medicine(text="sertraline", status="stopped"),
        Medicine(text="oxycodone", status="unknown"),
        Medicine(text="lithium", status="planned"),
    ]
    assert medicines_taken(Record(medicines=tuple(at)), AT) == ("phenelzine", "oxycodone")


@pytest.mark.parametrize(
    ("code", "unit", "fact", "worse"), [("8480-6", "mm[Hg]", "sbp", 190.0), ("59408-5", "%", "spo2", 85.0)]
)
def test_of_two_readings_of_one_moment_the_worse_counts(code, unit, fact, worse):
    other = {"sbp": 120.0, "spo2": 98.0}[fact]
    readings = [
        Measurement(code=code, system="http://loinc.org", name="", value=value, unit=unit, at=AT)
        for value in (worse, other)
    ]
    for order in (readings, readings[::-1]):
        assert facts_from_record(Record(measurements=tuple(order)), at=AT, knowledge=FACTS).facts[fact] == worse
