"""An event as it is typed at a terminal: a word for its type, and names with values for what it says."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from keel.assessment.protocols.errors import FactRefused
from keel.assessment.protocols.facts import checked_facts
from keel.assessment.protocols.gate import find_protocol
from keel.assessment.session.events import Plan, Session
from keel.interop.errors import ReadError, shown
from keel.interop.session_file.reader import EVENT_KINDS, EVENT_NAMES, PLAN_NAMES
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import FactKind
from keel.knowledge.protocols import facts_of
from keel.messages import Message, text_of

_OTHER_WORDS = {
    "start": "started",
    "check": "checked",
    "hold": "held",
    "override": "overridden",
    "pause": "dose_paused",
    "resume": "dose_resumed",
    "stop": "dose_stopped",
    "rate": "rate_changed",
    "discharge": "discharged",
    "transfer": "transferred",
    "handover": "handed_over",
    "correct": "corrected",
}
"""What people call a type of event, where that is not how its name begins."""
_ANSWERS = {"checked": "facts", "criteria_checked": "criteria"}
"""Types of events that hold answers, to the key under which they stand."""
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_ALL_NO, _REMOVE = "all_no", "remove"
"""Options that are no keys of a file: a group of questions answered “no”; a correction that takes an event away."""


def event_kind(word: str) -> str:
    """The type of event that a word names: its own name, how it begins, or another word for it."""
    name = word.strip().casefold().replace("-", "_")
    if name in EVENT_KINDS:
        return name
    begun = [kind for kind in EVENT_KINDS if kind.startswith(name)]
    if name in _OTHER_WORDS or len(begun) == 1:
        return _OTHER_WORDS.get(name) or begun[0]
    near = begun or get_close_matches(name, EVENT_KINDS, n=3) or list(EVENT_KINDS)
    problem = Message("No event is called {word}.", word=shown(word))
    raise ReadError(problem, fix=Message("Write one of {names}.", names=", ".join(near)))


def typed_event(
    word: str, typed: Sequence[tuple[str, str | None]], session: Session, *, knowledge: Knowledge
) -> dict[str, Any]:
    """The event in the form of a file, without id, time and author; ReadError where it cannot be.

    `typed` are names and values; a name without a value is a yes. A name that is no key of the type is an answer where
    the type holds answers, and a part of the plan where it may bring one.
    """
    kind = event_kind(word)
    fields = {one.name: one.type for one in _fields(EVENT_KINDS[kind])}
    event: dict[str, Any] = {"type": kind}
    answers: dict[str, Any] = {}
    for name, text in typed:
        key = name.strip().replace("-", "_")
        ours = EVENT_NAMES.get(key, (key, ""))[0]
        if kind == "checked" and key == _ALL_NO:
            event["denied"] = [*event.get("denied", ()), *_denied(text or "", session, knowledge)]
        elif (ours in fields and ours not in ("facts", "criteria", "plan")) or key == "bp":
            _put(event, key, _value(text, fields.get(ours)), key)
        elif kind == "corrected" and key == _REMOVE:
            event["event"] = None
        elif kind in _ANSWERS:
            answers |= _answer(key, text, knowledge)
        elif "plan" in fields and PLAN_NAMES.get(key, (key, ""))[0] in Plan.__struct_fields__:
            shape = {one.name: one.type for one in _fields(Plan)}
            event.setdefault("plan", {})
            _put(event["plan"], key, _value(text, shape.get(key)), key)
        else:
            near = get_close_matches(key, fields, n=1)
            hint = Message("Did you mean “{word}”?", word=near[0]) if near else _known(fields)
            raise ReadError(Message("The key {key} is not known.", key=shown(key)), fix=hint)
    if answers:
        event[_ANSWERS[kind]] = answers
    if kind == "corrected" and "event" not in event:
        fix = Message("Write what it should have been as JSON with --event, or --remove.")
        raise ReadError(Message("The correction does not say what should stand there."), fix=fix)
    return event


def _known(fields: Mapping[str, Any]) -> Message:
    own = [name for name in fields if name not in ("id", "at", "by", "recorded_at")]
    return Message("Known here: {names}.", names=", ".join(own))


def _fields(kind: type[msgspec.Struct]) -> Sequence[msgspec.inspect.Field]:
    shape = msgspec.inspect.type_info(kind)
    return shape.fields if isinstance(shape, msgspec.inspect.StructType) else ()


def _put(into: dict[str, Any], key: str, value: Any, name: str) -> None:
    if key in into:
        raise ReadError(Message("{key} stands twice.", key=shown(name)), fix=Message("Keep one of them."))
    into[key] = value


def _value(text: str | None, shape: msgspec.inspect.Type | None) -> Any:
    """The value of a key as a file has it: yes and no, lists with commas, JSON of an inner event, else the text."""
    some = shape.types if isinstance(shape, msgspec.inspect.UnionType) else (shape,) if shape else ()
    kinds = tuple(one.type if isinstance(one, msgspec.inspect.Metadata) else one for one in some)
    if text is None:
        return True
    if any(isinstance(one, msgspec.inspect.BoolType) for one in kinds):
        return _YES_NO.get(text.strip().casefold(), text)
    if any(isinstance(one, msgspec.inspect.VarTupleType) for one in kinds):
        words = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
        return [] if [word.casefold() for word in words] == ["none"] else words
    if any(isinstance(one, msgspec.inspect.IntType | msgspec.inspect.FloatType) for one in kinds):
        return int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else text
    if any(isinstance(one, msgspec.inspect.StructType) for one in kinds):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise ReadError(Message("{text} is not JSON.", text=shown(text)), fix=Message("Fix the JSON.")) from None
    return text


def _answer(name: str, text: str | None, knowledge: Knowledge) -> dict[str, Any]:
    """One answer under its own name; ReadError where it cannot be."""
    fact = knowledge.clinical_facts.get(name)
    value: Any = True if text is None else text
    if isinstance(value, str) and (fact is None or fact.kind is FactKind.YES_NO):
        value = _YES_NO.get(value.strip().casefold(), value)
    if value == "null":
        value = None
    try:
        ((ours, checked),) = checked_facts({name: value}, knowledge.clinical_facts).items()
    except FactRefused as error:
        raise ReadError(text_of(error)) from None
    # A time with its unit stays as it was typed.
    is_text = isinstance(value, str) and not isinstance(checked, str) and any(map(str.isalpha, value))
    return {ours: value if is_text else checked}


def _denied(text: str, session: Session, knowledge: Knowledge) -> list[str]:
    """The questions of some groups that the protocol asks, each by name."""
    rules = find_protocol(knowledge, session.protocol).rules
    asked = {name for rule in rules for name in facts_of(rule)}
    names: list[str] = []
    for word in (part.strip() for part in text.split(",")):
        group = knowledge.denials.get(word)
        if group is None:
            problem = Message("No group of questions is called {word}.", word=shown(word))
            raise ReadError(problem, fix=Message("Write one of {names}.", names=", ".join(knowledge.denials)))
        names += [fact for fact in group.facts if fact in asked]
    return names


def moment_of(text: str, session: Session) -> str:
    """A time as typed; a time of day is the one nearest to the newest event, in its offset."""
    clock = re.fullmatch(r"\s*([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s*", text)
    if clock is None or not session.events:
        return text
    newest = max(event.at for event in session.events)
    hour, minute, second = (int(part or 0) for part in clock.groups())
    there = newest.replace(hour=hour, minute=minute, second=second, microsecond=0)
    days = (there + dt.timedelta(days=number) for number in (-1, 0, 1))
    return min(days, key=lambda one: abs(one - newest)).isoformat()


def now_of(session: Session, now: dt.datetime) -> str:
    """The present time as a file has it, in the offset of the newest event where there is one."""
    zone = max(session.events, key=lambda event: event.at).at.tzinfo if session.events else now.tzinfo
    return now.astimezone(zone).replace(microsecond=0).isoformat()
