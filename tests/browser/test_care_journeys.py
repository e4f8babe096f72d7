"""Assisted therapy and the recovery programme as staff live them: from nothing to the paper to take along.

On a phone and at a desk; every page fits its width and axe-core finds nothing on the main ones.
"""

from support.browsing import tab_until

DESK = {"width": 1280, "height": 900}


def _desk(open_page, name, **options):
    page = open_page("/clinic/", bypass_csp=True, **options)
    page.fill("#id_username", name)
    page.fill("#id_password", "keel-demonstration")
    page.click("button:has-text('Log in')")
    page.wait_for_url("**/clinic/harbour/")
    return page


def _record(page):
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector(".said:has-text('Recorded.')")


def _fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _paper(page, link):
    """What is behind the link to a paper, asked for as the browser does."""
    answer = page.request.get(page.get_by_role("link", name=link).get_attribute("href"))
    return answer.status, answer.body()[:4]


def test_therapy_from_nothing_to_the_contact_after_a_dose(open_page, violations):
    page = _desk(open_page, "alice")
    page.goto("/clinic/harbour/patients/H-1009/")
    page.get_by_role("main").get_by_role("link", name="Assisted therapy").click()
    page.click("text=Begin assisted therapy")
    page.fill("#id_manual", "Harbour manual 3")
    _record(page)
    assert page.locator(".finding-hold").count() == 3, "preparation, touch and the way home hold"

    page.click("text=Preparation was held")
    page.fill("#id_people", "Alice, therapist")
    page.check("text=How to say stop")
    # with the keyboard alone to the note and the button
    tab_until(page, "document.activeElement.id === 'id_note'")
    page.keyboard.type("Wants to rest.")
    _record(page)
    page.click("text=Write an intention")
    page.fill("#id_words", "To rest without fear.")
    _record(page)
    page.click("text=Agree on touch")
    page.check("text=Hands")
    page.fill("#id_stop_signal", "left hand up")
    page.get_by_role("group", name="Rehearsed").get_by_text("Yes").check()
    _record(page)
    page.click("text=Arrange the way home")
    page.fill("#id_how", "Sam drives")
    _record(page)
    assert page.locator(".finding-hold").count() == 0
    assert _fits(page)
    assert violations(page) == []

    page.click("text=Begin a visit with a dose")
    page.fill("#id_people", "Alice, Bob")
    _record(page)
    page.wait_for_selector("text=You can say stop at any time")
    page.click("text=Agree on touch")
    page.check("text=A hug")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector("text=touch can be taken away, and not added")
    assert _fits(page)
    page.click("text=Back without recording")
    page.click("text=End the visit with a dose")
    _record(page)
    page.click("summary:has-text('later')")
    page.wait_for_selector("text=Contact a day after")
    assert _paper(page, "What we agreed on, to take along (PDF)") == (200, b"%PDF")

    # the therapist's own notes are on no other screen, and leave by their own door alone
    tom = _desk(open_page, "tom")
    tom.goto("/clinic/harbour/patients/H-1009/therapy/")
    tom.click("text=My private notes")
    tom.fill("#id_text", "heron under the ice")
    tom.click("text=Keep it")
    tom.wait_for_selector("li:has-text('heron under the ice')")
    assert violations(tom) == []
    out = tom.request.get(tom.get_by_role("link", name="Take my notes out").get_attribute("href"))
    assert "heron under the ice" in out.text()
    page.reload()
    assert page.get_by_text("My private notes").count() == 0
    assert page.goto("/clinic/harbour/patients/H-1009/private-notes/").status == 403


def test_recovery_from_nothing_to_the_plan_for_afterwards(open_page, violations):
    page = _desk(open_page, "bob", viewport=DESK)
    page.goto("/clinic/harbour/patients/H-1003/")
    page.get_by_role("main").get_by_role("link", name="Recovery programme").click()
    page.click("text=Begin the programme")
    page.select_option("#id_aim", "stop")
    page.fill("#id_days", "28")
    _record(page)
    page.get_by_role("link", name="Intake").click()
    page.get_by_role("group", name="Dependence on alcohol?").get_by_text("Yes").check()
    _record(page)
    page.wait_for_selector("text=withdrawal from these can be dangerous")

    page.get_by_role("link", name="Note a day").click()
    page.fill("#id_values-craving", "8")
    page.get_by_role("group", name="Was ketamine used on that day?").get_by_text("Not asked").check()
    _record(page)
    page.wait_for_selector("text=not known of 28")
    page.click("text=Set a goal")
    page.fill("#id_words", "To sleep one night without it.")
    _record(page)

    page.goto("/clinic/harbour/care/recovery/group/")
    page.fill("#id_topic", "What comes before an urge")
    page.select_option("#id_was-H-1003", "there")
    assert violations(page) == []
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_url("**/care/recovery/")
    page.get_by_role("heading", name="Femi").get_by_role("link").click()
    page.wait_for_selector("text=Group: there at 1 of 1")
    assert _fits(page)
    assert violations(page) == []

    page.get_by_role("link", name="Leave the programme").click()
    page.select_option("#id_how", "completed")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector("text=Make it, or say why there is none yet.")
    page.click("text=Back without recording")
    page.get_by_role("link", name="Plan aftercare").click()
    for name, day in (("first", 2), ("second", 7), ("third", 14)):
        later = page.evaluate(f"new Date(Date.now() + {day} * 864e5).toISOString().slice(0, 16)")
        page.fill(f"#id_{name}", later)
        page.fill(f"#id_{name}_with", "Bob, by telephone")
    _record(page)
    page.get_by_role("link", name="Leave the programme").click()
    page.select_option("#id_how", "completed")
    _record(page)
    page.wait_for_selector("dt:has-text('After 12 months')")
    assert _paper(page, "My plan for afterwards (PDF)") == (200, b"%PDF")
