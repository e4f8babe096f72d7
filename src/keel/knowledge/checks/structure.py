"""The files themselves: every kind reads, tables are sorted, units and codes are right, reviews are not overdue."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from keel.knowledge.base import Knowledge
from keel.knowledge.documents import Document, Number
from keel.knowledge.errors import FactsFileError
from keel.knowledge.files import PACKAGED
from keel.knowledge.instruments.check import is_loinc
from keel.knowledge.kinds import FactPart, facts, kind_names, parts, table
from keel.knowledge.problem import Problem, error, warning
from keel.knowledge.reading import ReadingCode

_LOINC = re.compile(r"^\d{1,7}-\d$")


def schema_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Kinds that do not read: the first problem of each, with file and key."""
    for kind in kind_names():
        try:
            table(knowledge, kind)
        except FactsFileError as wrong:
            yield error("schema", kind, str(wrong))


def order_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Tables whose rows are not sorted by their first column, without repeats: two people's rows would then collide."""
    for root in (PACKAGED, *knowledge.overlays):
        for path in sorted(root.rglob("*.csv")):
            yield from _order(path, path.relative_to(root).as_posix())


def _order(path: Path, name: str) -> Iterator[Problem]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        column = next(rows)[0]
        before = None
        for row in rows:
            if before is not None and row[0] <= before:
                said = "occurs twice" if row[0] == before else f"stands after “{before}”"
                yield error("order", f"{name} line {rows.line_num}", f"{column} “{row[0]}” {said}. Sort by {column}.")
            before = row[0]


def unit_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Numbers, and claims of ours, whose unit is not in units.csv."""
    for fact in facts(knowledge):
        for part in parts(fact):
            if isinstance(part.value, Number) and part.value.unit not in knowledge.units:
                yield _unknown_unit(str(part), part.value.unit)
    for claim in knowledge.claims.values():
        if claim.value is not None and claim.unit not in knowledge.units:
            yield _unknown_unit(f"claims/{claim.id}", claim.unit)


def _unknown_unit(where: str, unit: str) -> Problem:
    return error("units", where, f"unit “{unit}” is not in units.csv. Use a UCUM code from there, or add a row.")


def loinc_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """LOINC codes with a wrong check digit, wherever they stand."""
    for fact in facts(knowledge):
        for part in parts(fact):
            code = _loinc_at(part)
            if code and not is_loinc(code):
                yield error("loinc", part, f"the check digit of {code} is wrong. Look the code up at loinc.org.")


def _loinc_at(part: FactPart) -> str:
    if isinstance(part.value, ReadingCode):
        return part.value.code if "loinc" in part.value.system.lower() else ""
    under_loinc = "loinc" in part.path.split(".")
    return part.value if under_loinc and isinstance(part.value, str) and _LOINC.match(part.value) else ""


def review_problems(knowledge: Knowledge, at: dt.date) -> Iterator[Problem]:
    """Documents whose authors should have looked again, and reviews that are named by half."""
    for fact in facts(knowledge):
        document = fact.value
        if not isinstance(document, Document):
            continue
        where = f"{fact.kind}/{fact.id}"
        if document.review_due < at:
            yield warning("reviews", where, f"review was due on {document.review_due}. Read it again, move the date.")
        if (document.reviewed_by is None) != (document.reviewed_on is None):
            yield error("reviews", where, "a review needs both `reviewed_by` and `reviewed_on`.")
        if document.reviewed_on is not None and document.reviewed_on > at:
            yield error("reviews", where, f"reviewed_on {document.reviewed_on} lies in the future.")
