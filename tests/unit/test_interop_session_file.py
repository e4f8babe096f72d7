"""A session file that cannot be read says what, where and how to fix it; one that can means what it says."""

import codecs
import datetime as dt
import json
import random
from functools import partial

import jsonschema
import pytest

from keel.assessment.session.errors import SessionError
from keel.assessment.session.fold import fold_session
from keel.interop import ReadError, read_records, session_schema
from keel.interop import read_session as read_bytes
from keel.knowledge import load
from keel.knowledge.protocols import facts_of
from support.loops import some
from support.sessions import base_session, clock, read_session

EVENT = {"id": "e1", "at": "2026-11-21T09:00:00Z", "by": "bob", "type": "note"}
IV = json.dumps(base_session("iv"))


def session(**event):
    return {"protocol": "iv-racemic", "events": [{**EVENT, **event}]}


def state(data, at):
    return fold_session(read_bytes(data, knowledge=load()), at=dt.datetime.fromisoformat(clock(at)), knowledge=load())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "The file is empty"),
        ("{", "line 1, column 2: The JSON breaks off here"),
        ('{\n "protocol": "iv" "events"}', "line 2, column 19: "),
        ("[1]", "$: Here stands a list"),
        ("{}", "$: The key “protocol” is missing. Add it."),
        ('{"protocol": "iv", "evnts": []}', "$: The key “evnts” is not known. Did you mean “events”?"),
        ('{"protocol": "iv", "person": {"wieght": "70 kg"}}', "$.person: The key “wieght” is not known. Did you mean"),
        ('{"protocol": "iv", "person": {"sex": "F"}}', "$.person.sex: “F” is not known here. Write one of female"),
        ('{"protocol": "iv", "events": [{"sbp": NaN}]}', "NaN and Infinity are not numbers in JSON"),
        ('{"protocol": "iv", "person": {"age": 1e999}}', "$.person.age: Number out of range"),
        ('{"protocol": "iv", "x": ' + "[" * 5000 + "]" * 5000 + "}", "nested too deeply"),
        (IV.encode("utf-16-le"), "UTF-16 without its mark"),
        ('{"protocol": "é"}'.encode("latin-1"), "line 1, column 15: The byte 0xE9 is not UTF-8"),
        (b"\x1f\x8b\x08\x00", "compressed with gzip"),
    ],
)
def test_what_is_no_session_is_refused_with_its_place(data, message):
    with pytest.raises(ReadError) as refused:
        read_bytes(data.encode() if isinstance(data, str) else data, knowledge=load())
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_second_reading_under_one_key_never_replaces_the_first():
    """HZ-VIT-02: `"sbp":190,"sbp":120` kept 120 without a word, and rule A-PRE-04 was gone.

    Protocols reference, A-PRE-04: a systolic pressure of 180 or more blocks.
    """
    high, both = ('"sbp": 124', '"sbp": 190'), ('"sbp": 124', '"sbp": 190, "sbp": 120')
    assert high[0] in IV
    assert "A-PRE-04" in {one.rule for one in state(IV.replace(*high).encode(), "09:14").reasons}
    with pytest.raises(ReadError, match=r"\$\.events\[5\]: The key “sbp” stands twice"):
        read_bytes(IV.replace(*both, 1).encode(), knowledge=load())


