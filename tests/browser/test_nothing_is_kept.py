"""After a whole check nothing of what was typed lies in the database, the log, the folder or the browser."""

from support.stored import row_counts

WORDS = ("wrimblequat", "1.375")


def test_nothing_of_a_check_is_left_anywhere(open_page, server):
    stored = row_counts(server.folder)
    page = open_page("/check/")
    page.fill("#pattern", "1.375 g every Saturday, snorted")
    page.fill("#medicines", "wrimblequat")
    page.click("text=Show my answer")
    page.wait_for_selector("h1:has-text('The picture')")
    page.click("[data-part=medicines] > summary")
    assert page.is_visible("text=wrimblequat")

    cookies = {cookie["name"] for cookie in page.context.cookies()}
    assert cookies <= {"csrftoken"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    log = server.log.read_text()
    for word in WORDS:
        assert word not in page.url
        assert word not in log
        for file in server.folder.rglob("*"):
            assert not file.is_file() or word.encode() not in file.read_bytes(), file
    assert row_counts(server.folder) == stored


def test_going_back_does_not_show_the_picture_again(open_page):
    page = open_page("/about/")
    page.goto("/check/")
    page.fill("#pattern", "1.375 g every Saturday, snorted")
    page.click("text=Show my answer")
    page.wait_for_selector("h1:has-text('The picture')")
    page.goto("/about/")
    page.go_back()
    page.wait_for_url("**/check/")
    assert page.input_value("#pattern") == ""
    assert page.locator("h1").text_content() != "The picture"
