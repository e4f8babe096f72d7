"""SQLite is used only where it cannot corrupt or forget."""

import sys

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
