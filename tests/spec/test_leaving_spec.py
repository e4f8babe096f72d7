"""Starting and leaving against their readings, scores and clocks; a yes about suicide that stays until assessed.

Expected values come from the protocol reference and the hazard log; each test names its hazard.
"""

import datetime as dt

import msgspec
import pytest

from keel.assessment.session.fold import fold_session
from keel.interop import ReadError
from keel.knowledge import Knowledge, load
from keel.messages import encode_json
from support.loops import some
from support.sessions import base_session, changed, clock, read_session

SIGNED = '{ by = "Dr Alice", on = 2026-11-01, role = "medical director", reason = "read both positions" }'
LEAVING = {"iv": "11:58", "therapy": "11:58", "esketamine": "11:16", "esketamine-eu": "11:16"}
LAST_SET = {"iv": "e30", "therapy": "e30", "esketamine": "b30", "esketamine-eu": "b30"}
TICKS = {"iv": "e33", "therapy": "e33", "esketamine": "b33", "esketamine-eu": "b33"}
NEEDED = {"iv": ("sbp", "dbp", "hr", "rr", "spo2"), "esketamine": ("sbp", "dbp", "rr", "spo2")}
NEEDED |= {"therapy": NEEDED["iv"], "esketamine-eu": NEEDED["esketamine"]}
SPRAYS = ("esketamine", "esketamine-eu")


def session_of(name, **change):
    tree = changed(base_session("iv" if name == "therapy" else name.removesuffix("-eu")), change)
    if name == "esketamine-eu":
        tree |= {"protocol": "esketamine-nasal-eu", "jurisdiction": "EU"}
    if name == "therapy":
        tree |= {"protocol": "ketamine-assisted-therapy", "route": "iv"}
        tree["screening"] |= {
            "therapist_only_adult_on_site": False,
            "medical_responder_on_site": True,
            "touch_planned": False,
            "preparation_sessions_done": 1,
        }
    return tree


def state(tree, at, knowledge=None):
    return fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=knowledge or load())


def holding(found):
    return {one.rule for one in found.reasons if one.severity in ("block", "hold")}


def at_the_door(name, **change):
    return state(session_of(name, **change), LEAVING[name])


def event(kind, at, key="x1", by="bob", **fields):
    return {"id": key, "at": at, "by": by, "type": kind, **fields}


@pytest.fixture
def home_is_on(tmp_path):
    folder = tmp_path / "protocols"
    folder.mkdir()
    (folder / "oral-sublingual-home.toml").write_text(
        f'id = "oral-sublingual-home"\n[enablement]\non = true\njurisdictions = ["US"]\nsigned = {SIGNED}\n',
        encoding="utf-8",
    )
    return Knowledge((tmp_path,))


@pytest.mark.parametrize("name", LEAVING)
def test_with_everything_done_the_person_may_leave(name):
    found = at_the_door(name)
    assert found.may_discharge, holding(found)


# ---------------------------------------------------------------------------------- each sign fresh by itself


@pytest.mark.parametrize(("name", "sign"), [(name, sign) for name, signs in NEEDED.items() for sign in signs])
def test_a_sign_missing_in_the_last_set_keeps_the_person(name, sign):
    """HZ-GATE-01: the gap is not filled from the set before, though that set is on record."""
    found = at_the_door(name, set={LAST_SET[name]: {sign: "null"}})
    assert not found.may_discharge
    assert sign in found.latest
    assert any(
        one.name == f"{sign}_age_min" and one.value is None for finding in found.reasons for one in finding.why
    ), holding(found)


@pytest.mark.parametrize(
    ("name", "at", "last", "sign"),
    [("iv", "09:14", "e06", sign) for sign in NEEDED["iv"]]
    + [("esketamine", "09:09", "b03", sign) for sign in NEEDED["esketamine"]],
)
def test_a_sign_missing_in_the_newest_set_starts_no_dose(name, at, last, sign):
    """HZ-GATE-01."""
    early = [event("vitals_recorded", "08:56", "x0", sbp=126, dbp=78, hr=72, rr=14, spo2=98)]
    assert state(session_of(name, add=early), at).may_start
    assert not state(session_of(name, add=early, set={last: {sign: "null"}}), at).may_start


