"""The drill (T25): a backup under writes, restored into an empty place, on both databases; what is wrong is refused.

HZ-BKP-01, HZ-BKP-02: a backup that was never tried is none; an older copy says what is missing.
"""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from support.command import keel
from support.postgresql import postgresql

pytestmark = pytest.mark.slow

DEMO = """
import sys
from pathlib import Path
from keel.web.server import load_demo, prepare
prepare(Path(sys.argv[1]), with_pages=False)
load_demo(8000)
"""
DRILL = """
import sys, threading, time
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from django.db import connection
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.backups.actions import make_backup
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind, Patient

alice, dana = User.objects.get(username="alice"), Patient.objects.select_related("clinic").get(number="H-1001")
acknowledged, stop, slowest = [], threading.Event(), [0.0]

def write(writer):
    number = 0
    while not stop.is_set():
        key, number, began = f"{writer}-{number}", number + 1, time.perf_counter()
        record_fact(by=alice, patient=dana, kind=Kind.MEDICINE, payload={"text": "sertraline"}, key=key, at=clock.now())
        slowest[0] = max(slowest[0], time.perf_counter() - began)
        acknowledged.append(key)
    connection.close()

writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
for one in writers: one.start()
while len(acknowledged) < 20: time.sleep(0.01)
before = list(acknowledged)
began = time.perf_counter()
made = make_backup(Path(sys.argv[2]), at=clock.now())
took, during = time.perf_counter() - began, len(acknowledged) - len(before)
stop.set()
for one in writers: one.join()
import json
print(json.dumps({"file": str(made.file), "before": before, "during": during, "took": took, "slowest": slowest[0]}))
"""

GOES_ON = """
import sys
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from django.db import DatabaseError
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Patient

alice, dana = User.objects.get(username="alice"), Patient.objects.get(number="H-1001")
record_fact(by=alice, patient=dana, kind="medicine", payload={"text": "lithium"}, key="new", at=clock.now())
try:
    Fact.objects.update(reason="x")
except DatabaseError:
    print("refused")
"""


def _run(program, *arguments, **environment):
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demonstration") / "keel"
    _run(DEMO, folder, DATABASE_URL="", KEEL_FOLDER="")
    return folder


@pytest.fixture(scope="module")
def made(demonstration, tmp_path_factory):
    """What `keel backup` said of a backup of the demonstration."""
    place = tmp_path_factory.mktemp("backups")
    return _json("backup", "--folder", demonstration, "--to", place)


@pytest.fixture
def home(demonstration, tmp_path, monkeypatch):
    """A folder with the demonstration, whose heads are kept in a file elsewhere."""
    shutil.copytree(demonstration, tmp_path / "keel")
    monkeypatch.setenv("KEEL_AUDIT_HEAD", f"file:{tmp_path / 'heads.log'}")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "keel"


def _json(*arguments, code=0):
    done = keel(*map(str, arguments), "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_backup_under_writes_is_whole_and_a_complete_prefix(home, tmp_path):
    told = json.loads(_run(DRILL, home, tmp_path / "backups"))
    assert told["during"] > 0  # the writers went on
    restored = _json("restore", told["file"], "--folder", tmp_path / "new", "--accept-gap")
    assert restored["holds"]
    with closing(sqlite3.connect(tmp_path / "new" / "keel.sqlite3")) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM clinic_fact ORDER BY id")]
    assert set(told["before"]) <= set(keys)  # everything that was acknowledged when it began
    for writer in "0123":  # and of each writer no later entry without the earlier ones
        numbers = [int(key.partition("-")[2]) for key in keys if key.startswith(f"{writer}-")]
        assert numbers == list(range(len(numbers)))
    assert _json("audit", "verify", "--folder", tmp_path / "new")["holds"]
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir() if file.is_file()}
    assert modes == {0o600}


