"""The how-to page on texts, followed by somebody who edits text: a page more, and a language more."""

import datetime as dt
import re
from pathlib import Path

import pytest

from keel.exposure import parse_pattern
from keel.knowledge.checks.languages import language_problems
from keel.knowledge.checks.pages import page_problems
from support.facts import copied_facts, knowledge_of

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-text.md"


def template():
    (text,) = re.findall(r"```toml\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return text


@pytest.mark.slow
def test_the_text_of_the_page_is_read_and_lacks_only_its_translation(tmp_path):
    copy = copied_facts(tmp_path)
    (copy / "texts" / "en" / "picture-teeth.toml").write_text(template(), encoding="utf-8")
    facts = knowledge_of(copy)
    assert facts.texts["en"]["picture-teeth"].need == "drugs"
    assert [(one.where, one.message) for one in page_problems(facts)] == [
        ("pages/es/picture-teeth", "is missing; en has it.")
    ]


def add_language(copy, code):
    """The folders of texts of the page, with English words left where a translator would write."""
    (copy / "texts" / code).mkdir()
    for text in (copy / "texts" / "en").glob("*.toml"):
        written = text.read_text(encoding="utf-8").replace('lang = "en"', f'lang = "{code}"')
        (copy / "texts" / code / text.name).write_text(written, encoding="utf-8")
    (copy / "instrument-words" / code).mkdir()
    for words in (copy / "instrument-words" / "es").glob("*.toml"):
        written = words.read_text(encoding="utf-8").replace('lang = "es"', f'lang = "{code}"')
        (copy / "instrument-words" / code / words.name).write_text(written, encoding="utf-8")
    written = (copy / "phrases" / "en.toml").read_text(encoding="utf-8")
    written = written.replace('id = "en"', f'id = "{code}"').replace('lang = "en"', f'lang = "{code}"')
    (copy / "phrases" / f"{code}.toml").write_text(written, encoding="utf-8")
    for kind in ("strategies", "tools"):
        for file in (copy / kind).glob("*.toml"):
            written = file.read_text(encoding="utf-8")
            english = re.search(r"^\[words\.en\].*?(?=^\[words\.es\]|\Z)", written, re.DOTALL | re.MULTILINE).group()
            file.write_text(written + "\n" + english.replace("[words.en", f"[words.{code}"), encoding="utf-8")


@pytest.mark.slow
def test_a_language_is_added_with_files_alone(tmp_path):
    copy = copied_facts(tmp_path)
    add_language(copy, "cy")
    facts = knowledge_of(copy)
    assert set(facts.texts) == {"cy", "en", "es"}
    assert [str(one) for one in (*page_problems(facts), *language_problems(facts))] == []
    at = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    (phase,) = parse_pattern("400 mg weekly", at=at, knowledge=facts, language="cy")
    assert phase.sessions_per_year.mid == 52


@pytest.mark.slow
def test_a_language_that_lacks_a_card_is_told_so(tmp_path):
    copy = copied_facts(tmp_path)
    add_language(copy, "cy")
    card = copy / "strategies" / "nose.toml"
    written = card.read_text(encoding="utf-8")
    card.write_text(written[: written.index("[words.cy]")], encoding="utf-8")
    assert [(one.where, one.message) for one in language_problems(knowledge_of(copy))] == [
        ("strategies/nose", "has no words.cy.")
    ]
