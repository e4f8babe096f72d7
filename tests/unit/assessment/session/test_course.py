"""Sessions are counted from the doses on record: spacing, weekly limits, reviews, at the gate of every protocol.

Expected verbs are those of the protocols reference (A10, A-PRE-14, B-PRE-08, B-COURSE-01, C-11); HZ-CRS-01 and -02.
"""

import datetime as dt
import random

import pytest

from keel.assessment.session.fold import fold_session
from keel.knowledge import Knowledge, load
from support.sessions import base_session, changed, clock, read_session

TODAY = dt.date(2026, 11, 21)  # a Saturday
STOPS = dict.fromkeys(
    ("new_cystitis", "liver_tests_rising", "cognitive_decline", "misuse_or_diversion", "bp_unsafe_in_course"), False
)
LATER = {"first_session": False, "consent_withdrawn": False, **STOPS}


def dose(days_ago, at="10:00", **more):
    day = TODAY - dt.timedelta(days=days_ago)
    known = {"substance": "racemic", "route": "iv", "amount": "35 mg", "setting": "clinic"}
    return {**known, "start": f"{day}T{at}:00+00:00", **more}


def spray(days_ago, at="10:00"):
    return dose(days_ago, at, substance="esketamine", route="nasal", amount="56 mg")


TIMES = {"iv": "09:14", "esketamine": "09:05", "home": "09:03"}


def held(base, doses, at=None, facts=None, session=None, knowledge=None):
    """The verbs of a session with these doses before it, by rule."""
    answers, sheet = {**LATER, **(facts or {})}, {"iv": "e02", "esketamine": "b02", "home": "c02"}[base]
    if base == "esketamine":
        answers |= {"treatment_week": "null", "sessions_this_week_with_today": "null"}
    if doses == []:
        answers |= {"first_session": "null"}
    change = {"set": {sheet: {"facts": answers}}, "session": {"doses": doses, **(session or {})}}
    tree = changed(base_session(base), change)
    moment = dt.datetime.fromisoformat(clock(at or TIMES[base]))
    found = fold_session(read_session(tree), at=moment, knowledge=knowledge or load())
    return {one.rule: str(one.severity) for one in (*found.reasons, *found.alarms)}, found.may_start


WEEKLY = [dose(21), dose(14), dose(7)]


@pytest.mark.parametrize(
    ("doses", "reviews", "rules", "starts"),
    [
        ([], [], {}, True),
        (WEEKLY[1:], [], {}, True),
        (WEEKLY, [], {"A-COURSE-01": "hold"}, False),
        (
            WEEKLY,
            [{"of": "response", "on": "2026-11-13", "by": "Dr Alice", "responded": True}],
            {"A-COURSE-01": "hold"},
            False,
        ),
        (WEEKLY, [{"of": "response", "on": "2026-11-14", "by": "Dr Alice", "responded": True}], {}, True),
        (
            WEEKLY,
            [{"of": "response", "on": "2026-11-14", "by": "Dr Alice", "responded": False}],
            {"A-COURSE-02-three": "hold"},
            False,
        ),
        (
            [dose(35), dose(28), *WEEKLY, dose(3)],
            [{"of": "response", "on": "2026-11-07", "by": "Dr Alice", "responded": True}],
            {"A-COURSE-01": "hold"},
            False,
        ),
    ],
    ids=["none", "two", "three", "reviewed before the third", "reviewed", "no response", "six, reviewed after three"],
)
def test_a_review_stands_after_the_third_and_the_sixth_session(doses, reviews, rules, starts):
    """HZ-CRS-02: A10, review at 3 and at 6."""
    found, may_start = held(
        "iv",
        doses,
        facts={} if reviews else {"response_reviewed": False, "responded": "null"},
        session={"reviews": reviews},
    )
    assert {rule: found.get(rule) for rule in rules} == rules
    assert may_start is starts, found


@pytest.mark.parametrize(("hours", "starts"), [(47.9, False), (48, True), (48.1, True)])
@pytest.mark.parametrize("setting", ["clinic", "non_medical", "prescribed_home"])
@pytest.mark.parametrize("substance", ["racemic", "esketamine"])
def test_the_last_dose_of_anybody_counts_for_the_48_hours(hours, starts, setting, substance):
    """A-PRE-14, HZ-CRS-03: a dose elsewhere moves the rules of the last dose."""
    start = dt.datetime.fromisoformat(clock("09:14")) - dt.timedelta(hours=hours)
    last = dose(0, setting=setting, substance=substance) | {"start": start.isoformat()}
    first = setting == "non_medical" or substance == "esketamine"
    found, may_start = held("iv", [last], facts={"first_session": first})
    assert ("A-PRE-14" in found) is not starts, found
    assert may_start is (starts and setting != "non_medical"), "own use since the last session holds by itself"