@pytest.mark.parametrize("sign", ["sbp", "dbp"])
def test_at_home_the_cuff_is_read_whole_and_anew(home_is_on, sign):
    """HZ-GATE-01: nothing else needs to be measured there."""
    tree = changed(base_session("home"), {"add": [event("vitals_recorded", "08:55", "x0", sbp=126, dbp=78)]})
    assert state(tree, "09:03", home_is_on).may_start
    cuff = changed(tree, {"set": {"c03": {"hr": "null", "rr": "null", "spo2": "null"}}})
    assert state(cuff, "09:03", home_is_on).may_start
    assert "C-14" in holding(state(changed(cuff, {"set": {"c03": {sign: "null"}}}), "09:03", home_is_on))


def test_a_set_entered_piece_by_piece_in_any_order_is_one_set():
    """HZ-GATE-01: the cuff, the probe and the count of breaths come in three entries within five minutes."""
    pieces = [
        event("vitals_recorded", "11:57", "x1", spo2=98),
        event("vitals_recorded", "11:53", "x2", sbp=124, dbp=76),
        event("vitals_recorded", "11:55", "x3", hr=72, rr=14),
    ]
    for parts in (pieces, pieces[::-1]):
        assert at_the_door("iv", drop=["e30"], add=parts).may_discharge
    late = [{**pieces[1], "at": "11:52"}, *pieces[::2]]
    assert "A-DC-09" in holding(at_the_door("iv", drop=["e30"], add=late))


def test_signs_answered_to_the_gate_are_readings_too():
    """HZ-GATE-02: a pressure typed among the answers is heard, a high one as a fresh one."""
    answered = event("checked", "11:57", facts={"sbp": 190, "dbp": 100, "hr": 72, "rr": 14, "spo2": 98})
    assert "A-DC-02" in holding(at_the_door("iv", add=[answered]))
    well = {"sbp": 124, "dbp": 76, "hr": 72, "rr": 14, "spo2": 98}
    assert at_the_door("iv", drop=["e30"], add=[{**answered, "facts": well}]).may_discharge


def test_a_systolic_value_alone_is_heard():
    """HZ-GATE-01: half a pressure neither counts as a whole one nor is lost."""
    found = state(session_of("iv", add=[event("vitals_recorded", "09:13", sbp=185)]), "09:14")
    assert "A-PRE-04" in {one.rule for one in found.reasons if one.severity == "block"}


@pytest.mark.parametrize(("minute", "may"), [("09:27", True), ("09:28", False), ("09:48", False)])
def test_at_its_limit_a_reading_closes_the_start(minute, may):
    """HZ-VIT-01: set of 09:12, limit 15 minutes."""
    tree = session_of("iv")
    tree["events"] = [one for one in tree["events"] if one["at"] < clock("09:15")]
    assert state(tree, minute).may_start is may


@pytest.mark.parametrize("name", ["iv", "esketamine"])
@pytest.mark.parametrize("scale", ["sedation_scored", "dissociation_scored"])
def test_an_old_score_keeps_the_person(name, scale):
    """HZ-VIT-01, HZ-GATE-02: state ticked as over, score of half an hour ago."""
    tree = session_of(name)
    since = "11:28" if name == "iv" else "10:46"
    tree["events"] = [one for one in tree["events"] if not (one["type"] == scale and one["at"] >= clock(since))]
    rules = holding(state(tree, LEAVING[name]))
    assert rules & {"A-DC-09", "B-DC-06"}, rules


# ---------------------------------------------------------------------------------- ticks against readings


@pytest.mark.parametrize("name", SPRAYS)
@pytest.mark.parametrize(
    ("sbp", "dbp", "may"),
    [(190, 100, False), (165, 100, False), (141, 80, False), (124, 91, False), (127, 79, True), (124, 76, True)],
)
def test_acceptable_beside_a_high_pressure_holds(name, sbp, dbp, may):
    """HZ-GATE-02: guide 140/90, value before the dose 126/78."""
    found = at_the_door(name, set={"b30": {"sbp": sbp, "dbp": dbp}})
    assert found.may_discharge is may, holding(found)


