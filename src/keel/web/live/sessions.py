"""Sessions read back from their facts, and folded: what the pages show and what an action asks before it writes."""

import datetime as dt
import json
import zlib
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import Http404

from keel.assessment.session.events import Session
from keel.assessment.session.fold import fold_session
from keel.assessment.session.state import SessionState
from keel.interop import read_session
from keel.web.clinic.models import Clinic, Fact, Kind
from keel.web.live.models import LiveSession
from keel.web.live.rules import rules_of

BEAT_S = 30
"""Seconds for which a state is good where nothing was written; what is due or stale is shown that much late at most: a
sign that grew too old alarms within 60 s of its limit (hazards, invariant 6)."""
_MOST_KEPT = 256
_SHOWN_AFTER = dt.timedelta(hours=1)
"""How long a session is watched on after its end, for alarms that nobody has seen; a default of Keel's."""


def session_or_404(clinic: Clinic, session: str) -> LiveSession:
    """The session of this address in this clinic; Http404 for all others, whether or not they exist."""
    found: LiveSession | None = sessions_of(clinic).filter(id=session).first()
    if found is None:
        raise Http404
    return found


def sessions_of(clinic: Clinic) -> QuerySet[LiveSession]:
    """Every session of a clinic, the newest first, with what stands in its head."""
    return with_heads(LiveSession.objects.filter(patient__clinic=clinic))


def open_sessions(clinic: Clinic) -> QuerySet[LiveSession]:
    """The sessions whose person is still here."""
    return sessions_of(clinic).filter(ended_at=None)


def watched_sessions(at: dt.datetime, **of: Any) -> list[LiveSession]:
    """The sessions whose alarms are looked at: open, or over for a while; `of` narrows them further."""
    return list(with_heads(_watched(at, **of)))


def watched_now(at: dt.datetime, **of: Any) -> list[tuple[str, int, str]]:
    """What tells whether any of them has changed: id, newest fact, end."""
    rows = _watched(at, **of).order_by("pk").values_list("pk", "last_sequence", "ended_at")
    return [(name, sequence, str(ended_at)) for name, sequence, ended_at in rows]


def _watched(at: dt.datetime, **of: Any) -> QuerySet[LiveSession]:
    return LiveSession.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at - _SHOWN_AFTER), **of)


def with_heads(sessions: QuerySet[LiveSession]) -> QuerySet[LiveSession]:
    """With what stands in the head of each, but for the long text of its rules, which is read once for many."""
    heads = sessions.select_related("patient__clinic", "room", "rules", "opening")
    return heads.defer("rules__documents")


def event_facts(live: LiveSession) -> QuerySet[Fact]:
    """The facts that are events of a session, in the order in which the server took them."""
    return Fact.objects.filter(
        patient_id=live.patient_id,
        kind=Kind.EVENT,
        sequence__gt=live.opening.sequence,
        sequence__lte=live.last_sequence,
        payload__session=live.id,
    ).order_by("sequence")


def is_kept(live: LiveSession, event: str) -> bool:
    """Whether an event of this id is in the session: who taps twice has been heard."""
    return bool(event) and event_facts(live).filter(key=event).exists()


def document_of(live: LiveSession, *more: dict[str, Any]) -> dict[str, Any]:
    """The session file: how it began, and its events, `more` after them.

    `recorded_at` of each is when the server took it. A clock that runs ahead never makes an event wait: what was
    written of the future happened when it came, and `told_at` says what the device said.
    """
    events = [event_of(fact.payload, fact.recorded_at) for fact in event_facts(live)]
    return {**live.opening.payload["session"], "id": live.id, "events": [*events, *more]}


def event_of(payload: dict[str, Any], recorded_at: dt.datetime) -> dict[str, Any]:
    """The event of a fact as the session file has it."""
    event: dict[str, Any] = payload["event"]
    at, came = dt.datetime.fromisoformat(event["at"]), recorded_at.astimezone(dt.UTC)
    told = {"told_at": at.isoformat()} if at > came else {}
    return {**event, "at": min(at, came).isoformat(), "recorded_at": recorded_at.isoformat(), **told}


def read(live: LiveSession, document: dict[str, Any] | None = None) -> Session:
    """The session as a value; ReadError where the document cannot be read."""
    content = json.dumps(document_of(live) if document is None else document).encode()
    return read_session(content, knowledge=rules_of(live.rules))


def local(live: LiveSession, at: dt.datetime) -> dt.datetime:
    """A time where the clinic is."""
    return at.astimezone(ZoneInfo(live.patient.clinic.timezone))


def folded(live: LiveSession, session: Session, at: dt.datetime) -> SessionState:
    """The state of a session at a time, without what was out of range earlier."""
    return fold_session(session, at=local(live, at), knowledge=rules_of(live.rules), looks_back=False)


class Seen(NamedTuple):
    """A session and its state at some moment of the last `BEAT_S` seconds."""

    session: Session
    state: SessionState


_kept: dict[tuple[str, int, int], Seen] = {}


def state_of(live: LiveSession, *, at: dt.datetime) -> SessionState:
    """The state of a session now, kept for `BEAT_S` seconds as long as nothing is written."""
    return seen(live, at=at).state


def seen(live: LiveSession, *, at: dt.datetime) -> Seen:
    """The session as it is now with its state, kept for `BEAT_S` seconds as long as nothing is written."""
    # Each session has a beat of its own, so that fifty are not folded anew in the same second.
    shift = zlib.crc32(live.id.encode()) % BEAT_S
    key = (live.id, live.last_sequence, (int(at.timestamp()) + shift) // BEAT_S)
    if key not in _kept:
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        session = read(live)
        _kept[key] = Seen(session, folded(live, session, at))
    return _kept[key]
