"""The how-to pages on claims and services, followed to the letter by somebody who edits text and runs commands."""

import datetime as dt
import re
from pathlib import Path

import pytest

from keel.knowledge import load
from keel.knowledge.check import Level, check
from keel.knowledge.directory import Service, services
from keel.knowledge.evidence import Claim, Source
from keel.knowledge.evidence_search import search
from support.facts import copied_facts, insert_sorted, knowledge_of

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
TODAY = dt.date(2026, 11, 21)
PAGES = ("add-a-claim.md", "add-a-service.md")


def steps(page: str) -> list[tuple[str, str]]:
    """Each table that the page says to open, with the line that it says to put there."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return re.findall(r"[Oo]pen `([\w/]+\.csv)`[^`]*?```csv\n(.*?)\n```", text, re.DOTALL)


def follow(page: str, folder: Path):
    copy = copied_facts(folder)
    for table, line in steps(page):
        insert_sorted(copy / table, line)
    return knowledge_of(copy)


def errors(knowledge) -> list[str]:
    return [f"{one.where}: {one.message}" for one in check(knowledge, TODAY) if one.level is Level.ERROR]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_whoever_follows_the_page_ends_without_an_error(page, tmp_path):
    assert len(steps(page)) == {"add-a-claim.md": 2, "add-a-service.md": 1}[page]
    assert errors(follow(page, tmp_path)) == []


def test_the_new_claim_is_found_as_the_page_says(tmp_path):
    knowledge = follow("add-a-claim.md", tmp_path)
    assert "home-lozenges-side-effects" in [hit.id for hit in search(knowledge, "lozenges at home")]
    assert knowledge.claims["home-lozenges-side-effects"].value == 18.8


@pytest.mark.slow
def test_forgetting_the_first_step_gives_the_message_on_the_page(tmp_path):
    copy = copied_facts(tmp_path)
    table, line = steps("add-a-claim.md")[1]
    insert_sorted(copy / table, line)
    (promised,) = re.findall(r"```text\n(.*?)\n```", (HOW_TO / "add-a-claim.md").read_text(encoding="utf-8"))
    assert any(promised in one for one in errors(knowledge_of(copy)))


def test_the_new_service_is_displayed(tmp_path):
    knowledge = follow("add-a-service.md", tmp_path)
    shown = services(knowledge.directory, country="GB", need="bladder", at=TODAY)
    assert "gb-example" in [row.service.id for row in shown.services]


def test_a_hidden_row_is_displayed_once_confirmed_as_the_page_says(tmp_path):
    """`checked` today, `confidence` high, `display` yes, `hidden_because` empty."""
    copy = copied_facts(tmp_path)
    table = copy / "directory.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith("gb-calm,"))
    lines[place] = (
        lines[place]
        .replace(",medium,after check,", ",high,yes,")
        .replace(",not confirmed: check the number and the page first,", ",,")
    )
    table.write_text("".join(lines), encoding="utf-8")
    shown = services(knowledge_of(copy).directory, country="GB", need="crisis", at=TODAY)
    assert "gb-calm" in [row.service.id for row in shown.services]
    assert "gb-calm" not in [
        row.service.id for row in services(load().directory, country="GB", need="crisis", at=TODAY).services
    ]


@pytest.mark.parametrize(
    ("page", "shape"), [("add-a-claim.md", Source), ("add-a-claim.md", Claim), ("add-a-service.md", Service)]
)
def test_every_cell_is_explained_on_the_page(page, shape):
    rows = [line for line in (HOW_TO / page).read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    assert set(shape.__struct_fields__) <= explained


@pytest.mark.parametrize("page", PAGES)
def test_every_command_on_the_page_is_one_that_keel_has(page):
    known = {"keel evidence", "keel knowledge check", "keel knowledge show"}
    commands = re.findall(r"^keel .*$", (HOW_TO / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        assert any(command.startswith(one) for one in known), command
