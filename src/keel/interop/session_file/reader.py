"""Reads a session file: JSON into a `Session`, with one clear line where something is wrong.

The guards are those of a record file, and so are the names and limits of the person's age and size. Common other names
of a key are accepted (systolic, weight_kg, dose_mg); a key that is not known is refused, so that a misspelt one is not
lost. Amounts are tried here, so that what passes can be computed later.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from keel.assessment.session import events
from keel.assessment.session.events import (
    Corrected,
    Plan,
    Session,
    SessionCondition,
    SessionMedicine,
    SessionPerson,
    WeightBasis,
)
from keel.interop import json_text
from keel.interop.encoding import as_utf8, refuse_too_large
from keel.interop.errors import ReadError, shown
from keel.interop.json_text import own_names
from keel.interop.plausibility import why_impossible
from keel.interop.record_file.amounts import body
from keel.interop.record_file.reader import read_doses
from keel.interop.record_file.shape import HINTS, PERSON_NAMES, DoseEntry
from keel.interop.times import read_date, read_moment, read_zone
from keel.interop.vocabulary import refuse_unknown_status
from keel.knowledge import Knowledge
from keel.knowledge.reading import ReadingLimits
from keel.messages import Message, text_of
from keel.quantities import (
    QuantityError,
    parse_dose_mg,
    parse_duration_min,
    parse_number_in,
    parse_rate_mg_per_min,
    parse_strength_mg_per_ml,
    parse_weight_kg,
)
from keel.record import Precision, Review

EVENT_NAMES = {
    "systolic": ("sbp", ""),
    "diastolic": ("dbp", ""),
    "pulse": ("hr", ""),
    "heart_rate": ("hr", ""),
    "respiratory_rate": ("rr", ""),
    "oxygen_saturation": ("spo2", ""),
    "moaa_s": ("moaas", ""),
    "dose": ("amount", ""),
    "dose_mg": ("amount", "mg"),
    "amount_mg": ("amount", "mg"),
    "duration": ("over", ""),
    "over_min": ("over", "min"),
    "duration_min": ("over", "min"),
    "minutes": ("over", "min"),
    "rate_mg_per_h": ("rate", "mg/h"),
    "rate_mg_per_min": ("rate", "mg/min"),
    "given_mg": ("given", "mg"),
}
_PERSON_NAMES = {**PERSON_NAMES, "previous_weight_kg": ("previous_weight", "kg")}
PLAN_NAMES = {"amount": ("dose", ""), "dose_mg": ("dose", "mg"), "over_min": ("over", "min")}
"""Other name of a key, to ours and the unit that the name carries."""
SIGNS = {
    "sbp": "systolic",
    "dbp": "diastolic",
    "hr": "heart_rate",
    "rr": "respiratory_rate",
    "spo2": "oxygen_saturation",
}
"""The vital signs of an event, to their row in the table of possible ranges."""
_NUMBERS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "hr": "/min", "rr": "/min", "spo2": "%"}
_NUMBERS |= dict.fromkeys(("moaas", "cadss6", "cadss"), "{score}")
"""Keys of an event that mean a number, to its unit: “142” and “142 mmHg” are 142."""
_BASES = {
    "total": WeightBasis.ACTUAL,
    "tbw": WeightBasis.ACTUAL,
    "ibw": WeightBasis.IDEAL,
    "adjbw": WeightBasis.ADJUSTED,
    **{str(one): one for one in WeightBasis},
}
"""What a weight to dose by is called; “ABW” is not there, as it means the actual and the adjusted one."""
_FORMS = (
    "started",
    "checked",
    "vitals_recorded",
    "sedation_scored",
    "dissociation_scored",
    "criteria_checked",
)
_HEAD = ("id", "type", "by")
_ANY_WEIGHT_KG = 70.0
"""To see whether an amount per kilogram can be read, any weight will do."""


def _dose(text: str) -> float:
    return parse_dose_mg(text, weight_kg=_ANY_WEIGHT_KG)


def _rate(text: str) -> float:
    return parse_rate_mg_per_min(text, weight_kg=_ANY_WEIGHT_KG)


_AMOUNTS: Mapping[str, Callable[[str], float]] = {
    "amount": _dose,
    "given": _dose,
    "remaining": _dose,
    "wasted": _dose,
    "strength": parse_strength_mg_per_ml,
    "dose": _dose,
    "over": parse_duration_min,
    "rate": _rate,
}
EVENT_KINDS: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind for kind in (*get_args(events.Plain), Corrected)
}


def read_session(data: bytes, *, knowledge: Knowledge, filename: str = "") -> Session:
    """The session in the content of a file; ReadError, and nothing else, where it cannot be read.

    The error names the place as a JSON path with the id of the event, or as line and column in what is not JSON, with
    `filename` before it.
    """
    tree: dict[str, Any] = {}
    try:
        refuse_too_large(len(data), knowledge)
        tree = json_text.read_tree(as_utf8(data))
        session = _session(tree, knowledge)
    except ReadError as error:
        named = ReadError(error.problem, where=_with_id(_as_written(error.where, tree), tree), fix=error.fix)
        raise named.within(filename) from None
    return session


def _session(tree: dict[str, Any], knowledge: Knowledge) -> Session:
    zone = read_zone(str(tree["timezone"]), where="$.timezone") if tree.get("timezone") else None
    renamed = _renamed(tree, zone)
    doses = renamed.pop("doses", None)
    session = json_text.convert(renamed, Session, hints=HINTS, keys=lambda path: _keys(path, renamed))
    _check(session, renamed, knowledge)
    if doses is None:
        return session
    keys = DoseEntry.__struct_fields__
    entries = json_text.convert({"doses": doses}, _Ledger, hints=HINTS, keys=lambda _: keys).doses
    weight = session.person.weight
    weight_kg = None if weight is None else parse_weight_kg(weight)
    ledger = read_doses(entries, zone=zone, weight_kg=weight_kg, path="$", knowledge=knowledge)
    return msgspec.structs.replace(session, doses=ledger)


class _Ledger(msgspec.Struct, frozen=True):
    """The doses of a session file, as in a record file."""

    doses: tuple[DoseEntry, ...]


def session_schema(limits: ReadingLimits) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a session file."""
    shapes = [Session, DoseEntry]
    (session, dose), definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    definitions["Session"]["properties"]["doses"] = {
        "anyOf": [{"type": "array", "items": dose}, {"type": "null"}],
        "default": None,
        "description": "Every dose known before this session, as in a record file; [] where there was none.",
    }
    definitions = _reached(session, definitions)
    for name, means in SIGNS.items():
        number = definitions["VitalsRecorded"]["properties"][name]["anyOf"][0]
        number |= {"minimum": limits.possible[means].low, "maximum": limits.possible[means].high}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Keel session",
        "description": "One dosing session: protocol, person, screening and events.",
        **session,
        "$defs": definitions,
    }


