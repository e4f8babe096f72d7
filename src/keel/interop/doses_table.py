"""A table of doses as people keep it: CSV or TSV with a date, a drug, an amount with its unit, a route, and a person.

A line that cannot be read is noted with its number, and the others are read.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from keel.interop.errors import ReadError, line_of, shown
from keel.interop.plausibility import question_doses
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals
from keel.interop.record_file.reader import read_doses
from keel.interop.record_file.shape import DoseEntry
from keel.interop.times import Moment, is_future, read_moment, written_start
from keel.interop.vocabulary import route_id, substance_id
from keel.knowledge import Knowledge
from keel.messages import EMPTY, Message
from keel.record import Dose, Medicine, Person, Precision, Record

COLUMNS = {
    "date": ("date", "day", "start", "fecha"),
    "time": ("time", "hora"),
    "drug": ("drug", "substance", "droga", "sustancia"),
    "amount": ("amount", "dose", "cantidad", "dosis"),
    "unit": ("unit", "units", "unidad"),
    "route": ("route", "vía", "via"),
    "person": ("person", "persona"),
}
"""The columns of the table and the words for each, in any case and order."""
_NEEDED = ("date", "drug", "amount")
_HEADER = ("date", "time", "drug", "amount", "unit", "route")
TEMPLATE = """\
date,time,drug,amount,unit,route
2026-11-01,21:30+01:00,ketamine,35,mg,iv
2026-11-08,,ketamine,,,nasal
2026-11-15T09:00Z,,esketamine,56,mg,nasal
"""


_UNIT = re.compile(r"^(?P<name>.*?)[ _]*[(\[_ ](?P<unit>mg|g|mcg|µg|ug|mg/kg)[)\]]?$", re.IGNORECASE)
"""A column that names its unit: “Dose (mg)”, “amount_mg”."""


class _Line(NamedTuple):
    """One line: its place, its cells by column, and why it cannot be read where they do not fit the columns."""

    where: Message
    cells: Mapping[str, str]
    misfit: Message = EMPTY


def is_doses_table(text: bytes) -> bool:
    """Whether the first line names the columns of a table of doses."""
    first = next(iter(text.decode().lstrip().splitlines()), "")
    return set(_NEEDED) <= set(_columns(next(csv.reader([first], delimiter=delimiter_of(first)), [])).values())


def read_doses_table(
    text: bytes,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
    zone: ZoneInfo | None = None,
) -> Reading:
    """The records of a table, one for each person in it; ReadError where it is no table."""
    lines, header = _lines(text.decode())
    notes = Notebook()
    for column in _unread_columns(header):
        reason = Message("not one that Keel reads; what stands in it was passed over")
        notes.note(Message("column {name}", name=shown(column)), reason=reason)
    people: dict[str, _Table] = {}
    for number, line in enumerate(lines, start=1):
        person = line.cells.get("person", "")
        people.setdefault(person, _Table(person, at, knowledge, zone)).take(line)
        if progress:
            progress(number, len(lines))
    reported = sum(table.reported for table in people.values())
    return Reading(
        format=Format.DOSES_TABLE,
        records=tuple(table.record() for table in people.values()),
        notes=notes.notes(),
        totals=Totals(len(lines), len(lines) - reported, reported),
    )


class _Table:
    """The lines of one person."""

    def __init__(self, person: str, at: dt.datetime, knowledge: Knowledge, zone: ZoneInfo | None) -> None:
        self._person, self._at, self._knowledge, self._zone = person, at, knowledge, zone
        self._notes = Notebook()
        self._doses: list[Dose] = []
        self._medicines: list[Medicine] = []
        self.reported = 0

    def take(self, line: _Line) -> None:
        """Takes a line as a dose, or for another drug as a medicine; what cannot be read is noted."""
        try:
            self._take(line)
        except ReadError as error:
            self._report(Message("{line}, which cannot be read", line=line.where), error.problem)

    def _take(self, line: _Line) -> None:
        if line.misfit:
            raise ReadError(line.misfit)
        start, moment = self._start(line)
        if is_future(moment, self._at):
            reason = Message("not counted as something that has happened")
            self._report(Message("{line}, which is dated in the future", line=line.where), reason)
            return
        drug = line.cells.get("drug", "")
        if not drug:
            raise ReadError(Message("its drug is missing"))
        if substance_id(drug, self._knowledge) is None:
            day = moment.at.date() if moment.precision in (Precision.DAY, Precision.MINUTE) else None
            self._medicines.append(Medicine(text=drug, status="administered", started=day, stopped=day))
            return
        amount = f"{line.cells.get('amount', '')} {line.cells.get('unit', '')}".strip()
        entry = DoseEntry(
            substance=drug, start=start, amount=amount or None, route=self._route(line), origin=str(line.where)
        )
        self._doses += read_doses([entry], zone=self._zone, weight_kg=None, path="$", knowledge=self._knowledge)

    def _start(self, line: _Line) -> tuple[str, Moment]:
        """When, as text and as a moment; a time of day without an offset is known by its day only."""
        date, clock = line.cells.get("date", ""), line.cells.get("time", "")
        text = f"{date}T{clock}" if clock else date
        try:
            return text, read_moment(text, zone=self._zone)
        except ReadError:
            moment = read_moment(date[:10])
            read_moment(f"{text}Z")  # what an offset would not make a time is refused
        reason = Message("it has no offset, as in {example}; the day alone is kept", example="21:30+01:00")
        self._notes.note(Message("time of day"), where=line.where, reason=reason)
        return date[:10], moment

    def _route(self, line: _Line) -> str:
        word = line.cells.get("route", "")
        found = route_id(word, self._knowledge) if word else None
        if word and found is None and word != "unknown":
            what = Message("route {word}", word=shown(word))
            self._notes.note(what, where=line.where, reason=Message("not one that Keel knows; kept as unknown"))
        return found or "unknown"

    def _report(self, line: Message, reason: Message) -> None:
        self.reported += 1
        self._notes.note(line, reason=reason)

    def record(self) -> Record:
        """The record, doses in order of time."""
        question_doses(self._doses, self._notes, self._knowledge.reading_limits)
        return Record(
            person=Person(id=self._person),
            doses=tuple(sorted(self._doses, key=lambda dose: dose.start)),
            medicines=tuple(self._medicines),
            notes=self._notes.notes(),
            format=Format.DOSES_TABLE,
        )


def write_doses_table(records: Sequence[Record], knowledge: Knowledge) -> str:
    """The doses of records as a table that reads back the same: amounts in mg, or mg/kg where no weight was known."""
    out = io.StringIO()
    with_person = len(records) > 1
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(name for name in _HEADER if name != "time"), *(["person"] if with_person else [])])
    names = {row.means: row.code for row in knowledge.reading_codes.values() if row.system == "name"}
    for record in records:
        for dose in record.doses:
            amount = dose.amount_mg or dose.per_kg
            ends = [amount.low, amount.high] if amount else []
            told = "-".join(dict.fromkeys(f"{end:.15g}" for end in ends))
            unit = "" if amount is None else "mg" if dose.amount_mg else "mg/kg"
            drug = names.get(dose.substance, dose.substance)
            row = [written_start(dose.start, dose.precision), drug, told, unit, dose.route]
            writer.writerow([*row, *([record.person.id] if with_person else [])])
    return out.getvalue()


def _lines(text: str) -> tuple[list[_Line], Sequence[str]]:
    """The lines of a table that hold something, and its header."""
    try:
        rows = list(csv.reader(io.StringIO(text.strip()), delimiter=delimiter_of(text.strip().partition("\n")[0])))
    except csv.Error as error:
        raise ReadError(Message("The table cannot be read: {reason}.", reason=str(error))) from None
    lines = [
        _line(rows[0], row, line_of("", number))
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    return lines, rows[0]


def _line(header: Sequence[str], row: Sequence[str], where: Message) -> _Line:
    columns, cells, misfit = _columns(header), dict[str, str](), EMPTY
    if any(cell.strip() for cell in row[len(header) :]):  # a comma within a number, where commas part the cells
        misfit = Message("it has more cells than the table has columns")
    for place, cell in enumerate(row[: len(header)]):
        name, text = columns.get(place, ""), cell.strip()
        unit = _UNIT.match(header[place].strip()) if name == "amount" else None
        if unit and re.fullmatch(r"[\d.,\s–-]+", text):
            text = f"{text} {unit['unit']}"
        if name and text and cells.setdefault(name, text) != text:
            misfit = Message("two of its columns say the {column}, and not the same", column=name)
    return _Line(where, cells, misfit)


def _columns(header: Iterable[str]) -> dict[int, str]:
    words = {word: name for name, said in COLUMNS.items() for word in said}
    named = ((place, cell.strip().casefold()) for place, cell in enumerate(header))
    found = {place: words.get(cell) or _amount_of(cell, words) for place, cell in named}
    return {place: name for place, name in found.items() if name}


def _amount_of(cell: str, words: Mapping[str, str]) -> str:
    """“amount” for a column of amounts that names its unit."""
    unit = _UNIT.match(cell)
    name = words.get(unit["name"].strip(" _"), "") if unit else ""
    return name if name == "amount" else ""


def _unread_columns(header: Sequence[str]) -> list[str]:
    known = _columns(header)
    return [cell.strip() for place, cell in enumerate(header) if cell.strip() and place not in known]


def delimiter_of(header: str) -> str:
    """What parts the cells of a table: a tab, a semicolon or a comma, whichever its first line has most of."""
    return max("\t;,", key=header.count)
