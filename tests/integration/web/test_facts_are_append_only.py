"""Facts and audit rows can be added. The database itself refuses every other change, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import AuditRow, EmergencyAccess, Fact, FactDecision, Kind
from support.clock import START
from support.doses import INFUSION

TABLES = ("clinic_fact", "clinic_auditrow")


@pytest.fixture
def dose(people, dana):
    return record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)


def _run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET sequence = 99", "DELETE FROM {table}"])
def test_a_row_is_neither_changed_nor_deleted(dose, table, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        _run(statement.format(table=table))
    assert Fact.objects.get().sequence == 1
    assert AuditRow.objects.get().sequence == 1


@pytest.mark.parametrize("table", TABLES)
def test_the_engines_own_ways_around_are_closed(dose, table):
    """SQLite can replace a row while inserting it; PostgreSQL can truncate a table."""
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608 - names of our own
    else:
        _run("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys that wait for the commit would be in the way
        statement = f"TRUNCATE {table} CASCADE"
    with pytest.raises(DatabaseError, match="append-only"):
        _run(statement)
    assert Fact.objects.get().payload == INFUSION


def test_the_queries_of_django_are_refused_as_well(dose):
    for change in (
        lambda: Fact.objects.update(reason="never mind"),
        lambda: Fact.objects.all().delete(),
        dose.delete,
        dose.save,
        lambda: Fact.objects.bulk_update([dose], ["payload"]),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_new_rows_are_taken(people, dana, dose):
    record_fact(by=people["bob"], patient=dana, kind=Kind.MEDICINE, payload={"text": "sertraline"}, key="two", at=START)
    assert [fact.sequence for fact in dana.facts.all()] == [1, 2]


def test_an_emergency_stays_to_be_seen(people, dana):
    from keel.web.clinic.actions import open_in_emergency

    access = open_in_emergency(by=people["fay"], patient=dana, reason="she does not wake up", at=START)
    for change in (access.delete, lambda: EmergencyAccess.objects.update(reason="never mind")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_decision_stays_to_be_seen(people, dose):
    decision = FactDecision.objects.create(fact=dose, decided_by=people["alice"], reason="seen together")
    for change in (decision.delete, lambda: FactDecision.objects.update(reason="never mind")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
