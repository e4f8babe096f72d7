"""What other apps ask of the live room: whether alarms run and can be heard, and sessions as they stand."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import QuerySet

from keel.assessment.session.opening import open_session
from keel.assessment.session.view import SessionView
from keel.web.clinic.models import Clinic, Fact, Kind
from keel.web.live.models import Listening, LiveSession, SoundCheck, Watch
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, read, session_or_404, sessions_of

LOST_AFTER_S = 15.0
"""Seconds without a beat after which alarms are said not to run; a default of Keel's (reliability, T11)."""

SHIFT = dt.timedelta(hours=12)
"""How long a sound that was heard stands for the device; a default of Keel's."""
HERE = dt.timedelta(minutes=2)
"""How long a device that asks no more counts as being there; a default of Keel's."""


class Heartbeat(NamedTuple):
    """Seconds since the watcher's last round (None: there was none), and the sessions that it could not look at."""

    age_s: float | None
    failed: frozenset[str]

    @property
    def is_alive(self) -> bool:
        """Whether alarms are running."""
        return self.age_s is not None and self.age_s <= LOST_AFTER_S


def heartbeat(at: dt.datetime) -> Heartbeat:
    """How the watcher is, at a time on the wall.

    A beat of the future, by a clock that was set back, is as old as one of the past.
    """
    beat, failed = Watch.objects.filter(pk=1).values_list("beat_at", "failed").first() or (None, ())
    return Heartbeat(None if beat is None else abs((at - beat).total_seconds()), frozenset(failed))


def is_watched(at: dt.datetime) -> bool:
    """Whether alarms are running, at a time on the wall."""
    return heartbeat(at).is_alive


def can_be_heard(clinic: Clinic, at: dt.datetime) -> bool:
    """Whether a device shows the board with its sound on, whose tone somebody has heard this shift."""
    here = Listening.objects.filter(clinic=clinic, is_on=True, seen_at__gt=at - HERE).values_list("device", flat=True)
    checks = SoundCheck.objects.filter(clinic=clinic, at__gt=at - SHIFT, device__in=list(here)).order_by("at", "pk")
    newest = dict(checks.values_list("device", "was_heard"))
    return any(newest.values())


def sessions_of_protocols(clinic: Clinic, protocols: Collection[str]) -> QuerySet[LiveSession]:
    """The sessions of a clinic by these protocols, the newest first."""
    return sessions_of(clinic).filter(protocol__in=protocols)


def session_in(clinic: Clinic, name: str) -> LiveSession:
    """The session of this name in this clinic; Http404 for all others."""
    return session_or_404(clinic, name)


def view_of_session(live: LiveSession, *, at: dt.datetime) -> SessionView:
    """A session as it stands at a time, in the time zone of the clinic."""
    return open_session(read(live), at=local(live, at), knowledge=rules_of(live.rules))


def recent_sessions(clinic: Clinic, *, since: dt.datetime) -> QuerySet[LiveSession]:
    """The sessions of a clinic that began after a time, the newest first."""
    return sessions_of(clinic).filter(opened_at__gt=since)


def serious_events(clinic: Clinic, *, since: dt.datetime) -> list[tuple[str, int, dt.datetime]]:
    """Serious events of the sessions of a clinic: session, patient, when first recorded; the oldest first."""
    facts = Fact.objects.filter(patient__clinic=clinic, kind=Kind.EVENT, recorded_at__gt=since)
    grave = facts.filter(payload__event__type="adverse_event", payload__event__serious=True).order_by("recorded_at")
    found: dict[str, tuple[str, int, dt.datetime]] = {}
    for session, patient, at in grave.values_list("payload__session", "patient_id", "recorded_at"):
        found.setdefault(session, (session, patient, at))
    return list(found.values())
