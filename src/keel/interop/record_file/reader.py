"""Reads Keel record JSON. The first fact that cannot stand stops the reading, with its JSON path.

A record is written by people, who can fix it; so nothing is left out but what lies in the future, and that is noted.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from keel.assessment.instruments import find_instrument
from keel.exposure import ExposureError, parse_pattern
from keel.interop import json_text
from keel.interop.answers import own_items
from keel.interop.errors import ReadError, shown
from keel.interop.plausibility import Weights, question_doses, why_impossible, with_body_size
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals, left_out
from keel.interop.record_file import amounts
from keel.interop.record_file.measurements import read_measurement
from keel.interop.record_file.shape import (
    HINTS,
    PERSON_NAMES,
    RISKS,
    SHAPES,
    AnswersEntry,
    ConditionEntry,
    DoseEntry,
    MeasurementEntry,
    MedicineEntry,
    PatternEntry,
    PeopleFile,
    PersonEntry,
    RecordEntry,
    ReviewEntry,
    RiskAssessmentEntry,
    same_fields,
)
from keel.interop.times import Moment, is_future, read_date, read_moment, read_zone
from keel.interop.vocabulary import known_routes, known_substances, refuse_unknown_status, route_id, substance_id
from keel.knowledge import Knowledge, UnknownId
from keel.messages import Message, text_of
from keel.quantities import QuantityError
from keel.record import (
    Answers,
    Condition,
    Dose,
    Measurement,
    Medicine,
    Person,
    Record,
    Review,
    RiskAssessment,
    UsePattern,
)

T = TypeVar("T", bound=msgspec.Struct)


class _Place(NamedTuple):
    """What reading one record needs, handed from function to function."""

    at: dt.datetime
    knowledge: Knowledge
    zone: ZoneInfo | None
    notes: Notebook
    path: str
    told_weight_kg: float | None = None
    weights: Weights | None = None

    def weight_at(self, time: dt.datetime) -> float | None:
        """Kilograms at the time of a dose: as told, else as measured near it."""
        return self.told_weight_kg or (self.weights.near(time) if self.weights else None)


def read_keel(
    data: bytes,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
    zone: ZoneInfo | None = None,
) -> Reading:
    """A Keel record, or several under `people`; ReadError at the first thing that cannot stand.

    `zone` is that of records that do not name theirs.
    """
    tree = json_text.read_tree(data)
    several = "people" in tree
    entries = _convert(_renamed(tree), PeopleFile).people if several else (_convert(_renamed(tree), RecordEntry),)
    records, facts, kept = [], 0, 0
    for number, entry in enumerate(entries):
        path = f"$.people[{number}]" if several else "$"
        record = _record(entry, path, at, knowledge, zone)
        records.append(record)
        facts += _size(entry)
        kept += _size(entry) - left_out(record.notes, FUTURE, REPEATED)
        if progress:
            progress(number + 1, len(entries))
    _refuse_repeated_people(records)
    return Reading(
        format=Format.KEEL_PEOPLE if several else Format.KEEL_RECORD,
        records=tuple(records),
        totals=Totals(read=facts, understood=kept, reported=facts - kept),
    )


def read_doses(
    entries: Sequence[DoseEntry], *, zone: ZoneInfo | None, weight_kg: float | None, path: str, knowledge: Knowledge
) -> tuple[Dose, ...]:
    """The doses of a list in another file, as in a record; those that lie in the future are among them."""
    end_of_time = dt.datetime(9998, 1, 1, tzinfo=dt.UTC)
    place = _Place(end_of_time, knowledge, zone, Notebook(), path, told_weight_kg=weight_kg)
    return _each(entries, "doses", place, _dose)


FUTURE = Message("fact dated in the future")
REPEATED = Message("fact written twice")
_LISTS = ("doses", "patterns", "measurements", "medicines", "answers", "conditions", "risk_assessments", "reviews")


def _size(entry: RecordEntry) -> int:
    return sum(len(getattr(entry, name)) for name in _LISTS)


def _renamed(tree: Any, path: str = "$") -> Any:
    """The record, or the several under `people`, with other names of a person's keys turned into ours."""
    if not isinstance(tree, dict):
        return tree
    renamed = dict(tree)
    if isinstance(tree.get("people"), list):
        renamed["people"] = [_renamed(one, f"{path}.people[{number}]") for number, one in enumerate(tree["people"])]
    if isinstance(tree.get("person"), dict):
        renamed["person"] = json_text.own_names(tree["person"], PERSON_NAMES, where=f"{path}.person")
    return renamed


