"""A clinic makes the defaults of a protocol its own, by name, before a session of it can begin (HZ-EVD-02)."""

import pytest

from keel import knowledge
from keel.knowledge.adoption import decisions, entry_of
from keel.knowledge.defaults import unconfirmed
from keel.web.clinic.errors import NotAllowed
from keel.web.live.adoption import is_adopted, may_open, overlay_file, rules_today, standing
from keel.web.live.errors import SessionRefused
from keel.web.live.signing import end, sign_decision
from support.clock import START
from support.loops import some

IV = "iv-racemic"


@pytest.fixture
def adopt(people, harbour):
    """Signs every decision of a protocol by these people, or one of them with changes."""

    def run(who=("alice", "bob"), only=None, changes=None):
        for one in some(standing(harbour, IV)):
            if only is None or one.decision.id == only:
                for name in who:
                    sign_decision(
                        by=people[name],
                        clinic=harbour,
                        decision=one.decision.id,
                        digest=one.decision.digest,
                        changes=changes or {},
                        reason="our practice",
                        at=START,
                    )

    return run


def test_every_default_is_in_one_decision_and_they_are_few():
    facts = knowledge.load()
    found = decisions(facts)
    assert len(found) <= 60
    rows = [row for one in found for row in one.rows]
    assert len(rows) == len(set(rows)) > 800
    assert set(rows) == set(unconfirmed(facts))
    assert all(entry_of(row, facts) is not None for one in found for row in one.rows)


def test_what_can_hold_or_release_a_dose_wants_two_names():
    facts = knowledge.load()
    holding = [
        one
        for one in decisions(facts)
        if any(getattr(entry_of(row, facts), "severity", "") in ("block", "hold") for row in one.rows)
        and one.protocol in ("iv-racemic", "esketamine-nasal-us", "esketamine-nasal-eu")
    ]
    assert len(holding) >= 15
    assert {one.topic.names for one in holding} == {2}


def test_without_adoption_no_session_with_two_names_it_may(harbour, adopt):
    assert not may_open(harbour, IV)
    adopt(who=("alice",))
    assert not may_open(harbour, IV)
    adopt(who=("bob",))
    assert may_open(harbour, IV)
    assert not may_open(harbour, "esketamine-nasal-us")


def test_two_nurses_are_no_prescriber(harbour, people, adopt):
    from keel.web.clinic.models import Membership

    Membership.objects.create(clinic=harbour, user=people["tom"], role="nurse")
    adopt(who=("bob", "tom"))
    assert not is_adopted(harbour, IV)


def test_who_does_not_run_sessions_signs_nothing(harbour, adopt, people):
    with pytest.raises(NotAllowed):
        adopt(who=("fay",))
    with pytest.raises(NotAllowed):
        end(by=people["bob"], clinic=harbour, decision=f"{IV}/dose", reason="x", at=START)


def test_afterwards_the_rules_are_the_clinics(harbour, adopt):
    adopt()
    protocol = rules_today(harbour).protocols[IV]
    assert [name for name, cut in protocol.cuts.items() if cut.is_unconfirmed_default] == []
    assert protocol.cuts["stale_running"].confirmed.by == "Alice, Bob"


def test_stricter_holds_and_looser_is_refused(harbour, adopt):
    """`start_sbp_high` is 160 by default, stricter when lower (data/protocols/iv-racemic.toml)."""
    adopt()
    with pytest.raises(SessionRefused, match="stricter"):
        adopt(only=f"{IV}/gate", changes={"cuts": {"start_sbp_high": 175}})
    adopt(only=f"{IV}/gate", who=("alice",), changes={"cuts": {"start_sbp_high": 150}})
    assert rules_today(harbour).protocols[IV].cuts["start_sbp_high"].value == 160  # the second name is not there yet
    adopt(only=f"{IV}/gate", who=("bob",), changes={"cuts": {"start_sbp_high": 150}})
    assert rules_today(harbour).protocols[IV].cuts["start_sbp_high"].value == 150
    assert knowledge.load().protocols[IV].cuts["start_sbp_high"].value == 160