@pytest.mark.parametrize(
    ("start", "holds"),
    [("2026-11-18", False), ("2026-11-19", True), ("2026-11", True), ("2026-10", False), ("2026", True)],
)
def test_a_day_without_a_clock_time_counts_where_it_is_stricter(start, holds):
    """Until the end of 19 November may be less than 48 h before 09:14 on the 21st; 18 November is not."""
    found, _ = held("iv", [dose(0) | {"start": start}])
    assert ("A-PRE-14" in found) is holds, found


@pytest.mark.parametrize(
    ("days_ago", "holds"),
    [
        ([5], False),  # the second of the calendar week
        ([5, 4], True),  # a third one
        ([6, 5], False),  # Sunday belongs to the week before
        ([27, 4], False),  # day 28 of the treatment is still week 4
        ([28, 4], True),  # week 5: one a week
        ([28], False),
    ],
)
def test_the_label_has_two_sprays_a_week_and_from_week_five_one(days_ago, holds):
    """B-PRE-08. 21 November 2026 is a Saturday; its week began on the 16th."""
    found, _ = held("esketamine", [spray(day) for day in days_ago], facts={"benefit_evident": True})
    assert (found.get("B-PRE-08") == "hold") is holds, found


def test_sunday_evening_and_monday_morning_are_two_weeks_and_the_clinic_says_which_day_it_is():
    """Sunday 22:30 in New York is Monday 03:30 in UTC: two sprays of last week there, of this week in UTC."""
    late = [spray(30), spray(5, "03:30"), spray(5, "03:40")]
    in_utc, _ = held("esketamine", late, facts={"benefit_evident": True})
    at_home, _ = held("esketamine", late, facts={"benefit_evident": True}, session={"timezone": "America/New_York"})
    assert (in_utc.get("B-PRE-08"), at_home.get("B-PRE-08")) == ("hold", None)


def test_from_week_five_benefit_is_asked_for_by_the_ledger():
    """B-COURSE-01: week 4 ends 28 days after the first spray."""
    assert "B-COURSE-01" not in held("esketamine", [spray(27)], facts={"benefit_evident": False})[0]
    assert held("esketamine", [spray(28)], facts={"benefit_evident": False})[0]["B-COURSE-01"] == "hold"


def test_infusions_are_no_sprays():
    """B-PRE-06: the first spray is a first dose, whatever infusions there were."""
    found, _ = held("esketamine", [dose(40), dose(33)], facts={"first_session": "null"}, session={})
    assert "B-PRE-08" not in found
    tree = changed(
        base_session("esketamine"),
        {"set": {"b01": {"plan": {"dose": "84 mg", "devices": 3}}}, "session": {"doses": [dose(40)]}},
    )
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:05")), knowledge=load())
    assert "B-PRE-06" in {one.rule for one in state.reasons}


def test_spacing_to_a_week_is_asked_for_from_week_eight():
    """A-COURSE-03: month 2; sessions six and seven days before today."""
    months = [dose(56), dose(49), dose(42), dose(35), dose(28), dose(21), dose(14)]
    reviews = {"reviews": [{"of": "response", "on": "2026-10-28", "by": "Dr Alice", "responded": True}]}
    for last, holds in ((6, True), (7, False)):
        found, _ = held("iv", [*months, dose(last)], session=reviews)
        assert ("A-COURSE-03" in found) is holds, found
    assert "A-COURSE-03" not in held("iv", [*months[1:], dose(6)], session=reviews)[0]


def test_a_fourth_infusion_of_the_week_holds():
    """A10, `max_per_week` 3."""
    days = [dose(5), dose(4), dose(3)]
    found, _ = held("iv", days, facts={"response_reviewed": True, "responded": True})
    assert found["A-COURSE-06"] == "hold"
    assert "A-COURSE-06" not in held("iv", days[1:])[0]


def test_a_typed_count_never_hides_a_session_and_the_difference_is_said():
    facts = {"sessions_so_far": 2, "response_reviewed": False}
    found, may_start = held("iv", WEEKLY, facts=facts)
    assert (found["A-COURSE-01"], found["KEEL-COUNTED"], may_start) == ("hold", "warn", False)
    more, _ = held("iv", WEEKLY[1:], facts={"sessions_so_far": 3, "response_reviewed": False})
    assert (more["A-COURSE-01"], more["KEEL-COUNTED"]) == ("hold", "warn")


