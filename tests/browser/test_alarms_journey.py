"""Two screens: an alarm that one of them brings stands on the other within 2 s, is answered by name, and is gone."""

import re

import pytest

from support.served import served

TELEVISION, DESK = {"width": 1920, "height": 1080}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The demonstration with its afternoon in six rooms, served."""
    with served(tmp_path_factory.mktemp("rooms"), rooms=True) as running:
        yield running


def sign_in(page, name, path):
    page.fill("#id_username", name)
    page.fill("#id_password", "keel-demonstration")
    page.keyboard.press("Enter")
    page.wait_for_url("**/clinic/**")
    page.goto(path)


def send(page, session, **event):
    """An event as a tablet sends it; the answer."""
    return page.evaluate(
        """async ([address, event]) => {
            const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
            const now = Number((await fetch("/clinic/harbour/board.json")).headers.get("Keel-Time"));
            const head = { id: crypto.randomUUID(), at: new Date(now).toISOString() };
            const body = JSON.stringify({ events: [{ ...head, ...event }] });
            const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
            return (await fetch(address, { method: "POST", headers, body })).json();
        }""",
        [f"/clinic/harbour/sessions/{session}/events/", event],
    )


def test_an_alarm_of_one_screen_is_on_the_other_within_two_seconds_and_answered_by_name(open_page, violations):
    """HZ-ALM-01, HZ-ALM-02, HZ-ALM-04; live-session reference, section 4: changes are seen within 2 s."""
    board = open_page("/log-in/", viewport=TELEVISION, color_scheme="dark")
    sign_in(board, "bob", "/clinic/harbour/board/")
    other = open_page("/log-in/", viewport=DESK)
    sign_in(other, "alice", "/clinic/harbour/board/")
    board.wait_for_selector(".room")
    assert board.is_hidden("#not-live")
    assert "No device here has proved its sound" in board.text_content("#rooms")
    rooms = other.evaluate("async () => (await (await fetch('/clinic/harbour/board.json')).json()).rooms")
    calm = next(
        one for one in rooms if one["phase"] == "dosing" and all(a["severity"] != "block" for a in one["alarms"])
    )
    session, place = calm["session"], f"#room-{calm['session']}"

    answer = send(other, session, type="vitals_recorded", sbp=128, dbp=78, hr=72, rr=14, spo2=79)
    assert len(answer["stored"]) == 1
    board.wait_for_selector(f"{place}.room-high", timeout=2000)
    assert board.evaluate("document.querySelector('.room').id") == place[1:], "who needs somebody stands first"
    assert re.search("dangerously low", board.text_content("#alarmed"))
    assert violations(board) == []

    board.click(f"{place} .alarm-answer")
    board.wait_for_selector("#answer[open] .answer")
    assert violations(board) == []
    board.click("#answer .alarm-high button:has-text('Seen by Bob')")
    other.wait_for_selector(f"{place} .is-seen:has-text('Seen by Bob')", timeout=2500)
    assert violations(other) == []

    # Better values end what was seen; worse ones again are a new alarm.
    send(other, session, type="vitals_recorded", sbp=128, dbp=78, hr=72, rr=14, spo2=98)
    board.wait_for_selector(f"{place}:not(.room-high)", timeout=2500)
    send(other, session, type="vitals_recorded", sbp=128, dbp=78, hr=72, rr=14, spo2=78)
    board.wait_for_selector(f"{place}.room-high .alarm-high:not(.is-seen)", timeout=2500)

    # The page of another room tells of it; a locked board too, and of nobody by number.
    page = next(one["session"] for one in rooms if one["session"] != session)
    other.goto(f"/clinic/harbour/sessions/{page}/")
    other.wait_for_selector(".elsewhere:has-text('dangerously low')", timeout=3000)
    board.click("text=Lock")
    board.wait_for_selector("#over-lock:has-text('dangerously low')", timeout=3000)
    assert calm["patient"] not in board.text_content("#over-lock")

    # Without an answer of Keel's own for 15 s a screen says that it is not live.
    other.context.route("**/board/rooms/**", lambda route: route.fulfill(status=204))
    other.clock.fast_forward(16_000)
    other.wait_for_selector("#not-live:not([hidden])", timeout=3000)
    assert "not running" in other.text_content("#alarmed")
