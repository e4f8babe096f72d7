"""Reads the export of the PsychonautWiki Journal app, all generations of both platforms.

Only what is needed is decoded: titles, notes, locations and ratings never leave the file. What somebody else took
(`consumerName`) is counted and left out. A dose in a unit that is not a mass stays an unknown amount, and says so.
The format is described in docs/reference/formats.md; it was read in the source code of both apps.
"""

import datetime as dt
import math
from collections.abc import Iterator

import msgspec

from keel.interop import json_text
from keel.interop.dose_amount import DoseAmount
from keel.interop.errors import ReadError, shown
from keel.interop.plausibility import question_doses
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals, left_out
from keel.interop.times import Moment, from_milliseconds, is_future
from keel.interop.vocabulary import journal_route, route_id, substance_id
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.quantities import Interval, UnitError, convert
from keel.record import Dose, Medicine, Precision, Record, Setting


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of the export; keys that Keel does not need are not even decoded."""


_EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
"""No export tells of anything before; a number of seconds since then is a time in early 1970 as milliseconds."""


class _Ingestion(_Part, frozen=True):
    substance_name: str
    time: float
    end_time: float | None = None
    creation_date: float | None = None
    administration_route: str = ""
    dose: float | None = None
    is_dose_an_estimate: bool = False
    estimated_dose_standard_deviation: float | None = None
    units: str | None = None
    consumer_name: str | None = None
    custom_unit_id: int | None = None


class _CustomUnit(_Part, frozen=True):
    id: int
    substance_name: str = ""
    dose: float | None = None
    estimated_dose_standard_deviation: float | None = None
    is_estimate: bool = False
    original_unit: str | None = None


class _Experience(_Part, frozen=True):
    ingestions: tuple[msgspec.Raw, ...] | None = ()
    ratings: tuple[msgspec.Raw, ...] | None = ()
    timed_notes: tuple[msgspec.Raw, ...] | None = ()


class _Export(_Part, frozen=True):
    experiences: tuple[_Experience, ...]
    custom_units: tuple[msgspec.Raw, ...] | None = ()


SOMEBODY_ELSE = Message("ingestion of somebody else")
FUTURE = Message("ingestion dated in the future")
REPEATED = Message("ingestion written twice")
UNREADABLE = Message("ingestion that cannot be read")


def read_journal(data: bytes, *, at: dt.datetime, knowledge: Knowledge, progress: Progress | None = None) -> Reading:
    """The owner's doses of the ketamine family, and everything else that they took as medicines with status `taken`."""
    json_text.refuse_repeated_keys(data)
    export = json_text.decode(data, _Export)
    notes = Notebook()
    reader = _Reader(_custom_units(export, notes), notes, at, knowledge)
    lines = list(_lines(export))
    for number, (path, raw) in enumerate(lines, start=1):
        reader.read(path, raw)
        if progress:
            progress(number, len(lines))
    _note_private_parts(export, notes)
    question_doses(reader.doses, notes, knowledge.reading_limits)
    reported = left_out(notes.notes(), SOMEBODY_ELSE, FUTURE, REPEATED, UNREADABLE)
    record = Record(
        doses=tuple(sorted(reader.doses, key=lambda dose: dose.start)),
        medicines=reader.medicines(),
        notes=notes.notes(),
        format=Format.JOURNAL,
    )
    return Reading(
        format=Format.JOURNAL,
        records=(record,),
        totals=Totals(read=len(lines), understood=len(lines) - reported, reported=reported),
    )


def _lines(export: _Export) -> Iterator[tuple[str, msgspec.Raw]]:
    for number, experience in enumerate(export.experiences):
        for line, raw in enumerate(experience.ingestions or ()):
            yield f"$.experiences[{number}].ingestions[{line}]", raw


def _custom_units(export: _Export, notes: Notebook) -> dict[int, _CustomUnit]:
    units: dict[int, _CustomUnit] = {}
    for number, raw in enumerate(export.custom_units or ()):
        path = f"$.customUnits[{number}]"
        try:
            unit = json_text.decode(raw, _CustomUnit, where=path)
        except ReadError as error:
            notes.note(Message("custom unit that cannot be read"), where=error.where, reason=error.problem)
            continue
        if units.setdefault(unit.id, unit) != unit:
            reason = Message("amounts in it are taken as unknown")
            what = Message("custom unit {id} is there twice and differs", id=str(unit.id))
            notes.note(what, where=path, reason=reason)
            units[unit.id] = msgspec.structs.replace(unit, dose=None)
    return units


def _note_private_parts(export: _Export, notes: Notebook) -> None:
    for what, parts in (
        (Message("rating"), [experience.ratings for experience in export.experiences]),
        (Message("timed note"), [experience.timed_notes for experience in export.experiences]),
    ):
        count = sum(len(part or ()) for part in parts)
        if count:
            notes.note(what, count=count, reason=Message("not needed for the picture; its words were not read"))


