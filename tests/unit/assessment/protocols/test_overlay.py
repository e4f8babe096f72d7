"""What a clinic's overlay may do: tighten, confirm, add; loosen where the protocol allows, with name and reason."""

import datetime as dt

import pytest

from keel.assessment.protocols import default_rules, gate
from keel.knowledge import Knowledge, load
from keel.knowledge.errors import OverlayRefused
from support.facts import copied_facts, knowledge_of, replace_in

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
SIGNED = '{ by = "Dr Alice", on = 2026-11-01, role = "medical director", reason = "our audit of 2025" }'


def overlaid(tmp_path, text, name="iv-racemic", folder="clinic"):
    place = tmp_path / folder / "protocols"
    place.mkdir(parents=True)
    (place / f"{name}.toml").write_text(f'id = "{name}"\n{text}', encoding="utf-8")
    return tmp_path / folder


def protocol_of(tmp_path, text, name="iv-racemic"):
    return Knowledge((overlaid(tmp_path, text, name),)).protocols[name]


def test_a_cut_may_be_tightened(tmp_path):
    assert protocol_of(tmp_path, "[cuts.start_sbp_guide]\nvalue = 135").number("start_sbp_guide") == 135


def test_a_cut_may_not_be_loosened(tmp_path):
    with pytest.raises(OverlayRefused, match=r"cuts.start_sbp_guide from 140 to 150 .* would loosen it.*Make it lower"):
        protocol_of(tmp_path, f"[cuts.start_sbp_guide]\nvalue = 150\nset_by = {SIGNED}")


def test_a_cut_that_may_be_loosened_needs_a_name_and_a_reason(tmp_path):
    with pytest.raises(OverlayRefused, match="needs `set_by` with by, on and reason"):
        protocol_of(tmp_path, "[cuts.observation_min]\nvalue = 90")


def test_a_cut_that_may_be_loosened_is_loosened_with_name_and_reason(tmp_path):
    cut = protocol_of(tmp_path, f"[cuts.observation_min]\nvalue = 60\nset_by = {SIGNED}").cuts["observation_min"]
    assert (cut.value, cut.set_by.by) == (60, "Dr Alice")


def test_no_signature_goes_past_the_floor(tmp_path):
    """Conflict 3: a site value, default 120 min, floor 60."""
    with pytest.raises(OverlayRefused, match="past the limit, 60 min"):
        protocol_of(tmp_path, f"[cuts.observation_min]\nvalue = 59\nset_by = {SIGNED}")


def test_a_number_without_a_stricter_side_stays(tmp_path):
    with pytest.raises(OverlayRefused, match="no stricter side"):
        protocol_of(tmp_path, "[cuts.repeat_min]\nvalue = 4")


@pytest.mark.parametrize("key", ["tighter", "may_loosen", "least", "unit", "certainty", "sources"])
def test_what_a_cut_is_cannot_be_changed(tmp_path, key):
    with pytest.raises(OverlayRefused, match="cannot be changed"):
        protocol_of(tmp_path, f'[cuts.start_sbp_guide]\n{key} = "higher"')


def test_a_rule_may_become_stronger(tmp_path):
    rules = {rule.id: rule for rule in protocol_of(tmp_path, '[[rules]]\nid = "A-PRE-02"\nseverity = "block"').rules}
    assert rules["A-PRE-02"].severity == "block"
    assert rules["A-PRE-02"].when.any  # nothing else of it has changed


def test_a_rule_may_not_become_weaker(tmp_path):
    with pytest.raises(OverlayRefused, match="A-PRE-02: from hold to warn would loosen it; allowed is no weaker verb"):
        protocol_of(tmp_path, f'[[rules]]\nid = "A-PRE-02"\nseverity = "warn"\nset_by = {SIGNED}')


