"""A danger that was told stays until somebody has seen the person; what does not belong in a session holds.

Expected values: protocols reference A-PRE-04 and A-PRE-08 (BLOCK; emergency assessment), design section 3 (a tick never
outweighs what was told), the hazard log (HZ-SUI-01, HZ-GATE-03, HZ-MIX-01, HZ-VIT-03, HZ-GATE-01).
"""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from support.sessions import base_session, changed, clock, read_session


def rules(tree, at="09:25"):
    found = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=load())
    return {one.rule for one in (*found.reasons, *found.alarms) if one.severity in ("hold", "block")}


def planned(name, *events, **change):
    """A session until just before its dose, with more events."""
    tree = changed(base_session(name), change | {"add": list(events)})
    tree["events"] = [one for one in tree["events"] if one["type"] not in ("dose_started", "device_given")]
    tree["events"] = [one for one in tree["events"] if one["at"] <= clock("09:25")]
    return tree


def set_of(at, **values):
    signs = {"sbp": 122, "dbp": 76, "hr": 70, "rr": 14, "spo2": 98, "symptoms": []}
    return {"id": f"x{at}", "type": "vitals_recorded", "by": "Bob", "at": at} | signs | values


def event(kind, at, **values):
    return {"id": f"{kind}{at}", "type": kind, "by": "Bob", "at": at} | values


TOLD = {
    "symptom": set_of("09:10", symptoms=["tight chest"]),
    "answer": event("checked", "09:10", facts={"chest_pain": True}),
    "adverse event": event("adverse_event", "09:10", what="chest pain"),
    "Spanish": set_of("09:10", symptoms=["dolor en el pecho"]),
}
DENIED = {
    "empty list": set_of("09:20"),
    "answer": event("checked", "09:20", facts={"chest_pain": False}),
}


@pytest.mark.parametrize("denied", DENIED)
@pytest.mark.parametrize("told", TOLD)
def test_a_danger_sign_is_not_undone_by_a_later_no_however_either_is_entered(told, denied):
    """HZ-SUI-01, HZ-GATE-03."""
    assert "KEEL-SIGN-TOLD" in rules(planned("iv", TOLD[told], DENIED[denied]))


def test_a_prescriber_passes_it_with_name_and_reason_and_a_nurse_does_not():
    passed = {"rule": "KEEL-SIGN-TOLD", "name": "Alice", "reason": "seen, ECG read: muscular"}
    told = (TOLD["symptom"], DENIED["empty list"])
    by_nurse = planned("iv", *told, event("overridden", "09:24", role="nurse", **passed))
    by_prescriber = planned("iv", *told, event("overridden", "09:24", role="prescriber", **passed))
    assert "KEEL-SIGN-TOLD" in rules(by_nurse)
    assert "KEEL-SIGN-TOLD" not in rules(by_prescriber)


def test_told_again_after_that_it_holds_again():
    passed = {"rule": "KEEL-SIGN-TOLD", "name": "Alice", "reason": "seen", "role": "prescriber"}
    again = set_of("09:23", symptoms=["chest pain"])
    tree = planned("iv", TOLD["symptom"], DENIED["empty list"], event("overridden", "09:21", **passed), again)
    tree["events"].append(set_of(clock("09:24")))
    assert "KEEL-SIGN-TOLD" in rules(tree)


def test_an_event_recorded_as_over_is_over_and_so_is_an_entry_that_was_corrected():
    over = event("adverse_event", "09:20", what="chest pain", resolved=True)
    assert "KEEL-SIGN-TOLD" not in rules(planned("iv", TOLD["adverse event"], over, set_of("09:22")))
    corrected = event("corrected", "09:21", corrects="x09:10", reason="another person's", event=None)
    assert "KEEL-SIGN-TOLD" not in rules(planned("iv", TOLD["symptom"], corrected, set_of("09:22")))


@pytest.mark.parametrize(
    ("pressures", "blocks"),
    [
        ([("09:10", 180, 80), ("09:20", 138, 86)], True),
        ([("09:05", 180, 80), ("09:10", 138, 86), ("09:14", 138, 86)], True),
        ([("09:05", 180, 80), ("09:10", 138, 86), ("09:15", 138, 86)], False),
        ([("09:05", 179, 80), ("09:20", 138, 86)], False),
        ([("09:05", 150, 110), ("09:20", 138, 86)], True),
    ],
)
def test_a_pressure_in_the_stop_band_stands_until_a_pair_below_it(pressures, blocks):
    """HZ-GATE-01: A-PRE-04 blocks from 180 and from 110; A-PRE-02 asks for readings five minutes apart."""
    tree = planned("iv")
    tree["events"] = [one for one in tree["events"] if one["type"] != "vitals_recorded"]
    tree["events"] += [set_of(clock(at), sbp=sbp, dbp=dbp) for at, sbp, dbp in pressures]
    assert ("A-PRE-04" in rules(tree)) is blocks


@pytest.mark.parametrize(("sbp", "dbp", "asks"), [(76, 122, True), (110, 110, True), (111, 110, False)])
def test_a_diastolic_pressure_that_is_not_below_the_systolic_one_is_asked_about(sbp, dbp, asks):
    """HZ-VIT-03."""
    assert ("KEEL-PRESSURE" in rules(planned("iv", set_of("09:22", sbp=sbp, dbp=dbp)))) is asks


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("iv", event("device_given", "09:24", observed=True)),
        ("esketamine", event("dose_started", "09:24", amount="35 mg", over="40 min")),
    ],
)
def test_a_dose_in_a_form_that_the_protocol_does_not_give_holds(name, given):
    """HZ-MIX-01: every pair of protocol and form that does not belong together."""
    tree = planned(name)
    tree["events"].append(given | {"at": clock("09:24")})
    assert "KEEL-OTHER-FORM" in rules(tree)


@pytest.mark.parametrize("text", ["had a fit last year", "seizure in 2019", "tuvo una convulsión hace 3 años"])
@pytest.mark.parametrize("kind", ["symptom", "adverse event", "note"])
def test_what_is_told_of_the_past_is_said_as_history_and_does_not_block(text, kind):
    """A-PRE-04, B-MON-04: symptoms of now. HZ-GATE-03: what is told is heard."""
    told = {
        "symptom": set_of("09:10", symptoms=[text]),
        "adverse event": event("adverse_event", "09:10", what=text),
        "note": event("note", "09:10", text=text),
    }[kind]
    found = fold_session(
        read_session(planned("iv", told)), at=dt.datetime.fromisoformat(clock("09:25")), knowledge=load()
    )
    said = {one.rule: str(one.severity) for one in (*found.reasons, *found.alarms)}
    assert said.get("KEEL-PAST") == "warn"
    assert said.get("A-PRE-04") is None


@pytest.mark.parametrize("text", ["seizure", "had a fit", "convulsión", "weak on the left side", "trouble speaking"])
def test_a_seizure_or_a_focal_sign_before_the_dose_blocks(text):
    """A-PRE-04 with the signs that the label of 2026 names (B-MON-04)."""
    assert "A-PRE-04" in rules(planned("iv", event("adverse_event", "09:10", what=text)))