@pytest.mark.parametrize("name", [*SPRAYS, "iv"])
@pytest.mark.parametrize(("rise", "may"), [(5, True), (6, False), (13, False)])
def test_acceptable_beside_a_rising_pressure_holds(name, rise, may):
    """HZ-GATE-02: 126 before the dose and half an hour ago (iv: 124); 5 mm[Hg] are the scatter of the cuff."""
    sbp = (124 if name == "iv" else 126) + rise
    found = at_the_door(name, set={LAST_SET[name]: {"sbp": sbp}})
    assert found.may_discharge is may, holding(found)


@pytest.mark.parametrize("name", SPRAYS)
@pytest.mark.parametrize(
    ("score", "may"),
    [
        ({"dissociation": "severe"}, False),
        ({"dissociation": "mild"}, False),
        ({"dissociation": "none"}, True),
        ({"dissociation": "null", "cadss6": 2}, False),
        ({"dissociation": "null", "cadss6": 1}, True),
        ({"dissociation": "null", "cadss": 5}, False),
        ({"dissociation": "null", "cadss": 4}, True),
        ({"dissociation": "none", "cadss": 20}, False),
    ],
)
def test_over_beside_a_score_that_says_it_is_not_holds(name, score, may):
    """HZ-GATE-02, HZ-VIT-07: by each of three scales; of two at once the worse speaks."""
    found = at_the_door(name, set={"b32": score})
    assert found.may_discharge is may, holding(found)


@pytest.mark.parametrize("kind", ["checked", "criteria_checked"])
def test_a_score_among_the_answers_is_a_score(kind):
    """HZ-GATE-02: the third way in which a nurse enters it."""
    facts = {"facts" if kind == "checked" else "criteria": {"dissociation": "moderate"}}
    assert "B-DC-02" in holding(at_the_door("esketamine", add=[event(kind, "11:15", **facts)]))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"e30": {"spo2": 91}}, "A-DC-05-readings"),
        ({"e31": {"moaas": 4}}, "A-DC-05-readings"),
        ({"e30": {"sbp": 95}}, "A-DC-05-readings"),
        ({"e30": {"sbp": 60}, "e31": {"moaas": 4}}, "A-DC-05"),
        ({"e30": {"on_oxygen": True}}, "A-DC-05-readings"),
    ],
)
def test_a_recovery_score_above_what_the_readings_allow_holds(change, rule):
    """HZ-GATE-02: Aldrete 1995: 124 to 95 is 23 % off (1 point), 60 is 52 % (none); 92 % on air; fully awake."""
    assert rule in holding(at_the_door("iv", set=change))


def test_a_lower_recovery_score_than_the_readings_allow_stands():
    found = at_the_door("iv", set={"e33": {"criteria": {"aldrete": 9}}})
    assert found.may_discharge


@pytest.mark.parametrize("name", LEAVING)
@pytest.mark.parametrize(("minutes", "may"), [(14, True), (16, False), (90, False)])
def test_a_judgement_of_an_earlier_time_does_not_stand_at_the_door(name, minutes, may):
    """HZ-GATE-02: ticked when another set was on the screen; 15 minutes are ours."""
    when = dt.datetime.fromisoformat(clock(LEAVING[name])) - dt.timedelta(minutes=minutes)
    assert at_the_door(name, set={TICKS[name]: {"at": when.isoformat()}}).may_discharge is may


@pytest.mark.parametrize("tick", ["oriented", "gait_steady"])
def test_a_judgement_without_a_time_is_none(tick):
    """HZ-GATE-02: ticked at screening."""
    tree = session_of("iv", screening={tick: True}, set={"e33": {"criteria": {tick: "null"}}})
    assert "A-DC-11" in holding(state(tree, "11:58"))


