"""A posted form as an event: of which session and person, when it happened, and what it says.

The names of a form are those of a session file. A form names the session and the person whom it was made for: where
they are not those of its address, nothing is recorded (HZ-ID-01). A time that was typed is kept as typed by hand.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.http import QueryDict

from keel.assessment.session.slips import Slip, slips
from keel.interop.errors import ReadError
from keel.interop.plausibility import why_impossible
from keel.interop.session_file.reader import SIGNS
from keel.interop.session_file.typed_event import typed_event
from keel.knowledge import load
from keel.messages import Message
from keel.web.live.errors import SessionRefused
from keel.web.live.models import LiveSession
from keel.web.live.names import staff_names
from keel.web.live.rules import rules_of
from keel.web.live.sessions import document_of, local, read, state_of

BY_HAND = {"by_hand": True}
"""What is kept beside an event whose time somebody typed."""
IN_EACH_FORM = ("csrfmiddlewaretoken", "id", "type", "next", "session", "number")
_HEAD = (*IN_EACH_FORM, "at", "day", "text", "happened", "sure")
_LISTS = ("symptoms", "all_no")
"""Names that may stand several times in a form."""
_WHY_NOT = "not-"
"""Before the name of a sign: why it was not measured."""
_SINCE = "since-"
"""Before the name of a fact that is a number of hours: the time of day from which they count."""
_DAY = "day-"
"""Before the same name: the day of that time."""
_WAS = ("was_at", "was_day")
"""When a row that is corrected really was."""
YESTERDAY = "yesterday"


class SlipAsked(Exception):
    """Readings that look like a slip: they are asked about, and nothing is recorded yet."""

    def __init__(self, found: tuple[Slip, ...]) -> None:
        super().__init__(found)
        self.slips = found


def posted_event(
    data: QueryDict, live: LiveSession, now: dt.datetime, by: AbstractUser
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event of a form, and what is kept beside it.

    SessionRefused where the form is another person's, ReadError where it cannot be read, SlipAsked where a reading is
    doubtful and was not confirmed.
    """
    refuse_other_person(data, live)
    here = local(live, now)
    if data.get("happened") and not data.get("at", "").strip():
        fix = Message("Write when it happened.")
        raise ReadError(Message("What has happened already has a time."), fix=fix)
    happened, is_by_hand = told_time(data.get("at", ""), data.get("day", ""), here), bool(data.get("at", "").strip())
    kind, told = data.get("type", ""), [*_told(data), *_hours_ago(data, here, happened)]
    if kind == "corrected":
        event = _correction(data, live, told, here)
    else:
        event = typed_event(kind, told, read(live), knowledge=rules_of(live.rules))
    event |= {"id": data.get("id") or str(uuid.uuid4()), "at": happened.isoformat()}
    text = " ".join(filter(None, (data.get("text", "").strip(), *_not_measured(data))))
    event |= {"text": text} if text else {}
    if event["type"] == "dose_started":
        event |= _second_person(live, by)
    if event["type"] == "emergency_step":
        _refuse_unknown_step(event)
    if event["type"] == "vitals_recorded":
        _ask_about_readings(event, live, now, sure=data.getlist("sure"))
    return event, BY_HAND if is_by_hand else {}


def refuse_other_person(data: QueryDict, live: LiveSession) -> None:
    """SessionRefused where a form was made for another session or another person than that of its address."""
    if data.get("session") != live.id or data.get("number") != live.patient.number:
        raise SessionRefused(
            Message(
                "This form belongs to another person ({number}). Nothing was recorded. You are at {here} now.",
                number=data.get("number") or "?",
                here=live.patient.number,
            )
        )