def test_pregnancy_becomes_a_hold_only_with_name_and_reason(tmp_path):
    """A-CI-10: BLOCK default, HOLD by site."""
    weaker = '[[rules]]\nid = "A-CI-10"\nseverity = "hold"'
    with pytest.raises(OverlayRefused, match="needs `set_by`"):
        protocol_of(tmp_path, weaker)
    rules = {rule.id: rule for rule in protocol_of(tmp_path / "b", f"{weaker}\nset_by = {SIGNED}").rules}
    assert rules["A-CI-10"].severity == "hold"
    with pytest.raises(OverlayRefused, match="no further than hold"):
        protocol_of(tmp_path / "c", f'[[rules]]\nid = "A-CI-10"\nseverity = "warn"\nset_by = {SIGNED}')


@pytest.mark.parametrize("key", ["when", "text", "jurisdictions", "valid_to", "yields_to", "missing", "phase"])
def test_a_rule_is_not_rewritten(tmp_path, key):
    with pytest.raises(OverlayRefused, match=f"“{key}” cannot be changed"):
        protocol_of(tmp_path, f'[[rules]]\nid = "A-PRE-02"\n{key} = "x"')


@pytest.mark.parametrize("key", ["gates", "dosing", "includes", "routes", "jurisdiction", "letter"])
def test_the_frame_of_a_protocol_stays(tmp_path, key):
    with pytest.raises(OverlayRefused, match=f"“{key}” cannot be changed"):
        protocol_of(tmp_path, f'{key} = "x"')


def test_a_whole_copy_of_the_packaged_files_is_no_change(tmp_path):
    same = knowledge_of(copied_facts(tmp_path))
    assert same.protocols == load().protocols


def test_in_a_whole_copy_a_loosened_number_is_still_refused(tmp_path):
    copy = copied_facts(tmp_path)
    replace_in(
        copy / "protocols" / "iv-racemic.toml", "start_sbp_guide = { value = 140", "start_sbp_guide = { value = 150"
    )
    with pytest.raises(OverlayRefused, match="start_sbp_guide"):
        _ = knowledge_of(copy).protocols


def test_a_rule_of_the_clinic_is_added(tmp_path):
    knowledge = Knowledge(
        (
            overlaid(
                tmp_path,
                """
[[rules]]
id = "CLINIC-1"
phase = "pre_dose"
title = "Phone off"
severity = "hold"
when = { fact = "acutely_unwell", op = "is", value = true }
text = "Our own rule."
certainty = "default"
""",
            ),
        )
    )
    found = gate("iv-racemic", "pre_dose", {"acutely_unwell": True}, at=AT, knowledge=knowledge)
    assert {"CLINIC-1", "A-PRE-11"} <= {one.rule for one in found}


def test_a_rule_of_the_clinic_that_asks_for_an_unknown_fact_is_refused(tmp_path):
    with pytest.raises(Exception, match="clinical-facts"):
        protocol_of(
            tmp_path,
            '[[rules]]\nid = "CLINIC-1"\nphase = "pre_dose"\ntitle = "x"\nseverity = "hold"\ntext = "x"\n'
            'when = { fact = "phone_off", op = "is", value = false }',
        )


def test_a_confirmed_default_says_who_and_when(tmp_path):
    text = f'[[rules]]\nid = "A-PRE-11"\nconfirmed = {SIGNED}'
    knowledge = Knowledge((overlaid(tmp_path, text),))
    (finding,) = gate(
        "iv-racemic", "pre_dose", {"acutely_unwell": True}, at=AT, knowledge=knowledge, report_missing=False
    )
    assert ("confirmed by", "Dr Alice, 2026-11-01") in [(reason.name, reason.value) for reason in finding.why]
    open_rules = default_rules(knowledge.protocols["iv-racemic"], "pre_dose", at=AT)
    assert "A-PRE-11" not in open_rules
    assert "A-PRE-13" in open_rules


def test_a_confirmation_without_a_date_is_refused(tmp_path):
    with pytest.raises(OverlayRefused, match="needs `by` and `on`"):
        protocol_of(tmp_path, '[cuts.start_sbp_guide]\nconfirmed = { by = "Dr Alice" }')