def doubled(tree, rng):
    """The JSON of a tree with one key of one object written a second time, anywhere in it, with the value 0."""
    objects = []

    def collect(value):
        if isinstance(value, dict) and value:
            objects.append(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            collect(inner)

    collect(tree)
    chosen = rng.choice(objects)
    key = rng.choice(sorted(chosen))
    chosen["\0"] = 0
    return json.dumps(tree).replace('"\\u0000"', json.dumps(key)), key


RECORD = {
    "person": {"id": "dana", "age": 34},
    "doses": [{"substance": "ketamine", "start": "2026-11-01", "amount": {"low": "1 mg", "high": "2 mg"}}],
}
JOURNAL = {"experiences": [{"ingestions": [{"substanceName": "Ketamine", "time": 1.7e12, "dose": 50, "units": "mg"}]}]}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "dana", "name": [{"family": "D"}]}}],
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("tree", [base_session("iv"), RECORD, JOURNAL, BUNDLE], ids=["session", "keel", "app", "fhir"])
def test_any_key_that_is_doubled_at_any_depth_of_any_file_is_refused_with_its_place(tree, seed):
    """HZ-VIT-02."""
    text, key = doubled(json.loads(json.dumps(tree)), random.Random(seed))  # noqa: S311
    reader = read_bytes if "protocol" in tree else partial(read_records, at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC))
    with pytest.raises(ReadError) as refused:
        reader(text.encode(), knowledge=load())
    assert f"The key “{key}” stands twice" in str(refused.value)
    assert refused.value.where.startswith("$")


@pytest.mark.parametrize(
    "event",
    [
        {"sbp": 190, "systolic": 120},
        {"sbp": 190, "bp": "120/80"},
        {"bp": "120/80", "diastolic": 110},
        {"hr": 70, "pulse": 80},
    ],
)
def test_two_names_for_one_thing_are_refused(event):
    """HZ-VIT-02: a second name is a second key; `"sbp":190,"bp":"120/80"` kept 120."""
    with pytest.raises(ReadError, match=r"\$\.events\[0\] \(event “e1”\): .*Keep one of them"):
        read_session(session(type="vitals_recorded", **event))


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_session_is_read_in_the_encodings_of_a_record(coding):
    assert read_bytes(IV.encode(coding), knowledge=load()) == read_session(base_session("iv"))


def test_line_ends_of_another_system_change_nothing():
    text = codecs.BOM_UTF8 + json.dumps(base_session("iv"), indent=1).replace("\n", "\r\n").encode()
    assert read_bytes(text, knowledge=load()) == read_session(base_session("iv"))


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            {"at": "2026-11-21T09:00:00"},
            "$.events[0].at (event “e1”): “2026-11-21T09:00:00” does not say in which time",
        ),
        ({"at": "yesterday"}, "$.events[0].at (event “e1”): “yesterday” is not a time"),
        ({"at": "2026-11-21"}, "$.events[0].at (event “e1”): “2026-11-21” does not say the time of day"),
        ({"at": "2026-02-30T09:00Z"}, "is a day or time that does not exist"),
        ({"by": ""}, "$.events[0].by (event “e1”): This must not be empty."),
        ({"type": "vitals"}, "“vitals” is not known here. Did you mean “vitals_recorded”?"),
        ({"type": "vitals_recorded", "spd": 120}, "The key “spd” is not known. Did you mean “s"),
        (
            {"type": "vitals_recorded", "sbp": "1.2.0"},
            "$.events[0].sbp (event “e1”): “1.2.0” is not a number. Write the number alone.",
        ),
        ({"type": "sedation_scored", "moaas": 6}, "This must be at most 5."),
        ({"type": "dose_started", "amount": "35"}, "“35” has no unit"),
        ({"type": "dose_started", "amount": "35 mg", "over": "40"}, "“40” has no unit"),
        ({"type": "dose_started", "amount": "35 ml"}, "is not an amount"),
        ({"type": "rate_changed", "rate": "52.5 mg"}, "is not a rate"),
        ({"type": "started", "plan": {"dose": "35"}}, "$.events[0].plan.dose (event “e1”): “35” has no unit"),
        ({"type": "overridden", "rule": "A-PRE-02", "name": "Dr Alice"}, "The key “reason” is missing"),
        (
            {
                "type": "corrected",
                "corrects": "e2",
                "reason": "slip",
                "event": {**EVENT, "type": "rate_changed", "rate": "5"},
            },
            "$.events[0].event.rate (event “e1”): “5” has no unit",
        ),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_place(event, message):
    with pytest.raises(ReadError) as refused:
        read_session(session(**event))
    assert message in str(refused.value)


