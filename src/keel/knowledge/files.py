"""Reads knowledge files: packaged ones, and overlays that the caller names on top of them.

A document in an overlay is merged into the packaged one of the same id: tables key by key, lists of tables by their
`id`, everything else replaced, as far as the shape of the document lets it. A row of a table replaces the row with the
same key. Nothing else in Keel reads files.
"""

import csv
import hashlib
import io
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from keel.knowledge.errors import FactsFileError, OverlayRefused
from keel.messages.json import BUILDS_SHAPES

S = TypeVar("S", bound=msgspec.Struct)
OverlayProblems = Callable[[dict[str, Any], dict[str, Any]], Iterator[str]]
"""What an overlay (second) does to what lies below it (first) that it may not, one line each."""

PACKAGED = Path(str(resources.files("keel.knowledge") / "data"))


class Folders:
    """The packaged data folder and the overlays on it, in the order in which they apply."""

    def __init__(self, overlays: Sequence[Path] = ()) -> None:
        for overlay in overlays:
            if not overlay.is_dir():
                raise FactsFileError(
                    f"The overlay {overlay} is not a folder. Name a folder laid out like knowledge/data."
                )
        self.roots: tuple[Path, ...] = (PACKAGED, *overlays)

    def files(self, pattern: str) -> dict[str, list[Path]]:
        """Relative name to the files of that name, packaged first, sorted by name."""
        found: dict[str, list[Path]] = {}
        for root in self.roots:
            for path in root.glob(pattern):
                found.setdefault(path.relative_to(root).as_posix(), []).append(path)
        return dict(sorted(found.items()))

    def content_hash(self) -> str:
        """SHA-256 over names and contents of all files, so that a finding can say which facts it was shown from."""
        digest = hashlib.sha256()
        for name, paths in self.files("**/*").items():
            for path in paths:
                if path.is_file():
                    digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def documents(self, folder: str, shape: type[S], problems: OverlayProblems | None = None) -> dict[str, S]:
        """Id to document, for every TOML file of a folder; `<language>/<id>` for `folder/*`, one folder a language.

        OverlayRefused where `problems` finds something that an overlay may not do.
        """
        documents = {}
        for name, paths in self.files(f"{folder}/*.toml").items():
            tree = read_toml(paths[0])
            for path in paths[1:]:
                tree = overlaid(tree, path, problems)
            document = decode(tree, shape, where=name)
            *folders, stem = name.removesuffix(".toml").split("/")[1:]
            for field, wanted in zip(("id", "lang"), (stem, *folders), strict=False):
                if (found := getattr(document, field, wanted)) != wanted:
                    raise FactsFileError(f"{name}: {field} is “{found}”, its path says “{wanted}”. Make them the same.")
            documents["/".join((*folders, stem))] = document
        return documents

    def table(self, name: str, shape: type[S], key: str = "id") -> dict[str, S]:
        """Key to row, for a CSV table; cells with lists are split on semicolons where the shape wants a tuple.

        A key that occurs twice in one file is an error; in an overlay it replaces the row.
        """
        rows: dict[str, S] = {}
        for path in self.files(name).get(name, []):
            decoded = _decode_rows(list(read_csv(path)), shape, name)
            keyed = {str(getattr(row, key)): row for row in decoded}
            if len(keyed) < len(decoded):
                first = next(one for one, count in Counter(getattr(row, key) for row in decoded).items() if count > 1)
                raise FactsFileError(f"{name}: two rows have the {key} “{first}”. Keep one of them.")
            rows |= keyed
        return rows


def _decode_rows(rows: list[dict[str, str]], shape: type[S], name: str) -> list[S]:
    types = {field.name: str(field.type) for field in msgspec.structs.fields(shape)}
    lists = {column for column, kind in types.items() if kind.startswith("tuple")}
    empty = {column: None if "None" in kind else "" for column, kind in types.items()}
    cells = [
        {column: split(cell) if column in lists else cell or empty.get(column, "") for column, cell in row.items()}
        for row in rows
    ]
    try:
        with BUILDS_SHAPES:
            return msgspec.convert(cells, list[shape], strict=False)  # type: ignore[valid-type]
    except msgspec.ValidationError:
        # Row by row is slower and says which line it is.
        return [decode(row, shape, where=f"{name} line {line}", strict=False) for line, row in enumerate(cells, 2)]