def _convert(tree: Any, shape: type[T]) -> T:
    return json_text.convert(tree, shape, hints=HINTS, keys=_keys)


def _keys(path: str) -> Sequence[str]:
    """The keys of the object at a path of the file."""
    names = [part.partition("[")[0] for part in path.split(".")]
    return next((SHAPES[name].__struct_fields__ for name in reversed(names) if name in SHAPES), ())


def _refuse_repeated_people(records: Sequence[Record]) -> None:
    seen: dict[str, int] = {}
    for number, record in enumerate(records):
        name = record.person.id
        if name and name in seen:
            problem = Message("The person {name} is also {place}.", name=shown(name), place=f"$.people[{seen[name]}]")
            fix = Message("Put one person's facts in one record.")
            raise ReadError(problem, where=f"$.people[{number}].person.id", fix=fix)
        seen[name] = number


def _record(entry: RecordEntry, path: str, at: dt.datetime, knowledge: Knowledge, zone: ZoneInfo | None) -> Record:
    zone = read_zone(entry.timezone, where=f"{path}.timezone") if entry.timezone else zone
    place = _Place(at, knowledge, zone, Notebook(), path)
    person = _person(entry.person, place)
    measurements = _each(entry.measurements, "measurements", place, _measurements)
    place = place._replace(told_weight_kg=person.weight_kg, weights=Weights(measurements, knowledge))
    person = with_body_size(person, measurements, at=at, knowledge=knowledge, notes=place.notes)
    doses = _each(entry.doses, "doses", place, _dose)
    question_doses(doses, place.notes, knowledge.reading_limits)
    return Record(
        person=person,
        doses=doses,
        patterns=_each(entry.patterns, "patterns", place, _patterns),
        measurements=measurements,
        medicines=_each(entry.medicines, "medicines", place, _medicine),
        answers=_each(entry.answers, "answers", place, _answers),
        conditions=_each(entry.conditions, "conditions", place, _condition),
        risk_assessments=_each(entry.risk_assessments, "risk_assessments", place, _risk_assessment),
        reviews=_each(entry.reviews, "reviews", place, _review),
        notes=place.notes.notes(),
        format=Format.KEEL_RECORD,
    )


def _each(
    entries: Sequence[Any], name: str, place: _Place, read: Callable[[Any, str, _Place], Sequence[T]]
) -> tuple[T, ...]:
    """Every entry as facts, one that is written twice under the same id once, whatever the offset of its time."""
    facts: list[T] = []
    by_id: dict[str, tuple[str, Sequence[T]]] = {}
    for number, entry in enumerate(entries):
        path = f"{place.path}.{name}[{number}]"
        label, found = getattr(entry, "id", ""), read(entry, path, place)
        if label and label in by_id:
            first, same = by_id[label]
            if same != found:
                problem = Message(
                    "The id {id} also names {place}, which says something else.", id=shown(label), place=first
                )
                raise ReadError(problem, where=path, fix=Message("Give each its own id."))
            place.notes.note(REPEATED, where=path, reason=Message("the same id and content; counted once"))
            continue
        by_id[label] = (path, found)
        facts.extend(found)
    return tuple(facts)


