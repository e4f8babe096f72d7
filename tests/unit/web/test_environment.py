"""What the settings take from the environment."""

import stat

import pytest

from keel.web import environment
from keel.web.errors import DatabaseRefused, WebError


def test_the_folder_is_var_where_none_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert environment.folder({}) == tmp_path / "var"
    assert environment.folder({"KEEL_FOLDER": "/srv/keel"}).as_posix() == "/srv/keel"


def test_a_secret_key_is_made_once_and_for_its_owner_only(tmp_path):
    environment.create_secret_key(tmp_path)
    first = environment.secret_key(tmp_path)
    environment.create_secret_key(tmp_path)
    assert environment.secret_key(tmp_path) == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_without_a_folder_the_key_dies_with_the_process(tmp_path):
    assert environment.secret_key(tmp_path) != environment.secret_key(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_switch_is_on_off_or_an_error():
    assert environment.is_on("KEEL_HTTPS", {"KEEL_HTTPS": "1"})
    assert not environment.is_on("KEEL_HTTPS", {"KEEL_HTTPS": "0"})
    assert not environment.is_on("KEEL_HTTPS", {})
    with pytest.raises(WebError, match="write 1 or 0"):
        environment.is_on("KEEL_HTTPS", {"KEEL_HTTPS": "yes"})


def test_this_machine_may_always_be_asked_for():
    assert environment.hosts({}) == ["127.0.0.1", "localhost", "[::1]"]
    assert environment.hosts({"KEEL_HOSTS": "a.example, b.example"})[3:] == ["a.example", "b.example"]


def test_sqlite_in_the_folder_is_the_database_where_none_is_named(tmp_path):
    database = environment.database(tmp_path, {})
    assert database["NAME"] == tmp_path / "keel.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_database_url_names_a_postgresql(tmp_path):
    url = "postgresql://keel:p%40ss@db.example:5433/clinic?sslmode=verify-full"
    database = environment.database(tmp_path, {"DATABASE_URL": url})
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["PASSWORD"]) == ("keel", "p@ss")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", "5433", "clinic")
    assert database["OPTIONS"] == {"sslmode": "verify-full"}


@pytest.mark.parametrize("url", ["mysql://db/keel", "postgresql://db.example", "postgresql://db:port/keel", "keel"])
def test_another_database_is_refused_without_its_password_in_the_message(tmp_path, url):
    with pytest.raises(DatabaseRefused, match="postgresql://user:password@host:port/name"):
        environment.database(tmp_path, {"DATABASE_URL": url})