def test_a_plan_of_six_holds_the_seventh_and_a_new_course_begins_to_count_anew():
    six = [dose(60 - 7 * number) for number in range(6)]
    plan = {"dose": "0.5 mg/kg", "over": "40 min", "course_sessions": 6}
    seen = {"reviews": [{"of": "response", "on": str(TODAY), "by": "Dr Alice", "responded": True}]}
    assert (
        held("iv", six, session={"plan": plan, **seen}, facts={})[0].get("A-PRE-14") is None
    )  # e01 brings a plan of its own
    tree = base_session("iv")
    for started, holds in ((None, True), ("2026-11-21", False)):
        new = {**plan, **({"course_started": started} if started else {})}
        change = {"set": {"e01": {"plan": new}, "e02": {"facts": LATER}}, "session": {"doses": six, **seen}}
        state = fold_session(
            read_session(changed(base_session("iv"), change)),
            at=dt.datetime.fromisoformat(clock("09:14")),
            knowledge=load(),
        )
        assert ("A-PRE-14" in {one.rule for one in state.reasons}) is holds
    assert tree == base_session("iv")


def test_without_a_ledger_a_later_session_is_warned_of_what_nobody_can_count():
    """HZ-CRS-01: never silently fine; a first session says so itself and the missing ledger is named."""
    later, may_start = held("iv", None, facts={"hours_since_last_dose": 168})
    assert (later["A-COURSE-MISSING"], later["KEEL-NO-LEDGER"], may_start) == ("warn", "warn", True)
    counted, may_start = held("iv", None, facts={"hours_since_last_dose": 168, "sessions_so_far": 3})
    assert (counted["A-COURSE-MISSING"], may_start) == ("hold", False)
    first, may_start = held("iv", None, facts={"first_session": True})
    assert (first.get("A-COURSE-MISSING"), first["KEEL-NO-LEDGER"], may_start) == (None, "warn", True)


@pytest.mark.parametrize(
    "protocol",
    ["iv-racemic", "esketamine-nasal-us", "esketamine-nasal-eu", "oral-sublingual-home", "ketamine-assisted-therapy"],
)
def test_every_session_of_every_protocol_passes_the_course(protocol):
    """HZ-CRS-01."""
    known = load().protocols[protocol]
    assert "course" in known.gates.start
    assert known.rules_of("course")


def test_a_home_dose_after_midnight_is_a_dose_of_today():
    """C-11: a calendar day, not 24 hours."""
    home = {"substance": "racemic", "route": "sublingual", "amount": "100 mg", "setting": "prescribed_home"}
    for start, blocks in (("2026-11-21T00:30:00+00:00", True), ("2026-11-20T23:50:00+00:00", False)):
        found, _ = held("home", [{**home, "start": start}], facts={"dose_taken_today": False}, at="09:03")
        assert (found.get("C-11") == "block") is blocks, found


def test_a_second_spray_of_the_day_holds():
    """HZ-CRS-01: two a week are not two a day."""
    found, _ = held("esketamine", [spray(0, "07:00")])
    assert found["B-COURSE-03"] == "hold"
    assert "B-COURSE-03" not in held("esketamine", [spray(1, "23:59")])[0]


def test_a_dose_of_which_nobody_said_where_counts_as_a_session():
    """Stricter where it is not known; a dose of one's own is no session."""
    bare = [{key: value for key, value in one.items() if key != "setting"} for one in WEEKLY]
    assert held("iv", bare, facts={"response_reviewed": False})[0]["A-COURSE-01"] == "hold"
    own = [{**one, "setting": "non_medical"} for one in WEEKLY]
    assert "A-COURSE-01" not in held("iv", own, facts={"response_reviewed": False})[0]


def test_order_offsets_and_a_session_written_as_two_doses_change_nothing():
    rng = random.Random(7)  # noqa: S311
    halves = [dose(14, "10:00", amount="20 mg"), dose(14, "10:30", amount="15 mg")]
    zone = dt.timezone(dt.timedelta(hours=-5))
    moved = [{**one, "start": dt.datetime.fromisoformat(one["start"]).astimezone(zone).isoformat()} for one in WEEKLY]
    want = held("iv", WEEKLY)
    for doses in ([WEEKLY[0], *halves, WEEKLY[2]], moved, rng.sample(WEEKLY, 3)):
        assert held("iv", doses) == want


def test_the_sessions_own_dose_and_one_that_is_still_to_come_are_no_earlier_sessions():
    own = [*WEEKLY[1:], dose(0, "09:15"), dose(-7)]
    assert held("iv", own) == held("iv", WEEKLY[1:])


