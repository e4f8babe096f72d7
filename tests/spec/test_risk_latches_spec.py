"""A danger that was told stands for its look-back time on every door (HZ-SUI-01, HZ-SUI-03, invariant 16).

Expected levels are those of the instruments reference (section 3) and of the protocol reference (section 6): C-SSRS 4,
5 or behaviour within three months high; 3, or behaviour longer ago, moderate; 1 or 2 low. ASQ 5 high, another yes
moderate.
"""

import datetime as dt
import itertools
import json

import pytest

from keel.assessment.picture import picture_of
from keel.assessment.screening import screening, triage
from keel.findings import Severity
from keel.interop import read_records
from keel.interop.record_file import write_record
from keel.interop.record_file.shape import RISKS
from keel.knowledge import load
from support.loops import some

AT = dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC)
FACTS = load()
CSSRS = ("1", "2", "3", "4", "5", "6")
NO = dict.fromkeys(CSSRS, 0)
ASQ_NO = dict.fromkeys("1234", 0)
PHQ_NO = dict.fromkeys("123456789", 0)
PLAN = NO | {"1": 1, "2": 1, "5": 1}
METHOD = NO | {"1": 1, "2": 1, "3": 1}
WISH = NO | {"1": 1}
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SECOND = dt.timedelta(seconds=1)
GRAVE = (Severity.BLOCK, Severity.HOLD)


def sitting(instrument, items, ago):
    return {"instrument": instrument, "items": items} | ({} if ago is None else {"at": (AT - ago).isoformat()})


def judged(level, ago, **changes):
    by = {"by": "Alice", "reason": "Seen for an hour, no plan now, plan for the night made."}
    return {"level": level, "at": (AT - ago).isoformat()} | by | changes


def record_of(*answers, judgements=(), **person):
    file = {"person": {"age": 40, "sex": "male", "weight": "70 kg"} | person, "answers": answers}
    return read_records(json.dumps(file | {"risk_assessments": judgements}).encode(), at=AT, knowledge=FACTS).records[0]


def levels(record):
    """The level on each door: Picture, triage, screening; None for not known."""
    return (
        picture_of(record, at=AT, knowledge=FACTS).suicide_risk,
        triage(record, at=AT, knowledge=FACTS).facts.get("suicide_risk_level"),
        screening(record, "iv-racemic", at=AT, knowledge=FACTS).facts.get("suicide_risk_level"),
    )


def grave_rules(record):
    return {one.rule for one in picture_of(record, at=AT, knowledge=FACTS).findings if one.severity in GRAVE}


# Each told early, and what was answered with no to everything afterwards.
TOLD = {
    "a plan": (sitting("c-ssrs-screener", PLAN, 7 * HOUR), "high"),
    "intent": (sitting("c-ssrs-screener", NO | {"2": 1, "4": 1}, 7 * HOUR), "high"),
    "behaviour within three months": (sitting("c-ssrs-screener", NO | {"6": 1, "6-recent": 1}, 7 * HOUR), "high"),
    "a method": (sitting("c-ssrs-screener", METHOD, 7 * HOUR), "moderate"),
    "behaviour longer ago": (sitting("c-ssrs-screener", NO | {"6": 1, "6-recent": 0}, 7 * HOUR), "moderate"),
    "a wish": (sitting("c-ssrs-screener", WISH, 7 * HOUR), "low"),
    "thoughts right now": (sitting("asq", ASQ_NO | {"3": 1, "5": 1}, 7 * HOUR), "high"),
    "a positive ASQ": (sitting("asq", ASQ_NO | {"4": 1, "5": 0}, 7 * HOUR), "moderate"),
}


@pytest.mark.parametrize(
    "later", [(), (("c-ssrs-screener", NO),), (("asq", ASQ_NO),), (("c-ssrs-screener", NO), ("asq", ASQ_NO))]
)
@pytest.mark.parametrize("name", TOLD)
def test_a_later_no_does_not_undo_it(name, later):
    told, level = TOLD[name]
    record = record_of(told, *(sitting(instrument, items, HOUR) for instrument, items in later))
    assert levels(record) == (level,) * 3


def test_order_offsets_and_repetition_change_nothing():
    told = [
        sitting("c-ssrs-screener", PLAN, 7 * HOUR),
        sitting("c-ssrs-screener", NO, HOUR),
        sitting("asq", ASQ_NO, 2 * HOUR),
    ]
    elsewhere = [
        one | {"at": dt.datetime.fromisoformat(one["at"]).astimezone(dt.timezone(9 * HOUR)).isoformat()} for one in told
    ]
    for answers in some(itertools.permutations(told)):
        assert levels(record_of(*answers, *elsewhere)) == ("high",) * 3