WORST = [
    ("sedation_scored", {"moaas": 0}),
    ("sedation_scored", {"moaas": 4}),
    ("dissociation_scored", {"dissociation": "severe"}),
    ("dissociation_scored", {"cadss6": 24}),
    ("dissociation_scored", {"cadss": 92}),
    ("criteria_checked", {"criteria": {"aldrete": 0}}),
]
AT_THE_DOOR = [(name, *one) for name in LEAVING for one in (WORST[:-1] if name in SPRAYS else WORST)]
"""The spray is left without an Aldrete score."""


@pytest.mark.parametrize(("name", "kind", "score"), AT_THE_DOOR)
def test_the_worst_value_of_a_scale_meets_no_rule_of_leaving(name, kind, score):
    """HZ-VIT-07: whichever way the scale points."""
    latest = event(kind, LEAVING[name], **score)
    assert not at_the_door(name, add=[latest]).may_discharge


def test_added_oxygen_meets_no_rule_of_room_air():
    """HZ-VIT-08."""
    assert not at_the_door("esketamine", set={"b30": {"on_oxygen": True}}).may_discharge


@pytest.mark.parametrize("what", ["vomiting", "syncope", "seizure"])
def test_stable_beside_an_event_that_is_not_over_holds(what):
    """HZ-GATE-02: “clinically stable” is ticked; the event is over once that is recorded."""
    begun = event("adverse_event", "11:05", what=what)
    over = event("adverse_event", "11:10", "x2", what=what, resolved=True)
    assert not at_the_door("esketamine", add=[begun]).may_discharge
    assert at_the_door("esketamine", add=[over, begun]).may_discharge


@pytest.mark.parametrize(("name", "at", "told"), [("iv", "09:14", "09:13"), ("esketamine", "09:09", "09:05")])
@pytest.mark.parametrize("what", ["vomiting", "syncope", "asks_to_stop"])
def test_well_beside_an_event_before_the_dose_holds(name, at, told, what):
    """HZ-GATE-02: “not unwell” was answered before; the event is over once that is recorded."""
    begun = event("adverse_event", told, what=what)
    over = event("adverse_event", at, "x2", what=what, resolved=True)
    assert holding(state(session_of(name, add=[begun]), at)) & {"A-PRE-11-event", "B-PRE-16"}
    assert state(session_of(name, add=[over, begun]), at).may_start


def test_a_symptom_told_after_it_was_asked_is_heard():
    """HZ-GATE-03: an empty list of symptoms at 09:12, chest pain among the answers at 09:13."""
    asked = {"e06": {"symptoms": []}}
    told = event("checked", "09:13", facts={"chest_pain": True})
    assert state(session_of("iv", set=asked), "09:14").may_start
    assert "A-PRE-04" in holding(state(session_of("iv", set=asked, add=[told]), "09:14"))


@pytest.mark.parametrize("contact", ["no_answer", "adult_only", "null"])
def test_at_home_orientation_needs_a_contact_with_the_person(home_is_on, contact):
    """HZ-GATE-02: oriented and steady are judged at a contact; an old one is none."""
    tree = changed(base_session("home"), {"set": {"c06": {"facts": {"contact": contact}}}})
    assert state(base_session("home"), "11:07", home_is_on).may_discharge
    assert "C-DC-02" in holding(state(tree, "11:07", home_is_on))
    assert "C-DC-02" in holding(state(base_session("home"), "11:21", home_is_on))


@pytest.mark.parametrize(
    ("minute", "sbp", "rule"), [("09:55", 141, True), ("09:55", 140, False), ("09:54", 150, False)]
)
def test_a_pressure_that_stays_high_asks_for_somebody_practised(minute, sbp, rule):
    """HZ-VIT-06, B-MON-03: at 40 minutes (last device 09:15), below 180 too."""
    sets = {"b11": {"sbp": sbp}, "b14": {"sbp": sbp, "at": clock(minute)}}
    tree = session_of("esketamine", set=sets)
    assert ("B-MON-03-stays" in holding(state(tree, minute))) is rule


