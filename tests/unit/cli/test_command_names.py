"""A message never sends its reader to a command that is not there: every `keel <word>` in every text is looked up."""

import ast
import re
from pathlib import Path

import pytest
import typer.main

from keel.cli.app import app

ROOT = Path(__file__).parents[3]
TEXTS = ("*.toml", "*.csv", "*.html", "*.txt", "*.js", "*.po", "*.md", "*.ipynb")
NAMED = re.compile(r"(?<!from )\bkeel ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
PROSE = {"command", "keel", "keel-backup", "as", "con", "o", "or"}
"""“the keel command”, the system’s account and service of that name, and “--to keel or --to csv” call none."""
COMMANDS = typer.main.get_command(app).commands


def strings_of(source):
    """The texts in a Python file; its code is not text."""
    return "\n".join(
        node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and type(node.value) is str
    )


def files():
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md", "SECURITY.md")]
    return pages + sorted(
        path for folder in ("src", "docs") for kind in ("*.py", *TEXTS) for path in (ROOT / folder).rglob(kind)
    )


def named_in(path):
    text = path.read_text(encoding="utf-8")
    if "keel " not in text:
        return []
    return NAMED.findall(strings_of(text) if path.suffix == ".py" else text)


def unknown(named):
    for first, second in named:
        children = getattr(COMMANDS.get(first), "commands", None)
        if first not in COMMANDS and first not in PROSE:
            yield f"keel {first}"
        elif children and second and second not in children:
            yield f"keel {first} {second}"


def test_every_command_that_a_text_names_exists():
    found = {path: named_in(path) for path in files()}
    assert sum(map(len, found.values())) > 100
    wrong = {path.relative_to(ROOT).as_posix(): [*unknown(named)] for path, named in found.items()}
    assert {name: commands for name, commands in wrong.items() if commands} == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Use keel cohort for tables.", ["keel cohort"]),
        ("See `keel knowledge defaults`.", []),
        ("See `keel knowledge tell`.", ["keel knowledge tell"]),
        ("from keel import knowledge", []),
    ],
)
def test_a_name_that_is_not_there_is_seen(text, wrong):
    assert [*unknown(NAMED.findall(text))] == wrong
