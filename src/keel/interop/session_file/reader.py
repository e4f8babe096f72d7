"""Reads a session file: JSON into a `Session`, with one clear line where something is wrong.

The guards are those of a record file, and so are the names and limits of the person's age and size. Common other names
of a key are accepted (systolic, weight_kg, dose_mg); a key that is not known is refused, so that a misspelt one is not
lost. Amounts are tried here, so that what passes can be computed later.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

import msgspec

from keel.assessment.session import events
from keel.assessment.session.events import Corrected, Plan, Session, SessionCondition, SessionMedicine, SessionPerson
from keel.interop import json_text
from keel.interop.encoding import as_utf8, refuse_too_large
from keel.interop.errors import ReadError, shown
from keel.interop.json_text import own_names
from keel.interop.plausibility import why_impossible
from keel.interop.record_file.amounts import body
from keel.interop.record_file.shape import HINTS, PERSON_NAMES
from keel.interop.times import read_date, read_moment
from keel.interop.vocabulary import refuse_unknown_status
from keel.knowledge import Knowledge
from keel.knowledge.reading import ReadingLimits
from keel.messages import Message, text_of
from keel.quantities import QuantityError, parse_dose_mg, parse_duration_min, parse_rate_mg_per_min
from keel.record import Precision

_EVENT_NAMES = {
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
    "rate_mg_per_h": ("rate", "mg/h"),
    "rate_mg_per_min": ("rate", "mg/min"),
    "given_mg": ("given", "mg"),
}
_PERSON_NAMES = {**PERSON_NAMES, "previous_weight_kg": ("previous_weight", "kg")}
_PLAN_NAMES = {"amount": ("dose", ""), "dose_mg": ("dose", "mg"), "over_min": ("over", "min")}
"""Other name of a key, to ours and the unit that the name carries."""
SIGNS = {
    "sbp": "systolic",
    "dbp": "diastolic",
    "hr": "heart_rate",
    "rr": "respiratory_rate",
    "spo2": "oxygen_saturation",
}
"""The vital signs of an event, to their row in the table of possible ranges."""
_ANY_WEIGHT_KG = 70.0
"""To see whether an amount per kilogram can be read, any weight will do."""


def _dose(text: str) -> float:
    return parse_dose_mg(text, weight_kg=_ANY_WEIGHT_KG)


def _rate(text: str) -> float:
    return parse_rate_mg_per_min(text, weight_kg=_ANY_WEIGHT_KG)


_AMOUNTS: Mapping[str, Callable[[str], float]] = {
    "amount": _dose,
    "given": _dose,
    "dose": _dose,
    "over": parse_duration_min,
    "rate": _rate,
}
_KINDS: dict[str, type[msgspec.Struct]] = {
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
        renamed = _renamed(tree)
        session = json_text.convert(renamed, Session, hints=HINTS, keys=lambda path: _keys(path, renamed))
        _check(session, renamed, knowledge.reading_limits)
    except ReadError as error:
        named = ReadError(error.problem, where=_with_id(error.where, tree), fix=error.fix)
        raise named.within(filename) from None
    return session


def session_schema(limits: ReadingLimits) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a session file."""
    (session,), definitions = msgspec.json.schema_components([Session], ref_template="#/$defs/{name}")
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


def _renamed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with other names of keys turned into ours, and times as times."""
    renamed = _timed(tree, "$", ("last_dose_at",))
    if isinstance(renamed.get("person"), dict):
        person = own_names(renamed["person"], _PERSON_NAMES, where="$.person")
        for name in ("birth_date", "weighed_on"):
            if isinstance(person.get(name), str):
                person[name] = read_date(person[name], where=f"$.person.{name}")
        renamed["person"] = person
    if isinstance(renamed.get("plan"), dict):
        renamed["plan"] = own_names(renamed["plan"], _PLAN_NAMES, where="$.plan")
    _join_medicines(renamed)
    if isinstance(renamed.get("events"), list):
        listed = enumerate(renamed["events"])
        renamed["events"] = [_event(event, f"$.events[{number}]") for number, event in listed]
    return renamed


def _timed(tree: Mapping[str, Any], path: str, names: Iterable[str]) -> dict[str, Any]:
    """The object with its times read as everywhere: a time of day with its offset."""
    timed = dict(tree)
    for name in names:
        if isinstance(timed.get(name), str):
            moment = read_moment(timed[name], where=f"{path}.{name}")
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


def _event(event: Any, path: str) -> Any:
    if not isinstance(event, dict):
        return event
    renamed = own_names(_timed(event, path, ("at", "recorded_at")), _EVENT_NAMES, where=path)
    pressure = re.fullmatch(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*", str(renamed.get("bp", "")))
    if pressure and renamed.get("type") == "vitals_recorded":
        if renamed.keys() & {"sbp", "dbp"}:
            problem = Message("“bp” stands beside another key that says the blood pressure.")
            raise ReadError(problem, where=path, fix=Message("Keep one of them."))
        del renamed["bp"]
        renamed |= {"sbp": float(pressure.group(1)), "dbp": float(pressure.group(2))}
    if isinstance(renamed.get("plan"), dict):
        renamed["plan"] = own_names(renamed["plan"], _PLAN_NAMES, where=f"{path}.plan")
    inner = renamed.get("event")
    if renamed.get("type") == "corrected" and isinstance(inner, dict):
        # What the row should have been keeps its id; who corrects it may be left out inside.
        filled = {"id": renamed.get("corrects"), "by": renamed.get("by"), **inner}
        renamed["event"] = _event(filled, f"{path}.event")
    return renamed


def _keys(path: str, tree: Mapping[str, Any]) -> Iterable[str]:
    """The keys, or for the type of an event the types, that may stand at a path."""
    if path.endswith(".type"):
        return _KINDS
    if path.endswith(".plan"):
        return Plan.__struct_fields__
    if path.startswith("$.medicines"):
        return SessionMedicine.__struct_fields__
    if path.startswith("$.conditions"):
        return SessionCondition.__struct_fields__
    if path in ("$", "$.person"):
        return (Session if path == "$" else SessionPerson).__struct_fields__
    kind = _KINDS.get(str(_at(path, tree).get("type")))
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


def _with_id(path: str, tree: Mapping[str, Any]) -> str:
    event = re.match(r"\$\.events\[\d+\]", path)
    name = _at(event.group(), tree).get("id") if event else None
    return Message("{place} (event {id})", place=path, id=shown(name)) if isinstance(name, str) else path


def _check(session: Session, tree: Mapping[str, Any], limits: ReadingLimits) -> None:
    """ReadError for an amount that cannot be read, a value that cannot be, or a status that a medicine cannot have."""
    person = session.person
    body(person.age, person.weight, person.height, limits=limits, where="$.person")
    try:
        body(None, person.previous_weight, None, limits=limits, where="$.person")
    except ReadError as error:
        raise ReadError(error.problem, where="$.person.previous_weight", fix=error.fix) from None
    _check_values(tree, "$", limits)
    for number, event in enumerate(tree.get("events", ())):
        _check_values(event, f"$.events[{number}]", limits)
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
