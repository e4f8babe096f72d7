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
    first = environment.secret_keys(tmp_path)
    environment.create_secret_key(tmp_path)
    assert environment.secret_keys(tmp_path) == first
    assert len(first) == 1
    assert len(first[0]) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_new_secret_key_signs_and_the_one_before_still_counts(tmp_path):
    """Sessions and links that are out stay good until the next change."""
    environment.create_secret_key(tmp_path)
    (first,) = environment.secret_keys(tmp_path)
    environment.change_secret_key(tmp_path)
    second, kept = environment.secret_keys(tmp_path)
    assert (kept, second == first) == (first, False)
    environment.change_secret_key(tmp_path)
    assert environment.secret_keys(tmp_path)[1:] == [second]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret-key"]


def test_without_a_folder_the_key_dies_with_the_process(tmp_path):
    assert environment.secret_keys(tmp_path) != environment.secret_keys(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_mails_become_files_where_no_server_is_named(tmp_path):
    mail = environment.mail(tmp_path, {"KEEL_HOSTS": "keel.example"})
    assert mail["EMAIL_FILE_PATH"] == tmp_path / "mail"
    assert mail["DEFAULT_FROM_EMAIL"] == "keel@keel.example"
    assert not environment.mail_goes_out({})


def test_keel_mail_names_a_server(tmp_path):
    mail = environment.mail(tmp_path, {"KEEL_MAIL": "smtp://keel:p%40ss@mail.example"})
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_HOST_PASSWORD"]) == ("mail.example", 587, "p@ss")
    assert (mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (True, False)
    assert environment.mail(tmp_path, {"KEEL_MAIL": "smtps://mail.example"})["EMAIL_PORT"] == 465


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example", "smtp://mail.example:port"])
def test_another_mail_server_is_refused_in_one_line(tmp_path, url):
    with pytest.raises(WebError, match="KEEL_MAIL"):
        environment.mail(tmp_path, {"KEEL_MAIL": url})


@pytest.mark.parametrize("minutes", ["0", "61", "ten", "-5", "1.5"])
def test_a_screen_locks_after_one_to_sixty_minutes(minutes):
    with pytest.raises(WebError, match="1 to 60"):
        environment.lock_minutes({"KEEL_LOCK": minutes})
    assert environment.lock_minutes({}) == 10


def test_a_file_of_breached_passwords_must_be_there(tmp_path):
    with pytest.raises(WebError, match="no such file"):
        environment.breached_file({"KEEL_BREACHED": str(tmp_path / "none")})


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


@pytest.mark.parametrize(
    "text",
    ["/var/heads.log", "file:heads.log", "syslog:logs.example", "syslog:host:0", "syslog::514", "mail:nobody"],
)
def test_a_place_for_heads_that_cannot_be_read_is_refused(text):
    with pytest.raises(WebError, match="KEEL_AUDIT_HEAD"):
        environment.audit_head({"KEEL_AUDIT_HEAD": text})


def test_heads_may_go_to_several_places():
    places = environment.audit_head({"KEEL_AUDIT_HEAD": "file:/mnt/heads.log  syslog:logs.example:514 syslog:/dev/log"})
    assert [tuple(place) for place in places] == [
        ("file", "/mnt/heads.log"),
        ("syslog", "logs.example:514"),
        ("syslog", "/dev/log"),
    ]
    assert environment.audit_head({}) == ()


def test_backups_stand_in_the_folder_unless_another_place_is_named(tmp_path):
    assert environment.backups(tmp_path, {}) == tmp_path / "backups"
    assert environment.backups(tmp_path, {"KEEL_BACKUPS": "/srv/b"}).as_posix() == "/srv/b"
    assert environment.backup_keys({"KEEL_BACKUP_KEY": " age1a  age1b "}) == ("age1a", "age1b")
