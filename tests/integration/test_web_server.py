"""The server as `keel serve` starts it: ready, private, and refusing what is not fit."""

import os
import re
import stat
import subprocess
import sys
import urllib.request

import pytest

from support.served import served

pytestmark = pytest.mark.slow


def _get(address):
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own address
        return answer, answer.read()


def _django(*arguments, **environment):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL", "DJANGO"))
    }
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "keel.web", *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_answers_on_this_machine_and_its_folder_is_private(tmp_path):
    with served(tmp_path, workers=2) as server:
        answer, body = _get(f"{server.address}/")
        stylesheet = re.search(rb'href="(/static/keel/keel\.[0-9a-f]{12}\.css)"', body).group(1).decode()
        style, _ = _get(server.address + stylesheet)
    assert answer.status == 200
    assert "immutable" in style.headers["Cache-Control"]
    assert stat.S_IMODE((server.folder / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    log = server.log.read_text()
    assert re.search(r"INFO keel\.web GET / 200 \d+ ms", log)
    assert not re.search(r"INFO keel\.web .*127\.0\.0\.1", log)


def test_the_demonstration_prints_addresses_and_log_ins(tmp_path):
    with served(tmp_path, demo=True) as server:
        said = server.log.read_text()
    assert f"{server.address}/clinic/" in said
    for name in ("alice", "bob", "charlie"):
        assert name in said


def test_a_second_start_keeps_what_is_there(tmp_path):
    with served(tmp_path) as server:
        key = (server.folder / "secret-key").read_text()
    with served(tmp_path) as server:
        assert (server.folder / "secret-key").read_text() == key


def test_django_has_nothing_to_warn_of_before_a_deployment(tmp_path):
    checked = _django(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        KEEL_FOLDER=str(tmp_path),
        KEEL_HTTPS="1",
        KEEL_HOSTS="keel.example.org",
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_no_migration_is_missing(tmp_path):
    checked = _django("makemigrations", "--check", "--dry-run", KEEL_FOLDER=str(tmp_path))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_debugging_is_refused_in_public(tmp_path):
    refused = _django("check", KEEL_FOLDER=str(tmp_path), KEEL_HTTPS="1", KEEL_DEBUG="1")
    assert refused.returncode != 0
    assert "KEEL_DEBUG" in refused.stderr


def test_debugging_is_off_where_nobody_asked_for_it(tmp_path):
    shown = _django(
        "shell", "-c", "from django.conf import settings; print('DEBUG', settings.DEBUG)", KEEL_FOLDER=str(tmp_path)
    )
    assert "DEBUG False" in shown.stdout
