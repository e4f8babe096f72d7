"""The page to hand over and the leaflets as PDF: accessible, in one piece, and only what was told in them."""

import io

import pikepdf
import pytest
from django.test import Client

from support import django_ready

pytestmark = pytest.mark.slow
FIELDS = {
    "pattern": "400 mg every Saturday for 3 years, snorted",
    "medicines": "alcohol, #panic() $x$ <b>quibblefex",
    "bladder-check.3": "1",
    "phq-9.9": "1",
}


@pytest.fixture
def erin():
    """Somebody without an account."""
    django_ready.collect_static()
    return Client(headers={"accept-language": "en-GB"})


def _opened(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return pikepdf.open(io.BytesIO(answer.content))


def _assert_accessible(document, title):
    with document.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert meta["dc:title"] == title
    assert document.Root.Lang == "en"
    assert document.Root.MarkInfo.Marked
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert "/StructTreeRoot" in document.Root


def _alternatives(node):
    """Every text that stands for a figure, below a node of the structure tree."""
    if isinstance(node, pikepdf.Array):
        return [text for one in node for text in _alternatives(one)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node.Alt)] if "/Alt" in node else []
    return own + (_alternatives(node.K) if "/K" in node else [])


def test_the_page_to_hand_over_is_one_accessible_page(erin):
    document = _opened(erin.post("/check/one-page/", FIELDS))
    _assert_accessible(document, "Ketamine: a page to hand over")
    assert len(document.pages) == 1
    (words,) = _alternatives(document.Root.StructTreeRoot.K)
    assert "20,800 mg a year, 22.9 times the reference course" in words


def test_it_is_not_stored_by_anyone(erin):
    answer = erin.post("/check/one-page/", FIELDS)
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


def test_it_is_made_on_request_only(erin):
    assert erin.get("/check/one-page/").status_code == 405


def test_what_cannot_be_read_leads_back_to_the_form(erin):
    assert erin.post("/check/one-page/", {"pattern": "heaps"}).status_code == 422


@pytest.mark.parametrize("name", ["bladder", "mixing", "helping", "stopping", "clinic", "after-session"])
def test_every_leaflet_is_accessible_and_on_one_sheet(erin, name):
    from keel import knowledge

    title = knowledge.load().texts["en"][f"leaflet-{name}"].title
    document = _opened(erin.get(f"/learn/leaflets/leaflet-{name}.pdf?country=GB"))
    _assert_accessible(document, title)
    assert len(document.pages) == 1