def test_a_site_cannot_loosen_what_its_group_has_tightened(tmp_path):
    group = overlaid(tmp_path, "[cuts.start_sbp_guide]\nvalue = 130", folder="group")
    site = overlaid(tmp_path, "[cuts.start_sbp_guide]\nvalue = 135", folder="site")
    with pytest.raises(OverlayRefused, match="from 130 to 135"):
        _ = Knowledge((group, site)).protocols
    assert Knowledge((site, group)).protocols["iv-racemic"].number("start_sbp_guide") == 130


HOME_ON = f'[enablement]\non = true\njurisdictions = ["US"]\nsigned = {SIGNED}'


def home_findings(knowledge, **more):
    facts = {"substance": "racemic", **more}
    return {
        one.rule
        for one in gate(
            "oral-sublingual-home", "home", facts, at=AT, knowledge=knowledge, jurisdiction="US", report_missing=False
        )
    }


def test_the_home_pathway_is_turned_on_by_a_medical_director_for_named_places(tmp_path):
    """C-00: site, jurisdiction and medical director; conflict 1: off by default."""
    knowledge = Knowledge((overlaid(tmp_path, HOME_ON, "oral-sublingual-home"),))
    assert "C-00" not in home_findings(knowledge)
    elsewhere = gate(
        "oral-sublingual-home", "home", {}, at=AT, knowledge=knowledge, jurisdiction="UK", report_missing=False
    )
    assert "C-00" in {one.rule for one in elsewhere}


def test_esketamine_at_home_stays_blocked_when_the_pathway_is_on(tmp_path):
    knowledge = Knowledge((overlaid(tmp_path, HOME_ON, "oral-sublingual-home"),))
    assert "C-01" in home_findings(knowledge, substance="esketamine")
    with pytest.raises(OverlayRefused):
        protocol_of(
            tmp_path / "b",
            f'[[rules]]\nid = "C-01"\nseverity = "hold"\nset_by = {SIGNED}',
            "oral-sublingual-home",
        )


@pytest.mark.parametrize(
    "text",
    [
        "[enablement]\non = true",
        f"[enablement]\non = true\nsigned = {SIGNED}",
        f'[enablement]\non = true\njurisdictions = ["US"]\nsigned = {SIGNED.replace("medical director", "nurse")}',
        '[enablement]\non = true\njurisdictions = ["US"]\nsigned = { by = "Dr Alice", on = 2026-11-01 }',
        "[enablement]\nneeds_role = 'nurse'",
    ],
    ids=["no signature", "no place", "a nurse", "no reason", "another role"],
)
def test_the_home_pathway_is_not_turned_on_otherwise(tmp_path, text):
    with pytest.raises(OverlayRefused, match="enablement"):
        protocol_of(tmp_path, text, "oral-sublingual-home")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[cuts.start_sbp_guide]\nvalue = "130"\n', "cuts.start_sbp_guide.value must be a number, not text"),
        ("[cuts.start_sbp_guide]\nvalue = nan\n", "value is nan, which is not a valid number"),
        ("[cuts]\nstart_sbp_guide = 130\n", "cuts.start_sbp_guide must be a table, not a number"),
        ('rules = "x"\n', "rules must be a list, not text"),
        ("[cuts.start_sbp_gide]\nvalue = 130\n", "Near: start_sbp_guide"),
        ('[[rules]]\nid = "A-PRE-99"\nseverity = "hold"\n', "rule A-PRE-99 is not in this protocol"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_its_place(tmp_path, written, said):
    folder = tmp_path / "protocols"
    folder.mkdir()
    (folder / "iv-racemic.toml").write_text(f'id = "iv-racemic"\n{written}', encoding="utf-8")
    with pytest.raises(OverlayRefused, match=said):
        load((tmp_path,)).protocols  # noqa: B018 - read when asked for