def _reached(start: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that a schema refers to, itself or through others."""
    found: dict[str, Any] = {}
    names = re.findall(r"#/\$defs/(\w+)", str(start))
    while names:
        name = names.pop()
        if name not in found:
            found[name] = definitions[name]
            names += re.findall(r"#/\$defs/(\w+)", str(found[name]))
    return dict(sorted(found.items()))


def _renamed(tree: Mapping[str, Any], zone: ZoneInfo | None) -> dict[str, Any]:
    """The tree with other names of keys turned into ours, and times as times; events not begun left out."""
    renamed = _timed(tree, "$", ("last_dose_at",), zone)
    if isinstance(renamed.get("person"), dict):
        person = own_names(renamed["person"], _PERSON_NAMES, where="$.person")
        for name in ("birth_date", "weighed_on"):
            if isinstance(person.get(name), str):
                person[name] = read_date(person[name], where=f"$.person.{name}")
        renamed["person"] = person
    if isinstance(renamed.get("plan"), dict):
        renamed["plan"] = _plan(renamed["plan"], "$.plan")
    if isinstance(renamed.get("reviews"), list):
        renamed["reviews"] = [_dated(one, f"$.reviews[{n}]", ("on",)) for n, one in enumerate(renamed["reviews"])]
    _join_medicines(renamed)
    if isinstance(renamed.get("events"), list):
        begun = [event for event in renamed["events"] if not _is_blank(event)]
        renamed["events"] = [_event(event, f"$.events[{number}]", zone) for number, event in enumerate(begun)]
    return renamed


def _is_blank(event: Any) -> bool:
    """Whether an event is a form that nobody has begun: no time, and nothing said but who would say it.

    Only what is asked or measured: that a dose stopped is said by the event itself.
    """
    if not isinstance(event, dict) or event.get("type") not in _FORMS or event.get("at", "") not in (None, ""):
        return False
    return "at" in event and all(_says_nothing(value) for key, value in event.items() if key not in _HEAD)


def _says_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_says_nothing, value.values()))
    return value is None or value in ("", [])


def _dated(tree: Any, path: str, names: Iterable[str]) -> Any:
    """The object with its dates read."""
    if not isinstance(tree, dict):
        return tree
    dated = dict(tree)
    for name in names:
        if isinstance(dated.get(name), str):
            dated[name] = read_date(dated[name], where=f"{path}.{name}")
    return dated


def _plan(tree: Mapping[str, Any], path: str) -> dict[str, Any]:
    plan: dict[str, Any] = _dated(own_names(tree, PLAN_NAMES, where=path), path, ("course_started",))
    basis = plan.get("weight_basis")
    if isinstance(basis, str) and basis.strip():
        word = " ".join(basis.casefold().replace("_", " ").split()).removesuffix(" weight").removesuffix(" body")
        if word not in _BASES:
            fix = Message("Write one of {names}.", names=", ".join(WeightBasis))
            raise ReadError(
                Message("{word} is not known here.", word=shown(basis)), where=f"{path}.weight_basis", fix=fix
            )
        plan["weight_basis"] = _BASES[word]
    return {key: value for key, value in plan.items() if value not in (None, "")}


def _timed(tree: Mapping[str, Any], path: str, names: Iterable[str], zone: ZoneInfo | None) -> dict[str, Any]:
    """The object with its times read as everywhere: a time of day with its offset, or in the zone of the clinic."""
    timed = dict(tree)
    for name in names:
        if isinstance(timed.get(name), str):
            moment = read_moment(timed[name], zone=zone, where=f"{path}.{name}")
            if moment.precision is not Precision.MINUTE:
                problem = Message("{text} does not say the time of day.", text=shown(timed[name]))
                fix = Message("Write for example 2026-11-21T09:30+01:00.")
                raise ReadError(problem, where=f"{path}.{name}", fix=fix)
            timed[name] = moment.at
    return timed


def _join_medicines(tree: dict[str, Any]) -> None:
    """A medicine list may stand with the screening that asked for it, or beside it; a text is a list with commas."""
    screening = tree.get("screening")
    lists = [tree.get("medicines")]
    if isinstance(screening, dict) and "medicines" in screening:
        tree["screening"] = {name: value for name, value in screening.items() if name != "medicines"}
        lists.append(screening["medicines"])
    joined: list[Any] = []
    for one in lists:
        if isinstance(one, str):
            joined += [part.strip() for part in re.split(r"[,;\n]", one) if part.strip()]
        elif isinstance(one, list):
            joined += one
        elif one is not None:
            tree["medicines"] = one  # neither text nor list: refused with its place
            return
    if joined:
        tree["medicines"] = joined


def _event(event: Any, path: str, zone: ZoneInfo | None) -> Any:
    if not isinstance(event, dict):
        return event
    times = ("at", "recorded_at", "call_back_at")
    renamed = own_names(_timed(event, path, times, zone), EVENT_NAMES, where=path)
    pressure = re.fullmatch(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*", str(renamed.get("bp", "")))
    if pressure and renamed.get("type") == "vitals_recorded":
        if renamed.keys() & {"sbp", "dbp"}:
            problem = Message("“bp” stands beside another key that says the blood pressure.")
            raise ReadError(problem, where=path, fix=Message("Keep one of them."))
        del renamed["bp"]
        renamed |= {"sbp": float(pressure.group(1)), "dbp": float(pressure.group(2))}
    for name, unit in _NUMBERS.items():
        if isinstance(renamed.get(name), str):
            renamed[name] = _number(renamed[name], unit, f"{path}.{name}")
    if isinstance(renamed.get("plan"), dict):
        renamed["plan"] = _plan(renamed["plan"], f"{path}.plan")
    inner = renamed.get("event")
    if renamed.get("type") == "corrected" and isinstance(inner, dict):
        # What the row should have been keeps its id; who corrects it may be left out inside.
        filled = {"id": renamed.get("corrects"), "by": renamed.get("by"), **inner}
        renamed["event"] = _event(filled, f"{path}.event", zone)
    return renamed


def _number(text: str, unit: str, where: str) -> float:
    """A number written as text, with or without its unit."""
    try:
        value = parse_number_in(text, unit)
    except QuantityError as error:
        raise ReadError(text_of(error), where=where, fix=Message("Write the number alone.")) from None
    return int(value) if value.is_integer() else value


def _keys(path: str, tree: Mapping[str, Any]) -> Iterable[str]:
    """The keys, or for the type of an event the types, that may stand at a path."""
    if path.endswith(".type"):
        return EVENT_KINDS
    if path.endswith(".plan"):
        return Plan.__struct_fields__
    if path.startswith("$.reviews"):
        return Review.__struct_fields__
    if path.startswith("$.medicines"):
        return SessionMedicine.__struct_fields__
    if path.startswith("$.conditions"):
        return SessionCondition.__struct_fields__
    if path in ("$", "$.person"):
        return (Session if path == "$" else SessionPerson).__struct_fields__
    kind = EVENT_KINDS.get(str(_at(path, tree).get("type")))
    return (*kind.__struct_fields__, "type") if kind else ()


def _at(path: str, tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object at a JSON path; an empty one where there is none."""
    found: Any = tree
    for name, position in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            found = found[int(position)] if position else found[name]
        except (KeyError, IndexError, TypeError):
            return {}
    return found if isinstance(found, dict) else {}


def _as_written(path: str, tree: Mapping[str, Any]) -> str:
    """The path with the number that an event has in the file, in which forms not begun stand between others."""
    listed = tree.get("events")
    numbers = [n for n, one in enumerate(listed) if not _is_blank(one)] if isinstance(listed, list) else []
    found = re.match(r"\$\.events\[(\d+)\]", path)
    if found is None or int(found.group(1)) >= len(numbers):
        return path
    return f"$.events[{numbers[int(found.group(1))]}]{path[found.end() :]}"


def _with_id(path: str, tree: Mapping[str, Any]) -> str:
    event = re.match(r"\$\.events\[\d+\]", path)
    name = _at(event.group(), tree).get("id") if event else None
    return Message("{place} (event {id})", place=path, id=shown(name)) if isinstance(name, str) else path


def _check(session: Session, tree: Mapping[str, Any], knowledge: Knowledge) -> None:
    """ReadError for an amount that cannot be read, a value that cannot be, a status that a medicine cannot have, or a
    question that cannot be denied together with others.
    """
    person, limits = session.person, knowledge.reading_limits
    body(person.age, person.weight, person.height, limits=limits, where="$.person")
    try:
        body(None, person.previous_weight, None, limits=limits, where="$.person")
    except ReadError as error:
        raise ReadError(error.problem, where="$.person.previous_weight", fix=error.fix) from None
    _check_values(tree, "$", limits)
    for number, event in enumerate(tree.get("events", ())):
        _check_values(event, f"$.events[{number}]", limits)
        refuse_undeniable(event.get("denied") or (), knowledge, where=f"$.events[{number}].denied")
    for number, medicine in enumerate(session.medicines):
        if not isinstance(medicine, str):
            refuse_unknown_status(medicine.status, where=f"$.medicines[{number}].status")


def _check_values(tree: Mapping[str, Any], path: str, limits: ReadingLimits) -> None:
    """The amounts and vital signs of the session, a plan, an event, or the event within a correction."""
    for name, read in _AMOUNTS.items():
        if isinstance(tree.get(name), str):
            try:
                read(tree[name])
            except QuantityError as error:
                raise ReadError(text_of(error), where=f"{path}.{name}") from None
    for name, means in SIGNS.items():
        value = tree.get(name)
        if value is not None and (problem := why_impossible(means, value, limits)):
            raise ReadError(problem, where=f"{path}.{name}", fix=Message("Check it, or leave it out."))
    for inner in ("plan", "event"):
        if isinstance(tree.get(inner), dict):
            _check_values(tree[inner], f"{path}.{inner}", limits)


def refuse_undeniable(names: Iterable[Any], knowledge: Knowledge, *, where: str) -> None:
    """ReadError for a question that is not one of those which may be answered “no” together."""
    may = {fact for group in knowledge.denials.values() for fact in group.facts}
    for name in names:
        if name in knowledge.denials:
            facts = ", ".join(knowledge.denials[name].facts)
            problem = Message("{name} is a group of questions.", name=shown(name))
            raise ReadError(problem, where=where, fix=Message("Name each that is denied: {facts}.", facts=facts))
        if name not in may:
            problem = Message("{name} cannot be answered “no” together with others.", name=shown(str(name)))
            fix = Message("Ask it by itself, and write the answer under “facts”.")
            raise ReadError(problem, where=where, fix=fix)
