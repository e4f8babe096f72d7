"""The watcher of alarms: it looks at every session every few seconds for what time alone brings.

It is a thread of each worker of the server; the row of its heartbeat lets one of them watch at a time. Two that watch
at once do no harm: what both notice is one fact. A server that comes up looks at once, whoever held the row before.
"""

import datetime as dt
import logging
import os
import socket
import threading
import time
import uuid

from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import Q

from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.live.actions import append_own
from keel.web.live.alarms import alarms_due
from keel.web.live.models import LiveSession, Watch
from keel.web.live.sessions import seen, watched_sessions

log = logging.getLogger("keel.web")

EVERY_S = 5.0
"""Seconds from one round to the next; a default of Keel's."""
HELD_S = 12.0
"""Seconds for which one watcher holds the row: two rounds and a little."""


class Watcher:
    """One watcher; `name` tells it from the others."""

    def __init__(self, name: str = "") -> None:
        self.name = name or f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._is_first = True

    def round(self, at: dt.datetime, beat_at: dt.datetime | None = None) -> bool:
        """Looks at every session once and beats; False where another watcher does so: then it reads them only, so that
        the screens which ask this worker find them read.

        `beat_at` is the time on the wall, where the clock of a demonstration shows another.
        """
        beat_at = beat_at or at
        if not self._takes_hold(beat_at) and not self._is_first:
            _read_all(at)
            return False
        began, failed = time.monotonic(), []
        for live in watched_sessions(at):
            try:
                look_at(live, at)
            except Exception:  # it stands on the board as an alarm of its own, and keeps no other room from being seen
                log.exception("the alarms of a session could not be looked at")
                failed.append(live.id)
        took = round((time.monotonic() - began) * 1000)
        Watch.objects.filter(pk=1).update(beat_at=beat_at, round_ms=took, failed=failed)
        self._is_first = False
        return True

    def _takes_hold(self, at: dt.datetime) -> bool:
        until = at + dt.timedelta(seconds=HELD_S)
        # A row that is held for longer than anybody may hold it is one of a clock that was set back.
        is_free = Q(holder=self.name) | Q(held_until=None) | Q(held_until__lt=at) | Q(held_until__gt=until)
        if Watch.objects.filter(is_free, pk=1).update(holder=self.name, held_until=until):
            return True
        if Watch.objects.filter(pk=1).exists():
            return False
        try:
            with transaction.atomic():
                Watch.objects.create(holder=self.name, held_until=until)
        except IntegrityError:
            return False
        return True


def _read_all(at: dt.datetime) -> None:
    for live in watched_sessions(at):
        try:
            seen(live, at=at)
        except Exception:
            log.debug("a session cannot be read")


def look_at(live: LiveSession, at: dt.datetime) -> None:
    """Appends what is due of the alarms of a session."""
    now = seen(live, at=at)
    if not alarms_due(live, now.session, now.state, at):
        return
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=live.patient.clinic_id)
        live.refresh_from_db(fields=["last_sequence", "ended_at"])
        now = seen(live, at=at)
        append_own(live, alarms_due(live, now.session, now.state, at), locked, at)
        live.save(update_fields=["last_sequence"])


_running = threading.Lock()


def start() -> None:
    """Lets this process watch from now on, in a thread that ends with it; once a process."""
    if _running.acquire(blocking=False):
        threading.Thread(target=_watch, name="keel-watcher", daemon=True).start()


def _watch() -> None:
    watcher = Watcher()
    while True:
        began = time.monotonic()
        try:
            watcher.round(clock.now(), clock.real_now())
        except DatabaseError:  # the beat stays away, which every board shows
            log.exception("the watcher of alarms cannot reach the database")
        finally:
            connections.close_all()
        time.sleep(max(0.5, EVERY_S - (time.monotonic() - began)))
