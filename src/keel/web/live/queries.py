"""Whether alarms are running, for every page that shows a room and for whoever asks about the health of the server."""

import datetime as dt
from typing import NamedTuple

from keel.web import clock
from keel.web.live.models import Watch

LOST_AFTER_S = 15.0
"""Seconds without a beat after which alarms are said not to run; a default of Keel's (reliability, T11)."""


class Heartbeat(NamedTuple):
    """Seconds since the watcher's last round (None: there was none), and the sessions that it could not look at."""

    age_s: float | None
    failed: frozenset[str]

    @property
    def is_alive(self) -> bool:
        """Whether alarms are running."""
        return self.age_s is not None and self.age_s <= LOST_AFTER_S


def heartbeat(at: dt.datetime) -> Heartbeat:
    """How the watcher is. A beat of the future, by a clock that was set back, is as old as one of the past."""
    beat, failed = Watch.objects.filter(pk=1).values_list("beat_at", "failed").first() or (None, ())
    return Heartbeat(None if beat is None else abs((at - beat).total_seconds()) / clock.speed(), frozenset(failed))


def is_watched(at: dt.datetime) -> bool:
    """Whether alarms are running."""
    return heartbeat(at).is_alive