DANGEROUS = [
    {"sbp": 185, "dbp": 80},
    {"sbp": 120, "dbp": 112},
    {"sbp": 85, "dbp": 50},
    {"hr": 140},
    {"hr": 40},
    {"rr": 6},
    {"rr": 30},
    {"spo2": 88},
    {"spo2": 91},
    {"spo2": 97, "on_oxygen": True},
]
STARTING = {"iv": ("09:14", "e06"), "esketamine": ("09:09", "b03")}


def said_three_ways(reading, at, newest):
    """In the newest set, as an entry of its own, and among the answers."""
    yield {"set": {newest: reading}}
    yield {"add": [event("vitals_recorded", at, **reading)]}
    yield {"add": [event("checked", at, facts=reading)]}


@pytest.mark.parametrize("name", ["iv", "esketamine"])
@pytest.mark.parametrize("reading", DANGEROUS, ids=str)
def test_no_gate_is_open_beside_a_dangerous_reading(name, reading):
    """HZ-GATE-02: everything is ticked; whichever way the reading was entered."""
    for change in some(said_three_ways(reading, LEAVING[name], LAST_SET[name])):
        assert not at_the_door(name, **change).may_discharge, change
    at, newest = STARTING[name]
    for change in said_three_ways(reading, at, newest):
        assert not state(session_of(name, **change), at).may_start, change


@pytest.mark.parametrize("name", ["therapy", "esketamine-eu"])
@pytest.mark.parametrize("reading", DANGEROUS, ids=str)
def test_a_protocol_that_takes_rules_over_is_as_strict(name, reading):
    """HZ-GATE-02."""
    assert not at_the_door(name, set={LAST_SET[name]: reading}).may_discharge


@pytest.mark.parametrize("reading", DANGEROUS[:-1], ids=str)
def test_at_home_what_was_measured_counts(home_is_on, reading):
    """HZ-GATE-02: at 91 % the reading is below the 94 % of the sessions."""
    for change in said_three_ways(reading, clock("09:03"), "c03"):
        assert not state(changed(base_session("home"), change), "09:03", home_is_on).may_start, change
    later = event("vitals_recorded", "11:06", **reading)
    assert not state(changed(base_session("home"), {"add": [later]}), "11:07", home_is_on).may_discharge


# ---------------------------------------------------------------------------------- suicide


def yes_at(at, key="s1", **facts):
    return event("checked", at, key, facts=facts or {"cssrs_q2": True, "cssrs_q3": True})


ALL_NO = {f"cssrs_q{number}": False for number in range(1, 6)} | {"cssrs_q6_lifetime": False}
ASSESSED = {"by": "alice", "name": "Dr Alice", "role": "prescriber", "reason": "seen alone, denies intent, plan made"}


@pytest.mark.parametrize("name", LEAVING)
def test_a_yes_told_in_the_session_keeps_the_person_whatever_is_answered_later(name):
    """HZ-SUI-01, HZ-SUI-02: the sprays ask too."""
    told = yes_at("10:50")
    later = event("checked", "11:10", "s2", facts=ALL_NO)
    tick = event("criteria_checked", "11:12", "s3", criteria={"any_suicide_risk_now": False})
    for events in ([told], [told, later], [tick, later, told]):
        rules = holding(at_the_door(name, add=events))
        assert rules & {"A-DC-07-told", "B-DC-05"}, rules


@pytest.mark.parametrize(
    "facts",
    [{"asq_1": True, "asq_5": False}, {"cssrs_q1": True}, {"cssrs_q6_3_months": True}, {"suicide_risk_level": "low"}],
)
def test_a_yes_by_any_screen_keeps_the_person(facts):
    """HZ-SUI-02, HZ-SUI-04: another instrument, or a level instead of answers."""
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[yes_at("10:50", **facts)]))


