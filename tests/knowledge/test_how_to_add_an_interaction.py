"""The how-to page on interactions, followed to the letter by somebody who edits text and runs commands."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from keel.assessment.interactions import Match, check_medicines
from keel.knowledge.check import Level, check
from keel.knowledge.files import PACKAGED
from keel.knowledge.interactions import ClassRule, ClassWord, Interaction, Product, Synonym
from support.facts import insert_sorted, knowledge_of, replace_in

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "add-an-interaction.md").read_text(encoding="utf-8")
STEPS = re.findall(r"[Oo]pen `([\w/-]+\.csv)`[^`]*?```csv\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.fixture
def followed(tmp_path):
    """A folder with the tables that the page says to edit, edited; used on top of the packaged facts."""
    for table, line in STEPS:
        shutil.copy(PACKAGED / table, tmp_path / table)
        insert_sorted(tmp_path / table, line)
    return tmp_path


def errors(folder):
    return [one.message for one in check(knowledge_of(folder), dt.date(2026, 11, 21)) if one.level is Level.ERROR]


@pytest.mark.slow
def test_whoever_follows_the_page_ends_without_an_error(followed):
    assert [table for table, _ in STEPS] == ["interactions.csv", "synonyms.csv", "products.csv"]
    assert set(errors(followed)) <= set(errors(PACKAGED))


@pytest.mark.slow
def test_the_wrong_severity_gives_the_message_on_the_page(followed):
    (promised,) = re.findall(r"```text\n(.*?)\n```", PAGE)
    line = STEPS[0][1]
    replace_in(followed / "interactions.csv", line, line.replace(",moderate,", ",minor,"))
    assert promised in errors(followed)


def test_the_new_product_is_recognised_and_adds_up_as_the_page_says(followed):
    (command,) = re.findall(r'^keel interactions "(.*)"$', PAGE, re.MULTILINE)
    report = check_medicines([command], knowledge=knowledge_of(followed))
    assert report.items[0].how is Match.PRODUCT
    assert report.items[0].substances == ("newsedatine", "paracetamol")
    (stack,) = report.stacking
    assert "diazepam" in stack.summary
    assert "newsedatine" in stack.summary


@pytest.mark.parametrize("shape", [Interaction, Synonym, Product, ClassRule, ClassWord])
def test_every_cell_is_explained_on_the_page(shape):
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert set(shape.__struct_fields__) <= explained
