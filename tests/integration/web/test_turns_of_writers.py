"""Writers of one SQLite file take turns outside of SQLite, and none writes once the disk has failed a write."""

import errno
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.db.backends.sqlite3.base import Database

from keel.web import health, sqlite
from keel.web.database import base

FULL, IOERR = 13, 10
"""sqlite.org/rescode.html."""


@pytest.fixture
def writer(tmp_path, monkeypatch, django_db_blocker):
    """A function that opens one file as the server does, with a short patience; the turn is the test's own."""
    monkeypatch.setattr(base, "_turn", base._Turn())
    opened = []

    def connect():
        database = {"NAME": tmp_path / "keel.sqlite3", "OPTIONS": dict(sqlite.OPTIONS), "TIME_ZONE": None}
        rest = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "USER": "", "PASSWORD": ""}
        wrapper = base.DatabaseWrapper(database | rest | {"HOST": "", "PORT": "", "CONN_MAX_AGE": 0, "TEST": {}})
        wrapper.waits_s = 0.01
        opened.append(wrapper)
        return wrapper

    with django_db_blocker.unblock():
        with connect().cursor() as cursor:
            cursor.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, text TEXT)")
        yield connect
    for one in opened:
        one.close()


def _write(wrapper, statement="INSERT INTO entry (text) VALUES ('x')"):
    cursor = wrapper.cursor()
    cursor.execute(statement)
    return cursor


def test_a_write_outside_a_transaction_waits_for_its_turn(writer):
    """The one that waits inside SQLite is the one that a collector of the writer then waits for."""
    first, second = writer(), writer()
    assert first.take_turn()
    with pytest.raises(OperationalError, match="locked"):
        _write(second)
    with second.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM entry").fetchone() == (0,)
    first.give_turn()
    _write(second).close()
    assert first.take_turn()


def test_a_write_that_gives_rows_back_keeps_its_turn_until_they_are_read(writer):
    first, second = writer(), writer()
    cursor = _write(first, "INSERT INTO entry (text) VALUES ('x') RETURNING id")
    with pytest.raises(OperationalError, match="locked"):
        _write(second)
    assert cursor.fetchall() == [(1,)]
    cursor.close()
    _write(second).close()


def _fail(wrapper, code):
    error = Database.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(OperationalError), wrapper.wrap_database_errors:
        raise error


def test_after_a_failed_write_nobody_writes_until_the_database_was_looked_through(writer, monkeypatch, tmp_path):
    """T8, HZ-AVL-04: not the process that met it, not another one; the next start looks through the database."""
    first, second = writer(), writer()
    _fail(first, IOERR)
    for _process in ("the same", "another"):
        with pytest.raises(OperationalError, match="until Keel is started anew"):
            _write(second)
        monkeypatch.setattr(base, "_turn", base._Turn())
    base.look_through(tmp_path / "keel.sqlite3")
    _write(second).close()


@pytest.mark.parametrize(("code", "probe"), [(IOERR, errno.ENOSPC), (IOERR, errno.EDQUOT), (FULL, 0)])
def test_a_disk_without_room_ends_nothing(writer, monkeypatch, code, probe):
    """T7: a full disk and a quota that is used up are written to again once there is room."""

    @contextmanager
    def no_room(**_where):
        raise OSError(probe, "no room")
        yield

    one = writer()
    monkeypatch.setattr(base.tempfile, "TemporaryFile", no_room)
    _fail(one, code)
    _write(one).close()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL stops by itself")
@pytest.mark.django_db(transaction=True)
def test_the_health_of_the_server_says_that_the_disk_failed(monkeypatch):
    health.forget()
    monkeypatch.setattr(base._turn, "is_over", True)
    assert "disk-failed" in health.health().alarms
    health.forget()


def test_threads_come_on_in_the_order_in_which_they_came():
    """T3: who waits longest is next; who gave up stands in nobody's way."""
    line, order = base._Line(), []
    assert line.acquire(timeout=1)
    assert not line.acquire(timeout=0.01)

    def write(number):
        assert line.acquire(timeout=5)
        order.append(number)
        line.release()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(line._waiting) <= number:
            time.sleep(0.001)
    line.release()
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert line.acquire(timeout=0)
