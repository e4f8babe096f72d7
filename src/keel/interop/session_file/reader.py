"""Reads a session file: JSON into a `Session`, with one clear line where something is wrong.

Common other names of a key are accepted (systolic, weight_kg, dose_mg); a key that is not known is refused, so that a
misspelt one is not lost. Amounts are tried here, so that what passes can be computed later.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

import msgspec

from keel.assessment.session import events
from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import (
    AnyEvent,
    Corrected,
    DeviceGiven,
    DoseStarted,
    DoseStopped,
    Plan,
    RateChanged,
    Session,
    SessionPerson,
)
from keel.quantities import (
    QuantityError,
    UnitError,
    parse_dose_mg,
    parse_duration_min,
    parse_quantity,
    parse_rate_mg_per_min,
    parse_weight_kg,
)
from keel.record import MEDICINE_STATUSES, Pregnancy, Sex

# Other name -> (our name, unit to write behind a bare number). Numbers carry their unit in the other name itself.
_PERSON = {
    "age_years": ("age", ""),
    "weight_kg": ("weight", "kg"),
    "height_cm": ("height", "cm"),
}
_EVENT = {
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
_PLAN = {"amount": ("dose", ""), "dose_mg": ("dose", "mg"), "over_min": ("over", "min")}
_OLDEST_YEARS = 130
_WEIGHT_STANDS_IN = 70.0
"""Any weight will do to see whether an amount per kilogram can be read."""


def read_session(data: bytes | str | Mapping[str, Any]) -> Session:
    """The session in a JSON text, or in a tree that was read already.

    SessionError names the place as a JSON path, or as line and column where the text is no JSON.
    """
    tree = dict(data) if isinstance(data, Mapping) else _json(data)
    if not isinstance(tree, Mapping):
        raise SessionError(
            "This is not a session.", where="$", mend="Write an object with protocol, person and events."
        )
    try:
        session = msgspec.convert(_renamed(tree), Session)
    except msgspec.ValidationError as error:
        raise _refused(str(error), tree) from None
    for where, text, parse in _amounts(session):
        _try(where, text, parse)
    for position, medicine in enumerate(session.medicines):
        if not isinstance(medicine, str) and medicine.status not in MEDICINE_STATUSES:
            mend = f"Write one of {', '.join(MEDICINE_STATUSES)}."
            problem = f"“{medicine.status}” is no status of a medicine."
            raise SessionError(problem, where=f"$.medicines[{position}].status", mend=mend)
    return session


def _json(data: bytes | str) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    try:
        raw.decode("utf-8")
        return msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError:
        raise SessionError("The file is not UTF-8 text.", mend="Save it as UTF-8.") from None
    except (msgspec.DecodeError, RecursionError) as error:
        byte = re.search(r"byte (\d+)", str(error))
        place = _line(raw, int(byte.group(1)) if byte else len(raw))
        problem = re.sub(r"\s*\(byte \d+\)", "", str(error)).removeprefix("JSON is malformed: ")
        problem = f"This is not JSON: {problem[0].lower()}{problem[1:]}."
        raise SessionError(problem, where=place, mend="Mend the text at that place.") from None


def _line(raw: bytes, byte: int) -> str:
    if not raw.strip():
        return "empty file"
    lines = raw[:byte].split(b"\n")
    return f"line {len(lines)} column {len(lines[-1]) + 1}"


def _renamed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with other names of keys turned into ours."""
    renamed = dict(tree)
    if isinstance(renamed.get("person"), Mapping):
        renamed["person"] = _keys(renamed["person"], _PERSON)
    if isinstance(renamed.get("plan"), Mapping):
        renamed["plan"] = _keys(renamed["plan"], _PLAN)
    _medicines_of_screening(renamed)
    if isinstance(renamed.get("events"), list):
        renamed["events"] = [_event(event) for event in renamed["events"]]
    return renamed


def _medicines_of_screening(tree: dict[str, Any]) -> None:
    """A medicine list may stand with the screening that asked for it, or beside it; a text is a list with commas."""
    screening, beside = tree.get("screening"), tree.get("medicines")
    lists = [beside]
    if isinstance(screening, Mapping) and "medicines" in screening:
        tree["screening"] = {name: value for name, value in screening.items() if name != "medicines"}
        lists.append(screening["medicines"])
    joined: list[Any] = []
    for one in lists:
        if isinstance(one, str):
            joined += [part.strip() for part in re.split(r"[,;\n]", one) if part.strip()]
        elif isinstance(one, list | tuple):
            joined += one
        elif one is not None:
            tree["medicines"] = one  # neither text nor list: refused with its place
            return
    if joined:
        tree["medicines"] = joined


