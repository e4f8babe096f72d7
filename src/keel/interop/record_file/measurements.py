"""Measurements of a Keel record: by a name that Keel knows or by a code, as text with its unit or a number with one."""

import datetime as dt
from collections.abc import Sequence
from difflib import get_close_matches

import msgspec

from keel.interop.errors import ReadError, shown
from keel.interop.kept_units import in_kept_unit, split_value
from keel.interop.plausibility import impossible_measure
from keel.interop.reading import Notebook
from keel.interop.record_file.shape import MeasurementEntry
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind, CodeTable, ReadingCode
from keel.messages import Message, Numeral, text_of
from keel.quantities import UnitError
from keel.record import Measurement

LOINC = "http://loinc.org"


def read_measurement(
    entry: MeasurementEntry, at: dt.datetime | None, path: str, knowledge: Knowledge, notes: Notebook
) -> Sequence[Measurement]:
    """The measurement of an entry; two for a blood pressure written “142/88 mmHg”."""
    row = _row(entry, path, knowledge.reading_codes)
    if isinstance(entry.value, str) and row and row.means == "blood_pressure":
        return _blood_pressure(entry, entry.value, at, path, knowledge, notes)
    value, unit = _value(entry, row, path, notes)
    if problem := impossible_measure(value, unit, row, knowledge.reading_limits):
        raise ReadError(problem, where=f"{path}.value", fix=Message("Check it, or leave it out."))
    measurement = Measurement(
        code=row.code if row else entry.code,
        system=row.system if row else _system(entry),
        name=entry.name or (row.title if row else ""),
        value=value,
        unit=unit,
        at=at,
        by=entry.by,
        device=entry.device,
        absent=entry.absent,
        upper_limit=_upper_limit(entry, unit, row, path),
        id=entry.id,
    )
    return (measurement,)


def _row(entry: MeasurementEntry, path: str, codes: CodeTable) -> ReadingCode | None:
    if entry.code:
        return codes.coded(CodeKind.MEASURE, _system(entry), entry.code)
    if not entry.what and entry.name:
        return None
    if not entry.what:
        problem = Message("Neither “what” nor “code” says what was measured.")
        raise ReadError(problem, where=path, fix=Message("Add one of them."))
    row = codes.named(CodeKind.MEASURE, entry.what)
    if row is None:
        near = get_close_matches(entry.what.casefold(), codes.words(CodeKind.MEASURE), n=3)
        close = Message("Near: {names}.", names=", ".join(near))
        fix = close if near else Message("Give its code and system instead.")
        problem = Message("{text} is not a measurement that Keel knows.", text=shown(entry.what))
        raise ReadError(problem, where=f"{path}.what", fix=fix)
    return row


def _system(entry: MeasurementEntry) -> str:
    return LOINC if entry.system is None and entry.code else entry.system or ""


def _value(
    entry: MeasurementEntry, row: ReadingCode | None, path: str, notes: Notebook
) -> tuple[float | str | bool | None, str]:
    value, where = entry.value, f"{path}.value"
    if entry.text is not None and value is None:
        return entry.text, ""
    if value is None:
        if not entry.absent:
            fix = Message("Write it, or say in “absent” why there is none.")
            raise ReadError(Message("There is no value."), where=path, fix=fix)
        return None, ""
    if isinstance(value, bool):
        return value, ""
    if isinstance(value, str):
        return _typed(value, entry.unit, row, where)
    return _number(float(value), entry.unit, row, where, notes)


def _upper_limit(entry: MeasurementEntry, unit: str, row: ReadingCode | None, path: str) -> float | None:
    """The limit in the unit of the value: text with its own unit, or a number in the unit beside the value."""
    if entry.upper_limit is None:
        return None
    where = f"{path}.upper_limit"
    if isinstance(entry.upper_limit, str):
        limit, own = _typed(entry.upper_limit, None, row, where)
    else:
        limit, own = _number(float(entry.upper_limit), entry.unit, row, where, Notebook())
    if not isinstance(limit, float) or own != unit or limit <= 0:
        fix = Message("Write a number above 0 in {unit}.", unit=unit or Message("the unit of the value"))
        problem = Message("{text} is not a valid upper limit of this value.", text=shown(entry.upper_limit))
        raise ReadError(problem, where=where, fix=fix)
    return limit


def _typed(value: str, unit: str | None, row: ReadingCode | None, where: str) -> tuple[float | str, str]:
    """A value typed as text: a number with its unit, or words."""
    split = split_value(value)
    if split is None:
        if value.strip()[:1].isdigit() or not value.strip():
            problem = Message("{text} is not one number with a unit.", text=shown(value))
            fix = Message("Write for example “142 mmHg”, or put words in “text”.")
            raise ReadError(problem, where=where, fix=fix)
        return value, ""
    number, written = split
    if written and unit:
        problem = Message("The unit is written twice.")
        raise ReadError(problem, where=where, fix=Message("Keep it in one place."))
    strict = Notebook()
    measured = _number(number, written or unit, row, where, strict)
    if strict.notes():
        kept = Message("Use {unit}.", unit=row.unit) if row and row.unit else None
        problem = Message("The unit {unit} is not known.", unit=shown(written or unit))
        raise ReadError(problem, where=where, fix=kept or Message("Write it in UCUM, for example mg/dL."))
    return measured


def _number(value: float, unit: str | None, row: ReadingCode | None, where: str, notes: Notebook) -> tuple[float, str]:
    """The number in the unit in which its measure is kept; a unit that Keel cannot convert stays and is noted."""
    if unit is None and (row is None or row.unit != "1"):
        example = row.unit if row and row.unit else "mg/dL"
        number = Numeral(f"{value:g}")
        fix = Message("Write for example “{value} {unit}”.", value=number, unit=example)
        raise ReadError(Message("{value} has no unit.", value=number), where=where, fix=fix)
    try:
        measured = in_kept_unit(value, "1" if unit is None else unit, row)
    except UnitError as error:
        raise ReadError(text_of(error), where=where) from None
    if not measured.unit_known:
        reason = Message("not known to Keel; the value was kept as it came")
        notes.note(Message("unit {unit}", unit=shown(unit)), where=where, reason=reason)
    return measured.value, measured.unit


def _blood_pressure(
    entry: MeasurementEntry, text: str, at: dt.datetime | None, path: str, knowledge: Knowledge, notes: Notebook
) -> Sequence[Measurement]:
    upper, slash, rest = text.partition("/")
    below = split_value(rest)
    if not slash or below is None or not (below[1] or entry.unit):
        problem = Message("{text} is not a valid blood pressure.", text=shown(text))
        raise ReadError(problem, where=f"{path}.value", fix=Message("Write “142/88 mmHg”."))
    both: list[Measurement] = []
    for means, number in (("systolic", upper.strip()), ("diastolic", f"{below[0]:g}")):
        value = f"{number} {below[1]}" if below[1] else number
        single = msgspec.structs.replace(entry, what=means, code="", value=value)
        both += read_measurement(single, at, path, knowledge, notes)
    return tuple(both)
