"""JSON as typed values, with errors that name the place.

msgspec refuses NaN, Infinity, numbers beyond a double, trailing text and wrong types by itself; this module turns
its messages into one line for people.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from keel.interop.encoding import position
from keel.interop.errors import ReadError, shown

T = TypeVar("T")

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


def decode(data: bytes | msgspec.Raw, shape: type[T], *, where: str = "", hints: Mapping[str, str] | None = None) -> T:
    """A typed value; ReadError with line and column where it is no JSON, with the JSON path where it does not fit.

    `where` stands before the path (a line of NDJSON, an entry). `hints` maps the last name in a path to how it is
    written.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), where, hints or {}) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _malformed(str(error), bytes(data), where) from None
    except RecursionError:
        raise ReadError("The JSON is nested too deeply to be a record.", where=where, mend="Export it again.") from None


def _misfit(message: str, where: str, hints: Mapping[str, str]) -> ReadError:
    found = _AT.search(message)
    path = found.group(1) if found else "$"
    problem = message[: found.start()] if found else message
    names = re.findall(r"[A-Za-z_]\w*", path)
    mend = hints.get(names[-1], "") if names else ""
    place = ", ".join(part for part in (where, path) if part)
    return ReadError(_in_words(problem), where=place, mend=mend)


def _in_words(problem: str) -> str:
    expected = re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", problem)
    if expected:
        wanted = " or ".join(_KINDS.get(kind, kind) for kind in expected.group(1).split(" | "))
        return f"Here stands {_KINDS.get(expected.group(2), expected.group(2))}; it must be {wanted}."
    unknown = re.fullmatch(r"Object contains unknown field `([^`]*)`", problem)
    if unknown:
        return f"The key {shown(unknown.group(1))} is not known."
    missing = re.fullmatch(r"Object missing required field `([^`]*)`", problem)
    if missing:
        return f"The key {shown(missing.group(1))} is missing."
    return problem.replace("`", "'") + "."


def _malformed(message: str, data: bytes, where: str) -> ReadError:
    if "truncated" in message:
        place = ", ".join(part for part in (where, position(data, len(data))) if part)
        return ReadError(
            "The JSON breaks off here.", where=place, mend="The file is cut short: export or copy it again."
        )
    found = _BYTE.search(message)
    at = int(found.group(1)) if found else 0
    place = ", ".join(part for part in (where, position(data, at)) if part)
    if re.match(rb"-?(?:NaN|Infinity)", data[at : at + 9]):
        return ReadError(
            "NaN and Infinity are not numbers in JSON.", where=place, mend="Write null where nobody knows."
        )
    problem = message[: found.start()] if found else message
    return ReadError(f"{problem.removeprefix('JSON is malformed: ').capitalize()}.", where=place, mend="Mend the JSON.")
