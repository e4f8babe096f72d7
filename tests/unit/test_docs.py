"""The documentation is tested: generated pages are current, links lead somewhere, every command is there."""

import re
import sys
from pathlib import Path

import pytest

from support.loops import some

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import build_docs  # noqa: E402 - the path above makes it importable

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


@pytest.mark.slow
def test_the_generated_pages_are_current():
    stale = [path.name for path, text in build_docs.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_are_there(page):
    """A path in a page leads to a file from the root or from a folder of Keel; `pt` is the language to add."""
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)+(?:\.py|/)?)`", page.read_text(encoding="utf-8"))
    roots = (ROOT, ROOT / "src", ROOT / "src" / "keel", ROOT / "src" / "keel" / "knowledge" / "data")
    assert [one for one in named if "/pt" not in one and not any((root / one).exists() for root in roots)] == []


def test_every_package_is_in_the_list_of_where_things_are():
    listed = re.findall(r"^src/keel/(\w+) ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    packages = [path.parent.name for path in (ROOT / "src" / "keel").glob("*/__init__.py")]
    assert sorted(listed) == sorted(some(packages))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [one for one in targets if not re.match(r"[a-z]+:", one) and not (page.parent / one).exists()] == []
