"""Catalogues are complete, compiled, and true to what the code and the facts say today."""

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from keel.knowledge import UnknownId
from keel.knowledge.catalogues import LOCALE, catalogue, languages
from keel.knowledge.checks.pages import numbers_in

SLOTS = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
CLOCK = re.compile(r"\d(?:am|pm)\b")
"""A time of day, which another language writes by 24 hours."""
OTHERS = [language for language in languages() if language != "en"]


@cache
def _messages():
    """The script that collects and compiles; it is not part of the package."""
    path = Path(__file__).resolve().parents[3] / "scripts" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_spanish_is_there():
    assert OTHERS == ["es"]


def test_a_language_that_keel_does_not_speak_is_refused():
    with pytest.raises(UnknownId, match="xx"):
        catalogue("xx")


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_what_is_said_today_and_nothing_else(language):
    """Fix it with `python scripts/messages.py es`, then write what is missing into the catalogue."""
    script = _messages()
    collected = {(one.id, one.context) for one in script.collected() if one.id}
    held = {(one.id, one.context) for one in script.held(language) if one.id}
    assert len(collected) > 3000
    assert collected - held == set()
    assert held - collected == set()


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_without_a_translation(language):
    script = _messages()
    missing = [
        one.id
        for one in script.held(language)
        if one.id and not all([one.string] if isinstance(one.string, str) else one.string)
        if script.NAME not in one.auto_comments
    ]
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_is_the_same_in_both_languages(language):
    different = []
    for one in _messages().held(language):
        texts = [one.string] if isinstance(one.string, str) else list(one.string)
        english = [one.id] if isinstance(one.id, str) else list(one.id)
        wanted = [set(SLOTS.findall(text)) for text in english]
        different += [(one.id, text) for text in texts if one.id and text and set(SLOTS.findall(text)) not in wanted]
    assert different == []


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_a_figure_in_a_translation_is_that_of_its_english(language):
    """Numbers survive translation: the same set on both sides, words for small numbers aside."""
    different = []
    for one in _messages().held(language):
        if isinstance(one.id, str) and one.id and one.string and not one.context and not CLOCK.search(one.id):
            english, other = ({n for n in numbers_in(text) if n > 12} for text in (one.id, one.string))
            different += [one.id] if english != other else []
    assert different == []


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_that_of_its_text(language):
    script, folder = _messages(), LOCALE / language / "LC_MESSAGES"
    text, compiled = script.written(script.held(language))
    assert (folder / "django.po").read_bytes() == text
    assert (folder / "django.mo").read_bytes() == compiled


def test_texts_are_found_in_templates_and_code(tmp_path):
    page, code = tmp_path / "a.html", tmp_path / "b.py"
    page.write_text(
        '{% translate "One" %}{% blocktranslate count n=x %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}'
        '{{ y|default:_("None of it") }}'
    )
    code.write_text(
        '_("two " "parts")\nMessage("{a} of {b}", a=1)\nplural("{count} ox", "{count} oxen")\nnot_ours("x")\n'
    )
    found = {text for file in (page, code) for text, _context in _messages()._of_file(file)}
    assert found == {
        "One",
        ("%(n)s day", "%(n)s days"),
        "None of it",
        "two parts",
        "{a} of {b}",
        ("{count} ox", "{count} oxen"),
    }
