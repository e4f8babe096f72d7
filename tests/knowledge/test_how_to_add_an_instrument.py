"""docs/how-to/add-an-instrument.md, followed to the letter in an empty folder."""

import re
from pathlib import Path

import pytest

from keel.knowledge import load
from keel.knowledge.instruments import LicenceClass
from support.command import keel_here

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-an-instrument.md"
FILES = re.compile(r"Save this as `([^`]+)`:\n\n```toml\n(.*?)```", re.DOTALL)
BLOCKS = re.compile(r"```(sh|text)\n(.*?)```", re.DOTALL)


def one_spaced(text):
    return " ".join(text.split())


@pytest.fixture
def folder(tmp_path):
    """An empty folder with the files that the page says to save."""
    for name, words in FILES.findall(PAGE.read_text(encoding="utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_following_the_page_gives_what_it_shows(folder):
    outputs, shown = [], 0
    for kind, words in BLOCKS.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh" and words.startswith("keel "):
            finished = keel_here(*words.split()[1:], folder=folder)
            assert finished.returncode == 0, finished.stderr
            outputs.append(one_spaced(finished.stdout))
        elif kind == "text":
            for line in words.strip().splitlines():
                assert one_spaced(line) in outputs[-1]
                shown += 1
    assert (len(outputs), shown) == (4, 7)


def test_the_check_passes_on_the_files_of_the_page(folder):
    instruments = load([folder / "our-facts"]).instruments
    assert {"sleep-check", "their-scale", "phq-9"} <= set(instruments)


def test_the_page_names_every_licence_class_and_what_it_frees():
    rows = re.findall(r"\| `([A-Z]+)` \|.*\| (yes|no)\b", PAGE.read_text(encoding="utf-8"))
    assert dict(rows) == {one.value: "yes" if one.frees_wording else "no" for one in LicenceClass}


@pytest.mark.slow
def test_words_under_a_class_that_does_not_free_them_are_refused(folder):
    path = folder / "our-facts" / "instruments" / "their-scale.toml"
    path.write_text(path.read_text().replace('theme = "falling asleep"', 'text = "Could you sleep?"'))
    finished = keel_here("score", "phq-9", "--overlay", "our-facts", folder=folder)
    assert finished.returncode == 2
    assert "their-scale: item 1 holds wording" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
