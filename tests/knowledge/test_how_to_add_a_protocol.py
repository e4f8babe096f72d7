"""docs/how-to/add-a-protocol.md followed to the letter by somebody who edits text and runs commands."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from keel.assessment.protocols import gate
from keel.assessment.session.fold import fold_session
from keel.interop import read_session, session_template
from keel.knowledge import Knowledge
from keel.knowledge.errors import OverlayRefused

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-a-protocol.md").read_text(encoding="utf-8")
AT = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)


def follow(folder):
    """Writes every block of the page into the file that the text before it names; “the same file” is the last one."""
    path = None
    for text, kind, block in re.findall(r"(.*?)```(toml|csv|text|console)\n(.*?)\n```", PAGE, re.DOTALL):
        named = re.findall(r"`clinic/([\w/.-]+)`", text)
        path = named[-1] if named else path
        if kind in ("toml", "csv"):
            file = folder / "clinic" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8") as out:
                out.write(f"{block}\n")
    return Knowledge((folder / "clinic",))


def test_whoever_follows_the_page_has_two_protocols_that_read(tmp_path):
    knowledge = follow(tmp_path)
    infusion = knowledge.protocols["iv-racemic"]
    assert infusion.cuts["start_sbp_guide"].confirmed.by == "Dr Alice"
    assert infusion.number("start_dbp_guide") == 85
    assert infusion.number("observation_min") == 90
    assert {"S-01", "A-PRE-02"} <= {rule.id for rule in knowledge.protocols["subcutaneous-example"].rules}


def test_the_rules_of_the_page_speak(tmp_path):
    knowledge = follow(tmp_path)
    facts = {"phone_switched_off": False, "days_since_weighed": 31, "sbp": 120, "dbp": 86}
    found = gate("iv-racemic", "pre_dose", facts, at=AT, knowledge=knowledge, report_missing=False)
    verbs = {one.rule: str(one.severity) for one in found}
    assert verbs == {"CLINIC-01": "warn", "A-PRE-16": "hold", "A-PRE-02": "hold"}
    course = gate("iv-racemic", "course", {"months_since_exposure_review": 3}, at=AT, knowledge=knowledge)
    assert "hold" in {str(one.severity) for one in course if one.rule == "A-COURSE-05"}
    leaving = gate("iv-racemic", "discharge", {"hr_age_min": 10.1}, at=AT, knowledge=knowledge)
    assert "hold" in {str(one.severity) for one in leaving if one.rule == "CLINIC-02"}


def test_the_refusal_on_the_page_is_the_one_that_comes(tmp_path):
    follow(tmp_path)
    file = tmp_path / "clinic" / "protocols" / "iv-racemic.toml"
    file.write_text('id = "iv-racemic"\n[cuts.start_sbp_guide]\nvalue = 150\n', encoding="utf-8")
    (promised,) = re.findall(r"```text\n(.*?)\n```", PAGE)
    with pytest.raises(OverlayRefused, match=re.escape(promised)):
        _ = Knowledge((tmp_path / "clinic",)).protocols


def test_the_new_protocol_runs_a_session(tmp_path):
    knowledge = follow(tmp_path)
    tree = session_template("subcutaneous-example", knowledge)
    for event in tree["events"]:
        event["by"] = "bob"
    state = fold_session(read_session(json.dumps(tree).encode(), knowledge=knowledge), at=AT, knowledge=knowledge)
    assert not state.may_start
    assert "minutes_to_medical_responder" in {reason.name for one in state.reasons for reason in one.why}
