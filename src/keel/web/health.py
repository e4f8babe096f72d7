"""Whether Keel answers, and whether it can write: two things, as a full disk takes only the second away.

What is found holds for `FRESH_S`, so that nobody can make the disk work by asking often.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
from django.conf import settings
from django.db import DatabaseError, connection

from keel.web import sqlite

FRESH_S = 2.0
LEAST_FREE = 0.05
"""Part of the disk below which an alarm is shown; the figure of the start-up gate (T4)."""
PROBE_BYTES = 65_536
"""Written to the folder and taken away again: what a few facts with their index and audit rows need."""
LOCK_WAIT_MS = 1000
"""A writer of a busy clinic is done in this time; who holds the database longer has locked it."""


class Health(msgspec.Struct, frozen=True):
    """`ready`: pages can be read. `can_write`: a fact would be stored. `alarms`: what is wrong, by id."""

    ready: bool
    can_write: bool
    alarms: tuple[str, ...]


_lock = Lock()
_newest: list[tuple[float, Health]] = []


def health() -> Health:
    """How it stands now."""
    with _lock:
        if not _newest or time.monotonic() - _newest[0][0] > FRESH_S:
            _newest[:] = [(time.monotonic(), _look())]
        return _newest[0][1]


def forget() -> None:
    """Looks anew at the next question."""
    _newest.clear()


def _look() -> Health:
    from keel.web.database.base import is_over  # Django's SQLite, which is chosen before this is looked at

    folder = Path(settings.FOLDER)
    reads, writes = _can_read(), _can_write_rows()
    holds = connection.vendor != "sqlite" or _can_write_bytes(folder)
    alarms = {
        "database-unreachable": not reads,
        "database-not-writable": reads and not writes,
        "disk-failed": connection.vendor == "sqlite" and is_over(str(settings.DATABASES["default"]["NAME"])),
        "disk-full": not holds,
        "disk-nearly-full": holds and _free(folder) < LEAST_FREE,
    }
    return Health(reads, reads and writes and holds, tuple(name for name, is_so in alarms.items() if is_so))


def _can_read() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError):
        connection.close()
        return False
    return True


def _can_write_rows() -> bool:
    """Whether a transaction that writes can begin; it is undone."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                return _can_lock(cursor)
            cursor.execute("SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'")
            return bool(cursor.fetchone()[0])
    except (DatabaseError, OSError):
        connection.close()
        return False


def _can_lock(cursor: Any) -> bool:
    with sqlite.waiting(connection, LOCK_WAIT_MS):
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("ROLLBACK")
    return True


def _can_write_bytes(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _free(folder: Path) -> float:
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total
