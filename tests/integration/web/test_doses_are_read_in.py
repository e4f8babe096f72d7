"""A table of doses or an export of a logger becomes reported doses of a patient; what was not understood is said."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keel.web.clinic.models import Fact, Kind

ADDRESS = "/clinic/harbour/patients/H-1/ledger/read-in/"
TABLE = """\
date,time,drug,amount,unit,route,mood
2026-11-01,21:30,ketamine,80,mg,nasal,fine
2026-11-08,,ketamine,,,nasal,fine
2026-11-09,20:00,moonshine,2,cups,oral,poor
"""


def sent(browser, text, **told):
    return browser.post(ADDRESS, {"text": text, "setting": "non_medical", **told})


def test_a_file_is_shown_then_written_once_with_what_was_not_understood(at_desk, dana):
    """HZ-MIX-04: reported, not measured; a second reading of the same file writes nothing anew."""
    bob = at_desk("bob")
    assert f'href="{ADDRESS}"' in bob.get("/clinic/harbour/patients/H-1/ledger/").content.decode()
    file = SimpleUploadedFile("doses.csv", TABLE.encode())
    page = bob.post(ADDRESS, {"file": file, "setting": "non_medical"}).content.decode()
    assert "<b>1 November 2026, 21:30</b>: 80 mg, " in page
    assert "which is not taken from here: moonshine" in page
    assert "column “mood”" in page
    assert not Fact.objects.filter(kind=Kind.DOSE).exists(), "it is only shown so far"
    done = sent(bob, TABLE, step="record")
    assert done.context["done"].written == 2
    first, second = Fact.objects.filter(kind=Kind.DOSE).order_by("sequence")
    assert first.payload["certainty"] == "reported"
    assert first.payload["setting"] == "non_medical"
    assert first.effective_at.isoformat() == "2026-11-01T21:30:00+00:00", "the clock of the clinic, in winter"
    assert "amount" not in second.payload, "not known is not nothing"
    again = sent(at_desk("alice"), TABLE, step="record").context["done"]
    assert (again.written, again.known) == (0, 2)
    assert "the person’s own use, as told" in bob.get("/clinic/harbour/patients/H-1/ledger/").content.decode()


def test_a_dose_that_is_asked_about_is_named_and_the_others_are_written(at_desk, dana):
    """HZ-DOSE-06: 35 g by vein is more than anybody survives; it is asked about on its own page."""
    table = "date,drug,amount,unit,route\n2026-11-01,ketamine,35,mg,iv\n2026-11-02,ketamine,35,g,iv\n"
    done = sent(at_desk("bob"), table, step="record")
    assert done.context["done"].written == 1
    assert len(done.context["done"].asked) == 1
    assert "2026-11-02" in done.content.decode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Choose a file."),
        ("what is this", "no format that Keel reads"),
        (
            "date,drug,amount,unit,route,person\n2026-11-01,ketamine,35,mg,iv,A\n2026-11-02,ketamine,35,mg,iv,B\n",
            "This file is about several people.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(at_desk, dana, text, says):
    page = sent(at_desk("bob"), text, step="record")
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not Fact.objects.exists()
