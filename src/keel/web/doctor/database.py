"""What is stored, and whether the database keeps it."""

from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from keel.messages import Message
from keel.web.clinic.append_only import APPEND_ONLY
from keel.web.doctor.finding import Check, look, ok, wrong
from keel.web.errors import WebError
from keel.web.sqlite import check_database

_POSTGRESQL = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
"""What PostgreSQL must be set to: with less, a power cut takes acknowledged doses away."""
_OLDEST_POSTGRESQL = 140_000
"""Version 14, the oldest that Django 5.2 supports."""


def database() -> list[Check]:
    """Everything about the database; where it does not answer, that alone."""
    try:
        connection.ensure_connection()
    except (DatabaseError, WebError) as error:
        found = Message("The database does not answer: {reason}", reason=str(error).strip().splitlines()[0])
        return [wrong("database", found, Message("Start PostgreSQL, or correct DATABASE_URL and --folder."))]
    return [_durable(), _pages(), _tables(), _triggers()]


def _durable() -> Check:
    fix = Message("See “SQLite or PostgreSQL” in the page on running a clinic.")
    if connection.vendor == "postgresql":
        return _durable_postgresql()
    try:
        check_database()
    except WebError as error:
        return wrong("durability", Message("{problem}", problem=str(error)), fix)
    return ok("durability", Message("SQLite keeps every acknowledged write."))


def _durable_postgresql() -> Check:
    weak = [name for name, must in _POSTGRESQL.items() if _show(name) != must]
    if weak:
        found = Message("PostgreSQL can lose acknowledged writes: {names} is not on.", names=", ".join(weak))
        return wrong("durability", found, Message("Set them to on in postgresql.conf and restart PostgreSQL."))
    if int(_show("server_version_num")) < _OLDEST_POSTGRESQL:
        found = Message("PostgreSQL {version} is too old.", version=_show("server_version"))
        return wrong("durability", found, Message("Upgrade PostgreSQL to 14 or later."))
    if _show("data_checksums") != "on":
        found = Message("PostgreSQL writes no checksums: a failing disk would go unnoticed.")
        return look("durability", found, Message("Stop PostgreSQL and run pg_checksums --enable."))
    return ok("durability", Message("PostgreSQL keeps every acknowledged write."))


def _show(name: str) -> str:
    return str(_one(f"SHOW {name}"))


def _one(statement: str, values: Any = ()) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def _pages() -> Check:
    """Whether the file is whole; PostgreSQL checks its pages itself as it reads them."""
    if connection.vendor != "sqlite":
        return ok("pages", Message("PostgreSQL checks its pages itself."))
    said = _one("PRAGMA quick_check(1)")
    if said != "ok":
        found = Message("The database file is damaged: {reason}", reason=str(said))
        return wrong("pages", found, Message("Stop Keel, keep a copy of the file, and restore the newest backup."))
    return ok("pages", Message("Every page of the database file is whole."))


def _tables() -> Check:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        found = Message("{count} changes of the tables are not applied.", count=len(plan))
        return wrong("tables", found, Message("Make a backup, then start keel serve: it applies them."))
    return ok("tables", Message("The tables are those of this Keel."))


def _triggers() -> Check:
    """Whether the database itself still refuses changes of facts."""
    missing = [table for table in APPEND_ONLY if not _refuses(table)]
    if missing:
        found = Message("The database would let facts be changed: no trigger on {tables}.", tables=", ".join(missing))
        fix = Message("Somebody took it away. Run keel audit verify, and restore the newest backup that it holds for.")
        return wrong("triggers", found, fix)
    return ok("triggers", Message("The database refuses changes of facts and of the audit."))


def _refuses(table: str) -> bool:
    if connection.vendor == "sqlite":
        names = [f"{table}_no_{event}" for event in ("UPDATE", "DELETE")]
        return bool(_one("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s)", names) == 2)
    names = [f"{table}_no_change", f"{table}_no_truncate"]
    statement = "SELECT count(*) FROM pg_trigger WHERE tgname IN (%s, %s) AND tgenabled IN ('O', 'A')"
    return bool(_one(statement, names) == 2)
