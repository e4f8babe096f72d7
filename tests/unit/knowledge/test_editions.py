"""Regulatory texts have editions: one that nobody checked for long, has ended or was replaced is warned of."""

import datetime as dt

import pytest

from keel.knowledge import load
from keel.knowledge.evidence import Edition, Source
from keel.knowledge.evidence.editions import edition_problems
from keel.knowledge.kinds import facts, parts
from support.facts import copied_facts, knowledge_of, replace_in
from support.loops import some

CHECKED = dt.date(2026, 3, 13)
LABEL = Source("label", (), "A label", 2026, "", "", "", "part")
OLD = Source("old-label", (), "The label before", 2019, "", "", "", "part")


def told(at, **changes):
    edition = Edition(
        **{
            "source": "label",
            "version": "18",
            "in_force": CHECKED,
            "ends": None,
            "checked": CHECKED,
            "replaces": (),
            **changes,
        }
    )
    rows = {edition.source: edition}
    return [f"{one.level} {one.message}" for one in edition_problems(rows, {"label": LABEL, "old-label": OLD}, at)]


@pytest.mark.parametrize(("days", "warns"), [(179, False), (180, False), (181, True)])
def test_a_regulatory_text_older_than_180_days_since_it_was_checked_warns(days, warns):
    """Issue 10, item 16."""
    found = told(CHECKED + dt.timedelta(days=days))
    old = ["warning last checked 181 days ago. Look whether there is a newer version, then move the date."]
    assert found == (old if warns else [])


@pytest.mark.parametrize(("day", "warns"), [(dt.date(2026, 12, 31), False), (dt.date(2027, 1, 1), True)])
def test_a_text_that_has_ended_warns_by_itself(day, warns):
    assert bool(told(day, ends=dt.date(2026, 12, 31), checked=day)) is warns


def test_an_edition_of_no_source_is_an_error():
    assert any("no source is called “label-x”" in one for one in told(CHECKED, replaces=("label-x",)))


def test_a_replaced_text_is_not_checked_for_age():
    assert not list(
        edition_problems(
            {
                "label": Edition("label", "18", CHECKED, None, CHECKED + dt.timedelta(900), ("old-label",)),
                "old-label": Edition("old-label", "1", None, None, CHECKED, ()),
            },
            {"label": LABEL, "old-label": OLD},
            CHECKED + dt.timedelta(900),
        )
    )


def test_the_us_label_of_the_spray_is_version_18_of_13_march_2026():
    """FDA structured label, set id d81a6a79-a74a-44b7-822c-0dfa3036eaed: effectiveTime 20260313, versionNumber 18."""
    edition = load().editions["us-pi26"]
    assert (edition.version, edition.in_force) == ("18", dt.date(2026, 3, 13))
    assert "us-pi19" in edition.replaces


def test_every_rule_and_number_on_the_old_label_cites_the_one_in_force():
    resting = [
        part
        for fact in facts(load())
        if fact.kind not in ("sources", "claims", "conflicts", "figures", "editions")
        for part in parts(fact)
        if "us-pi19" in getattr(part.value, "sources", ()) and getattr(part.value, "valid_to", None) is None
    ]
    for part in some(resting):
        assert "us-pi26" in part.value.sources, part


@pytest.mark.slow
def test_a_rule_that_rests_on_a_replaced_text_alone_is_named(tmp_path):
    from keel.knowledge.check import check

    copy = copied_facts(tmp_path)
    replace_in(copy / "strategies" / "pregnant.toml", '"us-pi26", ', "")
    found = [one.message for one in check(knowledge_of(copy), dt.date(2026, 12, 1)) if one.check == "editions"]
    assert any("rests on “us-pi19”, which us-pi26 has replaced" in one for one in found)
