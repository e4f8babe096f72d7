"""A session from the gate to the door on a phone, by the keyboard alone; and the keys for a gloved thumb.

The server is started anew at a later time of the same evening: what was read meanwhile is entered with its times.
"""

import datetime as dt

import pytest

from support.browsing import received_bytes, tab_until
from support.clock import START, clock_at
from support.live import evening
from support.served import served

MINUTE = dt.timedelta(minutes=1)
PHONE = {"width": 390, "height": 844}
LIMIT_BYTES = 100_000
"""What issue 14 asks of the first paint of a session."""
LATER = START + dt.timedelta(hours=3, minutes=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("room")


@pytest.fixture
def at_phone(chromium, violations):
    """Functions that give Alice's phone at a server, and look at a page with axe; at the end nothing broke a policy."""
    contexts, complaints = [], []

    def log_in(address, **options):
        context = chromium.new_context(base_url=address, viewport=PHONE, locale="en-GB", timezone_id="UTC", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto("/log-in/")
        page.locator("[name=username]").fill("alice")
        page.locator("input[type=password]").fill("keel-demonstration")
        page.keyboard.press("Enter")
        page.wait_for_url("**/clinic/**")
        return page

    yield log_in, lambda page: [one[:2] for one in violations(page)]
    for context in contexts:
        context.close()
    assert complaints == []


def answer(page, form, answers):
    """Answers the questions of a form by the keyboard, and sends it."""
    for name, value in answers.items():
        if isinstance(value, bool):
            radio = form.locator(f'input[name="{name}"][value="{"yes" if value else "no"}"]')
            if radio.count():
                radio.press("Space")
        elif form.locator(f'[name="{name}"]').count():
            field = form.locator(f'[name="{name}"]')
            field.select_option(str(value)) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(
                str(value)
            )
    send(page, form)


def send(page, form):
    """Presses the button of a form by the keyboard, and waits for the page that follows."""
    with page.expect_navigation():
        form.locator("button.save").last.press("Enter")
    assert page.locator(".session-problem").count() == 0, page.locator(".session-problem").inner_text()


def begin(page, number):
    """Begins a session by vein from the page of a patient."""
    page.goto(f"/clinic/harbour/patients/{number}/session/")
    page.locator("[name=protocol]").select_option("iv-racemic")
    page.locator("[name=dose]").fill("0.5 mg/kg")
    page.locator("[name=over]").fill("40 min")
    page.locator("[name=over]").press("Enter")
    page.wait_for_url("**/sessions/*/")


def form_of(page, kind, number=0):
    return page.locator("form", has=page.locator(f'input[name=type][value="{kind}"]')).nth(number)


def read_signs(page, event, at=""):
    form = form_of(page, "vitals_recorded")
    for name in ("sbp", "dbp", "hr", "spo2", "rr"):
        form.locator(f"[name={name}]").fill(str(event[name]))
    if at:
        form.locator(".when summary").press("Enter")
        form.locator("[name=at]").fill(at)
    send(page, form)


def test_from_gate_to_door_on_a_phone_by_the_keyboard(at_phone, folder):
    """HZ-GATE-01, HZ-DC-01: nothing starts before the gate lets it, and nobody leaves before the door does."""
    log_in, look = at_phone
    events = evening("iv")
    answers = next(one["facts"] for one in events if one["type"] == "checked")
    answers |= {"days_since_weighed": 0, "consent_withdrawn": False}
    criteria = next(one["criteria"] for one in events if one["type"] == "criteria_checked")
    signs = next(one for one in events if one["type"] == "vitals_recorded")
    with clock_at(START), served(folder, demo=True) as server:
        page = log_in(server.address)
        begin(page, "H-1001")
        address = page.url
        assert received_bytes(page, address) < LIMIT_BYTES
        assert look(page) == []
        while page.locator("form.denial").count():
            with page.expect_navigation():
                page.locator("form.denial").first.locator("button[name=all_no]").press("Enter")
        since = {name: START - dt.timedelta(hours=hours) for name, hours in answers.items() if "hours_since" in name}
        fasted = {f"since-{name}": f"{at:%H:%M}" for name, at in since.items()}
        days = {f"day-{name}": "yesterday" for name, at in since.items() if at.date() < START.date()}
        for section in ("today", "suicide", "screening"):
            form = page.locator(f"section[aria-labelledby={section}] form:not(.denial)").first
            if form.count():
                answer(page, form, {**answers, **fasted, **days})
        for _ in range(2):
            read_signs(page, signs)
            page.goto(f"{address}during/")
            with page.expect_navigation():
                page.locator("button[name=moaas][value='5']").press("Enter")
            send_scale(page)
            page.goto(f"{address}before/")
        page.goto(f"{address}dose/")
        assert look(page) == []
        assert page.get_by_text("The gate holds").count() == 0, page.locator("main").inner_text()
        form = form_of(page, "dose_started")
        form.locator("[name=amount]").fill("35 mg")
        form.locator("[name=over]").fill("40 min")
        send(page, form)
        began = dt.datetime.now(START.tzinfo)
        assert page.locator(".session-now").inner_text().count("dosing")
        page.goto(f"{address}during/")
        assert look(page) == []
    with clock_at(LATER), served(folder) as server:
        page = log_in(server.address)
        address = f"{server.address}{address[address.index('/clinic') :]}"
        for minutes in (10, 20, 30, 40, 55, 70, 85, 100, 130, 160):
            page.goto(f"{address}during/")
            read_signs(page, signs, at=f"{START + minutes * MINUTE:%H:%M}")
        page.goto(f"{address}dose/")
        form = form_of(page, "dose_stopped")
        form.locator("[name=given]").fill("35 mg")
        form.locator("details.when summary").press("Enter")
        form.locator("[name=at]").fill(f"{began + 40 * MINUTE:%H:%M}")
        send(page, form)
        page.goto(f"{address}leaving/")
        assert look(page) == []
        form_of(page, "discharged").locator("button.save").first.press("Enter")
        assert page.locator(".session-problem").inner_text().count("The gate holds")
        page.goto(f"{address}during/")
        read_signs(page, signs)
        with page.expect_navigation():
            page.locator("button[name=moaas][value='5']").press("Enter")
        send_scale(page)
        page.goto(f"{address}leaving/")
        answer(page, form_of(page, "criteria_checked"), criteria)
        send(page, form_of(page, "discharged"))
        assert "discharged" in page.locator(".session-now").inner_text()
        page.goto(f"{address}log/")
        assert page.get_by_text("time by hand, entered").count() == 11  # ten sets, and the end of the dose
        assert look(page) == []


def send_scale(page):
    form = form_of(page, "dissociation_scored", 1)
    form.locator("[name=cadss6]").fill("0")
    with page.expect_navigation():
        form.locator("[name=cadss6]").press("Enter")


def test_a_gloved_thumb_enters_a_set_on_large_keys(at_phone, folder):
    """HZ-VIT-03: keys of 64 px; the next field takes over; 118 typed 181 is asked about at its field."""
    log_in, look = at_phone
    with served(folder, demo=True) as server:
        page = log_in(server.address, has_touch=True, color_scheme="dark")
        begin(page, "H-1007")
        page.goto(f"{page.url}during/")
        keys = page.locator("[data-keypad] button")
        assert (
            min(one["height"] for one in keys.evaluate_all("all => all.map(one => one.getBoundingClientRect())")) >= 64
        )
        for digit in "12478":
            page.locator("[data-keypad]").get_by_role("button", name=digit, exact=True).tap()
        values = page.locator(".sign-field input").evaluate_all("all => all.map(one => one.value)")
        assert values[:2] == ["124", "78"]
        page.locator("#v-dbp").fill("130")
        page.keyboard.press("Tab")
        assert page.locator(".sign-field:has(#v-dbp) .sign-doubt").inner_text() == "124/130?"
        page.get_by_role("button", name="Undo").tap()
        page.locator("#v-sbp").fill("999")
        page.keyboard.press("Tab")
        assert "40–300" in page.locator(".sign-field:has(#v-sbp) .sign-doubt").inner_text()
        tab_until(page, "document.activeElement.matches('.vitals .save')")
        assert look(page) == []