@pytest.mark.parametrize(
    ("instrument", "items", "no", "days", "expected"),
    [
        ("c-ssrs-screener", PLAN, NO, 30, ("high", "none")),
        ("asq", ASQ_NO | {"3": 1, "5": 1}, ASQ_NO, 30, ("high", "none")),
    ],
)
def test_it_stands_to_the_end_of_its_look_back_and_no_longer(instrument, items, no, days, expected):
    told, over = expected
    for ago, level in ((days * DAY - SECOND, told), (days * DAY, told), (days * DAY + SECOND, over)):
        assert levels(record_of(sitting(instrument, items, ago), sitting(instrument, no, HOUR))) == (level,) * 3, ago


@pytest.mark.parametrize("value", [1, 2, 3])
@pytest.mark.parametrize(
    ("instrument", "item", "items", "days"),
    [
        ("phq-9", "9", PHQ_NO, 14),
        ("qids-sr16", "12", {str(n): 0 for n in range(1, 17)}, 7),
        ("madrs", "10", {str(n): 0 for n in range(1, 11)}, 7),
    ],
)
def test_an_item_on_suicide_is_named_on_every_door_whatever_the_total(instrument, item, items, days, value):
    """HZ-SUI-03: the total here is below every cut-off."""
    for ago, stands in ((days * DAY - SECOND, True), (days * DAY, True), (days * DAY + SECOND, False)):
        record = record_of(sitting(instrument, items | {item: value}, ago), sitting(instrument, items, HOUR))
        rule = {"phq-9": "phq-9/item-9", "qids-sr16": "qids-sr16/item-12", "madrs": "madrs/item-10"}[instrument]
        assert (rule in grave_rules(record)) is stands, ago
        found = triage(record, at=AT, knowledge=FACTS)
        assert ("E-1-THOUGHTS" in {one.rule for one in found.care.findings}) is stands
        assert ("E-1-THOUGHTS" in {one.rule for one in found.known.findings}) is stands
        assert (
            rule in {one.rule for one in screening(record, "iv-racemic", at=AT, knowledge=FACTS).findings}
        ) is stands


def test_a_warning_sign_stands_for_four_weeks():
    signs = {"wake": 0, "chest": 0}
    for ago, stands in ((28 * DAY, True), (28 * DAY + SECOND, False)):
        record = record_of(sitting("warning-signs", signs | {"wake": 1}, ago), sitting("warning-signs", signs, HOUR))
        assert ("warning-signs/emergency" in grave_rules(record)) is stands
        assert triage(record, at=AT, knowledge=FACTS).facts["emergency_sign"] is stands


def test_what_a_sitting_leaves_open_no_other_sitting_answers_with_no():
    """A “no” of an older sitting, or one that was skipped, does not fill a question that is due (HZ-GATE-01)."""
    open_now = record_of(
        sitting("c-ssrs-screener", NO, DAY), sitting("c-ssrs-screener", {"1": 0, "2": 1, "6": 0}, HOUR)
    )
    assert levels(open_now) == (None,) * 3
    open_before = record_of(sitting("asq", ASQ_NO | {"1": 1}, DAY), sitting("asq", ASQ_NO, HOUR))
    assert levels(open_before) == (None,) * 3
    finished = record_of(sitting("asq", {"1": 1}, DAY), sitting("asq", ASQ_NO | {"1": 1, "5": 0}, HOUR))
    assert levels(finished) == ("moderate",) * 3


# What closes it


@pytest.mark.parametrize("level", ["none", "low"])
def test_a_clinicians_assessment_with_name_and_reason_closes_it(level):
    record = record_of(
        sitting("c-ssrs-screener", PLAN, 7 * HOUR),
        sitting("phq-9", PHQ_NO | {"9": 2}, 7 * HOUR),
        judgements=[judged(level, HOUR)],
    )
    assert levels(record) == (level,) * 3
    assert not {"c-ssrs-screener/high", "phq-9/item-9", "E-3-SUICIDE"} & grave_rules(record)
    said = [one for one in picture_of(record, at=AT, knowledge=FACTS).findings if one.rule == "risk-assessed"]
    assert [str(one.severity) for one in said] == ["note"]
    assert "Alice" in said[0].summary


@pytest.mark.parametrize(
    ("changes", "ago"),
    [
        ({"by": ""}, HOUR),
        ({"by": "   "}, HOUR),
        ({"reason": ""}, HOUR),
        ({"at": None}, HOUR),
        ({}, 8 * HOUR),
        ({}, 7 * HOUR + SECOND),
        ({}, -HOUR),
        ({"risk": "warning signs"}, HOUR),
    ],
    ids=["no name", "blank name", "no reason", "no time", "before", "just before", "to come", "of another risk"],
)
def test_nothing_less_closes_it(changes, ago):
    record = record_of(sitting("c-ssrs-screener", PLAN, 7 * HOUR), judgements=[judged("low", ago, **changes)])
    assert levels(record) == ("high",) * 3


