"""Whether alarms are running, for every page that shows a room and for whoever asks about the health of the server."""

import datetime as dt

from keel.web.live.models import Watch

LOST_AFTER_S = 15.0
"""Seconds without a beat after which alarms are said not to run; a default of Keel's (reliability, T11)."""


def beat_age_s(at: dt.datetime) -> float | None:
    """Seconds since the watcher's last round; None where there was none. A clock that was set back counts as well."""
    beat = Watch.objects.filter(pk=1).values_list("beat_at", flat=True).first()
    return None if beat is None else abs((at - beat).total_seconds())


def is_watched(at: dt.datetime) -> bool:
    """Whether alarms are running."""
    age = beat_age_s(at)
    return age is not None and age <= LOST_AFTER_S


def unwatched() -> frozenset[str]:
    """The sessions whose alarms could not be looked at in the last round, by id."""
    return frozenset(Watch.objects.filter(pk=1).values_list("failed", flat=True).first() or ())
