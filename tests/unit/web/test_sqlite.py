"""SQLite is used only where it cannot corrupt or forget."""

import sys
from contextlib import nullcontext

import pysqlite3
import pytest

from keel.web import sqlite
from keel.web.errors import DatabaseRefused


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 50, 4), (3, 51, 1), (3, 51, 2)])
def test_a_version_with_the_wal_reset_bug_is_refused(version):
    """3.7.0 to 3.51.2 have it; fixed in 3.51.3 (sqlite.org/wal.html#walresetbug). Debian 12 ships 3.40.1."""
    with pytest.raises(DatabaseRefused, match=r"3\.51\.3 or later"):
        sqlite.check_version(version)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (4, 0, 0)])
def test_a_version_without_the_bug_is_taken(version):
    sqlite.check_version(version)


def test_django_meets_the_newer_sqlite_under_the_name_of_the_old_one():
    sqlite.install()
    from django.db.backends.sqlite3 import base

    assert sys.modules["sqlite3"] is pysqlite3
    assert base.Database is pysqlite3.dbapi2


def test_without_the_wheel_the_sqlite_of_python_must_be_new_enough(monkeypatch):
    monkeypatch.setitem(sys.modules, "pysqlite3", None)  # as where it is not installed
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    with pytest.raises(DatabaseRefused, match="Install the pysqlite3 wheel"):
        sqlite.install()


def test_django_that_was_started_with_another_sqlite_is_refused(monkeypatch):
    class OldBackend:
        Database = object()

    monkeypatch.setitem(sys.modules, "django.db.backends.sqlite3.base", OldBackend)
    with pytest.raises(DatabaseRefused, match="started before"):
        sqlite.install()


@pytest.fixture
def connect(tmp_path, django_db_blocker):
    """A function that opens a file as Django does with Keel's options, some of them spoilt."""
    from django.db.backends.sqlite3.base import DatabaseWrapper

    opened = []

    def open_with(change=lambda options: options):
        options = change(dict(sqlite.OPTIONS))
        database = {"NAME": tmp_path / "keel.sqlite3", "OPTIONS": options, "TIME_ZONE": None, "CONN_MAX_AGE": 0}
        rest = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_HEALTH_CHECKS": False, "USER": "", "PASSWORD": ""}
        opened.append(DatabaseWrapper(database | rest | {"HOST": "", "PORT": "", "TEST": {}}))
        return opened[-1]

    # Where these tests run alone, Django is not set up and blocks nothing.
    with django_db_blocker.unblock() if django_db_blocker else nullcontext():
        yield open_with
    for connection in opened:
        connection.close()


def test_a_connection_set_as_measured_is_taken(connect):
    sqlite.check_connection(connect())


def _pragma(name, value):
    """The options with one pragma set to something else, after ours."""
    return lambda options: options | {"init_command": f"{options['init_command']}; PRAGMA {name}={value}"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_pragma("synchronous", "NORMAL"), "synchronous is 1"),  # lost up to 248 acknowledged doses at a power cut
        (_pragma("synchronous", "OFF"), "synchronous is 0"),
        (_pragma("journal_mode", "DELETE"), "journal_mode is delete"),
        (_pragma("mmap_size", "268435456"), "mmap_size is 268435456"),
        (_pragma("recursive_triggers", "OFF"), "recursive_triggers is 0"),
        (_pragma("trusted_schema", "ON"), "trusted_schema is 1"),
        (_pragma("cell_size_check", "OFF"), "cell_size_check is 0"),
        (lambda options: options | {"timeout": 0}, "waits 0 ms"),
        (lambda options: options | {"transaction_mode": None}, "begin DEFERRED"),  # half of 50 writers fail
        (lambda options: {}, "synchronous|journal_mode"),  # Django's own defaults
    ],
)
def test_a_connection_that_could_lose_facts_is_refused(connect, change, said):
    """T4, HZ-AVL-04: each setting on a real file; the test that takes ours refuses every other."""
    with pytest.raises(DatabaseRefused, match=said):
        sqlite.check_connection(connect(change))


def test_a_connection_to_an_older_sqlite_is_refused(connect, monkeypatch):
    monkeypatch.setattr(sqlite, "OLDEST", (99, 0, 0))
    with pytest.raises(DatabaseRefused, match="can corrupt"):
        sqlite.check_connection(connect())
