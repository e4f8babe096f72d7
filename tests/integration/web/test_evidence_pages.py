"""Each claim, conflict, figure and source has a page, and each page can be reached."""

import pytest

from keel import knowledge
from support.loops import some


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["claims", "conflicts", "figures", "sources"])
def test_every_entry_has_a_page(erin, kind):
    for name in some(getattr(knowledge.load(), kind)):
        assert erin.get(f"/evidence/{kind}/{name}/").status_code == 200, name


def test_a_claim_shows_its_verdict_and_what_disagrees(erin):
    html = erin.get("/evidence/claims/B11/").content.decode()
    assert "Contradicted." in html
    assert "20,800/910 = 22.9" in html
    assert "conflict-exposure-ratio" in html


def test_a_source_shows_what_rests_on_it(erin):
    html = erin.get("/evidence/sources/pal13/").content.decode()
    assert "never-user-background" in html


def test_an_id_leads_to_its_page_whatever_its_kind(erin):
    assert erin.get("/evidence/B11/")["Location"] == "/evidence/claims/B11/"
    assert erin.get("/evidence/pal13/")["Location"] == "/evidence/sources/pal13/"


def test_an_alias_of_a_source_finds_it(erin):
    assert erin.get("/evidence/sources/seed-a/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/evidence/nothing/", "/evidence/claims/nothing/", "/evidence/hash/x/", "/evidence/?kind=hash"]
)
def test_what_is_not_there_is_404(erin, address):
    assert erin.get(f"/evidence/{address}").status_code == 404


def test_the_search_finds_words_in_any_order(erin):
    html = erin.get("/evidence/?q=weekend+100+times").content.decode()
    assert "/evidence/claims/B11/" in html


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR", "*", "'; drop table", "%00"])
def test_no_search_breaks_the_page(erin, words):
    assert erin.get("/evidence/", {"q": words}).status_code == 200


def test_a_search_without_hits_says_so(erin):
    assert "No entry has these words" in erin.get("/evidence/?q=grumbleflux").content.decode()


@pytest.mark.parametrize("address", ["/evidence/", "/evidence/?q=dose+session", "/evidence/claims/B03/"])
def test_an_amount_that_people_are_said_to_take_and_nobody_traced_is_not_repeated(erin, address):
    """Claims B03 and A36 are judged; their words would tell a reader what is “usual”."""
    html = erin.get(address).content.decode()
    assert "A recreational dose is" not in html
    assert "one gram or more in a usual session" not in html
    assert "No source found" in html


def test_a_label_says_its_edition_and_when_it_was_last_checked(erin):
    """FDA structured label: version 18, effective 13 March 2026."""
    page = erin.get("/evidence/sources/us-pi26/").content.decode()
    assert "<dd>18</dd>" in page
    assert "13 March 2026" in page
    assert "Last checked for a newer edition" in page
    assert "Last day in force" not in page
    assert "31 December 2026" in erin.get("/evidence/sources/dea26/").content.decode()
