"""The Picture: what it brings together, and what it says that it could not compute."""

import datetime as dt

import msgspec
import pytest

from keel.assessment.picture import picture_of
from keel.knowledge import load
from keel.messages import encode_json
from keel.quantities import Form, Interval
from keel.record import Answers, Condition, Dose, Medicine, Person, Record, Setting

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
INFUSION = Dose(
    substance="racemic",
    route="iv",
    start=AT - dt.timedelta(hours=3),
    end=AT - dt.timedelta(hours=3) + dt.timedelta(minutes=40),
    amount_mg=Interval.exactly(35.0),
    form=Form.BASE,
    setting=Setting.CLINIC,
)
DANA = Person(id="dana", age_years=34, weight_kg=70, country="GB")


def picture(**parts):
    return picture_of(Record(**({"person": DANA} | parts)), at=AT, knowledge=load())


def test_the_curve_of_the_reference_infusion_peaks_as_published():
    # pharmacokinetics reference, section 6: M-RAC, 35 mg over 40 min, 70 kg: total ketamine 159.9 ng/mL at 40 min
    curve = picture(doses=(INFUSION,)).curve
    assert (curve.available, curve.valid, curve.model) == (True, True, "m-rac")
    assert "venous" in curve.site
    assert curve.metrics[0]["cmax"] == pytest.approx(159.9, rel=0.005)
    assert curve.metrics[0]["tmax_min"] == pytest.approx(40, abs=0.5)
    assert curve.sources


def test_a_dose_per_kilogram_without_weight_says_what_is_missing():
    by_weight = msgspec.structs.replace(INFUSION, amount_mg=None, per_kg=Interval.exactly(0.5))
    seen = picture(person=Person(id="sub-MOA101", age_years=29), doses=(by_weight,))
    assert not seen.curve.available
    assert any("weight is not known" in line for line in seen.unknown)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"route": "insufflated"}, "No published model"),
        ({"substance": "unknown"}, "racemic ketamine or esketamine"),
        ({"route": "unknown"}, "route"),
        ({"amount_mg": None}, "amount"),
    ],
)
def test_a_session_without_a_model_has_no_curve_and_a_reason(changes, says):
    curve = picture(doses=(msgspec.structs.replace(INFUSION, **changes),)).curve
    assert not curve.available
    assert any(says in reason for reason in curve.reasons)


def test_item_nine_speaks_whatever_the_total():
    # instruments reference 2.1: item 9 of 1 or more at any total opens a suicide-risk step
    items = {str(item): 0 for item in range(1, 9)} | {"9": 1}
    seen = picture(answers=(Answers(instrument="phq-9", items=items),))
    assert seen.scores[0].total == 1
    assert seen.findings[0].severity == "hold"
    assert "item 9" in seen.findings[0].summary


def test_a_word_that_is_not_recognised_is_said_aloud():
    seen = picture(medicines=(Medicine(text="flibbertol"),))
    assert any("was not recognised, so nothing was checked" in finding.summary for finding in seen.findings)
    assert not any("safe" in finding.summary.lower() for finding in seen.findings)


def test_a_stopped_medicine_is_not_checked():
    assert not picture(medicines=(Medicine(text="diazepam", status="stopped"),)).interactions.items


def test_answers_that_cannot_be_scored_are_named():
    seen = picture(answers=(Answers(instrument="no-such-scale", items={"1": 1}),))
    assert any("no-such-scale could not be scored" in line for line in seen.unknown)


def test_bladder_answers_reach_the_band():
    # harms reference 10.3: any urinary symptom with use in the last 6 months of treatment is M2
    answers = Answers(instrument="bladder-check", items={"1": 1})
    assert picture(doses=(INFUSION,), answers=(answers,)).exposure.band.id == "M2"
    flagged = Answers(instrument="bladder-check", items={"7": 1})
    assert picture(doses=(INFUSION,), answers=(flagged,)).exposure.band.id == "U"


def test_a_red_flag_in_treatment_opens_no_lane_of_use_outside_it():
    """Harms reference 10.3: U whatever the exposure; what was never told outside treatment is not banded as such."""
    flagged = Answers(instrument="warning-signs", items={"yellow": 1})
    band = picture(doses=(INFUSION,), answers=(flagged,)).exposure.band
    assert (band.id, band.lane, band.other_lane) == ("U", "medical", None)
    assert picture(answers=(flagged,)).exposure.band.id == "U"


@pytest.mark.parametrize("item", ["wake", "chest", "yellow", "dark", "cramps-bad", "confused", "hurt", "water"])
def test_the_red_flags_of_the_warning_signs_are_urgent_and_their_denial_is_not(item):
    """Harms reference, section 11."""
    branch = {"cramps": 1} if item == "cramps-bad" else {}
    yes, no = (Answers(instrument="warning-signs", items={item: value, **branch}) for value in (1, 0))
    assert picture(doses=(INFUSION,), answers=(yes,)).exposure.band.id == "U"
    assert picture(doses=(INFUSION,), answers=(no,)).exposure.band.id == "M0"


def test_known_uropathy_with_street_use_is_band_4():
    street = msgspec.structs.replace(INFUSION, setting=Setting.NON_MEDICAL, route="insufflated")
    seen = picture(doses=(street,), conditions=(Condition(text="Ketamine cystitis"),))
    assert seen.exposure.band.id == "4"


@pytest.mark.parametrize(
    # harms reference, section 11: jaundice, retention, visible blood, upper tract
    "text",
    ["Jaundice", "Acute urinary retention", "Gross hematuria", "Hydronephrosis"],
)
def test_a_red_flag_among_the_conditions_is_urgent_unless_denied_or_over(text):
    assert picture(doses=(INFUSION,), conditions=(Condition(text=text),)).exposure.band.id == "U"
    denied = Condition(text=text, present=False)
    over = Condition(text=text, status="resolved")
    assert picture(doses=(INFUSION,), conditions=(denied, over)).exposure.band.id == "M0"


def test_help_begins_with_the_emergency_number_of_the_country():
    assert picture().help[0].phone == "999"  # gov.uk: 999 and 112 in the United Kingdom
    assert "emergency" not in picture(person=Person()).help[0].needs


def test_the_picture_has_the_keys_of_the_interface():
    document = msgspec.json.decode(encode_json(picture(doses=(INFUSION,))))
    keys = {"as_of", "person", "exposure", "curve", "findings", "due", "help", "knowledge_hash"}
    assert keys <= document.keys()
    finding_keys = {"rule", "severity", "summary", "why", "sources", "confidence", "conflicts", "next_step"}
    finding_keys |= {"subject", "public_summary", "public_next_step"}
    assert all(finding_keys == finding.keys() for finding in document["findings"])


def test_the_same_record_gives_the_same_picture():
    record = Record(person=DANA, doses=(INFUSION,), medicines=(Medicine(text="diazepam"),))
    assert picture_of(record, at=AT, knowledge=load()) == picture_of(record, at=AT, knowledge=load())
