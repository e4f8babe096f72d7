"""JSON as typed values, with errors that name the place. Every reader of JSON begins with `read_tree` or `decode`.

msgspec refuses NaN, Infinity, numbers beyond a double, trailing text and wrong types by itself; this module turns
its messages into one line for people, and refuses a key that stands twice in one object.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar

import msgspec

from keel.interop.errors import ReadError, position, shown

T = TypeVar("T")

Keys = Callable[[str], Iterable[str]]
"""The keys that the object at a JSON path may have."""

_AT = re.compile(r" - at `(?:key in )?(\$[^`]*)`$")
_BYTE = re.compile(r" \(byte (\d+)\)$")
_KINDS = {
    "str": "text in quotation marks",
    "object": "an object in { }",
    "array": "a list in [ ]",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}


def read_tree(data: bytes, *, where: str = "") -> dict[str, Any]:
    """The JSON object in `data`; ReadError where it is not valid JSON, not an object, or a key stands twice."""
    try:
        tree = decode(data, dict[str, Any], where=where)
    except ReadError as error:
        if "[...]" not in error.where:
            raise
        raise ReadError(error.problem, where=_path_to_number(data), fix=error.fix).within(where) from None
    refuse_repeated_keys(data, where=where)
    return tree


def decode(data: bytes | msgspec.Raw, shape: type[T], *, where: str = "") -> T:
    """A typed value; ReadError with line and column where it is not valid JSON, with the JSON path where it does not
    fit. `where` stands before the path (a line of NDJSON, an entry).
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), {}, None).within(where) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _malformed(str(error), bytes(data)).within(where) from None
    except RecursionError:
        raise ReadError("The JSON is nested too deeply to be a record.", where=where, fix="Export it again.") from None


def convert(tree: Any, shape: type[T], *, hints: Mapping[str, str], keys: Keys) -> T:
    """The tree as a typed value; ReadError with the JSON path where it does not fit.

    `hints` maps the last name in a path to how it is written; `keys` gives the known names near one that is not.
    """
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), hints, keys) from None


def refuse_repeated_keys(data: bytes, *, where: str = "") -> None:
    """ReadError with the JSON path of an object that has a key twice: the second value would replace the first.

    The first pass keeps nothing in memory; only for the message a second one builds the tree.
    """
    repeated: list[tuple[dict[str, Any], str]] = []

    def check(keeps_tree: bool, pairs: list[tuple[str, Any]]) -> dict[str, Any] | None:
        tree = dict(pairs)
        if len(tree) < len(pairs):
            repeated.append((tree, Counter(name for name, _ in pairs).most_common(1)[0][0]))
        return tree if keeps_tree else None

    try:
        for keeps_tree in (False, True):
            repeated.clear()
            tree = json.loads(data, object_pairs_hook=partial(check, keeps_tree))
            if not repeated:
                return
        inside, key = repeated[-1]  # the last one found cannot lie in a value that was itself replaced
        place = _path_to(inside, tree)
    except (ValueError, RecursionError):
        problem = "The JSON holds a number or a depth that no record has."
        raise ReadError(problem, where=where, fix="Export it again.") from None
    problem = f"The key {shown(key)} stands twice in one object."
    raise ReadError(problem, where=place, fix="Keep one of them.").within(where)


def _path_to(wanted: dict[str, Any], tree: Any, path: str = "$") -> str:
    if tree is wanted:
        return path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        found = _path_to(wanted, value, f"{path}[{key}]" if isinstance(tree, list) else f"{path}.{key}")
        if found:
            return found
    return ""


def _path_to_number(data: bytes, path: str = "$") -> str:
    """The JSON path to the first number beyond a double, which msgspec does not name in a tree without types."""
    inner: list[tuple[str, msgspec.Raw]] = []
    if data.lstrip().startswith(b"{"):
        inner = [(f".{key}", value) for key, value in decode(data, dict[str, msgspec.Raw]).items()]
    elif data.startswith(b"["):
        inner = [(f"[{number}]", value) for number, value in enumerate(decode(data, list[msgspec.Raw]))]
    for name, value in inner:
        try:
            msgspec.json.decode(value)
        except msgspec.DecodeError:
            return _path_to_number(bytes(value), f"{path}{name}")
    return path


def own_names(
    tree: Mapping[str, Any], names: Mapping[str, tuple[str, str]], *, where: str, known: Iterable[str] = ()
) -> dict[str, Any]:
    """The object with other names of its keys turned into ours, and the unit that a name carries put behind a number.

    `names` maps the other name to ours and the unit. ReadError where two keys say the same thing.
    """
    renamed: dict[str, Any] = {}
    for key, value in tree.items():
        ours, unit = names.get(key, (key, ""))
        if ours in renamed or (ours != key and ours in tree):
            problem = f"{shown(key)} says the same as another key of this object, {shown(ours)}."
            raise ReadError(problem, where=where, fix="Keep one of them.")
        bare = unit and isinstance(value, int | float) and not isinstance(value, bool)
        renamed[ours] = f"{value} {unit}" if bare else value
    return renamed


def _misfit(message: str, hints: Mapping[str, str], keys: Keys | None) -> ReadError:
    found = _AT.search(message)
    path = found.group(1) if found else "$"
    problem = message[: found.start()] if found else message
    names = re.findall(r"[A-Za-z_]\w*", path)
    fix = hints.get(names[-1], "") if names else ""
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`|Invalid value '(.*)'", problem)
    if unknown and keys:
        fix = _near(unknown.group(1) or unknown.group(2), list(keys(path)))
    if "missing required" in problem:
        fix = "Add it."
    return ReadError(_in_words(problem), where=path, fix=fix)


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean “{near[0]}”?" if near else f"Known here: {', '.join(known)}."


def _in_words(problem: str) -> str:
    if kinds := re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", problem):
        wanted = " or ".join(_KINDS.get(kind, kind) for kind in kinds.group(1).split(" | "))
        return f"Here stands {_KINDS.get(kinds.group(2), kinds.group(2))}; it must be {wanted}."
    if name := re.fullmatch(r"Object contains unknown field `([^`]*)`", problem):
        return f"The key {shown(name.group(1))} is not known."
    if name := re.fullmatch(r"Object missing required field `([^`]*)`", problem):
        return f"The key {shown(name.group(1))} is missing."
    if word := re.fullmatch(r"Invalid (?:enum )?value '(.*)'", problem):
        return f"{shown(word.group(1))} is not known here."
    if bound := re.fullmatch(r"Expected `(?:float|int)` (<=|>=) ([\d.]+)", problem):
        return f"This must be at {'most' if bound.group(1) == '<=' else 'least'} {float(bound.group(2)):g}."
    if problem == "Expected `str` of length >= 1":
        return "This must not be empty."
    return problem.replace("`", "'") + "."


def _malformed(message: str, data: bytes) -> ReadError:
    if "truncated" in message:
        place = position(data, len(data))
        return ReadError(
            "The JSON breaks off here.", where=place, fix="The file is cut short: export or copy it again."
        )
    found = _BYTE.search(message)
    at = int(found.group(1)) if found else 0
    place = position(data, at)
    if re.match(rb"-?(?:NaN|Infinity)", data[at : at + 9]):
        return ReadError("NaN and Infinity are not numbers in JSON.", where=place, fix="Write null where nobody knows.")
    problem = message[: found.start()] if found else message
    return ReadError(f"{problem.removeprefix('JSON is malformed: ').capitalize()}.", where=place, fix="Fix the JSON.")