@pytest.mark.parametrize(
    "told",
    [
        event("adverse_event", "10:50", "s1", what="suicidal thoughts"),
        event("note", "10:50", "s1", text="says she has suicidal thoughts"),
        event("vitals_recorded", "10:50", "s1", symptoms=["suicidal ideation"]),
    ],
    ids=["adverse event", "note", "symptom"],
)
def test_a_yes_in_words_keeps_the_person(told):
    """HZ-SUI-01, HZ-GATE-03: so does one that later words, or “over”, take back; an assessment closes it."""
    later = event("adverse_event", "11:05", "s2", what="suicidal thoughts", resolved=True)
    denied = event("note", "11:06", "s3", text="denies suicidal thoughts")
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[told, later, denied]))
    gone = event("corrected", "11:07", "x9", corrects="s1", reason="wrong person", event=None)
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[told, gone]))
    assessed = event("risk_assessed", "11:08", level="none", **ASSESSED)
    assert at_the_door("esketamine", add=[told, later, denied, assessed]).may_discharge


def test_a_yes_of_the_screening_keeps_the_person():
    """HZ-SUI-01: the gate's “no” of the morning comes after it."""
    found = at_the_door("esketamine", screening={"cssrs_q2": True, "cssrs_q3": False})
    assert "B-DC-05" in holding(found)


def test_a_level_below_the_answers_beside_it_does_not_count():
    """HZ-SUI-03: “low” typed beside a plan told: the stricter of the two."""
    tree = session_of("iv", set={"e02": {"facts": {"cssrs_q5": True, "suicide_risk_level": "low"}}})
    assert "A-PRE-09" in holding(state(tree, "09:14"))


@pytest.mark.parametrize("name", LEAVING)
def test_an_assessment_by_a_clinician_closes_it(name):
    """HZ-SUI-01."""
    done = [yes_at("10:50"), event("risk_assessed", "11:00", level="none", **ASSESSED)]
    found = at_the_door(name, add=done)
    assert found.may_discharge, holding(found)


@pytest.mark.parametrize(
    ("level", "plan", "may"),
    [("low", False, False), ("low", True, True), ("moderate", True, True), ("high", True, False)],
)
def test_the_assessed_level_asks_for_a_plan_and_high_stays(level, plan, may):
    """HZ-SUI-02, A-DC-07: plan with any risk."""
    planned = event("criteria_checked", "11:12", "x3", criteria={"safety_plan_given": plan})
    done = [yes_at("10:50"), event("risk_assessed", "11:00", level=level, **ASSESSED), planned]
    assert at_the_door("esketamine", add=done).may_discharge is may


def test_a_yes_after_the_assessment_is_open_again():
    """HZ-SUI-01; so is one that an assessment precedes."""
    assessed = event("risk_assessed", "11:00", level="none", **ASSESSED)
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[assessed, yes_at("11:01")]))
    assert at_the_door("esketamine", add=[assessed, yes_at("10:59")]).may_discharge


@pytest.mark.parametrize("lacks", [{"role": "front desk"}, {"name": " "}, {"reason": " "}])
def test_only_a_clinician_with_name_and_reason_closes_it(lacks):
    """HZ-SUI-01."""
    done = [yes_at("10:50"), event("risk_assessed", "11:00", level="none", **ASSESSED | lacks)]
    found = at_the_door("esketamine", add=done)
    assert "B-DC-05" in holding(found)
    assert "KEEL-ASSESSMENT-ROLE" in {one.rule for one in found.alarms}


def test_a_correction_does_not_take_a_yes_back():
    """HZ-SUI-01: a yes that was a slip is closed by a clinician who says so."""
    gone = event("corrected", "11:00", "x9", corrects="s1", reason="wrong person", event=None)
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[yes_at("10:50"), gone]))
    assessed = event("risk_assessed", "11:01", level="none", **ASSESSED | {"reason": "entered for another person"})
    assert at_the_door("esketamine", add=[yes_at("10:50"), gone, assessed]).may_discharge


def test_a_pass_of_the_hold_does_not_cover_what_is_told_after_it():
    """HZ-SUI-01: one question told and passed, then a plan told."""
    passed = event("overridden", "11:00", "o1", rule="B-DC-05", name="Dr Alice", role="prescriber", reason="seen")
    plan = event("criteria_checked", "10:55", "x3", criteria={"safety_plan_given": True})
    told = [yes_at("10:50", cssrs_q1=True), plan, passed]
    assert at_the_door("esketamine", add=told).may_discharge
    assert "B-DC-05" in holding(at_the_door("esketamine", add=[*told, yes_at("11:05", "s2", cssrs_q5=True)]))


