"""A form on a telephone: the link in a mail, one question that alarms, help at once, the alert, closed by name."""

import time

from support.answers import token_in

DESK = {"width": 1280, "height": 900}
PATIENT = "/clinic/harbour/patients/H-1004/"


def mail_in(server, seconds=20):
    """The newest mail that the server wrote; the sender is woken when a message is queued."""
    until, folder = time.monotonic() + seconds, server.folder / "mail"
    while time.monotonic() < until:
        for file in sorted(folder.glob("*"), key=lambda one: one.stat().st_mtime, reverse=True):
            if "/form/" in (text := file.read_text()):
                return text
        time.sleep(0.1)
    raise AssertionError("no mail went out")


def test_from_a_link_to_an_alert_that_is_closed_by_name(server, open_page, violations):
    """HZ-SUI-06, HZ-ID-05, HZ-MSR-03."""
    desk = open_page("/log-in/", viewport=DESK)
    desk.fill("#id_username", "alice")
    desk.fill("#id_password", "keel-demonstration")
    desk.click("main button.button")
    desk.goto(f"{PATIENT}measures/")
    assert violations(desk) == []
    for one in desk.locator("[name=instruments]").all():  # what the schedule asks for is ticked already
        one.set_checked(one.get_attribute("value") == "phq-9")
    desk.check("[name=way][value=email]")
    desk.fill("[name=to]", "greta@example.org")
    desk.get_by_role("button", name="Send, or hand over").click()
    desk.get_by_text("not opened yet").wait_for()

    mail = mail_in(server)
    assert "ketamine" not in mail.lower()
    phone = open_page(f"/form/{token_in(mail.replace('=', ''))}/")
    assert phone.locator("script").count() == 0, "the form needs no script"
    assert phone.context.cookies() == [one for one in phone.context.cookies() if one["name"] == "csrftoken"]
    assert violations(phone) == []
    phone.get_by_role("button", name="Yes, that is me").click()
    assert violations(phone) == []
    phone.check("[name='phq-9.9'][value='2']")
    phone.get_by_role("button", name="Send", exact=True).click()
    phone.get_by_role("heading", name="Please do not stay alone with this").wait_for()
    assert phone.get_by_role("link", name="Call 999").is_visible()
    assert phone.get_by_text("not watched round the clock").first.is_visible()
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    desk.goto(PATIENT)
    assert desk.get_by_text("Nobody has taken it").or_(desk.get_by_text("nobody has taken it")).first.is_visible()
    desk.get_by_role("link", name="2 answers that alarm wait").click()
    assert violations(desk) == []
    desk.get_by_role("link", name="Greta H-1004").last.click()
    assert violations(desk) == []
    desk.get_by_role("button", name="I take this").click()
    desk.get_by_label("Who was called").fill("Greta")
    desk.get_by_label("How", exact=True).fill("telephone")
    desk.get_by_label("Reached").select_option("true")
    desk.get_by_label("What came of it").fill("Her sister stays with her tonight")
    desk.get_by_role("button", name="Note the call").click()
    desk.get_by_label("What was agreed").fill("Comes tomorrow at nine")
    desk.get_by_role("button", name="Note what was agreed").click()
    assert desk.get_by_text("not asked").first.is_visible(), "a plan was not asked, which is not a no"
    desk.get_by_label("Why it is closed").fill("Seen, safe, followed in the course")
    desk.get_by_role("button", name="Close it as Alice").click()
    desk.get_by_text("Seen, safe, followed in the course").wait_for()
    assert desk.get_by_role("link", name="1 answer that alarms waits").count() == 1, "the one that staff typed in stays"
