"""The server as `keel serve` starts it: ready, private, and refusing what is not fit."""

import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

import pytest

from keel.web.errors import PortTaken
from keel.web.server import refuse_taken
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


def test_a_second_server_on_one_folder_breaks_nothing_and_none_shares_a_port(tmp_path):
    with served(tmp_path) as server:
        stylesheet = re.search(rb'href="(/static/keel/keel\.[0-9a-f]{12}\.css)"', _get(server.address)[1]).group(1)
        (server.folder / "static" / ".sources").write_text("an older version")  # so the second one makes all anew
        with served(tmp_path) as second:
            for address in (server.address, second.address):
                assert _get(f"{address}{stylesheet.decode()}")[0].status == 200
                assert json.loads(_get(f"{address}/healthz")[1])["can_write"]
        port = int(server.address.rpartition(":")[2])
        with pytest.raises(PortTaken, match=str(port)):
            refuse_taken(port)
        assert _get(f"{server.address}{stylesheet.decode()}")[0].status == 200


def test_neither_a_locked_database_nor_slow_bodies_hold_up_the_others(tmp_path):
    """T7 and T28 in small: eight slow bodies held the whole server, and a locked database was said to be ready."""
    with served(tmp_path) as server:
        host, port = server.address.removeprefix("http://").split(":")
        head = f"POST /check/ HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 4000\r\n\r\nx"
        slow = [socket.create_connection((host, int(port))) for _ in range(40)]
        for one in slow:
            one.sendall(head.encode())
        with closing(sqlite3.connect(server.folder / "keel.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(2.2)  # what was found before holds for two seconds
            locked = json.loads(_get(f"{server.address}/healthz")[1])
            pages = [_get(f"{server.address}{path}")[0].status for path in ("/about/", "/check/", "/log-in/")]
            other.execute("ROLLBACK")
        time.sleep(2.2)
        free = json.loads(_get(f"{server.address}/healthz")[1])
        for one in slow:
            one.close()
    assert (locked["ready"], locked["can_write"], locked["alarms"]) == (True, False, ["database-not-writable"])
    assert pages == [200, 200, 200]
    assert (free["can_write"], free["alarms"]) == (True, [])


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
