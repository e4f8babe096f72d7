"""The emergency cards: call first, no doses but the site's, signed by two or said not to be."""

import datetime as dt
import re

import msgspec
import pytest

from keel.knowledge import load
from keel.knowledge.base import Knowledge
from keel.knowledge.emergency_cards.check import card_problems
from keel.knowledge.errors import OverlayRefused
from support.loops import some

CARDS = sorted(load().emergency_cards.values(), key=lambda card: card.order)
WANTED = {"collapse", "breathing", "laryngospasm", "pressure", "agitation", "vomiting", "suicidality"}
"""The events of the live-session reference, section 7."""
OPEN_NO_CARD = {"A-IN-10-tenfold", "A-IN-11"}
"""A pump too fast and a wish to stop end with stopping: no card is needed for it."""


def test_every_event_of_the_reference_has_its_card():
    assert {card.id for card in CARDS} == WANTED


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_a_card_calls_first_and_says_version_day_and_how_sure(card):
    """HZ-CARE-02."""
    assert card.steps[0].calls
    assert re.search(r"\btime\b", card.steps[0].text)
    assert card.version
    assert card.changed_on <= card.review_due
    assert card.certainty


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_no_dose_stands_on_a_packaged_card(card):
    """HZ-CARE-02: a crisis handbook corrected a ten-fold slip; a dose is the clinic's own, signed by two."""
    words = " ".join(step.text for step in (*card.steps, *card.consider))
    assert not card.drugs
    assert not re.search(r"\d\s*(?:mg|mcg|microgram|mL|ml|units?|J)\b|mg/kg", words)


def test_nobody_has_signed_yet_and_the_card_knows():
    assert not any(card.is_signed for card in CARDS)


def test_each_block_of_a_running_session_opens_a_card():
    rules = {
        rule.id
        for protocol in load().protocols.values()
        for rule in protocol.rules_of("in_session")
        if rule.severity == "block"
    }
    named = {opening.rule for card in CARDS for opening in card.opened_by}
    assert some(rules)
    assert rules - named == OPEN_NO_CARD


def problems_of(**change):
    card = msgspec.structs.replace(load().emergency_cards["vomiting"], **change)
    return [one.message for one in card_problems({"vomiting": card}, load().protocols)]


def test_the_check_names_a_card_that_calls_nobody_or_is_opened_by_nothing():
    card = load().emergency_cards["vomiting"]
    silent = msgspec.structs.replace(card.steps[0], calls="")
    opening = msgspec.structs.replace(card.opened_by[0], rule="A-IN-99")
    asked = msgspec.structs.replace(card.opened_by[0], facts=("spo2",))
    assert problems_of() == []
    assert "must call somebody" in problems_of(steps=(silent, *card.steps[1:]))[0]
    assert "A-IN-99" in problems_of(opened_by=(opening,))[0]
    assert "spo2" in problems_of(opened_by=(asked,))[0]
    assert "two steps" in problems_of(consider=(card.steps[1],))[0]


SIGNED = 'signed = [{ by = "Dr Alice", on = 2026-11-01 }, { by = "Dr Bob", on = 2026-11-02 }]'
BOX = '[[drugs]]\nid = "own"\nname = "Ondansetron"\ndose = "as on the chart of the clinic"\ngiven_by = "nurse"\n'


def overlaid(tmp_path, text):
    (tmp_path / "emergency-cards").mkdir()
    (tmp_path / "emergency-cards" / "vomiting.toml").write_text(f'id = "vomiting"\n{text}')
    return Knowledge([tmp_path]).emergency_cards["vomiting"]


def reviews(version, *names):
    rows = ", ".join(f'{{ by = "{name}", on = 2026-11-01, version = "{version}" }}' for name in names)
    return f"reviews = [{rows}]\n"


def test_two_names_sign_a_card_and_one_person_twice_does_not(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert not overlaid(tmp_path / "one", reviews("1", "Dr Alice", "dr alice")).is_signed
    assert overlaid(tmp_path / "two", reviews("1", "Dr Alice", "Dr Bob")).is_signed


def test_signatures_are_of_the_version_that_was_seen(tmp_path):
    changed = 'version = "1-harbour"\n' + reviews("1", "Dr Alice", "Dr Bob") + f"{BOX}{SIGNED}"
    card = overlaid(tmp_path, changed)
    assert card.drugs[0].signed[1].on == dt.date(2026, 11, 2)
    assert not card.is_signed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{BOX}{SIGNED}", "`version` must be another one"),
        ('version = "2"\n' + BOX + 'signed = [{ by = "Dr Alice", on = 2026-11-01 }]', "needs `signed` by 2 people"),
        ('certainty = "seen"', "“certainty” cannot be changed"),
        ('[[steps]]\nid = "side"\ntext = "On the left side."', "`version` must be another one"),
    ],
)
def test_an_overlay_may_not_put_words_under_old_signatures(tmp_path, text, why):
    with pytest.raises(OverlayRefused, match=re.escape(why)):
        overlaid(tmp_path, text)
