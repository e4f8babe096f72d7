"""Reads the public tables of a crossover study: the order of infusions, and the ratings by visit.

Neither weights nor calendar dates are published. So a dose stays milligrams per kilogram, and days are counted back
from the time of reading as if the last visit of each person were today; both are said in notes.
What each word means is data: data/studies/ds005917.toml.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from keel.interop.encoding import as_utf8
from keel.interop.errors import ReadError, line_of, shown
from keel.interop.plausibility import why_impossible
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals, left_out
from keel.interop.times import BEFORE_ALL
from keel.knowledge import Knowledge
from keel.knowledge.reading import ReadingLimits, Study
from keel.messages import EMPTY, Message, Numeral
from keel.quantities import Interval, convert
from keel.record import (
    Answers,
    Condition,
    Dose,
    DoseCertainty,
    Measurement,
    Person,
    Precision,
    ReadingNote,
    Record,
    Setting,
    Sex,
)

PARTICIPANTS, PHENOTYPE = "participants.tsv", "phenotype.tsv"
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
_NEEDED = {PARTICIPANTS: ("participant_id", "infusion_1", "infusion_2"), PHENOTYPE: ("participant_id", "session_id")}
UNREADABLE = Message("row that cannot be read")


class Row(NamedTuple):
    """A row of a table and its line, for messages."""

    line: int
    cells: dict[str, str]


def read_openneuro(
    participants: bytes,
    phenotype: bytes | None,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
) -> Reading:
    """A record for each participant; `phenotype` None leaves the ratings out and says so."""
    study = knowledge.studies["ds005917"]
    notes = Notebook()
    people = _by_key(_rows(participants, PARTICIPANTS), PARTICIPANTS, ("participant_id",), notes)
    ratings = {}
    if phenotype is None:
        reason = Message("the table is not there: give the folder with both")
        notes.note(Message("ratings"), where=PHENOTYPE, reason=reason)
    else:
        ratings = _by_key(_rows(phenotype, PHENOTYPE), PHENOTYPE, ("participant_id", "session_id"), notes)
    read = len(people) + len(ratings) + left_out(notes.notes(), UNREADABLE)
    ratings_of = _by_person(ratings, people, notes)
    reader = _Reader(study, knowledge.reading_limits, at)
    records = []
    for number, row in enumerate(people.values(), start=1):
        records.append(reader.record(row, ratings_of.get(row.cells["participant_id"], [])))
        if progress:
            progress(number, len(people))
    reported = left_out(notes.notes(), UNREADABLE)
    return Reading(
        format=Format.OPENNEURO,
        records=tuple(records),
        notes=notes.notes(),
        totals=Totals(read, read - reported, reported),
    )


def _by_person(
    ratings: Mapping[tuple[str, ...], Row], people: Mapping[tuple[str, ...], Row], notes: Notebook
) -> dict[str, list[Row]]:
    """The ratings of each participant; one of nobody in the other table is noted."""
    found: dict[str, list[Row]] = {}
    for (person, _), rating in ratings.items():
        found.setdefault(person, []).append(rating)
        if (person,) not in people:
            reason = Message("its participant is not in {file}", file=PARTICIPANTS)
            notes.note(UNREADABLE, where=line_of(PHENOTYPE, rating.line), reason=reason)
    return found


def _rows(data: bytes, name: str) -> list[Row]:
    """The rows of a tab-separated table; ReadError with the line where a row has other cells than the header."""
    lines = as_utf8(data).decode().splitlines()
    header = lines[0].split("\t")
    missing = [column for column in _NEEDED[name] if column not in header]
    if missing:
        problem = Message("The column {name} is missing.", name=shown(missing[0]))
        raise ReadError(problem, where=line_of(name, 1), fix=Message("Keel reads the tables of OpenNeuro ds005917."))
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if not line.strip():
            continue
        if len(cells) != len(header):
            problem = Message(
                "The row has {cells} cells and the header {header}.", cells=str(len(cells)), header=str(len(header))
            )
            fix = Message("Fix the row, or export the table again.")
            raise ReadError(problem, where=line_of(name, number), fix=fix)
        rows.append(Row(number, dict(zip(header, (cell.strip() for cell in cells), strict=True))))
    return rows


def _by_key(rows: Sequence[Row], name: str, columns: Sequence[str], notes: Notebook) -> dict[tuple[str, ...], Row]:
    """Rows by what must be unique; a row whose key was there before is noted and left out."""
    unique: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in columns)
        if unique.setdefault(key, row) is not row:
            if unique[key].cells == row.cells:
                reason = Message("written twice; the first was kept")
            else:
                reason = Message("there before with other content; the first was kept")
            notes.note(UNREADABLE, where=line_of(name, row.line), reason=reason)
    return unique


class _Reader:
    def __init__(self, study: Study, limits: ReadingLimits, at: dt.datetime) -> None:
        self._study, self._limits = study, limits
        self._today = dt.datetime.combine(at.astimezone(dt.UTC).date(), dt.time(), dt.UTC)

    def record(self, row: Row, ratings: Sequence[Row]) -> Record:
        """One participant, with days counted back so that the last thing known of them is today."""
        study, where = self._study, line_of(PARTICIPANTS, row.line)
        notes = Notebook()
        infusions = self._infusions(row.cells, where, notes)
        visits = {visit.session: visit for visit in study.visits}
        days: dict[str, int | None] = {}
        for rating in ratings:
            visit = visits.get(rating.cells["session_id"])
            start = infusions.get(visit.after) if visit and visit.after else 0
            days[rating.cells["session_id"]] = None if visit is None or start is None else start + visit.days
        known = [day for day in [*infusions.values(), *days.values()] if day is not None]
        first = self._today - dt.timedelta(days=max(known, default=0))
        answers = [answer for rating in ratings for answer in self._answers(rating, days, first, notes)]
        return Record(
            person=self._person(row.cells, where, notes),
            doses=self._doses(infusions, first, where),
            measurements=self._bmi(row.cells, first, where, notes),
            answers=tuple(sorted(answers, key=lambda one: one.at or BEFORE_ALL)),
            conditions=self._conditions(row.cells, where, notes),
            notes=(*notes.notes(), *_what_is_not_published(study, len(infusions))),
            format=Format.OPENNEURO,
        )

    def _infusions(self, cells: Mapping[str, str], where: str, notes: Notebook) -> dict[str, int]:
        """The kind of each infusion to its day, counted from the first."""
        gap = round(convert(self._study.gap.value, self._study.gap.unit, "d"))
        days: dict[str, int] = {}
        for column, day in (("infusion_1", 0), ("infusion_2", gap)):
            word = cells[column]
            if word in (self._study.given, self._study.placebo):
                if word in days:
                    reason = Message("two of the kind {word}; the first was kept", word=shown(word))
                    notes.note(Message("infusion"), where=where, reason=reason)
                days.setdefault(word, day)
            elif word != self._study.missing:
                notes.note(Message("infusion"), where=where, reason=_not_a_word(word))
        return days

    def _doses(self, infusions: Mapping[str, int], first: dt.datetime, where: str) -> tuple[Dose, ...]:
        day, study = infusions.get(self._study.given), self._study
        if day is None:
            return ()
        start = first + dt.timedelta(days=day)
        minutes = convert(study.duration.value, study.duration.unit, "min")
        dose = Dose(
            substance=study.substance,
            route=study.route,
            start=start,
            end=start + dt.timedelta(minutes=minutes),
            per_kg=Interval.exactly(study.dose.value),
            certainty=DoseCertainty.REPORTED,
            setting=Setting.CLINIC,
            precision=Precision.DAY,
            origin=str(where),
        )
        return (dose,)

    def _answers(self, row: Row, days: Mapping[str, int | None], first: dt.datetime, notes: Notebook) -> list[Answers]:
        session, where = row.cells["session_id"], line_of(PHENOTYPE, row.line)
        day = days[session]
        if day is None:
            reason = Message("no infusion that {session} could follow", session=shown(session))
            notes.note(Message("visit without a day"), where=where, reason=reason)
        found = []
        for column, instrument in self._study.columns.items():
            total = self._number(row.cells.get(column, self._study.missing), column, where, notes)
            if total is not None:
                when = None if day is None else first + dt.timedelta(days=day)
                found.append(Answers(instrument=instrument, total=total, at=when, id=f"{session}/{instrument}"))
        return found

    def _person(self, cells: Mapping[str, str], where: str, notes: Notebook) -> Person:
        sex = cells.get("sex", self._study.missing)
        if sex not in _SEXES and sex != self._study.missing:
            notes.note(Message("sex"), where=where, reason=_not_a_word(sex))
        age = self._number(cells.get("age", self._study.missing), "age", where, notes)
        if age is not None and (problem := why_impossible("age", age, self._limits)):
            notes.note(Message("age"), where=where, reason=Message("{problem} Left out.", problem=problem))
            age = None
        return Person(id=cells["participant_id"], age_years=age, sex=_SEXES.get(sex, Sex.UNKNOWN))

    def _bmi(
        self, cells: Mapping[str, str], first: dt.datetime, where: str, notes: Notebook
    ) -> tuple[Measurement, ...]:
        value = self._number(cells.get("BMI", self._study.missing), "BMI", where, notes)
        if value is None:
            return ()
        name = "Body mass index"
        return (Measurement(code="39156-5", system="http://loinc.org", name=name, value=value, unit="kg/m2", at=first),)

    def _conditions(self, cells: Mapping[str, str], where: str, notes: Notebook) -> tuple[Condition, ...]:
        group = cells.get("group", self._study.missing)
        if group in self._study.conditions:
            return (Condition(text=self._study.conditions[group], codes={}),)
        if group not in self._study.groups_without_condition and group != self._study.missing:
            notes.note(Message("group"), where=where, reason=_not_a_word(group))
        return ()

    def _number(self, cell: str, column: str, where: str, notes: Notebook) -> float | None:
        if cell == self._study.missing:
            return None
        if not cell.isascii() or not cell.replace(".", "", 1).isdigit() or len(cell) > 10:
            reason = Message("{cell} is not a number; left out", cell=shown(cell))
            notes.note(Message(column), where=where, reason=reason)
            return None
        return float(cell)


def _what_is_not_published(study: Study, infusions: int) -> tuple[ReadingNote, ...]:
    gap = Message("; the second infusion is put {days} days after the first", days=Numeral(f"{study.gap.value:g}"))
    dates = Message(
        "not published: days are counted back as if the last one were today{gap}", gap=gap if infusions > 1 else EMPTY
    )
    weight = Message(
        "not published: a dose stays {dose}, milligrams cannot be computed",
        dose=Numeral(f"{study.dose.value:g} {study.dose.unit}"),
    )
    return (
        ReadingNote(what=Message("calendar dates"), reason=dates),
        ReadingNote(what=Message("body weight"), reason=weight),
    )


def _not_a_word(word: str) -> Message:
    return Message("{word} is not a word of the table", word=shown(word))
