"""T4: a file of SQLite is served only with settings that lose nothing; each spoilt setting fails the same test."""

import pytest

from keel.web import sqlite
from keel.web.errors import DatabaseRefused


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

    with django_db_blocker.unblock():
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
