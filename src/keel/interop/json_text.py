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
from keel.messages import EMPTY, Message, Numeral, joined
from keel.messages.json import BUILDS_SHAPES

T = TypeVar("T")

Keys = Callable[[str], Iterable[str]]
"""The keys that the object at a JSON path may have."""

_AT = re.compile(r" - at `(?:key in )?(\$[^`]*)`$")
_BYTE = re.compile(r" \(byte (\d+)\)$")
_KINDS = {
    "str": Message("text in quotation marks"),
    "object": Message("an object in { }"),
    "array": Message("a list in [ ]"),
    "int": Message("a whole number"),
    "float": Message("a number"),
    "bool": Message("true or false"),
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
        with BUILDS_SHAPES:
            return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), {}, None).within(where) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _malformed(str(error), bytes(data)).within(where) from None
    except RecursionError:
        problem = Message("The JSON is nested too deeply to be a record.")
        raise ReadError(problem, where=where, fix=Message("Export it again.")) from None


def convert(tree: Any, shape: type[T], *, hints: Mapping[str, Message], keys: Keys) -> T:
    """The tree as a typed value; ReadError with the JSON path where it does not fit.

    `hints` maps the last name in a path to how it is written; `keys` gives the known names near one that is not.
    """
    try:
        with BUILDS_SHAPES:
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
        problem = Message("The JSON holds a number or a depth that no record has.")
        raise ReadError(problem, where=where, fix=Message("Export it again.")) from None
    problem = Message("The key {key} stands twice in one object.", key=shown(key))
    raise ReadError(problem, where=place, fix=Message("Keep one of them.")).within(where)


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
            problem = Message(
                "{key} says the same as another key of this object, {other}.", key=shown(key), other=shown(ours)
            )
            raise ReadError(problem, where=where, fix=Message("Keep one of them."))
        bare = unit and isinstance(value, int | float) and not isinstance(value, bool)
        renamed[ours] = f"{value} {unit}" if bare else value
    return renamed


def _misfit(message: str, hints: Mapping[str, Message], keys: Keys | None) -> ReadError:
    found = _AT.search(message)
    path = found.group(1) if found else "$"
    problem = message[: found.start()] if found else message
    names = re.findall(r"[A-Za-z_]\w*", path)
    fix = hints.get(names[-1], EMPTY) if names else EMPTY
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`|Invalid value '(.*)'", problem)
    if unknown and keys:
        fix = _near(next(word for word in unknown.groups() if word is not None), list(keys(path)))
    if "missing required" in problem:
        fix = Message("Add it.")
    return ReadError(_in_words(problem), where=path, fix=fix)


def _near(word: str, known: list[str]) -> Message:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return Message("Did you mean “{word}”?", word=near[0])
    return Message("Known here: {names}.", names=", ".join(known))


def _in_words(problem: str) -> Message:
    if kinds := re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", problem):
        wanted = [_KINDS.get(kind, kind) for kind in kinds.group(1).split(" | ")]
        found = _KINDS.get(kinds.group(2), kinds.group(2))
        return Message("Here stands {found}; it must be {wanted}.", found=found, wanted=_or(wanted))
    if name := re.fullmatch(r"Object contains unknown field `([^`]*)`", problem):
        return Message("The key {key} is not known.", key=shown(name.group(1)))
    if name := re.fullmatch(r"Object missing required field `([^`]*)`", problem):
        return Message("The key {key} is missing.", key=shown(name.group(1)))
    if word := re.fullmatch(r"Invalid (?:enum )?value '(.*)'", problem):
        return Message("{word} is not known here.", word=shown(word.group(1)))
    if bound := re.fullmatch(r"Expected `(?:float|int)` (<=|>=) ([\d.]+)", problem):
        number = Numeral(f"{float(bound.group(2)):g}")
        if bound.group(1) == "<=":
            return Message("This must be at most {number}.", number=number)
        return Message("This must be at least {number}.", number=number)
    if problem == "Expected `str` of length >= 1":
        return Message("This must not be empty.")
    if problem.startswith("Expected `str` matching regex"):
        return Message(
            "This is not a date, or a time with its offset as in {example}.", example="2026-11-21T09:30:00+01:00"
        )
    return Message(problem.replace("`", "'") + ".")


def _or(kinds: list[str]) -> Message:
    """“a or b or c”: each may have a comma or an “or” of its own."""
    *some, last = kinds
    return Message("{choices} or {last}", choices=_or(some), last=last) if some else joined("", [last])


def _malformed(message: str, data: bytes) -> ReadError:
    if "truncated" in message:
        place = position(data, len(data))
        fix = Message("The file is cut short: export or copy it again.")
        return ReadError(Message("The JSON breaks off here."), where=place, fix=fix)
    found = _BYTE.search(message)
    at = int(found.group(1)) if found else 0
    place = position(data, at)
    if re.match(rb"-?(?:NaN|Infinity)", data[at : at + 9]):
        problem = Message("NaN and Infinity are not numbers in JSON.")
        return ReadError(problem, where=place, fix=Message("Write null where nobody knows."))
    told = message[: found.start()] if found else message
    problem = Message(told.removeprefix("JSON is malformed: ").capitalize() + ".")
    return ReadError(problem, where=place, fix=Message("Fix the JSON."))


def without_empty(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree without null, empty text, empty lists and objects, none of which FHIR allows."""

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [part for one in value if (part := filled(one)) not in (None, "", [], {})]
        return without_empty(value) if isinstance(value, dict) else value

    parts = {key: filled(value) for key, value in tree.items()}
    return {key: value for key, value in parts.items() if value not in (None, "", [], {})}