class _Reader:
    """Turns ingestions into doses and medicines, one after another."""

    def __init__(self, units: dict[int, _CustomUnit], notes: Notebook, at: dt.datetime, knowledge: Knowledge) -> None:
        self.doses: list[Dose] = []
        self._others: dict[str, list[dt.date]] = {}
        self._seen: set[_Ingestion] = set()
        self._units, self._notes, self._at, self._knowledge = units, notes, at, knowledge

    def medicines(self) -> tuple[Medicine, ...]:
        """Other substances, each once, since the first time that it was written down."""
        return tuple(
            Medicine(text=name, status="taken", started=min(days)) for name, days in sorted(self._others.items())
        )

    def read(self, path: str, raw: msgspec.Raw) -> None:
        """Reads one ingestion, or notes why not."""
        try:
            line = json_text.decode(raw, _Ingestion, where=path)
        except ReadError as error:
            self._notes.note(UNREADABLE, where=error.where, reason=error.problem)
            return
        start = self._time(line.time, f"{path}.time")
        if line.consumer_name:
            reason = Message("consumerName is set: left out of this person's record")
            self._notes.note(SOMEBODY_ELSE, where=path, reason=reason)
        elif start is None or not line.substance_name.strip():
            reason = Message("its time is out of range") if start is None else Message("its substance has no name")
            self._notes.note(UNREADABLE, where=path, reason=reason)
        elif is_future(Moment(start, Precision.MINUTE), self._at):
            self._notes.note(FUTURE, where=path, reason=Message("not counted as something that has happened"))
        elif line.creation_date is not None and line in self._seen:
            reason = Message("alike in everything, its creation time too; counted once")
            self._notes.note(REPEATED, where=path, reason=reason)
        else:
            self._seen.add(line)
            self._keep(line, start, path)

    def _time(self, milliseconds: float, where: str) -> dt.datetime | None:
        """The time; one of early 1970 that is a likely one in seconds is read as such, and asked about."""
        time, in_seconds = from_milliseconds(milliseconds), from_milliseconds(milliseconds * 1000)
        if time is None or in_seconds is None or not _EARLIEST <= in_seconds <= self._at or time >= _EARLIEST:
            return time
        reason = Message(
            "it looks like seconds instead of milliseconds; read as {day}, please confirm",
            day=in_seconds.date().isoformat(),
        )
        self._notes.note(Message("time that was read as seconds"), where=where, reason=reason)
        return in_seconds

    def _keep(self, line: _Ingestion, start: dt.datetime, path: str) -> None:
        substance = substance_id(line.substance_name, self._knowledge)
        if substance is None:
            self._others.setdefault(line.substance_name.strip(), []).append(start.date())
            return
        amount = self._amount(line)
        if amount.why_unknown:
            self._notes.note(Message("amount not known"), where=path, reason=amount.why_unknown)
        dose = Dose(
            substance=substance,
            route=self._route(line, path),
            start=start,
            end=self._end(line, start, path),
            amount_mg=amount.mg,
            certainty=amount.certainty(),
            setting=Setting.UNKNOWN,
            origin=path,
        )
        self.doses.append(dose)

    def _route(self, line: _Ingestion, path: str) -> str:
        word = line.administration_route
        route = journal_route(word, self._knowledge) or route_id(word, self._knowledge)
        if route is None:
            where = f"{path}.administrationRoute"
            reason = Message("not a route that Keel has a meaning for; kept as unknown")
            what = Message("route {word}", word=shown(line.administration_route))
            self._notes.note(what, where=where, reason=reason)
        return route or "unknown"

    def _end(self, line: _Ingestion, start: dt.datetime, path: str) -> dt.datetime | None:
        end = None if line.end_time is None else self._time(line.end_time, f"{path}.endTime")
        if line.end_time is not None and (end is None or end < start):
            what, reason = Message("end before the start"), Message("the end was left out")
            self._notes.note(what, where=f"{path}.endTime", reason=reason)
            return None
        return end

    def _amount(self, line: _Ingestion) -> DoseAmount:
        if line.dose is None:
            return DoseAmount(why_unknown=Message("no dose was written down"))
        if line.dose < 0 or (line.estimated_dose_standard_deviation or 0) < 0:
            return DoseAmount(why_unknown=Message("the dose is less than zero"))
        count, deviation = line.dose, line.estimated_dose_standard_deviation or 0.0
        unit, estimated = line.units, line.is_dose_an_estimate or deviation > 0
        if line.custom_unit_id is not None:
            custom = self._units.get(line.custom_unit_id)
            if custom is None or custom.dose is None or custom.dose < 0:
                return DoseAmount(why_unknown=Message("its custom unit has no amount"))
            count, deviation = _product(
                (count, deviation), (custom.dose, custom.estimated_dose_standard_deviation or 0.0)
            )
            unit, estimated = custom.original_unit, estimated or custom.is_estimate or deviation > 0
        return _in_mg(count, deviation, unit, estimated)


def _product(count: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
    """Mean and standard deviation of a product of two independent quantities given as (mean, deviation).

    Var(XY) = Var(X) Var(Y) + Var(X) E(Y)² + Var(Y) E(X)².

    >>> _product((2, 0), (30, 5))
    (60, 10.0)
    """
    (mean, deviation), (other, spread) = count, size
    return mean * other, math.hypot(deviation * spread, deviation * other, spread * mean)


def _in_mg(value: float, deviation: float, unit: str | None, estimated: bool) -> DoseAmount:
    """The amount as an interval of one standard deviation on either side, never below zero."""
    if not unit or not unit.strip():
        return DoseAmount(why_unknown=Message("the dose has no unit"))
    try:
        mg, spread = convert(value, unit, "mg"), convert(deviation, unit, "mg")
        amount = Interval(max(0.0, mg - spread), mg, mg + spread)
    except (UnitError, ValueError):
        return DoseAmount(why_unknown=Message("the unit {unit} is not a mass", unit=shown(unit)))
    return DoseAmount(amount, is_estimate=estimated)
