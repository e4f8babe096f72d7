"""The tools keep what is written in the browser, and nowhere else."""

import json

import pytest

from keel import knowledge

TOOLS = sorted(knowledge.load().tools)


class Requests:
    """What a page asks the network for, from now on."""

    def __init__(self, page):
        self.seen = []
        page.on("request", lambda request: self.seen.append((request.method, request.url, request.post_data)))


def _kept(page, tool):
    return json.loads(page.evaluate(f"localStorage.getItem('keel.tool.{tool}')") or "[]")


def test_an_urge_is_kept_shown_and_never_sent(open_page):
    page = open_page("/tools/urge-diary/")
    page.wait_for_load_state("networkidle")
    requests = Requests(page)
    page.get_by_label("Where").fill("grumbleflux street")
    page.get_by_label("Pain in the bladder").check()
    page.get_by_role("group", name="How strong, 0 to 10").get_by_label("7", exact=True).check(force=True)
    page.get_by_label("How many minutes it lasted").fill("12")
    page.get_by_role("group", name="Did I use?").get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Keep it in this browser").click()
    assert page.get_by_text("Kept in this browser.").is_visible()
    assert page.locator(".entry").get_by_text("grumbleflux street").is_visible()
    page.get_by_label("Where").press("Enter")
    assert requests.seen == []
    [entry] = _kept(page, "urge-diary")
    told = {name: value for name, value in entry["values"].items() if name not in ("day", "time")}
    assert told == {"place": "grumbleflux street", "trigger": ["pain"], "strength": "7", "lasted": 12, "used": "no"}


def test_the_pattern_counts_and_says_from_how_many(open_page):
    """Five urges by hand: three with pain, strengths 2, 5 and 9, whose middle is 5; two in the small hours."""
    page = open_page("/tools/urge-diary/")
    urges = [
        {"time": "02:10", "trigger": ["pain"], "strength": "2"},
        {"time": "03:40", "trigger": ["pain", "stress"], "strength": "5"},
        {"time": "13:00", "trigger": ["pain"], "strength": "9"},
        {"time": "19:30", "trigger": ["boredom"]},
        {"trigger": ["boredom"]},
    ]
    entries = [{"id": f"e{number}", "at": "2026-11-20T10:00:00Z", "values": urge} for number, urge in enumerate(urges)]
    page.evaluate("kept => localStorage.setItem('keel.tool.urge-diary', JSON.stringify(kept))", entries)
    page.reload()
    when, triggers = page.locator("figure.pattern").nth(0), page.locator("figure.pattern").nth(1)
    assert when.get_by_role("row", name="Night, 0 to 6").inner_text().split("\t")[1] == "2"
    assert "From 4 entries. Not told in: 1." in when.inner_text()
    assert triggers.get_by_role("row", name="Pain in the bladder").inner_text().split()[-2:] == ["3", "5"]
    assert "With fewer than 7 entries" in when.inner_text()
    assert when.get_by_role("img").get_attribute("aria-label").startswith("Hours of the day")


