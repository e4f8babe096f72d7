"""What a device kept while it was not connected, taken in: each entry by its own, under the name of who sealed it."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST, require_safe

from keel.interop.errors import ReadError
from keel.messages import Message, joined
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.errors import ClinicError
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.actions import DEEDS, record_events
from keel.web.live.entry import SlipAsked, posted_event
from keel.web.live.errors import SessionRefused
from keel.web.live.models import LiveSession
from keel.web.live.pages import json_answer
from keel.web.live.sealed import key_of, opened, sign_in_of
from keel.web.live.sessions import event_facts, session_or_404

MOST_ENTRIES = 100
"""Entries of one sending; a device sends the rest after the answer."""
CLOCK = ("device_time", "offset_ms", "error_ms")
"""What a device says of its clock beside an entry: what it showed, how far the server's was ahead, how sure that is."""


@require_safe
@staff(Permission.WRITE_IN_SESSIONS)
def queue_key(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The key of this sign-in for its device, and a token with which entries are sent; neither is kept in a page."""
    sign_in = sign_in_of(request)
    return json_answer({"sign_in": sign_in, "key": key_of(sign_in), "csrf": get_token(request)})


@require_POST
@staff(Permission.WRITE_IN_SESSIONS)
def queue(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Sealed entries as JSON, oldest first: `{entries: [{id, sign_in, iv, data}], device, asking}`.

    The answer names each id as stored, or refused with the reason. `asking` is the id of the entry whose person is at
    the form: what looks like a slip is asked there; of all others it has happened, and was asked when it was typed.
    """
    now = clock.now()
    try:
        sent = json.loads(request.body)
        entries, device, asking = sent["entries"], str(sent.get("device", ""))[:64], sent.get("asking", "")
        if not (isinstance(entries, list) and all(isinstance(one, dict) for one in entries)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"problem": "Send JSON with a list of entries."}, status=400)
    stored, refused = [], []
    for entry in entries[:MOST_ENTRIES]:
        name = str(entry.get("id", ""))
        try:
            take(clinic, entry, by=request.user, at=now, device=device, is_asked=name == asking, request=request)
        except (SessionRefused, ClinicError) as error:
            refused.append({"id": name, "why": plain(Message(str(error)))})
        except ReadError as error:
            refused.append({"id": name, "why": plain(joined(" ", (error.problem, error.fix)))})
        except SlipAsked:
            refused.append({"id": name, "why": plain(Message("Is this right? Nothing was recorded yet."))})
        else:
            stored.append(name)
    gone = [_dismissed(clinic, one, by=request.user, at=now) for one in sent.get("dismissed", [])[:MOST_ENTRIES]]
    return json_answer({"stored": stored, "refused": refused, "dismissed": gone, "server_time": clock.now()})


def _dismissed(clinic: Clinic, entry: dict[str, Any], *, by: AbstractUser, at: dt.datetime) -> str:
    """Has the audit know who let go of an entry that was refused, why it was, and whose it was; gives its id."""
    name, why = str(entry.get("id", ""))[:64], str(entry.get("why", ""))[:300]
    detail = {"entry": name, "why": why, "of": _author(entry)}
    note(clinic, at=at, actor=by.get_username(), action="dismiss_entry", detail=detail)
    return name


def _author(entry: dict[str, Any]) -> str:
    try:
        return str(opened(entry).by.get_username())
    except SessionRefused:
        return "?"


def take(
    clinic: Clinic,
    entry: dict[str, Any],
    *,
    by: AbstractUser,
    at: dt.datetime,
    device: str,
    is_asked: bool,
    request: HttpRequest,
) -> None:
    """Stores one entry as an event of its session by who sealed it; twice is as once.

    SessionRefused, ReadError, ClinicError: it cannot stand. SlipAsked: its person is at the form, and is asked.
    """
    author, says = opened(entry)
    live = _session(clinic, str(says.get("session", "")))
    request.shown[live.patient.number] = "session"
    seal = hashlib.sha256(str(entry["data"]).encode()).hexdigest()[:16]
    if _is_kept(live, str(entry["id"]), author, seal):
        return
    told = _form(says)
    if told.get("type") in DEEDS and says.get("happened") is not True:
        raise SessionRefused(Message("Nobody confirmed that this has happened. Nothing was recorded."))
    told["id"] = str(entry["id"])
    event, beside = _event(told, live, min(_moment(says), at), author, is_asked=is_asked)
    beside |= {"seal": seal}
    beside |= {name: says[name] for name in CLOCK if isinstance(says.get(name), int | float | str)}
    beside |= {} if author.pk == by.pk else {"carried_by": by.get_username()}
    taken = record_events(by=author, live=live, events=[event], at=at, device=device, clock=beside)
    # Two pages may carry one entry at once: what was ahead of the server's clock then has two times of coming.
    if taken.refused and not _is_kept(live, str(entry["id"]), author, seal):
        raise SessionRefused(taken.refused[0][1])


def _is_kept(live: LiveSession, name: str, author: AbstractUser, seal: str) -> bool:
    """Whether this entry is stored already; SessionRefused where another one is, under its id."""
    kept = event_facts(live).filter(key=name).first()
    if kept is None:
        return False
    if kept.recorded_by_id != author.pk or kept.payload.get("clock", {}).get("seal", seal) != seal:
        raise SessionRefused(Message("Another entry was written under this id. Nothing was recorded."))
    return True


def _session(clinic: Clinic, name: str) -> LiveSession:
    try:
        return session_or_404(clinic, name)
    except Http404:
        raise SessionRefused(Message("This session is not one of this clinic.")) from None


def _form(says: dict[str, Any]) -> QueryDict:
    """The fields of the form, in the order in which the page has them."""
    told = QueryDict(mutable=True)
    for name, value in _pairs(says):
        told.appendlist(name, value)
    return told


def _pairs(says: dict[str, Any]) -> Iterator[tuple[str, str]]:
    fields = says.get("fields")
    for pair in fields if isinstance(fields, list) else []:
        if isinstance(pair, list) and len(pair) == len(("name", "value")):
            yield str(pair[0]), str(pair[1])


def _event(
    told: QueryDict, live: LiveSession, at: dt.datetime, by: AbstractUser, *, is_asked: bool
) -> tuple[Any, dict[str, Any]]:
    try:
        event, beside = posted_event(told, live, at, by)
    except SlipAsked as doubtful:
        if is_asked:
            raise
        told.setlist("sure", [f"{one.sign}={one.typed:g}" for one in doubtful.slips])
        event, beside = posted_event(told, live, at, by)
    return event, dict(beside)


def _moment(says: dict[str, Any]) -> dt.datetime:
    """When the entry was made, by the clock of the server as the device knew it."""
    try:
        moment = dt.datetime.fromisoformat(str(says["at"]))
    except (KeyError, ValueError):
        raise SessionRefused(Message("An entry says when it was made.")) from None
    if moment.tzinfo is None:
        raise SessionRefused(Message("An entry says when it was made."))
    return moment
