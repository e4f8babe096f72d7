"""Bad input gets one clear line beside its field, and what was typed stays."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile


def _errors(page):
    found = re.findall(r'<p class="error" id="(\w+)-error">.*?</svg>(.*?)</p>', page.content.decode(), re.DOTALL)
    return {field: unescape(text).strip() for field, text in found}


def test_nothing_at_all_is_answered_with_what_to_do(erin):
    page = erin.post("/check/", {})
    assert page.status_code == 422
    assert "Nothing was given yet" in _errors(page)["pattern"]


def test_a_number_without_a_unit_is_refused_and_kept(erin):
    page = erin.post("/check/", {"pattern": "400 weekly", "medicines": "sertraline"})
    assert page.status_code == 422
    assert _errors(page)["pattern"].startswith("“400” has no unit. Write mg or g after it.")
    html = page.content.decode()
    assert ">400 weekly</textarea>" in html
    assert ">sertraline</textarea>" in html
    assert 'aria-describedby="pattern-hint pattern-error" aria-invalid="true"' in html


def test_the_line_is_named_where_there_are_several(erin):
    page = erin.post("/check/", {"pattern": "1 g weekly\n2 grumbles daily"})
    assert _errors(page)["pattern"].startswith("Line 2: ")


@pytest.mark.parametrize(
    "record",
    [
        '{"doses": [',
        "not json at all",
        '{"unknown": 1}',
        '{"doses": [{"substance": "racemic", "start": "yesterday"}]}',
        "[1]",
        "\x00",
    ],
)
def test_a_broken_record_gets_one_line_and_is_kept(erin, record):
    page = erin.post("/check/", {"record": record})
    assert page.status_code == 422
    assert _errors(page)["record"].count("\n") == 0
    assert page.content.decode().count('class="error"') == 1


def test_a_files_error_names_the_file_and_the_text_is_kept(erin):
    upload = SimpleUploadedFile("mine.json", b'{"doses": "many"}')
    page = erin.post("/check/", {"file": upload})
    assert _errors(page)["file"].startswith("mine.json, $.doses: ")
    assert "{&quot;doses&quot;: &quot;many&quot;}</textarea>" in page.content.decode()


def test_an_empty_file_is_named_so(erin):
    page = erin.post("/check/", {"file": SimpleUploadedFile("mine.json", b"")})
    assert page.status_code == 422
    assert "file" in _errors(page)


def test_text_and_file_together_are_refused(erin):
    page = erin.post("/check/", {"record": "{}", "file": SimpleUploadedFile("mine.json", b"{}")})
    assert _errors(page)["file"] == "Give the text or the file, not both."


def test_several_people_and_a_pattern_do_not_mix(erin):
    people = '{"people": [{"person": {"id": "a"}}, {"person": {"id": "b"}}]}'
    page = erin.post("/check/", {"record": people, "pattern": "1 g weekly"})
    assert "several people" in _errors(page)["record"]


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(erin, settings):
    settings.LARGEST_BODY_BYTES = 1_000_000
    page = erin.post("/check/", {"record": "x" * 1_100_000})
    assert page.status_code == 413
    assert "larger than 1 MB" in page.content.decode()


def test_what_was_typed_is_never_markup(erin):
    page = erin.post("/check/", {"pattern": "<script>alert(1)</script>", "medicines": "<img src=x onerror=alert(1)>"})
    assert "<script>alert" not in page.content.decode()
    page = erin.post("/check/", {"medicines": "<img src=x onerror=alert(1)>"})
    assert "<img" not in page.content.decode()


def test_a_person_number_beyond_the_list_shows_the_list(erin):
    people = '{"people": [{"person": {"id": "a"}}, {"person": {"id": "b"}}]}'
    page = erin.post("/check/", {"record": people, "person": "7"})
    assert page.status_code == 200
    assert "2 people in this file" in page.content.decode()
