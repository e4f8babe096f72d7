"""Loops of tests that hold the only asserts: none may pass because there was nothing to go through."""

import ast
from collections.abc import Iterable
from typing import Any

KEEP_LENGTH = {"enumerate", "sorted", "reversed", "list", "tuple", "set", "map", "zip"}
"""What gives at least one thing where its arguments do."""


def some(things: Iterable[Any]) -> list[Any]:
    """The things as a list; fails where there are none."""
    found = list(things)
    assert found, "nothing was looked at"
    return found


def loops_that_may_be_empty(code: str) -> list[str]:
    """`test_name: iterable` of each test whose asserts all stand in loops that might go through nothing."""
    tree = ast.parse(code)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return [f"{test.name}: {loop}" for test in tests if (loop := _unsure_loop(test.body, constants))]


def _unsure_loop(body: list[ast.stmt], constants: dict[str, ast.expr]) -> str:
    """The first loop that may be empty on the way to every assert of a body; empty where one assert is sure."""
    unsure = []
    for statement in body:
        asserts = [node for node in ast.walk(statement) if isinstance(node, ast.Assert)]
        if not asserts:
            continue
        if isinstance(statement, ast.With):
            loop = _unsure_loop(statement.body, constants)
        elif isinstance(statement, ast.For):
            sure = _has_some(statement.iter, constants)
            loop = _unsure_loop(statement.body, constants) if sure else ast.unparse(statement.iter)
        else:
            loop = ""
        if not loop:
            return ""
        unsure.append(loop)
    return unsure[0] if unsure else ""


def _has_some(things: ast.expr, constants: dict[str, ast.expr]) -> bool:
    """Whether it is plain from the text that there is at least one."""
    if isinstance(things, ast.Tuple | ast.List | ast.Set):
        return any(not isinstance(one, ast.Starred) or _has_some(one.value, constants) for one in things.elts)
    if isinstance(things, ast.IfExp):
        return _has_some(things.body, constants) and _has_some(things.orelse, constants)
    if isinstance(things, ast.Dict):
        return bool(things.keys)
    if isinstance(things, ast.Name):
        return things.id in constants and _has_some(constants[things.id], constants)
    if isinstance(things, ast.Subscript):  # STEPS[1:] of a list that is written out
        return _has_some(things.value, constants)
    if not isinstance(things, ast.Call):
        return False
    if isinstance(things.func, ast.Attribute):  # FIGURES.items()
        return things.func.attr in ("items", "values", "keys") and _has_some(things.func.value, constants)
    called = things.func.id if isinstance(things.func, ast.Name) else ""
    if called in ("range", "some"):
        return called == "some" or (len(things.args) == 1 and isinstance(things.args[0], ast.Constant))
    return called in KEEP_LENGTH and any(_has_some(one, constants) for one in things.args)
