"""Triggers that make a table append-only, on SQLite and on PostgreSQL, as an operation of a migration.

A later migration that makes Django rebuild the table on SQLite (any change of a column) drops the triggers with it and
must end with this operation again; `tests/integration/web/test_facts_are_append_only.py` tries every table.
"""

from collections.abc import Callable
from typing import Any

from django.db import migrations

APPEND_ONLY = (
    *("clinic_fact", "clinic_auditrow", "clinic_emergencyaccess", "clinic_factdecision"),
    *("live_rulebook", "live_adoption", "live_soundcheck"),
)
"""Every table that takes new rows only."""
_SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_{event} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRES_ROWS = (
    "CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_{table}()"
)
_POSTGRES_TRUNCATE = (
    "CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}()"
)


def append_only(table: str) -> migrations.RunPython:
    """The operation that lets a table take new rows and refuse every other change."""
    return migrations.RunPython(_create(table), _drop(table), atomic=None)


def _create(table: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                editor.execute(_SQLITE.format(table=table, event=event))
            return
        for statement in (_POSTGRES_FUNCTION, _POSTGRES_ROWS, _POSTGRES_TRUNCATE):
            editor.execute(statement.format(table=table))

    return run


def _drop(table: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                editor.execute(f"DROP TRIGGER {table}_no_{event}")
            return
        editor.execute(f"DROP FUNCTION refuse_{table}() CASCADE")

    return run