def _person(entry: PersonEntry, place: _Place) -> Person:
    path = f"{place.path}.person"
    born = read_date(entry.birth_date, where=f"{path}.birth_date") if entry.birth_date else None
    if born and born > place.at.date():
        problem = Message("{date} lies in the future.", date=shown(entry.birth_date))
        raise ReadError(problem, where=f"{path}.birth_date", fix=Message("Fix the year."))
    limits = place.knowledge.reading_limits
    size = amounts.body(entry.age, entry.weight, entry.height, limits=limits, where=path)
    person = same_fields(Person, entry, birth_date=born, **size._asdict())
    if problem := why_impossible("age", person.age_at(place.at) or 0, limits):
        raise ReadError(problem, where=f"{path}.birth_date", fix=Message("Fix the year."))
    return person


def _dose(entry: DoseEntry, path: str, place: _Place) -> Sequence[Dose]:
    start = read_moment(entry.start, zone=place.zone, where=f"{path}.start")
    if entry.precision:
        start = Moment(start.at, entry.precision)
    amount = amounts.dose_amount(entry.amount, place.weight_at(start.at), where=f"{path}.amount")
    dose = same_fields(
        Dose,
        entry,
        substance=_substance(entry.substance, f"{path}.substance", place.knowledge),
        route=_route(entry.route, f"{path}.route", place.knowledge),
        start=start.at,
        end=_end(entry, start.at, path, place),
        amount_mg=amount.mg,
        per_kg=amount.per_kg,
        certainty=entry.certainty or amount.certainty(),
        precision=start.precision,
    )
    return () if _noted_as_future(start, path, place) else (dose,)


def _end(entry: DoseEntry, start: dt.datetime, path: str, place: _Place) -> dt.datetime | None:
    if entry.over is not None and entry.end is not None:
        raise ReadError(Message("“over” and “end” are both there."), where=path, fix=Message("Keep one of them."))
    if entry.over is not None:
        minutes = amounts.duration_min(entry.over, where=f"{path}.over")
        try:
            return start + dt.timedelta(minutes=minutes)
        except OverflowError:
            problem = Message("{text} is too long.", text=shown(entry.over))
            raise ReadError(problem, where=f"{path}.over", fix=Message("Fix the unit.")) from None
    if entry.end is None:
        return None
    end = read_moment(entry.end, zone=place.zone, where=f"{path}.end").at
    if end < start:
        fix = Message("Swap or fix the times.")
        raise ReadError(Message("The dose ends before it starts."), where=f"{path}.end", fix=fix)
    return end


def _noted_as_future(moment: Moment, path: str, place: _Place) -> bool:
    if not is_future(moment, place.at):
        return False
    reason = Message(
        "after {time}; not counted as something that has happened", time=place.at.isoformat(timespec="minutes")
    )
    place.notes.note(FUTURE, where=path, reason=reason)
    return True


def _substance(word: str, where: str, knowledge: Knowledge) -> str:
    found = substance_id(word, knowledge)
    if found is None and word != "unknown":
        names = known_substances(knowledge)
        fix = Message("Write one of {names}; other drugs go under “medicines”.", names=names)
        problem = Message("The substance {name} is not one whose doses Keel keeps.", name=shown(word))
        raise ReadError(problem, where=where, fix=fix)
    return found or word


def _route(word: str, where: str, knowledge: Knowledge) -> str:
    found = route_id(word, knowledge)
    if found is None and word != "unknown":
        fix = Message("Write one of {names}, or unknown.", names=known_routes(knowledge))
        raise ReadError(Message("The route {name} is not known.", name=shown(word)), where=where, fix=fix)
    return found or word


def _patterns(entry: str | PatternEntry, path: str, place: _Place) -> Sequence[UsePattern]:
    typed = PatternEntry(text=entry) if isinstance(entry, str) else entry
    try:
        phases = parse_pattern(typed.text, at=place.at, knowledge=place.knowledge)
    except (ExposureError, QuantityError) as error:
        raise ReadError(text_of(error), where=path) from None
    told: dict[str, Any] = {name: value for name in ("setting", "form") if (value := getattr(typed, name)) is not None}
    if typed.substance:
        told["substance"] = _substance(typed.substance, f"{path}.substance", place.knowledge)
    if typed.route:
        told["route"] = _route(typed.route, f"{path}.route", place.knowledge)
    return tuple(msgspec.structs.replace(phase, id=typed.id, **told) for phase in phases)


