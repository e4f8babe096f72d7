"""From the enrolment to a form with its receipt, and a vial from the delivery to a difference that somebody closes.

The demonstration is served with its rooms: Yara was treated nine days ago, and her form is not signed.
"""

import datetime as dt
import re

import pytest

from support.served import served

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HOME = "/clinic/harbour"


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    with served(tmp_path_factory.mktemp("rems"), rooms=True) as running:
        yield running


@pytest.fixture
def desk(chromium, rooms, violations):
    """A function that logs somebody in, and one that looks at a page with axe and for what is wider than the screen."""
    contexts, complaints = [], []

    def log_in(name, viewport=PHONE):
        context = chromium.new_context(base_url=rooms.address, viewport=viewport, locale="en-GB", bypass_csp=True)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/log-in/")
        page.fill("[name=username]", name)
        page.fill("input[type=password]", "keel-demonstration")
        page.keyboard.press("Enter")
        page.wait_for_url("**/clinic/**")
        return page

    def look(page):
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return ([one[:2] for one in violations(page)], width)

    yield log_in, look
    for context in contexts:
        context.close()
    assert complaints == []


FINE = ([], 0)


def fold(page, title):
    """Opens a fold, and gives its form."""
    one = page.locator("details", has=page.locator(f"summary:text-is('{title}')"))
    one.evaluate("one => { one.open = true }")
    return one.locator("form")


def send(page, form, told):
    for name, value in told.items():
        field = form.locator(f"[name$='{name}']")
        kind = field.evaluate("one => one.tagName")
        field.select_option(value) if kind == "SELECT" else field.fill(value)
    with page.expect_navigation():
        form.locator("button").last.click()
    assert page.locator(".error").count() == 0, page.locator(".error").first.inner_text()


def day(ago):
    return (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=ago)).isoformat()


def test_from_the_enrolment_to_the_receipt(desk):
    log_in, look = desk
    page = log_in("bob")

    # an enrolment of somebody who has none yet
    page.goto(f"{HOME}/patients/H-1001/rems/")
    assert "does not say whether" in page.inner_text("main")
    signed = {"patient_on": day(3), "prescriber_on": day(2), "prescriber": "Alice"}
    send(page, fold(page, "The form of enrolment is signed"), signed)
    send(page, fold(page, "The programme has confirmed it"), {"on": day(1), "number": "P-1"})
    assert page.get_by_text("Enrolled.", exact=True).is_visible()
    assert look(page) == FINE

    # the list: what is overdue stands first
    page.goto(f"{HOME}/rems/")
    assert look(page) == FINE
    first = page.locator("tbody tr").first
    assert re.search(r"not signed.*overdue", first.inner_text(), re.DOTALL)
    first.locator("td a").click()
    assert "overdue" in page.inner_text(".lead")
    page.fill("[name=ready-at]", "80")
    page.check("[name=vitals-end-ok][value=yes]")
    page.check("[name=serious][value=no]")
    assert look(page) == FINE
    page.click("button:has-text('Sign as Bob')")
    page.wait_for_selector("text=Signed by Bob")
    send(page, fold(page, "The form went out"), {"on": day(0), "how": "fax"})
    assert "no receipt yet" in page.inner_text(".lead").lower()
    send(page, fold(page, "The programme has confirmed it"), {"on": day(0), "number": "R-77"})
    assert "sent late" in page.inner_text(".lead")
    assert "R-77" in page.inner_text("main")

    # its papers stand with the others
    person = page.locator(".opening a").first.get_attribute("href").replace("rems/", "")
    page.goto(f"{person}papers/")
    assert look(page) == FINE
    links = page.eval_on_selector_all("main a[href$='.pdf']", "some => some.map(one => one.getAttribute('href'))")
    assert any(link.endswith("form.pdf") for link in links)
    assert page.request.get(next(link for link in links if link.endswith("form.pdf"))).body().startswith(b"%PDF")


def test_a_lot_from_the_delivery_to_a_difference_that_is_closed(desk):
    log_in, look = desk
    bob, alice = log_in("bob", DESK), log_in("alice")
    bob.goto(f"{HOME}/stock/write/receive/")
    assert look(bob) == FINE
    expiry = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=400)).isoformat()
    told = {"product": "ketamine-10", "-lot": "N1", "expiry": expiry, "amount": "20", "from_name": "Pharmacy"}
    send(bob, bob.locator("main form"), told)
    row = bob.locator("tr", has_text="N1")
    assert "20 mL" in row.inner_text()

    # the two count; neither sees what the book says
    for page in (bob, alice):
        page.goto(f"{HOME}/stock/")
        page.locator("tr", has_text="N1").get_by_role("link", name="Count").click()
        assert "20" not in page.inner_text("h1, .lead")
        send(page, page.locator("main form"), {"amount": "18.5"})
    assert look(alice) == FINE
    alice.locator("a", has_text="N1").first.click()
    assert "−1.5" in alice.inner_text("h1")
    explain = fold(alice, "What was found out")
    send(alice, explain, {"is_explained": "yes", "text": "a vial fell, and nobody wrote it"})
    close = fold(alice, "Close it")
    close.locator("[name$=reason]").fill("explained")
    close.locator("button").click()
    assert "neither gave nor counted" in alice.locator(".error").first.inner_text()
    assert look(alice) == FINE
    assert "−1.5" in bob.goto(f"{HOME}/stock/").text()