def test_a_danger_told_after_the_assessment_stands_again():
    record = record_of(
        sitting("c-ssrs-screener", PLAN, 7 * HOUR),
        sitting("c-ssrs-screener", METHOD, HOUR),
        judgements=[judged("low", 3 * HOUR)],
    )
    assert levels(record) == ("moderate",) * 3


def test_an_assessment_at_the_very_moment_closes_and_a_bare_day_closes_its_day():
    at_once = record_of(sitting("c-ssrs-screener", PLAN, 7 * HOUR), judgements=[judged("low", 7 * HOUR)])
    assert levels(at_once) == ("low",) * 3
    days = {"instrument": "c-ssrs-screener", "items": PLAN, "at": "2026-11-20"}
    assert levels(record_of(days, judgements=[judged("low", HOUR, at="2026-11-20")])) == ("low",) * 3
    # The day of the answers may have ended after a clock time of the same day.
    assert levels(record_of(days, judgements=[judged("low", HOUR, at="2026-11-20T09:00+00:00")])) == ("high",) * 3


def test_answers_without_a_time_are_closed_by_no_assessment_and_say_so():
    record = record_of(sitting("c-ssrs-screener", PLAN, None), judgements=[judged("low", HOUR)])
    assert levels(record) == ("high",) * 3
    said = [one for one in picture_of(record, at=AT, knowledge=FACTS).findings if one.rule == "c-ssrs-screener/high"]
    assert "enter when they were given" in said[0].next_step


def test_every_risk_that_stands_can_be_assessed():
    assert {one.look_back.risk for one in FACTS.instruments.values() if one.look_back} == set(RISKS)


def test_a_warning_sign_is_closed_by_an_assessment_of_warning_signs():
    told = sitting("warning-signs", {"wake": 0, "chest": 1}, DAY)
    assert "warning-signs/emergency" in grave_rules(record_of(told, judgements=[judged("low", HOUR)]))
    closed = record_of(told, judgements=[judged("low", HOUR, risk="warning signs")])
    assert "warning-signs/emergency" not in grave_rules(closed)
    assert triage(closed, at=AT, knowledge=FACTS).facts.get("emergency_sign") is not True


def test_an_assessment_may_be_worse_than_the_answers():
    record = record_of(sitting("c-ssrs-screener", NO, 7 * HOUR), judgements=[judged("high", HOUR)])
    assert levels(record) == ("high",) * 3
    assert "E-3-SUICIDE" in grave_rules(record)


def test_of_two_assessments_the_later_counts_and_of_one_moment_the_worse():
    told = sitting("c-ssrs-screener", PLAN, 7 * HOUR)
    two = [judged("high", 3 * HOUR), judged("low", HOUR, by="Bob")]
    assert levels(record_of(told, judgements=two)) == ("low",) * 3
    at_once = [judged("none", HOUR), judged("moderate", HOUR, by="Bob")]
    assert levels(record_of(told, judgements=at_once)) == ("moderate",) * 3


def test_what_is_typed_beside_the_record_does_not_undo_it():
    record = record_of(sitting("c-ssrs-screener", PLAN, 7 * HOUR))
    for typed in (
        {"suicide_risk_level": "none"},
        {"cssrs_q5": False},
        {"asq_1": False, "asq_2": False, "asq_3": False, "asq_4": False},
    ):
        assert triage(record, at=AT, knowledge=FACTS, facts=typed).facts["suicide_risk_level"] == "high"
        assert (
            screening(record, "iv-racemic", at=AT, knowledge=FACTS, facts=typed).facts["suicide_risk_level"] == "high"
        )
    assert (
        triage(record_of(), at=AT, knowledge=FACTS, facts={"suicide_risk_level": "none", "asq_5": True}).facts[
            "suicide_risk_level"
        ]
        == "high"
    )


def test_an_assessment_is_written_and_read_back():
    record = record_of(sitting("c-ssrs-screener", PLAN, 7 * HOUR), judgements=[judged("low", HOUR, id="r1")])
    again = read_records(write_record(record), at=AT, knowledge=FACTS).records[0]
    assert again.risk_assessments == record.risk_assessments
    assert levels(again) == levels(record)


def test_two_sittings_of_one_moment_are_no_change():
    """A difference between two sittings of one moment is not a score that became worse."""
    high, low = dict.fromkeys("12345678", 3) | {"9": 0}, PHQ_NO
    for answers in itertools.permutations([sitting("phq-9", high, DAY), sitting("phq-9", low, DAY)]):
        elsewhere = answers[0] | {
            "at": dt.datetime.fromisoformat(answers[0]["at"]).astimezone(dt.timezone(5 * HOUR)).isoformat()
        }
        record = record_of(elsewhere, answers[1])
        assert not [one for one in picture_of(record, at=AT, knowledge=FACTS).findings if one.subject == "change"]
    changed = record_of(sitting("phq-9", low, 2 * DAY), sitting("phq-9", high, DAY))
    assert [one for one in picture_of(changed, at=AT, knowledge=FACTS).findings if one.subject == "change"]