def test_what_is_kept_can_be_saved_deleted_and_read_again(open_page, tmp_path):
    page = open_page("/tools/crisis-plan/")
    page.get_by_label("People I can tell").fill("Alice 020 7946 0000\nBob")
    page.get_by_role("button", name="Keep it in this browser").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "saved.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["format"] == "keel-tools/1"
    page.get_by_role("button", name="Delete all of this tool").click()
    assert _kept(page, "crisis-plan") == []
    assert page.get_by_label("People I can tell").input_value() == ""
    page.goto("/tools/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("Read from the file: 1 entries.").wait_for()
    page.goto("/tools/crisis-plan/")
    assert page.get_by_label("People I can tell").input_value() == "Alice 020 7946 0000\nBob"


def test_a_deletion_can_be_taken_back_until_the_page_is_left(open_page):
    page = open_page("/tools/values/")
    page.get_by_label("What matters most to me").fill("my sister")
    page.get_by_role("button", name="Keep it in this browser").click()
    page.get_by_role("button", name="Delete all of this tool").click()
    page.get_by_role("button", name="Bring it back").click()
    assert page.get_by_label("What matters most to me").input_value() == "my sister"


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"format": "other/1", "tools": {}}',
        '{"format": "keel-tools/1", "tools": {"values": [{"id": "<b>", "at": "x", "values": {"matters": 1}}]}}',
        '{"format": "keel-tools/1", "tools": {"values": {"id": 1}, "nothing": []}}',
    ],
)
def test_a_file_that_is_not_ours_changes_nothing(open_page, content):
    page = open_page("/tools/values/")
    file = {"name": "a.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator('[data-said="keep"]:not(:empty)').wait_for()
    assert page.evaluate("localStorage.length") == 0


def test_markup_in_a_file_is_shown_as_text(open_page):
    page = open_page("/tools/thought-record/")
    values = {"event": "<img src=x onerror=alert(1)>", "day": "2026-11-20"}
    content = {
        "format": "keel-tools/1",
        "tools": {"thought-record": [{"id": "a", "at": "2026-11-20", "values": values}]},
    }
    file = {"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("Read from the file").wait_for()
    assert "<img src=x onerror=alert(1)>" in page.locator(".entry").inner_text()
    assert page.locator(".entry img").count() == 0


def test_the_month_shows_days_used_and_no_streak(open_page):
    page = open_page("/tools/days-used/")
    first = page.locator('.month button[data-day$="-01"]')
    for mark, words in (("Yes", "Days used this month: 1."), ("No", "Days used this month: 0.")):
        first.click()
        page.get_by_role("group", name="Used?").get_by_label(mark, exact=True).check()
        page.get_by_role("button", name="Keep it in this browser").click()
        assert words in page.locator("#month-sum").inner_text()
    assert first.get_attribute("aria-label").endswith(": no")
    assert len(_kept(page, "days-used")) == 1  # a second mark takes the place of the first
    page.get_by_role("group", name="Used?").get_by_label("No answer").check()
    page.get_by_role("button", name="Keep it in this browser").click()
    assert _kept(page, "days-used") == []
    assert "streak" not in page.locator("#month").inner_text()


def test_the_month_is_walked_with_the_arrow_keys(open_page):
    page = open_page("/tools/days-used/")
    stop = page.locator('.month button[tabindex="0"]')
    assert stop.count() == 1
    day = stop.get_attribute("data-day")
    stop.focus()
    page.keyboard.press("ArrowUp")
    week_before = page.evaluate("document.activeElement.dataset.day")
    assert page.evaluate("([a, b]) => (Date.parse(a) - Date.parse(b)) / 86400000", [day, week_before]) == 7


def test_numbers_of_people_become_links_and_old_versions_stay(open_page):
    page = open_page("/tools/change-plan/")
    old = {"id": "old", "at": "2026-01-02T10:00:00Z", "values": {"helpers": ["Bob +44 20 7946 0958"]}}
    page.evaluate("kept => localStorage.setItem('keel.tool.change-plan', JSON.stringify([kept]))", old)
    page.reload()
    page.get_by_label("The change I want").fill("no ketamine on weekdays")
    page.get_by_role("button", name="Keep it in this browser").click()
    assert page.get_by_role("heading", name="Version of 2 January 2026").is_visible()
    assert page.locator('.entry a[href="tel:+442079460958"]').count() == 2
    assert len(_kept(page, "change-plan")) == 2


def test_a_day_of_a_programme_is_changed_as_one_likes(open_page):
    page = open_page("/tools/rehab-day/")
    lines = page.locator(".blocks li")
    before = lines.count()
    page.get_by_role("button", name="Add a line").click()
    lines.last.locator("textarea").fill("walk the dog")
    page.locator(".blocks li button").first.click()
    page.get_by_role("button", name="Keep it in this browser").click()
    page.reload()
    assert lines.count() == before
    assert lines.last.locator("textarea").input_value() == "walk the dog"


@pytest.mark.parametrize("name", TOOLS)
def test_each_tool_is_a_form_for_paper_without_script(open_page, name):
    page = open_page(f"/tools/{name}/", java_script_enabled=False)
    assert "Scripts are off in this browser" in page.locator("noscript p").inner_text()
    tool = knowledge.load().tools[name]
    for words in tool.words["en"].fields.values():
        assert page.get_by_text(words.label, exact=True).first.is_visible()
    for button in page.get_by_role("button").all():
        raise AssertionError(f"a button that does nothing: {button.inner_text()}")


@pytest.mark.parametrize("name", TOOLS)
def test_the_policy_of_a_tool_lets_nothing_be_sent(open_page, name):
    page = open_page("/")
    policy = page.request.get(f"/tools/{name}/").headers["content-security-policy"]
    assert "connect-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert page.request.post(f"/tools/{name}/", data="x").status in (403, 405)


def test_a_diary_is_kept_with_the_keyboard_alone(open_page):
    page = open_page("/tools/urge-diary/")
    page.locator("#place").focus()
    page.keyboard.type("at home")
    for _ in range(40):
        page.keyboard.press("Tab")
        if "Keep it" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    assert _kept(page, "urge-diary")[0]["values"]["place"] == "at home"


def test_the_crisis_numbers_stand_above_the_form(open_page):
    page = open_page("/tools/crisis-plan/")
    call = page.get_by_role("link", name="Call 999").first.bounding_box()["y"]
    assert call < page.locator("#form").bounding_box()["y"]
    assert page.locator("#form legend, #form label").count() == 6


def test_a_day_of_the_calendar_keeps_its_mark_when_another_date_is_written(open_page):
    """The date is typed over after a day was kept: that is another day, and the first is not moved to it."""
    page = open_page("/tools/days-used/")
    used = page.get_by_role("group", name="Used?")
    for day, answer in (("2026-10-02", "Yes"), ("2026-10-05", "No")):
        page.get_by_label("Day", exact=True).fill(day)
        used.get_by_label(answer, exact=True).check()
        page.get_by_role("button", name="Keep it in this browser").click()
    marks = {entry["values"]["day"]: entry["values"]["used"] for entry in _kept(page, "days-used")}
    assert marks == {"2026-10-02": "yes", "2026-10-05": "no"}