# Live-session reference, section 2: SBP 40-300, DBP 20-200, HR 20-250, SpO2 40-100, RR 0-80.
LIMITS = {"sbp": (40, 300), "dbp": (20, 200), "hr": (20, 250), "spo2": (40, 100), "rr": (0, 80)}


@pytest.mark.parametrize(("sign", "ends"), LIMITS.items())
def test_a_vital_sign_that_cannot_be_is_refused_and_the_ends_of_the_range_are_read(sign, ends):
    """HZ-VIT-03."""
    for value in some(ends):
        assert getattr(read_session(session(type="vitals_recorded", **{sign: value})).events[0], sign) == value
    for value in (ends[0] - 1, ends[1] + 1):
        with pytest.raises(ReadError, match=rf"\$\.events\[0\]\.{sign} \(event “e1”\): .* cannot be {value} "):
            read_session(session(type="vitals_recorded", **{sign: value}))


@pytest.mark.parametrize("protocol", ["level-of-care", "use-disorder"])
def test_a_protocol_without_a_dose_has_no_session(protocol):
    with pytest.raises(SessionError, match="no dose is given: it is not a protocol of a session"):
        fold_session(read_session({"protocol": protocol}), at=dt.datetime.now(dt.UTC), knowledge=load())


PERSONS = [
    ({"weight": "70"}, r"\$.person.weight: .*70.* has no unit"),
    ({"weight": "700 kg"}, r"\$.person.weight: “700 kg”: weight cannot be 700 kg"),
    ({"weight": "70 kg", "weight_kg": 70}, r"\$.person: “weight_kg” says the same"),
    ({"weight_kg": 70000}, r"\$.person.weight: “70000 kg”: weight cannot be"),
    ({"height": "1.78 cm"}, r"\$.person.height: .*height cannot be 1.78 cm"),
    ({"age": 131}, r"\$.person.age: .*age cannot be 131 years"),
    ({"age": "34 kg"}, r"\$.person.age: .*not an age"),
    ({"birth_date": "1992-05"}, r"\$.person.birth_date: .*not a whole date"),
]


@pytest.mark.parametrize(("person", "message"), PERSONS)
def test_a_person_who_cannot_be_is_refused_in_the_same_words_by_session_and_record(person, message):
    """HZ-WT-03: grams as kilograms, metres as centimetres."""
    with pytest.raises(ReadError, match=message) as of_session:
        read_session({"protocol": "iv-racemic", "person": person})
    with pytest.raises(ReadError) as of_record:
        read_records(json.dumps({"person": person}).encode(), at=dt.datetime.now(dt.UTC), knowledge=load())
    assert str(of_session.value) == str(of_record.value)


def test_other_names_of_keys_are_understood():
    read = read_session(
        {
            "protocol": "iv-racemic",
            "person": {"age_years": 34, "weight_kg": 70, "height_cm": 170},
            "plan": {"dose_mg": 35, "over_min": 40},
            "events": [
                {**EVENT, "type": "vitals_recorded", "bp": "128/78", "pulse": 70, "respiratory_rate": 14},
                {**EVENT, "id": "e2", "type": "dose_started", "dose_mg": 35, "duration": "40 min"},
            ],
        }
    )
    assert (read.person.age, read.person.weight, read.person.height) == (34, "70 kg", "170 cm")
    assert (read.plan.dose, read.plan.over) == ("35 mg", "40 min")
    assert (read.events[0].sbp, read.events[0].dbp, read.events[0].hr, read.events[0].rr) == (128, 78, 70, 14)
    assert (read.events[1].amount, read.events[1].over) == ("35 mg", "40 min")


@pytest.mark.parametrize("name", ["iv", "esketamine", "home"])
def test_the_schema_accepts_what_the_reader_accepts(name):
    tree, schema = base_session(name), session_schema(load().reading_limits)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tree, schema)
    read_session(tree)


