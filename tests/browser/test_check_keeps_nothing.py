"""A whole check with words that nobody else would write; afterwards they are looked for everywhere.

Searched: every file of the server's folder (database, its log, static files), its output, the temporary folders, the
headers of every answer, and what the browser holds.
"""

import tempfile
from pathlib import Path

from support.stored import row_counts

PATTERN = "1.0373 g every Saturday for 2 years, snorted"
DRUG, NOTE = "qwyzzlemab", "vorpalnightstand"
MARKS = (b"1.0373", DRUG.encode(), NOTE.encode())
STEPS = ("medicines", "bladder", "dependence", "mood", "you")


def _next(page):
    page.locator(".onward .button.quiet, .onward .button[value=picture]").last.click()


def _walk(page):
    """The whole check, each step with something on it."""
    page.fill("#pattern", PATTERN)
    _next(page)
    page.get_by_role("heading", name="What else is taken").wait_for()
    page.get_by_role("group", name="On the same days as ketamine").get_by_label("Alcohol").check()
    page.fill("#medicines", DRUG)
    _next(page)
    page.get_by_role("heading", name="How your body is doing").wait_for()
    page.locator(".group").filter(has=page.get_by_role("heading", name="burning")).locator("summary").click()
    page.get_by_role("group", name="hurt or burn").get_by_label("Yes").check()
    page.fill('[name="bladder-check.9-change"]', NOTE)
    _next(page)
    page.get_by_role("heading", name="How much room ketamine takes in your life").wait_for()
    page.get_by_role("group", name="strong urge").get_by_label("Yes").check()
    _next(page)
    page.get_by_role("heading", name="How you have felt").wait_for()
    page.get_by_role("group", name="Little interest").get_by_label("Several days").check()
    _next(page)
    page.get_by_role("heading", name="what matters to you").wait_for()
    page.get_by_label("I want to stop").check()
    _next(page)
    page.get_by_role("heading", level=1, name="The picture").wait_for()


def _holding(folder):
    """Files under a folder that hold a mark; a browser's own profile is not the server's."""
    found = []
    for file in folder.rglob("*"):
        if not file.is_file() or "playwright" in str(file) or "chromium" in str(file).lower():
            continue
        try:
            if any(mark in file.read_bytes() for mark in MARKS):
                found.append(file)
        except OSError:
            continue
    return found


def _recent_temporary_files(since):
    """Files in the temporary folder that were written since a moment, but those of test runs."""
    for file in Path(tempfile.gettempdir()).iterdir():
        try:
            if file.is_file() and file.stat().st_mtime >= since:
                yield file
        except OSError:
            continue


def test_what_was_typed_is_found_nowhere_after_the_whole_check(open_page, server, tmp_path):
    stored = row_counts(server.folder)
    started = tmp_path.stat().st_mtime
    page = open_page("/check/")
    answers = []

    def note(answer):
        answers.append(answer)

    page.on("response", note)
    _walk(page)
    page.click("[data-part=medicines] > summary")
    assert page.locator("[data-part=medicines]").get_by_text(DRUG).first.is_visible()

    for answer in answers:
        headers = str(answer.all_headers()).encode()
        assert not any(mark in headers for mark in MARKS)
        assert not any(mark in answer.url.encode() for mark in MARKS)
        if "/static/" not in answer.url:
            assert "no-store" in answer.all_headers()["cache-control"]
    assert _holding(server.folder) == []
    assert _holding(server.log.parent) == []
    assert [file for file in _recent_temporary_files(started) if any(mark in file.read_bytes() for mark in MARKS)] == []
    assert row_counts(server.folder) == stored


def test_the_browser_holds_one_cookie_and_the_names_of_steps(open_page):
    page = open_page("/check/")
    _walk(page)
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"csrftoken"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("Object.keys(history.state)") == ["step"]
    stored = page.evaluate("caches.keys().then(names => Promise.all(names.map(name => caches.open(name))))"
                           ".then(all => Promise.all(all.map(one => one.keys())))"
                           ".then(all => all.flat().map(one => new URL(one.url).pathname))")  # fmt: skip
    assert not [path for path in stored if path.startswith("/check/")]


def test_the_page_to_hand_over_is_made_and_not_kept(open_page, server):
    page = open_page("/check/")
    _walk(page)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="One page to hand over").click()
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/check/one-page/")
    assert _holding(server.folder) == []
    assert not any(mark in server.log.read_bytes() for mark in MARKS)


def test_the_check_without_script_shows_nothing_in_the_address(open_page):
    page = open_page("/check/", java_script_enabled=False)
    _walk(page)
    assert page.url.endswith("/check/")
    page.click("nav button:has-text('Medicines and drugs')")
    page.wait_for_selector("h1:has-text('What else is taken')")
    assert page.input_value("#medicines") == DRUG


def test_leaving_and_coming_back_shows_an_empty_form(open_page):
    page = open_page("/about/")
    page.goto("/check/")
    _walk(page)
    page.evaluate("document.querySelectorAll('form').forEach(one => one.reset()); location.replace('/about/')")
    page.wait_for_url("**/about/")
    page.go_back()
    page.wait_for_load_state()
    assert PATTERN not in page.content()
    assert DRUG not in page.content()


def test_a_shared_screen_is_told_to_forget(open_page):
    page = open_page("/check/kiosk/")
    page.fill("#pattern", PATTERN)
    _next(page)
    page.get_by_role("heading", name="What else is taken").wait_for()
    with page.expect_response("**/check/kiosk/clear/") as cleared:
        page.get_by_role("link", name="Clear and start again").click()
    assert cleared.value.all_headers()["clear-site-data"] == '"cache", "cookies", "storage"'
    page.wait_for_url("**/check/kiosk/")
    assert page.input_value("#pattern") == ""
    assert page.context.cookies() == []
