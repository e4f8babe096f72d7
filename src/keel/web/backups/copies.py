"""Takes all rows out of a database as one moment saw them, and puts them into an empty one.

SQLite copies its file while others write (its backup API). PostgreSQL is read table by table in one snapshot (COPY in a
repeatable-read transaction), and put back into tables that the migrations of the same moment made: the programs of
PostgreSQL are not needed.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from keel.messages import Message
from keel.web.backups.errors import BackupBroken
from keel.web.environment import DATABASE_FILE

TABLES = "tables.json"
_NOT_COPIED = frozenset({"django_session", "keel_cache"})
"""Tables that only the running server needs: after a restore everybody logs in anew."""


_IN_CLINIC = """
SELECT slug,
  (SELECT count(*) FROM clinic_patient WHERE clinic_id = clinic.id),
  (SELECT count(*) FROM clinic_fact JOIN clinic_patient ON patient_id = clinic_patient.id WHERE clinic_id = clinic.id),
  (SELECT max(sequence) FROM clinic_auditrow WHERE clinic_id = clinic.id)
FROM clinic_clinic AS clinic ORDER BY slug
"""
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


class Copy(NamedTuple):
    """A database taken out: its files, and what stands in it, read from the copy itself."""

    files: list[Path]
    clinics: list[dict[str, Any]]
    migrations: list[list[str]]


def copy_out(into: Path) -> Copy:
    """The database as one moment saw it, as files in the folder."""
    return _sqlite_out(into / DATABASE_FILE) if connection.vendor == "sqlite" else _postgresql_out(into)


def _told(execute: Callable[[str], Iterable[Any]]) -> tuple[list[dict[str, Any]], list[list[str]]]:
    names = ("clinic", "patients", "facts", "rows")
    clinics = [dict(zip(names, row, strict=True)) for row in execute(_IN_CLINIC)]
    return clinics, [list(row) for row in execute(_MIGRATIONS)]


def _sqlite_out(target: Path) -> Copy:
    from sqlite3 import connect  # the newer one, which keel.web.sqlite put in place

    connection.ensure_connection()
    with closing(connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        for name in _NOT_COPIED & {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}:
            copy.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own
        copy.commit()
        copy.execute("VACUUM")  # what was deleted is not left in free pages
        clinics, migrations = _told(copy.execute)
    check_sqlite(target)
    return Copy([target], clinics, migrations)


def check_sqlite(file: Path) -> None:
    """BackupBroken unless every page, index and foreign key of the file is whole."""
    from sqlite3 import DatabaseError, connect

    try:
        with closing(connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copy:
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
            loose = copy.execute("PRAGMA foreign_key_check").fetchone()
    except DatabaseError as error:
        said, loose = [str(error)], None
    if said != ["ok"] or loose:
        raise BackupBroken(
            Message(
                "The copied database is not whole: {reason}.",
                reason=str("; ".join(said) if said != ["ok"] else loose),
            )
        )


def _postgresql_out(into: Path) -> Copy:
    files, tables = [], []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in _tables():
            columns = [one.name for one in connection.introspection.get_table_description(cursor, table)]
            file = into / f"{table}.copy"
            with file.open("wb") as target, cursor.copy(f"COPY {_quoted(table, columns)} TO STDOUT") as rows:
                for part in rows:
                    target.write(part)
            files.append(file)
            tables.append({"table": table, "columns": columns})

        def execute(statement: str) -> Iterable[Any]:
            cursor.execute(statement)
            return list(cursor.fetchall())

        clinics, migrations = _told(execute)
    listing = into / TABLES
    listing.write_text(json.dumps(tables))
    return Copy([*files, listing], clinics, migrations)


def _tables() -> list[str]:
    names = connection.introspection.table_names()
    return sorted(name for name in names if name not in _NOT_COPIED and name != "django_migrations")


def _quoted(table: str, columns: list[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(table)} ({', '.join(quote(name) for name in columns)})"


def copy_in(folder: Path, migrations: list[list[str]]) -> None:
    """Puts what `_postgresql_out` wrote into an empty PostgreSQL, in tables as they were then, all or nothing."""
    _migrate_to(migrations)
    tables = json.loads((folder / TABLES).read_text())
    with transaction.atomic(), connection.cursor() as cursor:
        for one in tables:  # the migrations filled some; those of the backup take their place
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(one['table'])}")  # noqa: S608 - a table's own name
        for one in tables:
            with (folder / f"{one['table']}.copy").open("rb") as source:
                _load(cursor, one["table"], one["columns"], source)


def _load(cursor: Any, table: str, columns: list[str], source: Any) -> None:
    with cursor.copy(f"COPY {_quoted(table, columns)} FROM STDIN") as rows:
        while part := source.read(1 << 20):
            rows.write(part)
    if "id" not in columns:
        return
    quoted = connection.ops.quote_name(table)
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [quoted])
    if cursor.fetchone()[0]:  # a key that is a text has none
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {quoted} HAVING max(id) IS NOT NULL",  # noqa: S608
            [quoted],
        )


def _migrate_to(migrations: list[list[str]]) -> None:
    """Makes the tables as they were when the backup was made; BackupBroken where this Keel is older than that."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    wanted = {(app, name) for app, name in migrations}
    if newer := sorted(wanted - known):
        raise BackupBroken(
            Message("The backup is of a newer Keel, which has {name}. Install that one first.", name=".".join(newer[0]))
        )
    nodes = executor.loader.graph.node_map
    last = [node for node in sorted(wanted) if not any(child.key in wanted for child in nodes[node].children)]
    executor.migrate(last)