def told_time(typed: str, day: str, now: dt.datetime) -> dt.datetime:
    """When it happened, where the clinic is: now where nothing was typed, or a time of today or yesterday."""
    if not typed.strip():
        return now
    found = re.fullmatch(r"([01]?\d|2[0-3])[:.h ]?([0-5]\d)", typed.strip())
    if found is None:
        raise ReadError(Message("{text} is no time of day.", text=typed[:40]), fix=Message("Write 14:05."))
    on = now.date() - dt.timedelta(days=day == YESTERDAY)
    wall = dt.datetime.combine(on, dt.time(int(found[1]), int(found[2])), tzinfo=now.tzinfo)
    if wall.astimezone(dt.UTC).astimezone(now.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        fix = Message("Write the time that the clock showed.")
        raise ReadError(Message("{text} was skipped by the clock change.", text=typed), fix=fix)
    again = wall.replace(fold=1)  # of an hour that came twice, the later one once it has come
    if again.utcoffset() != wall.utcoffset() and again.timestamp() <= now.timestamp():
        return again
    if wall.timestamp() > now.timestamp():
        fix = Message("Correct the time, or choose yesterday.")
        raise ReadError(Message("{text} is still to come.", text=typed), fix=fix)
    return wall


def _told(data: QueryDict) -> Iterator[tuple[str, str]]:
    for name in data:
        if name in _HEAD or name.startswith((_WHY_NOT, _SINCE, _DAY)):
            continue
        values = [value.strip() for value in data.getlist(name) if value.strip()]
        if name in _LISTS and values:
            yield name, ",".join(values)
        else:
            yield from ((name, value) for value in values)


def _hours_ago(data: QueryDict, now: dt.datetime, happened: dt.datetime) -> Iterator[tuple[str, str]]:
    """Facts that are hours since something, from the times at which it was."""
    for name in data:
        if name.startswith(_SINCE) and data[name].strip():
            fact = name.removeprefix(_SINCE)
            since = told_time(data[name], data.get(f"day-{fact}", ""), now)
            yield fact, f"{max(0.0, happened.timestamp() - since.timestamp()) / 3600:.2f}"


def _not_measured(data: QueryDict) -> list[str]:
    """The signs that were not measured, each with the reason, as a remark."""
    catalogue = load().clinical_facts
    reasons = ((name.removeprefix(_WHY_NOT), data[name].strip()) for name in data if name.startswith(_WHY_NOT))
    return [f"{catalogue[sign].label} not measured: {why}." for sign, why in reasons if why and sign in SIGNS]


def _second_person(live: LiveSession, by: AbstractUser) -> dict[str, Any]:
    """Who checked the dose beside the one who starts it, where somebody did."""
    checks = [one["by"] for one in document_of(live)["events"] if one["type"] == "dose_checked"]
    others = [one for one in checks if one != by.get_username()]
    return {"checked_by": staff_names(live.patient.clinic).get(others[-1], others[-1])} if others else {}


def _refuse_unknown_step(event: dict[str, Any]) -> None:
    card = load().emergency_cards.get(event.get("card", ""))
    if card is None or card.step(event.get("step", "")) is None:
        raise ReadError(Message("No emergency card has this step."), fix=Message("Open the card again."))


def _ask_about_readings(event: dict[str, Any], live: LiveSession, now: dt.datetime, *, sure: list[str]) -> None:
    typed = {sign: float(event[sign]) for sign in SIGNS if isinstance(event.get(sign), int | float)}
    for sign, value in typed.items():
        if problem := why_impossible(SIGNS[sign], value, load().reading_limits):
            raise ReadError(problem, fix=Message("Check it, or leave it out."))
    latest = state_of(live, at=now).latest
    oxygen = latest.get("on_oxygen")
    if "spo2" in typed and "on_oxygen" not in event and oxygen is not None and oxygen.value is True:
        fix = Message("Say whether this one is on air or on oxygen.")
        raise ReadError(Message("The last saturation was taken on oxygen."), fix=fix)
    last = {sign: float(one.value) for sign, one in latest.items() if isinstance(one.value, int | float)}
    found = slips(typed, last, load().session_rules["session"].cuts)
    asked = tuple(one for one in found if f"{one.sign}={one.typed:g}" not in sure)
    if asked:
        raise SlipAsked(asked)


def _correction(data: QueryDict, live: LiveSession, told: list[tuple[str, str]], now: dt.datetime) -> dict[str, Any]:
    """What a row should have been: what was written anew, the rest as it was; with `remove` it is away."""
    event = {"type": "corrected", **{name: value for name, value in told if name in ("corrects", "reason")}}
    was = next((one for one in document_of(live)["events"] if one["id"] == event.get("corrects")), None)
    if was is None:
        raise ReadError(Message("That entry is not in this session."), fix=Message("Open the record again."))
    if any(name == "remove" for name, _ in told):
        return {**event, "event": None}
    fields = [one for one in told if one[0] not in ("corrects", "reason", *_WAS)]
    inner = typed_event(was["type"], fields, read(live), knowledge=rules_of(live.rules))
    when = data.get("was_at", "")
    at = told_time(when, data.get("was_day", ""), now).isoformat() if when.strip() else was["at"]
    kept = {name: value for name, value in was.items() if name not in ("id", "by", "recorded_at", "told_at")}
    return {**event, "event": {**kept, **inner, "at": at}}
