"""SQLite as Keel needs it: new enough, and set so that no acknowledged write is lost.

Versions 3.7.0 to 3.51.2 can corrupt a WAL file when several workers share it (sqlite.org/wal.html, "WAL-reset bug"),
and the one in Debian 12 is 3.40.1. The `pysqlite3` wheel brings a newer one; `install` puts it in the place of the
standard module before Django looks for it. `synchronous=NORMAL` forgets acknowledged writes at a power cut, and
transactions that begin as readers fail under concurrent writers: hence FULL and IMMEDIATE
(docs/adr/0005-sqlite-from-a-wheel.md).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from keel.web.errors import DatabaseRefused

OLDEST = (3, 51, 3)
"""The first version without the WAL-reset bug."""
WAITS_S = 20
"""How long a writer waits for its turn, in seconds."""
OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": WAITS_S,
    # recursive_triggers: without it, INSERT OR REPLACE deletes a row without asking the triggers.
    # trusted_schema: a file that came from elsewhere may not run functions from its schema.
    # cell_size_check: a page that was damaged is met when it is read, not later.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0; "
    "PRAGMA recursive_triggers=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON",
}
"""The OPTIONS of a Django database on SQLite."""
_MUST = {
    "journal_mode": "wal",
    "synchronous": 2,
    "mmap_size": 0,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
"""What each pragma must answer; synchronous 2 is FULL."""


def install() -> None:
    """Lets Django use the SQLite of the `pysqlite3` wheel; DatabaseRefused where no new enough one is at hand."""
    try:
        import pysqlite3
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3

        check_version(sqlite3.sqlite_version_info)
        return
    check_version(pysqlite3.sqlite_version_info)
    backend = sys.modules.get("django.db.backends.sqlite3.base")
    if backend is not None and backend.Database is not dbapi2:
        raise DatabaseRefused("Django was started before keel.web.sqlite.install(); import keel.web.settings first.")
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2


def check_version(version: tuple[int, ...]) -> None:
    """DatabaseRefused for a version that can corrupt a file which several workers share."""
    if version < OLDEST:
        have, need = (".".join(map(str, numbers)) for numbers in (version, OLDEST))
        raise DatabaseRefused(
            f"SQLite {have} can corrupt a database that several workers share; {need} or later is needed. "
            "Install the pysqlite3 wheel, or name a PostgreSQL in DATABASE_URL."
        )


def check_connection(connection: Any) -> None:
    """DatabaseRefused unless this Django connection to SQLite is set to keep every acknowledged write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        check_version(tuple(int(part) for part in cursor.fetchone()[0].split(".")))
        found = {name: _pragma(cursor, name) for name in (*_MUST, "busy_timeout")}
    wrong = [f"{name} is {found[name]}, must be {must}" for name, must in _MUST.items() if found[name] != must]
    if found["busy_timeout"] < WAITS_S * 1000:
        wrong.append(f"a writer waits {found['busy_timeout']} ms, must be {WAITS_S * 1000}")
    if connection.transaction_mode != "IMMEDIATE":
        wrong.append(f"transactions begin {connection.transaction_mode or 'DEFERRED'}, must be IMMEDIATE")
    if wrong:
        raise DatabaseRefused(f"The SQLite database could lose facts: {'; '.join(wrong)}.")


@contextmanager
def waiting(connection: Any, milliseconds: int) -> Iterator[None]:
    """Within the block a writer on SQLite waits for its turn no longer than this; elsewhere nothing changes."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = _pragma(cursor, "busy_timeout")
        cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
        connection.waits_s = milliseconds / 1000
        try:
            yield
        finally:
            connection.waits_s = None
            cursor.execute(f"PRAGMA busy_timeout={usual}")


def _pragma(cursor: Any, name: str) -> Any:
    cursor.execute(f"PRAGMA {name}")
    row = cursor.fetchone()
    return row[0] if row else 0


def check_database() -> None:
    """DatabaseRefused unless the database keeps every acknowledged write."""
    from django.db import connection

    if connection.vendor == "sqlite":
        check_connection(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        if cursor.fetchone()[0] == "off":
            raise DatabaseRefused("PostgreSQL could lose facts: synchronous_commit is off, must be on.")