@pytest.mark.parametrize("wrong", [{"spd": 120}, {"sbp": 301}, {"spo2": 39}])
def test_the_schema_refuses_what_the_reader_refuses(wrong):
    tree = base_session("iv")
    tree["events"][2] |= wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tree, session_schema(load().reading_limits))
    with pytest.raises(ReadError):
        read_session(tree)


@pytest.mark.parametrize(
    ("typed", "means"),
    [(142, 142), ("142", 142), ("142 mmHg", 142), ("142.0", 142), (" 142 mm[Hg] ", 142), ("142,5", 142.5)],
)
def test_a_number_is_a_number_however_it_is_written(typed, means):
    """Issue 10, item 14."""
    assert read_session(session(type="vitals_recorded", sbp=typed)).events[0].sbp == means


@pytest.mark.parametrize("typed", ["14 2", "1.4.2", "142/88", "142 kg", "high", "", "1e", "--142"])
def test_a_malformed_number_is_refused_and_not_read(typed):
    """HZ-DOSE-01: malformed numbers are refused (Thimbleby and Cairns 2010)."""
    with pytest.raises(ReadError, match=r"\$\.events\[0\]\.sbp"):
        read_session(session(type="vitals_recorded", sbp=typed))


@pytest.mark.parametrize(
    ("typed", "rule"),
    [(6, None), ("6 h", None), ("360 min", None), ("5 h 60 min", None), ("5 h 59", "A-PRE-10"), ("20 min", "A-PRE-10")],
)
def test_a_time_is_read_with_its_unit(typed, rule):
    """A-PRE-10: solids less than 6 h ago, said in six ways."""
    tree = base_session("iv")
    tree["events"][1] |= {"at": clock("09:14")}
    tree["events"][1]["facts"]["hours_since_solids"] = typed
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load())
    assert {one.rule for one in found.reasons} & {"A-PRE-10"} == ({rule} - {None})
    assert not [one for one in found.alarms if one.rule == "KEEL-NOT-UNDERSTOOD"]


@pytest.mark.parametrize("typed", ["a while", "6 mg", "5 h 60", "-3 h"])
def test_a_time_that_cannot_be_is_named_and_holds(typed):
    tree = base_session("iv")
    tree["events"][1]["facts"]["hours_since_solids"] = typed
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load())
    assert "KEEL-NOT-UNDERSTOOD" in {one.rule for one in found.alarms}
    assert not found.may_start


NEVER_TOGETHER = [
    *(name for name in load().clinical_facts if name.startswith(("cssrs_", "asq_", "suicide_"))),
    *("pregnant", "breastfeeding", "any_suicide_risk_now", "cannot_keep_safe"),
    *("escort_confirmed", "escort_present", "safe_transport", "sober_adult_in_room"),
    *("capacity_to_consent", "off_label_consent_written", "touch_consent_written", "consent_withdrawn"),
    *("chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion", "emergency_sign", "breathing_trouble"),
    *("unresponsive", "seizure", "syncope", "apnoea"),
]


@pytest.mark.parametrize("name", NEVER_TOGETHER)
def test_what_must_be_asked_by_itself_is_never_denied_together(name):
    """Issue 10, item 14: never suicide items, pregnancy, escort, consent or warning signs."""
    assert name in load().clinical_facts
    assert not [group.id for group in load().denials.values() if name in group.facts]
    with pytest.raises(ReadError, match="together with others"):
        read_session(session(type="checked", denied=[name]))


def test_every_fact_of_a_group_is_a_yes_no_question_of_some_gate():
    asked = {name for one in load().protocols.values() for rule in one.rules for name in facts_of(rule)}
    for group in some(load().denials.values()):
        assert {load().clinical_facts[name].kind for name in group.facts} == {"yes_no"}
        assert set(group.facts) <= asked


def test_a_group_by_its_name_is_refused_with_its_questions():
    with pytest.raises(ReadError, match="Name each that is denied: psychosis_current"):
        read_session(session(type="checked", denied=["mind"]))