def _measurements(entry: MeasurementEntry, path: str, place: _Place) -> Sequence[Measurement]:
    moment = read_moment(entry.at, zone=place.zone, where=f"{path}.at") if entry.at else None
    measured = read_measurement(entry, moment.at if moment else None, path, place.knowledge, place.notes)
    return () if moment and _noted_as_future(moment, path, place) else measured


def _medicine(entry: str | MedicineEntry, path: str, place: _Place) -> Sequence[Medicine]:
    typed = MedicineEntry(text=entry) if isinstance(entry, str) else entry
    refuse_unknown_status(typed.status, where=f"{path}.status")
    dates = _dates(typed, path, "started", "stopped")
    return (same_fields(Medicine, typed, text=_text(typed.text, path), **dates),)


def _condition(entry: str | ConditionEntry, path: str, place: _Place) -> Sequence[Condition]:
    typed = ConditionEntry(text=entry) if isinstance(entry, str) else entry
    return (same_fields(Condition, typed, text=_text(typed.text, path), **_dates(typed, path, "onset", "ended")),)


def _review(entry: ReviewEntry, path: str, _: _Place) -> Sequence[Review]:
    return (same_fields(Review, entry, **_dates(entry, path, "on")),)


def _dates(entry: msgspec.Struct, path: str, *names: str) -> dict[str, dt.date | None]:
    written = {name: getattr(entry, name) for name in names}
    return {name: read_date(text, where=f"{path}.{name}") if text else None for name, text in written.items()}


def _text(text: str, path: str) -> str:
    if not text.strip():
        raise ReadError(Message("The name is empty."), where=path, fix=Message("Write it, or remove the entry."))
    return text


def _answers(entry: AnswersEntry, path: str, place: _Place) -> Sequence[Answers]:
    moment = read_moment(entry.at, zone=place.zone, where=f"{path}.at") if entry.at else None
    name, items = _own_items(entry, path, place)
    answers = same_fields(Answers, entry, instrument=name, items=items, at=moment.at if moment else None)
    return () if moment and _noted_as_future(moment, path, place) else (answers,)


def _own_items(entry: AnswersEntry, path: str, place: _Place) -> tuple[str, dict[str, int | str]]:
    """The id of the instrument and the answers in its own values; an unknown one stays as it was written."""
    try:
        instrument = find_instrument(entry.instrument, place.knowledge)
    except UnknownId:
        return entry.instrument, {name: int(one) if isinstance(one, bool) else one for name, one in entry.items.items()}
    items, unread = own_items(instrument, entry.items, place.knowledge)
    for name, answer in unread.items():
        what = Message("{instrument} item {id}", instrument=instrument.name, id=name)
        reason = Message("{answer} is not an answer to it; not understood", answer=shown(answer))
        place.notes.note(what, where=f"{path}.items", reason=reason)
    return instrument.id, items


def _risk_assessment(entry: RiskAssessmentEntry, path: str, place: _Place) -> Sequence[RiskAssessment]:
    if entry.risk not in RISKS:
        problem = Message("{word} is not a risk that is assessed here.", word=shown(entry.risk))
        raise ReadError(problem, where=f"{path}.risk", fix=Message("Write one of {names}.", names=", ".join(RISKS)))
    moment = read_moment(entry.at, zone=place.zone, where=f"{path}.at") if entry.at else None
    told = same_fields(RiskAssessment, entry, at=moment.at if moment else None)
    if not (told.by.strip() and told.reason.strip() and moment):
        what = Message("assessment without name, reason or time")
        place.notes.note(
            what, where=path, reason=Message("its level counts, and it closes nothing that was told before")
        )
    return () if moment and _noted_as_future(moment, path, place) else (told,)