def test_an_encrypted_backup_is_tried_with_its_key_and_only_with_it(home, tmp_path):
    from keel.web.backups.archive import key_pair

    identity, public = key_pair()
    (tmp_path / "key.txt").write_text(f"{identity}\n")
    made = _json("backup", "--folder", home, "--to", tmp_path / "b", "--key", public)
    assert made["file"].endswith(".tar.gz.age")
    assert made["is_encrypted"]
    assert [one["clinic"] for one in made["clinics"]] == ["harbour", "hill"]
    refused = keel("restore", made["file"], "--check")
    assert refused.returncode == 2
    assert "--identity" in refused.stderr
    tried = _json("restore", made["file"], "--check", "--identity", tmp_path / "key.txt")
    assert (tried["holds"], tried["checked_only"], tried["missing"]) == (True, True, [])
    damaged = bytearray((tmp_path / "b" / made["file"].rpartition("/")[2]).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged.age").write_bytes(damaged)
    refused = keel("restore", str(tmp_path / "damaged.age"), "--check", "--identity", str(tmp_path / "key.txt"))
    assert refused.returncode == 2
    assert "damaged" in refused.stderr


def test_a_place_that_holds_a_database_is_left_alone(home, made):
    before = (home / "keel.sqlite3").read_bytes()
    refused = keel("restore", made["file"], "--folder", str(home))
    assert refused.returncode == 2
    assert "holds a database" in refused.stderr
    assert (home / "keel.sqlite3").read_bytes() == before


def test_an_older_copy_says_what_is_missing_and_waits_for_a_word(home, made, tmp_path):
    """HZ-BKP-02. Afterwards the audit tells of the restore, and the kept heads beyond it are given up openly."""
    rows = made["clinics"][0]["rows"]
    (tmp_path / "heads.log").write_text(f"keel-audit-head 2026-11-21T11:00:00+00:00 harbour {rows + 3} {'ab' * 32}\n")
    refused = keel("restore", made["file"], "--folder", str(tmp_path / "new"))
    assert refused.returncode == 2
    assert "harbour: 3 entries" in refused.stderr
    assert "--accept-gap" in refused.stderr
    assert not (tmp_path / "new" / "keel.sqlite3").exists()
    restored = _json("restore", made["file"], "--folder", tmp_path / "new", "--accept-gap")
    assert [(one["clinic"], one["entries"]) for one in restored["missing"]] == [("harbour", 3)]
    verified = _json("audit", "verify", "--folder", tmp_path / "new")
    assert verified["holds"]
    assert [one["given_up"] for one in verified["clinics"]] == [1, 0]


def test_a_fact_edited_before_the_backup_is_found_by_the_trial(home, tmp_path):
    with closing(sqlite3.connect(home / "keel.sqlite3")) as database:
        database.execute("DROP TRIGGER clinic_fact_no_UPDATE")
        database.execute(
            "UPDATE clinic_fact SET payload = '{\"text\": \"x\"}' WHERE kind = 'medicine' AND id = ("
            "SELECT min(id) FROM clinic_fact WHERE kind = 'medicine')"
        )
        database.commit()
    made = _json("backup", "--folder", home, "--to", tmp_path / "b")
    tried = _json("restore", made["file"], "--check", code=1)
    assert sum(len(one["changed"]) for one in tried["proofs"]) == 1


def test_a_folder_without_a_database_has_no_backup(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    refused = keel("backup", "--folder", str(tmp_path / "nothing"))
    assert refused.returncode == 2
    assert "There is no database" in refused.stderr
    assert not (tmp_path / "nothing").exists()


def test_postgresql_is_copied_and_restored_without_its_programs(tmp_path, monkeypatch):
    monkeypatch.delenv("KEEL_AUDIT_HEAD", raising=False)
    with postgresql() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        _run(DEMO, tmp_path / "keel")
        made = _json("backup", "--folder", tmp_path / "keel", "--to", tmp_path / "b")
        refused = keel("restore", made["file"], "--folder", str(tmp_path / "new"))
        assert "is not empty" in refused.stderr
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE again")
        monkeypatch.setenv("DATABASE_URL", url.replace("/postgres?", "/again?"))
        restored = _json("restore", made["file"], "--folder", tmp_path / "new")
        assert restored["holds"]
        proofs = restored["proofs"]
        told = [(one["clinic"], one["facts"], one["rows"]) for one in made["clinics"]]
        assert [(one["clinic"], one["facts"], one["rows"]) for one in proofs] == told
        # What is written next has a number of its own, and the triggers are there.
        more = _run(GOES_ON, tmp_path / "new")
        assert "refused" in more
        assert _json("audit", "verify", "--folder", tmp_path / "new")["holds"]