def test_what_was_denied_is_answered_and_an_unopened_group_is_not_asked():
    tree = base_session("iv")
    mind, use = load().denials["mind"].facts, load().denials["use"].facts
    for name in (*mind, *use):
        del tree["screening"][name]
    tree["events"].append({**EVENT, "id": "d1", "at": clock("09:01"), "type": "checked", "denied": list(mind)})
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load())
    (missing,) = [one for one in found.reasons if one.rule == "A-CI-MISSING"]
    assert {str(one.name) for one in missing.why} == set(use)


def test_a_yes_is_not_undone_by_a_denial_of_the_group():
    tree = base_session("iv")
    tree["screening"]["psychosis_history"] = True
    denied = {**EVENT, "id": "d1", "at": clock("09:01"), "type": "checked", "denied": ["psychosis_history"]}
    tree["events"].append(denied)
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load())
    assert "A-CI-07-history" in {one.rule for one in found.reasons}
    assert "KEEL-NOT-UNDERSTOOD" in {one.rule for one in found.alarms}


@pytest.mark.parametrize(
    ("typed", "basis"),
    [
        ("ideal", "ideal"),
        ("Ideal body weight", "ideal"),
        ("IBW", "ideal"),
        ("total", "actual"),
        ("adjusted_weight", "adjusted"),
    ],
)
def test_a_weight_to_dose_by_is_read_by_its_names(typed, basis):
    plan = {"dose": "0.5 mg/kg", "weight_basis": typed}
    assert read_session(session(type="started", plan=plan)).events[0].plan.weight_basis == basis


def test_a_weight_that_may_be_two_is_refused():
    with pytest.raises(ReadError, match=r"“ABW” is not known here\. Write one of actual, ideal, adjusted"):
        read_session(session(type="started", plan={"dose": "35 mg", "weight_basis": "ABW"}))


def test_a_dose_per_kilogram_is_made_by_the_chosen_weight():
    """HZ-DOSE-07. Devine, woman of 176.4 cm: 45.5 + 2.3 x 9.45 = 67.2 kg, half a milligram each (protocols, A5)."""
    tree = base_session("iv")
    tree["person"] |= {"weight": "140 kg", "height": "176.4 cm"}
    tree["events"][0]["plan"] |= {"weight_basis": "ideal", "chosen_by": "Dr Alice", "reason": "first dose"}
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load())
    assert found.dose.planned_mg == pytest.approx(33.6, abs=0.05)
    (shown,) = [one for one in found.reasons if one.rule == "A-DOSE-OBESITY"]
    doses = [one.value for one in shown.why if one.unit == "mg"]
    assert doses == [70.0, 33.5, 48.0]


def test_times_without_an_offset_are_those_of_the_clinic():
    tree = {"protocol": "iv", "timezone": "Europe/Berlin", "events": [{**EVENT, "at": "2026-11-21T10:00:00"}]}
    assert read_session(tree).events[0].at == dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    with pytest.raises(ReadError, match="The time zone “Berlin” is not known"):
        read_session(tree | {"timezone": "Berlin"})


def test_the_doses_of_a_session_are_read_as_those_of_a_record():
    dose = {"substance": "ketamine", "start": "2026-11-01", "amount": "0.5 mg/kg", "setting": "clinic"}
    read = read_session({"protocol": "iv", "person": {"weight": "70 kg"}, "doses": [dose]})
    assert (read.doses[0].substance, read.doses[0].amount_mg.mid) == ("racemic", 35)
    assert read_session({"protocol": "iv"}).doses is None
    with pytest.raises(ReadError, match=r"\$\.doses\[0\]\.substance: The substance “aspirin”"):
        read_session({"protocol": "iv", "doses": [{**dose, "substance": "aspirin"}]})
    with pytest.raises(ReadError, match=r"\$\.doses\[0\]: The key “amnt” is not known. Did you mean “amount”"):
        read_session({"protocol": "iv", "doses": [{**dose, "amnt": "35 mg"}]})