def split(cell: str) -> tuple[str, ...]:
    """The parts of a semicolon-separated cell, stripped, without empty ones."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def read_toml(path: Path) -> dict[str, Any]:
    """The tree of a TOML file; an error names the file and the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FactsFileError(f"{path.name}: {error}. Fix the TOML there.") from error


def read_csv(path: Path) -> Iterable[dict[str, str]]:
    """The rows of a CSV file as dictionaries; a row with too many or too few cells is an error."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), strict=True)
    for row in reader:
        if None in row or None in row.values():
            raise FactsFileError(f"{path.name} line {reader.line_num}: wrong number of cells. Quote cells with commas.")
        yield row


def decode(tree: dict[str, Any], shape: type[S], *, where: str, strict: bool = True) -> S:
    """A typed value from a tree; the error names the file and the key."""
    try:
        with BUILDS_SHAPES:
            return msgspec.convert(tree, shape, strict=strict)
    except msgspec.ValidationError as error:
        raise FactsFileError(f"{where}: {error}{_named(tree, str(error))}.") from error


def _named(tree: dict[str, Any], problem: str) -> str:
    """The id of the row of a list in which a problem stands: its place alone has to be counted out."""
    place = re.search(r"`\$\.(\w+)\[(\d+)\]", problem)
    rows = tree.get(place.group(1)) if place else None
    row = rows[int(place.group(2))] if place and isinstance(rows, list) else None
    return f" (“{row['id']}”)" if isinstance(row, dict) and "id" in row else ""


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two trees as one: `above` wins key by key; lists of tables are matched by their `id`.

    >>> merge({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    >>> merge({"r": [{"id": "p", "v": 1}]}, {"r": [{"id": "p", "v": 2}, {"id": "q"}]})
    {'r': [{'id': 'p', 'v': 2}, {'id': 'q'}]}
    """
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        elif _is_keyed(old) and _is_keyed(value):
            rows = {row["id"]: row for row in old or ()}
            for row in value:
                rows[row["id"]] = merge(rows.get(row["id"], {}), row)
            merged[key] = list(rows.values())
        else:
            merged[key] = value
    return merged


def overlaid(below: dict[str, Any], path: Path, problems: OverlayProblems | None = None) -> dict[str, Any]:
    """A tree with an overlay's file on top; OverlayRefused with the first of `problems`, where there is any."""
    above = read_toml(path)
    try:
        problem = next(problems(below, above), None) if problems else None
    except (TypeError, AttributeError):  # text for a number, say: the shape names it
        problem = "this cannot be laid over the file below. Copy its shape."
        problem = next(_shape_problems(below, above, ""), problem)
    else:
        problem = problem or next(_shape_problems(below, above, ""), None)
    if problem:
        raise OverlayRefused(f"overlay {path.parent.name}/{path.name}: {problem}")
    return merge(below, above)


def _shape_problems(below: Any, above: Any, where: str) -> Iterator[str]:
    """What stands in an overlay as another kind of value than below, and numbers that are not valid.

    A number that is not finite would compare as false with everything: the rule that uses it could never speak.
    """
    if isinstance(above, float) and not math.isfinite(above):
        yield f"{where} is {above}, which is not a valid number. Write one."
    elif below is not None and (wanted := _kind(below)) != (found := _kind(above)):
        yield f"{where} must be {wanted}, not {found}."
    elif isinstance(above, dict):
        below = below or {}
        alike = next(iter(below.values())) if below and all(isinstance(one, dict) for one in below.values()) else None
        for name, part in above.items():
            sample = below.get(name, {} if alike is not None else None)
            yield from _shape_problems(sample, part, f"{where}.{name}" if where else name)
    elif isinstance(above, list):
        rows = {row["id"]: row for row in below or () if isinstance(row, dict) and "id" in row}
        for position, row in enumerate(above, 1):
            name = row.get("id", "") if isinstance(row, dict) else ""
            if rows and not name:
                yield f"{where}: entry {position} has no id. Add it."
            else:
                yield from _shape_problems(rows.get(name, {} if rows else None), row, f"{where} {name or position}")


def _kind(value: Any) -> str:
    kinds = ((bool, "true or false"), (int | float, "a number"), (str, "text"), (dict, "a table"), (list, "a list"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "a date")


def _is_keyed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) and "id" in row for row in value)
