"""Schedules of surveillance and rules of a session under an overlay: tighten and confirm freely, loosen hardly ever."""

import pytest

from keel.knowledge import Knowledge, load
from keel.knowledge.defaults import unconfirmed
from keel.knowledge.errors import OverlayRefused
from support.facts import copied_facts, knowledge_of

SIGNED = '{ by = "Dr Alice", on = 2026-11-01, role = "medical director", reason = "our audit of 2025" }'


def folder_with(place, name, text):
    file = place / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'id = "{file.stem}"\n{text}', encoding="utf-8")
    return place


def schedule(tmp_path, text):
    return Knowledge((folder_with(tmp_path, "surveillance/medical-use.toml", text),)).surveillance["medical-use"]


def rules(tmp_path, text):
    knowledge = Knowledge((folder_with(tmp_path, "session-rules/session.toml", text),))
    return {rule.id: rule for rule in knowledge.session_rules["session"].rules}


def test_an_interval_may_become_shorter(tmp_path):
    assert schedule(tmp_path, "[cuts.three_months]\nvalue = 60").cuts["three_months"].value == 60


@pytest.mark.parametrize("signed", ["", f"set_by = {SIGNED}"], ids=["unsigned", "signed"])
def test_an_interval_may_not_become_longer(tmp_path, signed):
    with pytest.raises(OverlayRefused, match=r"cuts.three_months from 91 to 120 d would loosen it"):
        schedule(tmp_path, f"[cuts.three_months]\nvalue = 120\n{signed}")


def test_a_trend_may_speak_louder_and_not_more_softly(tmp_path):
    louder = schedule(tmp_path / "a", '[[trends]]\nid = "W-LIVER-RATIO"\nseverity = "hold"')
    assert {one.id: one.severity for one in louder.trends}["W-LIVER-RATIO"] == "hold"
    for kind, name in (("trends", "W-MISUSE-RISE"), ("score_trends", "W-BLADDER-WORSE")):
        with pytest.raises(OverlayRefused, match=f"{name}: from hold to warn would loosen it"):
            schedule(tmp_path / kind, f'[[{kind}]]\nid = "{name}"\nseverity = "warn"\nset_by = {SIGNED}')


@pytest.mark.parametrize("key", ["measure", "cut", "codes", "text", "domain"])
def test_a_trend_is_not_rewritten(tmp_path, key):
    with pytest.raises(OverlayRefused, match=f"“{key}” cannot be changed"):
        schedule(tmp_path, f'[[trends]]\nid = "W-LIVER-RATIO"\n{key} = "x"')


def test_something_may_be_asked_at_each_session_and_not_less_often(tmp_path):
    often = schedule(tmp_path / "a", '[[items]]\nid = "W-URINE"\neach_session = true')
    assert {one.id: one.each_session for one in often.items}["W-URINE"]
    with pytest.raises(OverlayRefused, match="W-PRESSURE: it is asked at each session"):
        schedule(tmp_path / "b", '[[items]]\nid = "W-PRESSURE"\neach_session = false')
    with pytest.raises(OverlayRefused, match="“every” cannot be changed"):
        schedule(tmp_path / "c", '[[items]]\nid = "W-URINE"\nevery = []')


def test_what_a_view_does_not_show_may_grow_and_not_shrink(tmp_path):
    with pytest.raises(OverlayRefused, match="“does_not_show” cannot be changed"):
        schedule(tmp_path / "a", "does_not_show = []")
    with pytest.raises(OverlayRefused, match="“lane” cannot be changed"):
        schedule(tmp_path / "b", 'lane = "non_medical"')


def test_a_clinic_adds_something_of_its_own_to_watch(tmp_path):
    own = 'id = "CLINIC-ECG"\ndomain = "heart"\nwhat = "ECG"\nnames = ["ecg"]\nevery = [{ cut = "six_months" }]'
    text = f"[[items]]\n{own}"
    added = schedule(tmp_path, text)
    assert {one.id for one in added.items} == {one.id for one in load().surveillance["medical-use"].items} | {
        "CLINIC-ECG"
    }


