"""A course from nothing to its papers, on a phone and at a desk, as a prescriber goes through it."""

import datetime as dt
import io

import pikepdf
import pytest

from support.clock import START

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def alice(open_page):
    """A page at which Alice is logged in."""
    page = open_page("/log-in/?next=/clinic/harbour/register/", viewport=PHONE)
    page.fill("[name=username]", "alice")
    page.fill("input[type=password]", "keel-demonstration")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/")
    return page


def press(page, words):
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def follow(page, words):
    with page.expect_navigation():
        page.get_by_role("link", name=words, exact=True).first.click()


def look(page, violations, size):
    page.set_viewport_size(size)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert [one[:2] for one in violations(page)] == []


def opened(page, address):
    """A paper, which is PDF/UA-1."""
    paper = pikepdf.open(io.BytesIO(page.request.get(address).body()))
    with paper.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
    return paper


def test_from_a_new_patient_to_letter_and_summary(alice, violations):
    """Screening, reasons, plan, work-up, letter, end: each from the page before, and the papers tag their language."""
    page, today = alice, START.date()
    page.fill("[name=name]", "Noor Journey")
    page.fill("[name=birth_date]", "1986-03-04")
    press(page, "Register")
    follow(page, "Open a course")
    page.locator("#choose").select_option("iv-racemic")
    page.locator("#place").select_option("UK")
    press(page, "Show")
    for radio in page.locator('input[type=radio][value="no"]').all():
        radio.check()
    for name in ("off_label_consent_written", "capacity_to_consent", "continuing_care_named"):
        page.locator(f'[name="fact-{name}"][value="yes"]').check()
    page.fill('[name="fact-adequate_antidepressant_trials"]', "3")
    look(page, violations, DESK)
    look(page, violations, PHONE)
    press(page, "Keep this screening")
    assert "screened, not begun" in page.inner_text("main")
    page.get_by_label("Six infusions in three weeks", exact=False).check()
    page.locator("[name=start-first]").fill(str(today + dt.timedelta(days=3)))
    page.locator("[name=start-reason]").fill("The assessment is on Monday.")
    press(page, "Begin the course")
    assert "under way: 0 given" in page.inner_text("main")
    look(page, violations, DESK)
    look(page, violations, PHONE)
    course = page.url
    page.get_by_label("Blood tests:", exact=False).check()
    press(page, "These are done")
    assert "✓ Blood tests" in page.inner_text("main")
    follow(page, "Referral to urology")
    look(page, violations, PHONE)
    page.locator("[name=question]").fill("Please see her before the third infusion.")
    page.locator("[name=is_agreed]").check()
    press(page, "Write the letter")
    look(page, violations, PHONE)
    for prefix, language in (("", "en"), ("/es", "es")):
        paper = opened(page, page.url.replace("/clinic/", f"{prefix}/clinic/", 1) + "letter.pdf")
        assert str(paper.Root.Lang).partition("-")[0] == language
    page.locator("[name=sent-how]").fill("by post")
    press(page, "Note that it was sent")
    assert "sent, no answer yet" in page.inner_text("main")
    page.goto(course)
    page.get_by_text("End this course").click()
    page.locator("[name=stop-why]").select_option("wish")
    page.locator("[name=stop-plan]").fill("Back to her psychiatrist, with sertraline.")
    press(page, "End the course")
    opened(page, f"{course}summary.pdf")
    follow(page, "Every dose so far")
    look(page, violations, PHONE)
    page.goto(page.url.replace("ledger/", ""))
    assert "no visit planned" in page.inner_text("main")
    look(page, violations, PHONE)
    page.goto("/clinic/harbour/patients/H-1001/courses/dana/")
    text = page.inner_text("main")
    assert "under way: 18 given" in text
    assert "Dr Green, Harbour Street" in text
    look(page, violations, DESK)
    look(page, violations, PHONE)
