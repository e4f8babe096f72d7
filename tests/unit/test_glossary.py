"""GLOSSARY.md against the code: its words are those of the code, and the code has no other words for its concepts."""

import ast
import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

from support.loops import some

ROOT = Path(__file__).parents[2]
PURE = (
    *("quantities", "messages", "record", "findings", "knowledge", "pharmacology", "exposure", "assessment"),
    *("interop", "reports"),
)
PLAIN = {
    *(
        "advice",
        "answer",
        "change",
        "chart",
        "comparison",
        "condition",
        "document",
        "drawing",
        "figure",
        "form",
        "format",
    ),
    *("input", "item", "leaflet", "limit", "match", "measurement", "medicine", "metric", "name", "number", "numeral"),
    *(
        "paper",
        "part",
        "patient",
        "people",
        "person",
        "plan",
        "precision",
        "pregnancy",
        "quantity",
        "question",
        "reason",
    ),
    *("row", "sex", "solution", "source", "table", "total", "trial", "truth"),
    *("uncertainty", "unit", "verdict"),
}
"""Last words of public classes that mean in the code what they mean in a dictionary."""


def rows():
    """Terms and meaning of each row of the glossary, in its order."""
    lines = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [(re.sub(r" \(.*\)", "", terms).split(", "), meaning) for terms, meaning in cells[1:]]


def terms():
    return [term.lower() for names, _ in rows() for term in names]


def split(identifier):
    """`newest_sittings`, `SessionView` → “newest sittings”, “session view”."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", identifier).lower()


def explained():
    """The single words of the terms."""
    return {word for term in terms() for word in re.split(r"[ -]", term)}


@cache
def words_of_the_code():
    """All names and docstrings of the code as one text; what is written in other strings does not count."""
    found = []
    for path in (ROOT / "src" / "keel").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                found.append(ast.get_docstring(node) or "")
            names = (getattr(node, field, None) for field in ("name", "id", "attr", "arg"))
            found += [split(name) for name in names if isinstance(name, str)]
    return " | ".join(" ".join(text.lower().split()) for text in found)


def public_classes():
    """Classes that a pure package offers at its top, without its errors: they read as sentences."""
    for name in PURE:
        package = importlib.import_module(f"keel.{name}")
        inner = [one.name for one in pkgutil.iter_modules(package.__path__, f"keel.{name}.") if one.ispkg]
        for module in (package, *map(importlib.import_module, inner)):
            for public in getattr(module, "__all__", ()):
                found = getattr(module, public)
                if inspect.isclass(found) and not issubclass(found, Exception):
                    yield public


def heads(name):
    """The last word of a class name, as it is and as one of many: `ReadingNote` → note, `Answers` → answers, answer."""
    last = split(name).rsplit(" ", 1)[-1]
    return {last, last.removesuffix("s")}


@pytest.mark.parametrize("term", terms())
def test_a_term_is_a_word_of_the_code(term):
    assert re.search(rf"\b{term.replace('-', '[ -]')}(s|es)?\b", words_of_the_code()), "nothing in src has this word"


def test_no_term_stands_twice():
    found = some(terms())
    assert sorted(set(found)) == sorted(found)


def test_the_terms_are_in_alphabetical_order():
    first = [names[0].lower() for names, _ in some(rows())]
    assert first == sorted(first)


@pytest.mark.parametrize("name", sorted(set(public_classes())))
def test_a_public_class_is_in_the_glossary_or_a_plain_word(name):
    assert heads(name) & (explained() | PLAIN), f"{name} ends with a word that is not in GLOSSARY.md"


def test_the_list_of_plain_words_is_what_is_needed():
    """A word that no class ends with, or that the glossary explains, leaves the list."""
    ends = {end for name in some(public_classes()) for end in heads(name)}
    assert (PLAIN - ends, PLAIN & explained()) == (set(), set())
