"""Where an instrument and a protocol differ on the same answer the stricter verb holds (HZ-VIT-07, HZ-SUI-03).

Verbs: instruments reference 3.1 and 3.2 (moderate and low ask for an evaluation before any dose), protocols reference
A-PRE-09 (high holds, and is not by itself a reason to refuse treatment), appendix C (8 yes: same-day care).
"""

import datetime as dt

import msgspec
import pytest

from keel.assessment.protocols.instrument_verbs import FACTS_OF
from keel.assessment.screening.triage import triage
from keel.assessment.session.fold import fold_session
from keel.knowledge import Knowledge, load
from keel.knowledge.instruments import Condition
from keel.record import Answers, Record
from support.loops import some
from support.sessions import base_session, changed, clock, read_session

NO = dict.fromkeys(
    ("cssrs_q1", "cssrs_q2", "cssrs_q3", "cssrs_q4", "cssrs_q5", "cssrs_q6_lifetime", "cssrs_q6_3_months"), False
)
C, A = "c-ssrs-screener/", "asq/"


def verbs(name, answers, *events, knowledge=None, at="09:25"):
    """Verb of each rule of an instrument or of suicide at the start gate, and whether the session may start."""
    told = {"id": "asked", "type": "checked", "by": "Bob", "at": "09:22", "facts": answers}
    tree = changed(base_session(name), {"add": [told, *events]})
    tree["events"] = [one for one in tree["events"] if one["at"] <= clock(at) and "dose" not in one["type"]]
    tree["events"] = [one for one in tree["events"] if one["type"] != "device_given"]
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=knowledge or load())
    wanted = ("/", "A-PRE-09", "B-PRE-13", "C-14")
    return {one.rule: str(one.severity) for one in state.reasons if any(part in one.rule for part in wanted)}, state


@pytest.mark.parametrize("name", ["iv", "esketamine"])
@pytest.mark.parametrize(
    ("answers", "rule", "verb"),
    [
        (NO, None, None),
        (NO | {"cssrs_q1": True}, C + "low", "hold"),
        (NO | {"cssrs_q2": True}, C + "low", "hold"),
        (NO | {"cssrs_q2": True, "cssrs_q3": True}, C + "moderate", "hold"),
        (NO | {"cssrs_q6_lifetime": True}, C + "moderate", "hold"),
        (
            NO | {"asq_1": True, "asq_2": False, "asq_3": False, "asq_4": False, "asq_5": False},
            A + "non-acute-positive",
            "hold",
        ),
    ],
    ids=["all no", "wish to be dead", "thoughts", "method", "behaviour long ago", "ASQ positive, not now"],
)
def test_what_the_protocol_leaves_open_the_instrument_holds(name, answers, rule, verb):
    found, state = verbs(name, answers)
    assert found.get(rule) == verb
    assert [one for one in found if "/" in one] == ([rule] if rule else [])
    if name == "iv":
        assert state.may_start is (rule is None), [one.rule for one in state.reasons]


@pytest.mark.parametrize("name", ["iv", "esketamine"])
@pytest.mark.parametrize(
    "answers",
    [
        {"cssrs_q4": True},
        {"cssrs_q5": True},
        {"cssrs_q6_lifetime": True, "cssrs_q6_3_months": True},
        {"asq_1": True, "asq_5": True},
    ],
)
def test_a_high_level_holds_by_the_protocol_and_does_not_refuse_treatment(name, answers):
    found, state = verbs(name, NO | answers)
    assert set(found.values()) == {"hold"}
    assert not [one for one in found if "/high" in one or "/acute" in one], "said once"
    assert not state.may_start
    assert "block" not in {one.severity for one in state.reasons}


def test_an_assessment_closes_it_and_a_prescriber_passes_it():
    who = {"id": "x", "by": "Alice", "at": "09:24", "name": "Alice", "reason": "talked it through; plan made"}
    assessed = who | {"type": "risk_assessed", "level": "low", "role": "nurse"}
    passed = who | {"type": "overridden", "rule": C + "low", "role": "prescriber"}
    by_nurse = passed | {"role": "nurse"}
    for event, starts in ((assessed, True), (passed, True), (by_nurse, False)):
        assert verbs("iv", NO | {"cssrs_q1": True}, event)[1].may_start is starts, event


@pytest.mark.parametrize(("total", "verb"), [(4, None), (5, "block")])
def test_a_verb_that_an_instrument_gains_is_heard_at_the_gate_without_code(total, verb):
    """CADSS: above 4 counts as dissociation in the esketamine programme; a clinic's copy blocks there."""
    known = Knowledge()
    rule = msgspec.structs.replace(
        known.instruments["aldrete"].rules[0],
        id="far-away",
        when=msgspec.convert({"all": [{"scale": "total", "at_least": 5}]}, Condition),
    )
    cadss = msgspec.structs.replace(known.instruments["cadss"], rules=(rule,))
    vars(known)["instruments"] = {**known.instruments, "cadss": cadss}
    assert verbs("iv", {"cadss": total}, knowledge=known)[0].get("cadss/far-away") == verb


def test_every_fact_that_is_an_answer_is_one_of_its_instrument():
    known = load()
    for name, items in some(FACTS_OF.items()):
        ids = {one.id for one in known.instruments[name].items}
        assert {item for item in items if item != "total"} <= ids
        assert {*items.values()} <= {*known.clinical_facts}


@pytest.mark.parametrize(("answer", "said"), [(1, ["bladder-check/same-day"]), (0, [])])
def test_triage_says_what_the_bladder_check_blocks(answer, said):
    """Appendix C: 8 yes is same-day medical care, whatever the state of the bladder comes to."""
    at = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    items = {str(number): 0 for number in range(1, 8)} | {"8": answer}
    record = Record(answers=(Answers(instrument="bladder-check", items=items, at=at - dt.timedelta(days=1)),))
    assert [one.rule for one in triage(record, at=at, knowledge=load()).said] == said
