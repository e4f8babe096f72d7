"""Triggers that make a table append-only, on SQLite and on PostgreSQL, as an operation of a migration.

There is one exception: what is about a patient whom a row of `clinic_erasure` names. The facts may then be deleted, and
of a row of the audit the detail may become `{"erased": true}`, all else in it staying as it was. Erasures themselves
are appended only.

A later migration that makes Django rebuild the table on SQLite (any change of a column) drops the triggers with it and
must end with this operation again; `tests/integration/web/test_facts_are_append_only.py` tries every table.
"""

from collections.abc import Callable
from typing import Any

from django.db import migrations

APPEND_ONLY = (
    *("clinic_fact", "clinic_auditrow", "clinic_emergencyaccess", "clinic_factdecision", "clinic_erasure"),
    *("live_adoption", "live_rulebook", "live_soundcheck", "live_monitorplace", "live_monitormessage"),
    *("outbox_outmessage", "outbox_delivery"),
    *("measures_clinicmeasures", "measures_formlink", "measures_linkstep"),
    *("rems_setting", "rems_stockmove"),
    *("therapy_privatenote", "therapy_daytemplate"),
)
"""Every table that takes new rows only."""
_ERASURES = "clinic_erasure"
_OF_PATIENT = "EXISTS (SELECT 1 FROM clinic_erasure WHERE patient_id = OLD.patient_id)"
_SAME = " AND ".join(
    f"NEW.{name} = OLD.{name}" for name in ("id", "clinic_id", "sequence", "at", "actor", "action", "subject")
)
_OF_NUMBER = f"""
{_SAME} AND NEW.previous = OLD.previous AND NEW.digest = OLD.digest AND NEW.detail = {{erased}}
AND EXISTS (SELECT 1 FROM clinic_erasure WHERE clinic_id = OLD.clinic_id
AND (OLD.subject = number OR substr(OLD.subject, 1, length(number) + 1) = number || '/'))
"""  # noqa: S608 - names of our own
_MAY_GO = {
    "sqlite": {
        ("clinic_fact", "DELETE"): _OF_PATIENT,
        ("clinic_emergencyaccess", "DELETE"): _OF_PATIENT,
        ("outbox_outmessage", "DELETE"): _OF_PATIENT,
        ("outbox_delivery", "DELETE"): _OF_PATIENT,
        ("measures_formlink", "DELETE"): _OF_PATIENT,
        ("measures_linkstep", "DELETE"): _OF_PATIENT,
        ("therapy_privatenote", "DELETE"): _OF_PATIENT,
        ("clinic_factdecision", "DELETE"): "EXISTS (SELECT 1 FROM clinic_erasure, json_each(clinic_erasure.decisions) "
        "WHERE value = OLD.id)",
        ("clinic_auditrow", "UPDATE"): _OF_NUMBER.format(erased="""'{"erased": true}'"""),
    },
    "postgresql": {
        ("clinic_fact", "DELETE"): _OF_PATIENT,
        ("clinic_emergencyaccess", "DELETE"): _OF_PATIENT,
        ("outbox_outmessage", "DELETE"): _OF_PATIENT,
        ("outbox_delivery", "DELETE"): _OF_PATIENT,
        ("measures_formlink", "DELETE"): _OF_PATIENT,
        ("measures_linkstep", "DELETE"): _OF_PATIENT,
        ("therapy_privatenote", "DELETE"): _OF_PATIENT,
        ("clinic_factdecision", "DELETE"): "EXISTS (SELECT 1 FROM clinic_erasure WHERE decisions @> to_jsonb(OLD.id))",
        ("clinic_auditrow", "UPDATE"): _OF_NUMBER.format(erased="""'{"erased": true}'::jsonb"""),
    },
}
"""What may be done all the same, by engine, table and event; no table but that of erasures is asked, so that any other
can be rebuilt."""
_SQLITE = """
CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} WHEN NOT ({exception})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'DELETE' THEN IF {on_delete} THEN RETURN OLD; END IF; END IF;
  IF TG_OP = 'UPDATE' THEN IF {on_update} THEN RETURN NEW; END IF; END IF;
  RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
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
        vendor, names = editor.connection.vendor, editor.connection.introspection.table_names()
        may_go = _MAY_GO[vendor] if _ERASURES in names else {}  # migrations of before it know of no erasure
        on_update, on_delete = (may_go.get((table, event), "FALSE") for event in ("UPDATE", "DELETE"))
        if vendor == "sqlite":
            for event, exception in (("UPDATE", on_update), ("DELETE", on_delete)):
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}")
                editor.execute(_SQLITE.format(table=table, event=event, exception=exception))
            return
        function = _POSTGRES_FUNCTION.format(table=table, on_update=on_update, on_delete=on_delete)
        for statement in (function, _POSTGRES_ROWS.format(table=table), _POSTGRES_TRUNCATE.format(table=table)):
            editor.execute(statement)

    return run


def _drop(table: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                editor.execute(f"DROP TRIGGER {table}_no_{event}")
            return
        editor.execute(f"DROP FUNCTION refuse_{table}() CASCADE")

    return run
