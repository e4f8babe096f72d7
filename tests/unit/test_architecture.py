"""How the files lean on each other: no cycle, short chains, and templates that point downwards like the imports.

import-linter holds which package may import which (`pyproject.toml`); what it has no contract for stands here.
"""

import re
import tomllib
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "keel" / "web"
LONGEST = 9
"""Files that import one another in a row inside a package: what a newcomer can still follow."""


@cache
def imports():
    """Every file of Keel, with the files that it imports."""
    graph = grimp.build_graph("keel")
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def cycle_in(edges):
    """A cycle of imports, its first file again at the end; empty where there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def longest_chain(edges):
    """The longest way along imports that form no cycle."""
    chains = {}
    for module in TopologicalSorter(edges).static_order():
        chains[module] = max(((module, *chains[one]) for one in edges[module]), key=len, default=(module,))
    return max(chains.values(), key=len)


def test_no_file_imports_itself_in_a_circle():
    assert len(imports()) > 300
    assert cycle_in(imports()) == ()


def test_a_circle_and_a_chain_are_found():
    """By hand: b and c import each other; the longest way from a is over two imports."""
    assert set(cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}
    assert longest_chain({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == ("a", "b", "c")


APPS = sorted(f"web.{path.parent.name}" for path in WEB.glob("*/__init__.py"))
"""Each app of the web is a package of its own; what lies beside them is the package `web`."""


@pytest.mark.parametrize("package", [*sorted(path.parent.name for path in WEB.parent.glob("*/__init__.py")), *APPS])
def test_a_chain_of_imports_inside_a_package_is_short(package):
    name = f"keel.{package}"
    inside = {one for one in imports() if one == name or one.startswith(f"{name}.")}
    if package == "web":
        inside = {one for one in inside if not one.startswith(tuple(f"keel.{app}" for app in APPS))}
    chain = longest_chain({one: found & inside for one, found in imports().items() if one in inside})
    assert len(chain) <= LONGEST, " → ".join(chain)


ALLAUTHS = ("account", "mfa")
"""Folders of templates that allauth looks for; Keel's own stand in `accounts`, which alone may use them."""


def levels():
    """Level of each module of the web by the contract of its layers, the lowest at 0."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one.get("containers") == ["keel.web"])
    return {name: level for level, layer in enumerate(reversed(layers)) for name in layer.split(" | ")}


def test_a_template_uses_only_templates_and_filters_of_apps_below():
    """The frame (`keel/`) stands below all apps; only it may put the strip of the directory around every page."""
    level, pairs = levels(), set()
    library = {file.stem: file.parts[-3] for file in WEB.glob("*/templatetags/*.py")}
    for file in WEB.glob("*/templates/**/*.html"):
        app, text = file.relative_to(WEB).parts[0], file.read_text()
        used = set(re.findall(r'{% (?:include|extends) "(\w+)/', text)) - {"keel", *ALLAUTHS}
        used |= {library[name] for loaded in re.findall(r"{% load ([\w ]+) %}", text) for name in loaded.split()}
        pairs |= {(app, other) for other in used if other != app}
    assert len(pairs) > 10
    assert [pair for pair in sorted(pairs) if level[pair[0]] <= level[pair[1]]] == []