def test_at_home_a_yes_keeps_the_session_open(home_is_on):
    """HZ-SUI-02."""
    tree = changed(base_session("home"), {"add": [yes_at("10:30", cssrs_q1=True)]})
    assert "C-DC-03" in holding(state(tree, "11:07", home_is_on))


# ---------------------------------------------------------------------------------- weight


@pytest.mark.parametrize(
    ("weighed_on", "may"),
    [("2026-11-21", True), ("2026-10-22", True), ("2026-10-21", False), ("null", False), ("2026-11-22", False)],
)
def test_an_old_undated_or_future_weight_starts_no_dose(weighed_on, may):
    """HZ-WT-02: 30 days (A3)."""
    assert state(session_of("iv", person={"weighed_on": weighed_on}), "09:14").may_start is may


@pytest.mark.parametrize(
    ("previous", "rule"),
    [
        ("70 kg", None),
        ("58.4 kg", None),
        ("58.3 kg", "A-PRE-19"),
        ("87.5 kg", "A-PRE-19"),
        ("87.4 kg", None),
        ("31.75 kg", "A-PRE-19-pounds"),
        ("154.3 kg", "A-PRE-19-pounds"),
        ("154.3 lb", None),
    ],
)
def test_a_weight_that_jumps_or_looks_like_pounds_is_asked(previous, rule):
    """HZ-WT-01: 70 kg now; a fifth of 58.33 and of 87.5; 2.2046 lb are a kilogram."""
    tree = session_of("iv", person={"previous_weight": previous})
    found = holding(state(tree, "09:14"))
    assert found == ({rule} if rule else set())
    confirmed = {
        **tree,
        "events": [*tree["events"], event("checked", clock("09:13"), facts={"weight_confirmed": True})],
    }
    assert state(confirmed, "09:14").may_start


@pytest.mark.parametrize("fact", ["cssrs_q2", "acutely_unwell", "escort_confirmed"])
def test_an_answer_that_was_not_understood_leaves_no_earlier_answer_standing(fact):
    """HZ-SUI-04: a “no” at 09:02 and something unreadable at 09:13 are not a “no”; nor a yes nothing."""
    unread = event("checked", "09:13", facts={fact: "perhaps"})
    found = state(session_of("iv", add=[unread]), "09:14")
    assert not found.may_start
    assert "KEEL-NOT-UNDERSTOOD" in {one.rule for one in found.alarms}
    yes = event("checked", "09:12", "x0", facts={"intoxicated": True})
    again = {**unread, "facts": {"intoxicated": "perhaps"}}
    assert not state(session_of("iv", add=[yes, again]), "09:14").may_start


@pytest.mark.parametrize(("key", "value"), [("previous_weight", "71"), ("previous_weight", "7000 kg")])
def test_a_previous_weight_without_unit_or_impossible_is_refused_with_its_place(key, value):
    """HZ-WT-01, HZ-WT-03."""
    with pytest.raises(ReadError, match=r"\$\.person\.previous_weight"):
        read_session(session_of("iv", person={key: value}))
    assert read_session(session_of("iv", person={"previous_weight_kg": 71})).person.previous_weight == "71 kg"


def test_a_second_weight_in_the_session_does_not_replace_the_first():
    """HZ-WT-01: 154 answered, 70 kg on file."""
    told = event("checked", "09:13", facts={"weight_kg": 154})
    assert "A-PRE-19-pounds" in holding(state(session_of("iv", add=[told]), "09:14"))


# ---------------------------------------------------------------------------------- reasons and times


MINUTES = [f"{hour:02}:{minute:02}" for hour in range(8, 13) for minute in (14, 47)]