def _event(event: Any) -> Any:
    if not isinstance(event, Mapping):
        return event
    renamed = _keys(event, _EVENT)
    pressure = re.fullmatch(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*", str(renamed.get("bp", "")))
    if pressure and renamed.get("type") == "vitals_recorded":
        del renamed["bp"]
        renamed |= {"sbp": float(pressure.group(1)), "dbp": float(pressure.group(2))}
    if isinstance(renamed.get("plan"), Mapping):
        renamed["plan"] = _keys(renamed["plan"], _PLAN)
    inner = renamed.get("event")
    if renamed.get("type") == "corrected" and isinstance(inner, Mapping):
        # What the row should have been keeps its id; who corrects it may be left out inside.
        filled = {"id": renamed.get("corrects"), "by": renamed.get("by"), **inner}
        renamed["event"] = _event(filled)
    return renamed


def _keys(tree: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for key, value in tree.items():
        ours, unit = names.get(key, (key, ""))
        if ours in renamed or (ours != key and ours in tree):
            renamed[key] = value
        elif unit and isinstance(value, int | float) and not isinstance(value, bool):
            renamed[ours] = f"{value} {unit}"
        else:
            renamed[ours] = value
    return renamed


def _refused(message: str, tree: Mapping[str, Any]) -> SessionError:
    """msgspec's complaint in words of ours, with the near name and the id of the event."""
    problem, _, path = message.partition(" - at ")
    path = path.strip("`") or "$"
    where = _with_id(path, tree)
    if field := re.search(r"unknown field `(.*?)`", problem):
        known = sorted(_known_keys(path, tree))
        near = get_close_matches(field.group(1), known, n=3) or known
        return SessionError(f"The key “{field.group(1)}” is not known here.", where=where, mend=_one_of(near))
    if field := re.search(r"missing required field `(.*?)`", problem):
        return SessionError(f"The key “{field.group(1)}” is missing.", where=where, mend="Add it.")
    if path.endswith(".type"):
        wanted = re.search(r"Invalid value '(.*?)'", problem)
        kinds = sorted(_kinds())
        near = get_close_matches(wanted.group(1), kinds, n=3, cutoff=0.4) if wanted else []
        return SessionError("This type of event is not known.", where=where, mend=_one_of(near or kinds))
    if "RFC3339" in problem:
        typed = _value(path, tree)
        mend = "Write for example 2026-11-21T09:30:00+01:00."
        return SessionError(f"“{str(typed)[:40]}” is no time.", where=where, mend=mend)
    if (word := re.search(r"Invalid enum value '(.*?)'", problem)) and path in _CHOICES:
        return SessionError(f"“{word.group(1)}” is not known here.", where=where, mend=_one_of(list(_CHOICES[path])))
    if "timezone" in problem:
        return SessionError(
            "The time has no offset.", where=where, mend="Write for example 2026-11-21T09:30:00+01:00 or …Z."
        )
    return SessionError(_plainly(problem), where=where, mend="See `keel knowledge show schema/session`.")


def _plainly(problem: str) -> str:
    if "length >= 1" in problem:
        return "This must not be empty."
    if bound := re.search(r"Expected `(?:float|int)` (<=|>=) ([\d.]+)", problem):
        return f"This must be at {'most' if bound.group(1) == '<=' else 'least'} {float(bound.group(2)):g}."
    if kinds := re.search(r"Expected `(.*?)`, got `(.*?)`", problem):
        return f"This must be {_words(kinds.group(1))}, not {_words(kinds.group(2))}."
    return f"{problem}."


def _words(kinds: str) -> str:
    names = {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "object": "an object",
        "array": "a list",
        "null": "null",
        "datetime": "a time",
    }
    return " or ".join(names.get(kind.strip(), kind.strip()) for kind in kinds.split("|"))


def _one_of(names: list[str]) -> str:
    return f"Use {names[0]}." if len(names) == 1 else f"Use one of {', '.join(names)}."


def _kinds() -> dict[str, type[msgspec.Struct]]:
    kinds = [*get_args(events.Plain), Corrected]
    return {str(kind.__struct_config__.tag): kind for kind in kinds}


def _known_keys(path: str, tree: Mapping[str, Any]) -> set[str]:
    if path == "$":
        return set(Session.__struct_fields__)
    if path.endswith(".plan"):
        return set(Plan.__struct_fields__)
    if path == "$.person":
        return set(SessionPerson.__struct_fields__)
    kind = _kinds().get(str(_at(path, tree).get("type")))
    return set(kind.__struct_fields__) | {"type"} if kind else set()


def _at(path: str, tree: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _value(path, tree)
    return found if isinstance(found, Mapping) else {}


def _value(path: str, tree: Mapping[str, Any]) -> Any:
    found: Any = tree
    for name, position in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            found = found[int(position)] if position else found[name]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def _with_id(path: str, tree: Mapping[str, Any]) -> str:
    event = re.match(r"\$\.events\[\d+\]", path)
    name = _at(event.group(), tree).get("id") if event else None
    return f"{path} (event “{str(name)[:40]}”)" if isinstance(name, str) else path


_CHOICES = {"$.person.sex": [str(one) for one in Sex], "$.person.pregnancy": [str(one) for one in Pregnancy]}
Parse = Callable[[str], float]


def _amounts(session: Session) -> Iterator[tuple[str, str | None, Parse]]:
    yield "$.person.age", session.person.age if isinstance(session.person.age, str) else None, parse_age_years
    yield "$.person.weight", session.person.weight, _weight
    yield "$.person.height", session.person.height, parse_height_cm
    yield from _plan_amounts("$.plan", session.plan)
    for position, event in enumerate(session.events):
        yield from _event_amounts(f"$.events[{position}] (event “{event.id}”)", event)


def _event_amounts(where: str, event: AnyEvent) -> Iterator[tuple[str, str | None, Parse]]:
    if isinstance(event, Corrected):
        if event.event is not None:
            yield from _event_amounts(f"{where}.event", event.event)
        return
    if isinstance(event, DoseStarted):
        yield f"{where}.amount", event.amount, _dose
        yield f"{where}.over", event.over, parse_duration_min
        yield f"{where}.rate", event.rate, _rate
    elif isinstance(event, RateChanged):
        yield f"{where}.rate", event.rate, _rate
    elif isinstance(event, DoseStopped):
        yield f"{where}.given", event.given, _dose
    elif isinstance(event, DeviceGiven):
        yield f"{where}.amount", event.amount, _dose
    elif isinstance(event, events.Started):
        yield from _plan_amounts(f"{where}.plan", event.plan)


def _plan_amounts(where: str, plan: Plan | None) -> Iterator[tuple[str, str | None, Parse]]:
    if plan is not None:
        yield f"{where}.dose", plan.dose, _dose
        yield f"{where}.over", plan.over, parse_duration_min


def _weight(text: str) -> float:
    kilograms = parse_weight_kg(text)
    if kilograms == 0:
        raise QuantityError(f"“{text}” is not more than zero. Mend it, or leave it out.")
    return kilograms


def _dose(text: str) -> float:
    return parse_dose_mg(text, weight_kg=_WEIGHT_STANDS_IN)


def _rate(text: str) -> float:
    return parse_rate_mg_per_min(text, weight_kg=_WEIGHT_STANDS_IN)


def parse_age_years(text: str) -> float:
    """Years of age, as the record reads them: with or without the word; UnitError for what is no time.

    >>> parse_age_years("34 years"), parse_age_years("34")
    (34.0, 34.0)
    """
    written = text if text.strip()[-1:].isalpha() else f"{text} years"
    years = parse_quantity(written, example="34 years").to("a")
    if not 0 <= years <= _OLDEST_YEARS:
        raise QuantityError(f"{text} is no age. Write completed years, for example 34.")
    return years


def parse_height_cm(text: str) -> float:
    """Centimetres of height; UnitError for what is no length.

    >>> parse_height_cm("1.78 m")
    178.0
    """
    return parse_quantity(text, example="178 cm").to("cm")


def _try(where: str, text: str | None, parse: Parse) -> None:
    if text is None:
        return
    try:
        parse(text)
    except (QuantityError, UnitError) as error:
        raise SessionError(str(error), where=where) from None
