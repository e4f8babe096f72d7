"""A clinic of one's own from the first link on: second factors, an invitation, the lock. And an emergency.

Passkeys are given by Chromium's own virtual authenticator; they need a name, so this server is asked as localhost.
"""

import json
from urllib.parse import urlsplit

import pytest

from support import totp
from support.command import keel
from support.served import served

PASSWORD = "a long pass phrase"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def quay(tmp_path_factory):
    """A server with one clinic, and the link at which its manager chooses a password."""
    folder = tmp_path_factory.mktemp("quay")
    clinic = ("--clinic", "quay", "--name", "Quay Clinic", "--country", "GB", "--timezone", "Europe/London")
    manager = ("--manager", "olga@quay.example", "--manager-name", "Olga")
    done = keel("setup", *clinic, *manager, "--folder", str(folder / "keel"), "--json")
    assert done.returncode == 0, done.stderr
    with served(folder) as running:
        yield running.address.replace("127.0.0.1", "localhost"), urlsplit(json.loads(done.stdout)["link"]).path


@pytest.fixture
def desk(chromium, quay):
    """A function that gives a fresh browser at the clinic; at the end no page broke its policy."""
    contexts, complaints = [], []

    def open_one():
        context = chromium.new_context(base_url=quay[0], viewport=PHONE, locale="en-GB", timezone_id="UTC")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def give_passkeys(page):
    """A device that knows its person; the browser asks it instead of showing a window."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def press(page, words):
    page.get_by_role("button", name=words, exact=True).click()


def test_from_the_first_link_to_an_unlocked_screen(desk, quay):
    olga = desk()
    give_passkeys(olga)
    olga.goto(quay[1])
    olga.fill("[name=password1]", PASSWORD)
    olga.fill("[name=password2]", PASSWORD)
    press(olga, "Choose it")
    olga.get_by_role("main").get_by_role("link", name="Log in").click()
    olga.fill("#id_username", "olga@quay.example")
    olga.fill("#id_password", PASSWORD)
    press(olga, "Log in")

    # a passkey before anything else
    olga.wait_for_selector("h1:has-text('First, a second factor')")
    olga.goto("/clinic/quay/")
    assert olga.url.endswith("/account/start/")
    olga.click("main >> text=Passkey")
    press(olga, "Set up")
    olga.wait_for_selector("h1:has-text('Recovery codes')")
    assert olga.locator(".codes li").count() == 10
    olga.click("text=I have kept them")
    olga.wait_for_url("**/clinic/quay/")

    # she locks, and her finger opens it again where she was
    press(olga, "Lock")
    olga.wait_for_selector(".lock h1:has-text('Olga')")
    assert not olga.get_by_text("Patients").first.is_visible()
    press(olga, "Unlock with a passkey")
    olga.wait_for_selector(".lock", state="detached")
    assert olga.url.endswith("/clinic/quay/")

    # out, and in again by passkey alone
    press(olga, "Log out")
    press(olga, "Log in with a passkey")
    olga.wait_for_url("**/clinic/quay/")

    link = _invite(olga)
    _join(desk(), link)


def _invite(olga):
    """The link of an invitation, for which she shows once more that it is she."""
    olga.goto("/clinic/quay/staff/invite/")
    olga.wait_for_selector("h1:has-text('Show that it is you')")
    olga.fill("#id_password", PASSWORD)
    press(olga, "Go on")
    olga.fill("#id_name", "Nina")
    olga.fill("#id_email", "nina@quay.example")
    olga.check("text=Nurse or monitor")
    press(olga, "Invite")
    return olga.text_content("#link")


def _join(nina, link):
    nina.goto(link)
    nina.fill("#id_password1", PASSWORD)
    nina.fill("#id_password2", PASSWORD)
    press(nina, "Join")
    nina.click("text=Authenticator app")
    nina.fill("#id_code", totp.code(nina.text_content(".key").strip()))
    press(nina, "Set up")
    nina.click("text=I have kept them")
    nina.wait_for_url("**/clinic/quay/")

    nina.goto("/account/pin/")
    if nina.locator("#id_password").count():  # not within five minutes of having shown it
        nina.fill("#id_password", PASSWORD)
        press(nina, "Go on")
    nina.fill("#id_pin", "4711")
    nina.fill("#id_again", "4711")
    press(nina, "Keep it")

    # what she has typed stays behind the lock
    nina.goto("/account/password/")
    nina.fill("#id_password1", "half typed")
    press(nina, "Lock")
    nina.fill("#id_secret", "0000")
    press(nina, "Unlock")
    nina.wait_for_selector("text=That is not right.")
    nina.fill("#id_secret", "4711")
    press(nina, "Unlock")
    nina.wait_for_selector(".lock", state="detached")
    assert nina.input_value("#id_password1") == "half typed"

    # a reload does not get around the lock
    press(nina, "Lock")
    nina.wait_for_selector(".lock")
    nina.reload()
    nina.wait_for_selector(".lock h1:has-text('Nina')")
    nina.fill("#id_secret", "4711")
    press(nina, "Unlock")
    nina.wait_for_url("**/account/password/")


def test_a_patient_is_opened_in_an_emergency_and_that_is_seen(open_page):
    fay = _demonstration(open_page, "fay")
    fay.goto("/clinic/harbour/patients/H-1001/")
    fay.click("text=Open in an emergency")
    fay.fill("#id_reason", "She does not wake up")
    press(fay, "Open now")
    fay.wait_for_selector("h1:has-text('Dana')")
    assert fay.locator(".said:has-text('She does not wake up')").is_visible()
    alice = _demonstration(open_page, "alice")
    alice.goto("/clinic/harbour/staff/emergencies/")
    assert alice.locator("tr:has-text('Fay'):has-text('She does not wake up')").count() >= 1


def _demonstration(open_page, name):
    page = open_page("/log-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", "keel-demonstration")
    press(page, "Log in")
    page.wait_for_url("**/clinic/harbour/")
    return page
