"""The network goes away in a session: nothing that was written is lost, doubled or filed under another name."""

import datetime as dt
import random
import re
import sqlite3
from contextlib import ExitStack, suppress

import pytest

from support.served import served, served_again

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The demonstration with its afternoon in six rooms, served."""
    with served(tmp_path_factory.mktemp("rooms"), rooms=True) as running:
        yield running


@pytest.fixture
def tablet(chromium, server):
    """A function that opens a tablet of its own at the door, signed in; its scripts must not fail, its network may."""
    contexts, errors = [], []

    def open_one(name, viewport=TABLET, ahead_s=0, **options):
        options = {"base_url": server.address, **options}
        context = chromium.new_context(viewport=viewport, locale="en-GB", **options)
        context.set_default_timeout(40_000)
        context.clock.install(time=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead_s))
        contexts.append(context)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto("/log-in/")
        sign_in(page, name)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


def sign_in(page, name):
    page.fill("#id_username", name)
    page.fill("#id_password", "keel-demonstration")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/**")


def a_room(page, server):
    """A session whose dose runs, and in which no other test wrote."""
    rooms = page.evaluate("async () => (await (await fetch('/clinic/harbour/board.json')).json()).rooms")
    dosing = [one["session"] for one in rooms if one["phase"] == "dosing"]
    return next(session for session in dosing if not notes(server, session))


def open_session(page, session):
    page.goto(f"/clinic/harbour/sessions/{session}/during/")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    until(page, KEPT)


KEPT = """() => new Promise((done) => {
    const asked = indexedDB.open("keel-session", 1);
    asked.onsuccess = () => {
        const page = asked.result.transaction("keep").objectStore("keep").get("page");
        page.onsuccess = () => { asked.result.close(); done(Boolean(page.result)); };
    };
})"""
KEY = KEPT.replace('get("page")', 'get("key")')
WAITING = """() => new Promise((done) => {
    const asked = indexedDB.open("keel-session", 1);
    asked.onsuccess = () => {
        const all = asked.result.transaction("entries").objectStore("entries").getAll();
        all.onsuccess = () => { asked.result.close(); done(all.result); };
    };
})"""


def until(page, question, is_enough=bool, seconds=90):
    """Asks a page until the answer is enough."""
    found = None
    for _ in range(seconds * 10):
        try:
            found = page.evaluate(question)
            if is_enough(found):
                return
        except playwright.Error as error:  # the page was just being opened anew
            if "context was destroyed" not in str(error):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(f"{question}: {found}")


def write_note(page, text):
    page.fill("#text", text)
    page.click("section[aria-labelledby=note] button.save")


def notes(server, session):
    """The notes of a session as the database has them: text, author, in the order of the ledger."""
    with sqlite3.connect(f"file:{server.folder / 'keel.sqlite3'}?mode=ro", uri=True) as base:
        rows = base.execute(
            "SELECT json_extract(payload, '$.event.text'), json_extract(payload, '$.event.by') FROM clinic_fact"
            " WHERE json_extract(payload, '$.event.type') = 'note' AND json_extract(payload, '$.session') = ?"
            " ORDER BY sequence",
            (session,),
        )
        return [row for row in rows if (row[0] or "").startswith("t-")]


def test_a_tablet_loses_its_connection_is_closed_and_comes_back(tablet, server, violations):
    """HZ-OFF-01, HZ-OFF-02, HZ-OFF-05; T6, T10, T11: cut midway, tab closed and opened again without a network."""
    page = tablet("bob", PHONE)
    session = a_room(page, server)
    open_session(page, session)
    before = notes(server, session)
    with page.expect_navigation():
        write_note(page, "t-online")
    assert notes(server, session) == [*before, ("t-online", "bob")]
    until(page, KEPT)

    # The page was hidden: nothing old is shown before a fresh answer.
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.fast_forward(6000)
    page.context.route("**/fresh/**", lambda route: route.abort())
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate("getComputedStyle(document.getElementById('session-now')).visibility") == "hidden"
    page.context.unroute("**/fresh/**")
    page.wait_for_selector("body:not(.awaits-answer)")

    page.context.set_offline(True)
    write_note(page, "t-first")
    page.clock.run_for(9000)
    page.wait_for_selector("#queue.is-offline:has-text('1 entry not sent')")
    assert re.search(r"Offline since \d\d:\d\d", page.text_content("#queue-state"))
    page.fill("#v-spo2", "79")
    page.click("form.vitals button.save")
    page.wait_for_selector("#queue-limits:has-text('dangerously low')")
    assert "2 entries not sent" in page.text_content("#queue-count")
    assert violations(page) == []
    raw = page.evaluate(WAITING)
    assert "t-first" not in str(raw), "what lies on the device is sealed"

    # Opened again without a network: the shell, with the page as this device kept it.
    page.goto(f"/clinic/harbour/sessions/{session}/during/")
    page.wait_for_selector("#queue-list li:has-text('t-first')")
    page.close()
    page = page.context.new_page()
    page.goto(f"/clinic/harbour/sessions/{session}/")
    page.wait_for_selector("#queue-list li:has-text('t-first')")
    write_note(page, "t-reopened")
    page.wait_for_selector("#queue-count:has-text('3 entries not sent')")

    page.context.set_offline(False)
    until(page, WAITING, lambda found: found == [])
    assert notes(server, session) == [*before, ("t-online", "bob"), ("t-first", "bob"), ("t-reopened", "bob")]
    page.wait_for_function(  # the clock of this device was set ahead above, and that stays said
        "() => document.body.dataset.shell === undefined && !document.body.classList.contains('is-offline')"
        " && !document.querySelector('#queue-list li') && !document.getElementById('queue-count').textContent"
    )


def test_a_deed_an_expired_sign_in_and_a_tablet_that_is_handed_over(tablet, server):
    """HZ-OFF-01, HZ-OFF-03, HZ-CLK-03: a wrong clock is said; Bob's entries wait for a sign-in and stay his.

    A deed is asked about in words; what is refused stays until somebody dismisses it.
    """
    page = tablet("bob", ahead_s=45)
    session = a_room(page, server)
    open_session(page, session)
    page.clock.run_for(6000)
    page.wait_for_selector("#queue-clock:has-text('The clock of this device is wrong by 4')")
    page.context.set_offline(True)
    page.clock.run_for(9000)
    page.wait_for_selector("#queue.is-offline")
    write_note(page, "t-bob")
    page.wait_for_selector("#queue-list li:has-text('t-bob')")
    page.goto(f"/clinic/harbour/sessions/{session}/")
    page.wait_for_selector("#queue-list li:has-text('t-bob')")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.locator("#queue-state").evaluate("one => one.getBoundingClientRect().bottom <= innerHeight")
    page.evaluate(
        """() => {
            const form = document.querySelector("section[aria-labelledby=note] form").cloneNode(true);
            form.querySelector("[name=type]").value = "rate_changed";
            form.querySelector("textarea").remove();
            form.insertAdjacentHTML("beforeend", "<input name='rate' value='20 mg/h'>");
            form.id = "deed";
            document.querySelector("main .page").append(form);
        }"""
    )
    page.wait_for_selector("#deed .closed-note")
    page.click("#deed button.save")
    page.wait_for_selector("#queue-ask[open]")
    page.click("#queue-ask-no")
    assert len(page.evaluate(WAITING)) == 1, "what has not happened is not kept"
    page.click("#deed button.save")
    page.click("#queue-ask-yes")
    page.wait_for_selector("#queue-count:has-text('2 entries not sent')")

    # His sign-in ends while he is away; the page asks for one, keeps what it has, and the next person sends it.
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.wait_for_selector("#queue-door")
    assert len(page.evaluate(WAITING)) == 2
    assert cookies
    page.click("#queue-door")
    sign_in(page, "alice")
    open_session(page, session)
    until(page, WAITING, lambda found: found == [])
    assert ("t-bob", "bob") in notes(server, session)

    # What cannot be is refused with the reason, and stays until somebody dismisses it by name.
    page.context.set_offline(True)
    page.clock.run_for(9000)
    page.wait_for_selector("#queue.is-offline")
    page.fill("#v-hr", "999")
    page.click("form.vitals button.save")
    page.wait_for_selector("#queue-list li:has-text('999')")
    page.context.set_offline(False)
    page.wait_for_selector("#queue-list li.refused:has-text('999')")
    assert "cannot be" in page.text_content("#queue-list li.refused p")
    page.click("#queue-list button:has-text('Dismiss this entry, as Alice')")
    until(page, WAITING, lambda found: found == [])

    # A locked screen can read nothing of what lies on it.
    page.context.set_offline(True)
    page.clock.run_for(9000)
    write_note(page, "t-locked")
    page.wait_for_selector("#queue-list li:has-text('t-locked')")
    page.click("text=Lock")
    until(page, KEY, lambda found: not found)
    page.goto(f"/clinic/harbour/sessions/{session}/")
    page.wait_for_selector("text=This session cannot be shown")
    page.wait_for_selector("#shell-count:has-text('1')")
    assert "t-locked" not in page.content()


def test_two_tablets_write_while_the_server_is_killed_five_times(tablet, tmp_path):
    """HZ-OFF-02, HZ-OFF-04; T6: sent twice, answers lost, the server killed; each entry once, under its author."""
    dice, wanted = random.Random(14), set()  # noqa: S311 - a test's dice

    def twice(route):
        """Each sending goes out twice, and every third answer is lost."""
        try:
            route.fetch()
            answer = route.fetch()
            route.abort() if dice.random() < 0.3 else route.fulfill(response=answer)
        except playwright.Error:
            with suppress(playwright.Error):
                route.abort()

    with ExitStack() as servers:
        server = servers.enter_context(served(tmp_path / "killed", rooms=True))
        bob, alice = tablet("bob", base_url=server.address), tablet("alice", PHONE, base_url=server.address)
        session = a_room(bob, server)
        bob.context.route("**/queue/", twice)
        for page in (bob, alice):
            open_session(page, session)
        for turn in range(5):
            for name, page in (("bob", bob), ("alice", alice)):
                page.wait_for_selector("section[aria-labelledby=note] button.save")
                write_note(page, f"t-{turn}-{name}")
                wanted.add((f"t-{turn}-{name}", name))
            bob.wait_for_timeout(dice.random() * 400)
            server.kill()
            for name, page in (("bob", bob), ("alice", alice)):
                page.goto(f"/clinic/harbour/sessions/{session}/")
                page.wait_for_selector("section[aria-labelledby=note] button.save")
                write_note(page, f"t-down-{turn}-{name}")
                until(page, WAITING)
                wanted.add((f"t-down-{turn}-{name}", name))
            server = servers.enter_context(served_again(server))
        for page in (bob, alice):
            until(page, WAITING, lambda found: found == [])
        found = notes(server, session)
        assert sorted(found) == sorted(wanted), "each once, none lost"
        for name in ("bob", "alice"):
            own = [text for text, by in found if by == name]
            told = [text for turn in range(5) for text in (f"t-{turn}-{name}", f"t-down-{turn}-{name}")]
            assert own == told, "in the order in which they were written"