def test_a_verb_of_a_session_may_become_stronger_and_not_weaker(tmp_path):
    assert rules(tmp_path / "a", '[[rules]]\nid = "KEEL-CLOCK"\nseverity = "hold"')["KEEL-CLOCK"].severity == "hold"
    with pytest.raises(OverlayRefused, match="KEEL-DUPLICATE: from hold to note would loosen it; allowed is no weaker"):
        rules(tmp_path / "b", f'[[rules]]\nid = "KEEL-DUPLICATE"\nseverity = "note"\nset_by = {SIGNED}')
    with pytest.raises(OverlayRefused, match="“may_loosen_to” cannot be changed"):
        rules(tmp_path / "c", '[[rules]]\nid = "KEEL-DUPLICATE"\nmay_loosen_to = "note"')


def test_words_of_a_session_may_change_but_not_what_fills_them(tmp_path):
    said = rules(tmp_path / "a", '[[rules]]\nid = "KEEL-CLOCK"\ntext = "A clock is wrong by {minutes} min ({event})."')
    assert said["KEEL-CLOCK"].text.startswith("A clock")
    for text in ("{who} was late", "{event.id}", "open {event", "{}"):
        with pytest.raises(OverlayRefused, match="nothing fills"):
            rules(tmp_path / "b", f'[[rules]]\nid = "KEEL-CLOCK"\ntext = "{text}"')
    with pytest.raises(OverlayRefused, match="`text` is empty"):
        rules(tmp_path / "c", '[[rules]]\nid = "KEEL-CLOCK"\ntext = " "')


def test_a_session_rule_that_nothing_notices_is_refused(tmp_path):
    with pytest.raises(OverlayRefused, match="KEEL-CLOKC: a session notices nothing of that name"):
        rules(tmp_path, '[[rules]]\nid = "KEEL-CLOKC"\nseverity = "hold"\ntext = "x"\nnext_step = "x"')


def test_a_trend_of_a_group_is_loosened_by_its_site_only_as_far_as_the_group_lets_it(tmp_path):
    own = (
        '[[trends]]\nid = "GROUP-1"\ndomain = "liver"\nmeasure = "ratio"\ncut = "liver_ratio"\nmeasures = ["alt"]\n'
        'severity = "block"\ntext = "x"\nnext_step = "x"\nmay_loosen_to = "hold"'
    )
    group = folder_with(tmp_path / "group", "surveillance/medical-use.toml", own)

    def site(verb, more=""):
        text = f'[[trends]]\nid = "GROUP-1"\nseverity = "{verb}"\n{more}'
        site_folder = folder_with(tmp_path / "site", "surveillance/medical-use.toml", text)
        trends = Knowledge((group, site_folder)).surveillance["medical-use"].trends
        return {one.id: one for one in trends}["GROUP-1"]

    with pytest.raises(OverlayRefused, match="needs `set_by`"):
        site("hold")
    with pytest.raises(OverlayRefused, match="no further than hold"):
        site("warn", f"set_by = {SIGNED}")
    loosened = site("hold", f"set_by = {SIGNED}")
    assert (loosened.severity, loosened.set_by.by) == ("hold", "Dr Alice")


def test_a_whole_copy_of_the_packaged_files_is_no_change(tmp_path):
    same = knowledge_of(copied_facts(tmp_path))
    assert same.surveillance == load().surveillance
    assert same.session_rules == load().session_rules


@pytest.mark.slow
def test_a_confirmed_default_leaves_the_page_of_defaults(tmp_path):
    """A name without a date is refused; with both, the one entry is settled and its neighbours are not."""
    with pytest.raises(OverlayRefused, match="needs `by` and `on`"):
        schedule(tmp_path / "a", '[cuts.month]\nconfirmed = { by = "Dr Alice" }')
    text = f'[cuts.month]\nconfirmed = {SIGNED}\n[[items]]\nid = "W-URINE"\nconfirmed = {SIGNED}'
    confirmed = Knowledge((folder_with(tmp_path / "b", "surveillance/medical-use.toml", text),))
    gone = {(one.id, one.path) for one in unconfirmed(load())} - {(one.id, one.path) for one in unconfirmed(confirmed)}
    assert {one for one, _ in gone} == {"medical-use"}
    assert len(gone) == 2