def test_random_ledgers_agree_with_an_independent_count():
    """HZ-CRS-01: the start of the spray agrees with a count over a list of days."""
    rng = random.Random(20514630)  # noqa: S311
    for _ in range(25):
        days = sorted({rng.randint(1, 70) for _ in range(rng.randint(1, 12))}, reverse=True)
        monday = TODAY.weekday()
        in_week = sum(day <= monday for day in days) + 1
        allowed = 2 if days[0] < 28 else 1
        found, _ = held("esketamine", [spray(day) for day in days], facts={"benefit_evident": True})
        assert (found.get("B-PRE-08") == "hold") is (in_week > allowed), days


def test_an_exception_of_the_source_is_offered_by_name_and_passed_by_name():
    """A10: “occasionally 3 more”; an exception that the rule does not have does not count."""
    reviews = [{"of": "response", "on": "2026-11-14", "by": "Dr Alice", "responded": False}]
    tree = {"set": {"e02": {"facts": LATER}}, "session": {"doses": WEEKLY, "reviews": reviews}}
    override = {
        "id": "x1",
        "at": "09:13",
        "by": "alice",
        "type": "overridden",
        "rule": "A-COURSE-02-three",
        "name": "Dr Alice",
        "role": "prescriber",
        "reason": "some change in sleep",
    }

    def state(exception):
        added = changed(base_session("iv"), {**tree, "add": [{**override, "exception": exception}]})
        return fold_session(read_session(added), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=Knowledge())

    refused, passed = state("six-more"), state("three-more")
    assert "KEEL-OVERRIDE-EXCEPTION" in {one.rule for one in refused.alarms}
    assert (refused.may_start, passed.may_start) == (False, True)
    assert [one.id for one in refused.reasons[0].exceptions] == ["three-more"]
    assert passed.passed[0].exception == "three-more"


RULE = {"iv": "A-PRE-21", "esketamine": "B-PRE-18", "home": "C-19"}


@pytest.mark.parametrize("base", RULE)
@pytest.mark.parametrize(
    ("facts", "verb"),
    [
        ({"ketamine_elsewhere": False}, None),
        ({"ketamine_elsewhere": "null"}, "warn"),
        ({"ketamine_elsewhere": True}, "hold"),
        ({"ketamine_elsewhere": True, "ketamine_elsewhere_mg": 200}, "hold"),
        ({"ketamine_elsewhere": "null", "ketamine_elsewhere_mg": "150 mg"}, "hold"),
        ({"ketamine_elsewhere": "null", "hours_since_ketamine_elsewhere": 30}, "hold"),
    ],
    ids=["no", "not asked", "yes", "yes, an amount", "an amount alone", "a time alone"],
)
def test_ketamine_from_elsewhere_is_asked_at_every_start(base, facts, verb):
    """HZ-CRS-03: asked at each gate, since the last session. “Not asked” is no “no”."""
    found, _ = held(base, [dose(7)] if base == "iv" else [], facts=facts)
    assert found.get(RULE[base]) == verb, found


@pytest.mark.parametrize(("hours", "holds"), [(47.7, True), (47.8, False)])  # told at 09:02, twelve minutes before
def test_ketamine_from_elsewhere_moves_the_last_dose(hours, holds):
    """HZ-CRS-03, A-PRE-14: under 48 h, whoever gave it."""
    found, _ = held("iv", [dose(7)], facts={"ketamine_elsewhere": True, "hours_since_ketamine_elsewhere": hours})
    assert ("A-PRE-14" in found) is holds, found


def test_own_use_on_record_counts_for_the_gate_and_the_week_and_a_no_does_not_undo_it():
    """HZ-CRS-03: reported doses stand in the same ledger, apart: they are no sessions of the course."""
    own = {"setting": "non_medical", "route": "insufflated", "amount": "200 mg"}
    found, may_start = held("iv", [dose(7), dose(3, **own)], facts={"ketamine_elsewhere": False})
    assert (found.get("A-PRE-21"), may_start) == ("hold", False)
    assert "A-PRE-21" not in held("iv", [dose(10, **own), dose(7)], facts={"ketamine_elsewhere": False})[0], "before it"
    assert "A-PRE-21" in held("iv", [dose(27, **own)], facts={"ketamine_elsewhere": False, "first_session": True})[0]
    assert (
        "A-PRE-21" not in held("iv", [dose(29, **own)], facts={"ketamine_elsewhere": False, "first_session": True})[0]
    )
    assert "A-COURSE-01" not in held("iv", [dose(21), dose(14), dose(7, **own)], facts={"response_reviewed": False})[0]
    week = [dose(4), dose(2)]
    assert TODAY.weekday() == 5
    assert "A-COURSE-06" not in held("iv", week)[0]
    assert "A-COURSE-06" in held("iv", [*week, dose(3, **own)])[0]
    assert (
        "A-COURSE-06" in held("iv", week, facts={"ketamine_elsewhere": True, "hours_since_ketamine_elsewhere": 72})[0]
    )
