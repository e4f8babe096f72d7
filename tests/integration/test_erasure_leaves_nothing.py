"""Whom a clinic erased is in no file of the database any more, and an older backup does not bring them back.

The bytes of the folder are searched, not what the database answers: pages that it freed, its log, indices.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import keel
from support.postgresql import postgresql

pytestmark = pytest.mark.slow
NAME = "Quillfeather"

TREAT = """
import sys
from pathlib import Path
from keel.web.server import prepare
prepare(Path(sys.argv[1]), with_pages=False)
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.clinic.actions import note, record_fact, register
from keel.web.clinic.models import Clinic, Membership, Patient
clinic = Clinic.objects.create(slug="harbour", name="Harbour Clinic", country="GB")
users = {}
for name, role in (("alice", "prescriber"), ("mia", "manager")):
    users[name] = User.objects.create(username=name, is_made_up=True)
    Membership.objects.create(clinic=clinic, user=users[name], role=role)
told = {"by": users["alice"], "clinic": clinic, "at": clock.now(), "person": {"birth_date": "1980-01-01"}}
dana = register(**told, number="H-1", name="Dana Quillfeather", key="a")
register(**told, number="H-2", name="Noor Aziz", key="b")
for turn in range(60):
    contact = {"name": f"Sam Quillfeather {turn}", "role": "escort", "note": "of the Quillfeather family " * 5}
    record_fact(by=users["alice"], patient=dana, kind="contact", payload=contact, key=f"c{turn}", at=clock.now())
note(clinic, at=clock.now(), actor="alice", action="export", subject="H-1",
     detail={"purpose": "patient", "recipient": "Sam Quillfeather"})
"""
ERASE = """
import sys
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from keel import knowledge
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.clinic import erasure
from keel.web.clinic.models import Patient
told = {"patient": Patient.objects.get(number="H-1"), "at": clock.now(), "knowledge": knowledge.load()}
erasure.ask(by=User.objects.get(username="mia"), reason="asked in writing", **told)
erasure.erase(by=User.objects.get(username="alice"), **told)
print(erasure.sweep(at=clock.now()), erasure.sweep_is_due())
"""


def _run(program, folder, url):
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(folder)],
        env=os.environ | {"DATABASE_URL": url, "KEEL_FOLDER": "", "KEEL_BACKUPS": str(folder.parent / "backups")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _files_with(folder: Path, name: str = NAME) -> list[str]:
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and name.encode() in file.read_bytes()
    ]


def _json(*arguments):
    done = keel(*map(str, arguments), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_no_file_of_sqlite_has_the_name_and_a_restore_does_not_bring_it_back(tmp_path, monkeypatch):
    folder, backups = tmp_path / "keel", tmp_path / "backups"
    monkeypatch.setenv("KEEL_BACKUPS", str(backups))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    _run(TREAT, folder, "")
    assert _files_with(folder)  # the search can find it
    before = _json("backup", "--folder", folder, "--to", backups)
    assert (before["erased"], before["erased_until"]) == (0, None)
    assert _run(ERASE, folder, "").split() == ["True", "False"]
    assert _files_with(folder) == []
    assert _files_with(folder, "Noor Aziz")  # nobody else went
    assert _files_with(backups) == []  # the list beside the backups has numbers; the backups are compressed
    assert _json("audit", "verify", "--folder", folder)["holds"]
    after = _json("backup", "--folder", folder, "--to", backups)
    assert after["erased"] == 1
    assert after["erased_until"] > after["file"]  # any day: it is told
    restored = _json("restore", before["file"], "--folder", tmp_path / "new", "--accept-gap")
    assert restored["erased_again"] == 1
    assert _files_with(tmp_path / "new") == []
    assert _files_with(tmp_path / "new", "Noor Aziz")
    assert _json("audit", "verify", "--folder", tmp_path / "new")["holds"]


def test_no_table_of_postgresql_has_the_name(tmp_path, monkeypatch):
    """Rows and the files of the tables; the server's own log (pg_wal) holds it until the server recycles it."""
    with postgresql() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("KEEL_BACKUPS", str(tmp_path / "backups"))
        folder = tmp_path / "keel"
        _run(TREAT, folder, url)
        assert _run(ERASE, folder, url).split() == ["True", "False"]
        made = _json("backup", "--folder", folder, "--to", tmp_path / "backups")
        from keel.web.backups.archive import read

        (unpacked := tmp_path / "unpacked").mkdir()
        read(Path(made["file"]), unpacked)
        assert _files_with(unpacked) == []
        assert _files_with(unpacked, "Noor Aziz")
        assert _json("audit", "verify", "--folder", folder)["holds"]