@pytest.mark.parametrize("who", ["bob", "alice"])
def test_one_name_under_other_values_is_a_proposal_and_puts_nothing_out_of_force(harbour, adopt, at_desk, who):
    """HZ-EVD-02: what two have signed holds until two have signed something else; the page says what is proposed."""
    adopt()
    adopt(only=f"{IV}/gate", who=(who,), changes={"cuts": {"start_sbp_high": 150}})
    one = next(row for row in standing(harbour, IV) if row.decision.id == f"{IV}/gate")
    assert is_adopted(harbour, IV)
    assert [row.by.username for row in one.signatures] == ["alice", "bob"]
    assert ([row.by.username for row in one.proposed], one.names_missing) == ([who], 1)
    page = at_desk("alice").get(f"/clinic/harbour/adoption/{IV}/gate/").content.decode()
    assert f"Other values are proposed by {who.capitalize()}" in page
    assert 'value="150"' in page  # what the second person would sign stands in the field
    adopt(only=f"{IV}/gate", who=(who,))  # and takes it back
    one = next(row for row in standing(harbour, IV) if row.decision.id == f"{IV}/gate")
    assert (one.is_in_force, one.proposed) == (True, ())


def test_one_name_brings_no_older_values_back(harbour, adopt):
    """HZ-EVD-02: what was replaced by two names is signed by two again, or stays away."""
    stricter = {"cuts": {"start_sbp_high": 150}}
    adopt()
    adopt(only=f"{IV}/gate", changes=stricter)
    adopt(only=f"{IV}/gate", who=("alice",))
    assert rules_today(harbour).protocols[IV].cuts["start_sbp_high"].value == 150


def test_a_stricter_number_of_the_session_itself_counts(harbour, adopt):
    """`escalate_high_min` is 1 by default (data/session-rules/session.toml), stricter when lower."""
    adopt(only="alarms-of-events", changes={"cuts": {"escalate_high_min": 0.5}})
    assert rules_today(harbour).session_rules["session"].cuts["escalate_high_min"].value == 0.5
    with pytest.raises(SessionRefused, match="stricter"):
        adopt(only="alarms-of-events", changes={"cuts": {"escalate_high_min": 2}})


def test_the_overlay_is_a_file_that_the_command_line_reads(harbour, adopt, tmp_path):
    adopt(changes=None)
    adopt(only=f"{IV}/gate", changes={"cuts": {"start_sbp_high": 150}, "rules": {"A-PRE-02": "block"}})
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols" / f"{IV}.toml").write_text(overlay_file(harbour, IV), encoding="utf-8")
    read = knowledge.load((tmp_path,)).protocols[IV]
    assert read == rules_today(harbour).protocols[IV]
    assert next(rule for rule in read.rules if rule.id == "A-PRE-02").severity == "block"


def test_a_decision_that_changed_is_asked_again(harbour, adopt, people, monkeypatch):
    adopt()
    from keel.web.live import adoption, signing

    old = adoption.all_decisions(knowledge.load())
    changed = {name: one._replace(digest="other") if name == f"{IV}/dose" else one for name, one in old.items()}
    for module in (adoption, signing):
        monkeypatch.setattr(module, "all_decisions", lambda facts: changed)
    assert not is_adopted(harbour, IV)
    one = next(row for row in standing(harbour, IV) if row.decision.id == f"{IV}/dose")
    assert one.was_signed_before
    with pytest.raises(SessionRefused, match="changed"):
        sign_decision(
            by=people["alice"],
            clinic=harbour,
            decision=f"{IV}/dose",
            digest=old[f"{IV}/dose"].digest,
            changes={},
            reason="",
            at=START,
        )


def test_names_can_be_taken_away_with_a_reason(harbour, adopt, people):
    adopt()
    with pytest.raises(SessionRefused):
        end(by=people["alice"], clinic=harbour, decision=f"{IV}/dose", reason=" ", at=START)
    end(by=people["alice"], clinic=harbour, decision=f"{IV}/dose", reason="new pump", at=START)
    assert not may_open(harbour, IV)


def test_the_page_signs_what_was_read(at_desk, harbour):
    address = f"/clinic/harbour/adoption/{IV}/dose/"
    alice = at_desk("alice")
    page = alice.get(address)
    digest = next(one.decision.digest for one in standing(harbour, IV) if one.decision.id == f"{IV}/dose")
    assert digest in page.content.decode()
    assert alice.post(address, {"digest": digest}).status_code == 422
    assert alice.post(address, {"digest": digest, "read": "yes"}).status_code == 302
    assert at_desk("bob").post(address, {"digest": digest, "read": "yes"}).status_code == 302
    assert "Alice" in at_desk("alice").get("/clinic/harbour/adoption/").content.decode()
    assert next(one for one in standing(harbour, IV) if one.decision.id == f"{IV}/dose").is_in_force
