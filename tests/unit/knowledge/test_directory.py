"""Who helps: what is displayed on which day, in which order, and where old numbers lead."""

import datetime as dt

import msgspec
import pytest

from keel.knowledge import load
from keel.knowledge.directory import Answers, Display, digits, listed, look_up, services
from keel.knowledge.directory.check import disagreements, stale_rows
from support.loops import some

CHECKED = dt.date(2026, 11, 21)
DIRECTORY = load().directory


def after(days: int) -> dt.date:
    return CHECKED + dt.timedelta(days=days)


def ids(rows) -> list[str]:
    return [row.service.id for row in rows]


def test_the_emergency_number_comes_first_in_each_country_that_has_one():
    numbers = {"US": "911", "CA": "911", "GB": "999", "IE": "112", "AU": "000", "NZ": "111", "FR": "112", "PL": "112"}
    for country, number in some(numbers.items()):
        listing = services(DIRECTORY, country=country, need="drugs", at=CHECKED)
        assert [row.service.phone for row in listing.emergency] == [number], country


def test_the_fallback_is_offered_everywhere_even_where_nothing_is_known():
    listing = services(DIRECTORY, country="ZZ", need="bladder", at=CHECKED)
    assert (listing.emergency, listing.services) == ((), ())
    assert listing.fallback.service.url == "https://findahelpline.com/"


def test_a_need_narrows_the_list():
    crisis = services(DIRECTORY, country="GB", need="crisis", at=CHECKED)
    assert {"gb-sam", "gb-shout"} <= set(ids(crisis.services))
    assert "gb-frank" not in ids(crisis.services)
    assert "gb-frank" in ids(services(DIRECTORY, country="gb", need="drugs", at=CHECKED).services)


def test_only_rows_of_high_confidence_are_displayed():
    listings = [services(DIRECTORY, country=country, need=None, at=CHECKED) for country in load().countries]
    for row in some(row for listing in listings for row in listing.services):
        assert row.service.display is Display.YES
        assert row.service.confidence == "high"
        assert not row.service.commercial


@pytest.mark.parametrize(
    ("days", "shown", "stale"),
    [(0, True, False), (90, True, False), (91, True, True), (180, True, True), (181, False, None)],
)
def test_a_row_is_marked_after_90_days_and_hidden_after_180(days, shown, stale):
    row = listed(DIRECTORY["gb-sam"], after(days))
    assert (row is not None) is shown
    if row:
        assert row.stale is stale
        assert row.days == days


def test_emergency_numbers_and_the_fallback_stay_when_everything_else_is_too_old():
    listing = services(DIRECTORY, country="GB", need=None, at=after(1000))
    assert ids(listing.emergency) == ["em-gb"]
    assert listing.emergency[0].stale
    assert listing.services == ()
    assert listing.fallback.stale


@pytest.mark.parametrize("written", ["1-800-273-TALK", "1-800-273-8255", "1 800 273 8255", "us-273talk"])
def test_the_old_lifeline_number_leads_to_988(written):
    assert [service.id for service in look_up(DIRECTORY, written)] == ["us-988"]


def test_the_old_lifeline_number_is_never_displayed():
    shown = services(DIRECTORY, country="US", need=None, at=CHECKED)
    assert "us-273talk" not in ids(shown.services)
    assert "us-988" in ids(shown.services)


def test_988_leads_to_every_line_behind_it():
    assert {service.id for service in look_up(DIRECTORY, "988")} == {"us-988", "us-vcl", "ca-988"}


def test_words_that_name_nothing_lead_nowhere():
    assert look_up(DIRECTORY, "somebody kind") == ()
    assert look_up(DIRECTORY, "") == ()


def test_a_number_on_which_sources_disagree_is_not_displayed():
    """Two sources give the Samaritans of Thailand different last digits."""
    assert DIRECTORY["th-sam"].display is Display.NO
    assert "th-sam" not in ids(services(DIRECTORY, country="TH", need="crisis", at=CHECKED).services)


def test_the_clinic_that_wrote_one_of_the_judged_texts_is_not_displayed():
    assert "rehab-onestep" not in ids(services(DIRECTORY, country="TH", need="treatment", at=CHECKED).services)


def test_who_answers_sooner_comes_first_then_the_country_then_its_regions():
    """At three in the morning a line that answers then stands above one that does not."""
    rows = services(DIRECTORY, country="GB", need=None, at=CHECKED).services
    ranks = [(row.service.answers.rank, "*" in row.service.countries, row.service.region != "") for row in rows]
    assert ranks == sorted(ranks)
    assert len({rank for rank, *_ in ranks}) > 2


@pytest.mark.parametrize(
    ("service", "answers"),
    [
        ("gb-111", Answers.ALWAYS),  # hours 24/7, by phone
        ("au-aod", Answers.AT_HOURS),  # 24/7, but for South Australia
        ("gb-alderhey", Answers.ELSEWHERE),  # a page
    ],
)
def test_when_somebody_answers_is_what_the_hours_say_of_the_whole_line(service, answers):
    assert DIRECTORY[service].answers is answers


def test_round_the_clock_is_said_only_where_the_hours_say_so():
    claimed = {service.hours for service in DIRECTORY.values() if service.round_the_clock}
    assert all("24" in hours or hours == "day and night" for hours in claimed)
    assert len(claimed) > 3


def test_order_among_equals_is_the_alphabet_and_nothing_else():
    rows = services(DIRECTORY, country="HK", need="treatment", at=CHECKED).services
    names = [(row.service.answers.rank, row.service.name.casefold()) for row in rows]
    assert names == sorted(names)
    assert len(names) > 5


def test_rows_that_were_not_checked_for_90_days_are_listed_oldest_first():
    assert stale_rows(DIRECTORY, after(90)) == ()
    assert len(stale_rows(DIRECTORY, after(91))) == sum(row.display is Display.YES for row in DIRECTORY.values())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"confidence": "low"}, "only high may be"),
        ({"commercial": True}, "not displayed"),
        ({"phone": "", "url": "", "how": "", "text_to": ""}, "without a number"),
        ({"display": Display.NO}, "without a reason"),
        ({"alias_of": "nobody", "display": Display.NO, "hidden_because": "old"}, "is not a row"),
    ],
)
def test_a_row_that_breaks_the_display_rule_is_named(change, complaint):
    broken = {"x": msgspec.structs.replace(DIRECTORY["gb-sam"], **change)}
    assert complaint in disagreements(broken)[0]


def test_the_packaged_directory_keeps_its_own_rule():
    assert disagreements(DIRECTORY) == ()


def test_letters_are_read_off_a_keypad():
    assert digits("62-FIRESIDE") == "6234737433"