@pytest.mark.parametrize("name", LEAVING)
@pytest.mark.parametrize("at", MINUTES)
def test_a_closed_gate_has_a_reason(name, at):
    """HZ-DC-05: at any minute, in any phase."""
    found = state(session_of(name), at)
    assert found.reasons
    if not found.may_proceed:
        assert holding(found)


@pytest.mark.parametrize(
    ("name", "at", "change", "rule", "opens"),
    [
        ("iv", "11:00", {}, "A-DC-01", "11:55"),
        ("esketamine", "11:00", {}, "B-DC-01", "11:15"),
        ("esketamine", "09:12", {}, "B-ADM-01", "09:15"),
        ("iv", "09:13", {"set": {"e02": {"facts": {"hours_since_solids": 5.5}}}}, "A-PRE-10", "09:32"),
        ("iv", "09:13", {"set": {"e02": {"facts": {"hours_since_clear_fluids": 1.505}}}}, "A-PRE-10", "09:32"),
        ("iv", "09:14", {"session": {"last_dose_at": "2026-11-19T10:00:00+00:00"}}, "A-PRE-14", "10:00"),
        ("esketamine", "09:08", {"set": {"b02": {"facts": {"minutes_since_fluids": 10}}}}, "B-PRE-05", "09:21"),
    ],
)
def test_a_hold_of_time_names_its_minute_and_opens_then_and_not_before(name, at, change, rule, opens):
    """HZ-GATE-09, HZ-DC-01."""
    tree = session_of(name, **change)
    now = dt.datetime.fromisoformat(clock(at))
    tree["events"] = [one for one in tree["events"] if dt.datetime.fromisoformat(one["at"]) <= now]
    (finding,) = [one for one in state(tree, at).reasons if one.rule == rule]
    assert f"{finding.opens_at:%H:%M}" == opens
    assert f"Earliest {opens}." in str(finding.summary)
    minute_before = finding.opens_at - dt.timedelta(minutes=1)
    spoken = [{one.rule for one in state(tree, when.isoformat()).reasons} for when in (minute_before, finding.opens_at)]
    assert [rule in rules for rules in spoken] == [True, False]


def test_the_time_is_that_of_the_session_and_stands_in_the_json():
    """HZ-GATE-09: a session written at +01:00, asked for in UTC."""
    tree = session_of("iv")
    zone = dt.timezone(dt.timedelta(hours=1))
    for one in tree["events"]:
        one["at"] = dt.datetime.fromisoformat(one["at"]).astimezone(zone).isoformat()
    found = msgspec.json.decode(encode_json(state(tree, "11:00")))
    (finding,) = [one for one in found["reasons"] if one["rule"] == "A-DC-01"]
    assert finding["opens_at"] == "2026-11-21T12:55:00+01:00"
    assert "Earliest 12:55." in finding["summary"]
    assert not [one for one in found["reasons"] if "opens_at" in one and one["severity"] in ("note", "warn")]


def test_a_hold_that_no_time_ends_names_none():
    """HZ-GATE-09: five and a half hours since food, told at screening without a time."""
    tree = session_of(
        "iv", screening={"hours_since_solids": 5.5}, set={"e02": {"facts": {"hours_since_solids": "null"}}}
    )
    (finding,) = [one for one in state(tree, "09:14").reasons if one.rule == "A-PRE-10"]
    assert finding.opens_at is msgspec.UNSET


@pytest.mark.parametrize(
    ("name", "dose", "age", "rule"),
    [
        ("esketamine", {"dose": "56 mg", "devices": 2}, 65, "B-PRE-06-other"),
        ("esketamine-eu", {"dose": "28 mg", "devices": 1}, 65, "B-PRE-06-eu-other"),
        ("iv", {"dose": "0.5 mg/kg"}, 34, "A-PRE-20"),
    ],
)
def test_what_another_label_or_trial_gave_stands_beside_a_right_dose(name, dose, age, rule):
    tree = session_of(name, person={"age": age}, set={"e01": {"plan": dose}, "b01": {"plan": dose}})
    found = state(tree, "09:09" if name != "iv" else "09:14")
    assert found.may_start, holding(found)
    assert rule in {one.rule for one in found.reasons}
