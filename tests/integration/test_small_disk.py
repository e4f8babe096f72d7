"""T7, HZ-AVL-04: a disk that is really full, and one that has become read-only, under the real database of Keel.

A file system of its own (tmpfs) of a few hundred kilobytes more than the database, in a name space of its own, so that
no rights are needed; skipped where the system allows neither.
"""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import json, logging, os, subprocess, sys
from pathlib import Path
disk = Path(sys.argv[1])
def mount(*options): subprocess.run(["mount", *options, str(disk)], check=True)
mount("-t", "tmpfs", "-o", f"size={sys.argv[2]}k", "tmpfs")
from keel.web.server import prepare
prepare(disk, with_pages=False); logging.disable()
from django.db import connection
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.clinic.actions import record_fact, register
from keel.web.clinic.models import AuditRow, Clinic, Fact, Membership
from keel.web.clinic.proof import verify
clinic = Clinic.objects.create(slug="harbour", name="Harbour Clinic")
alice = User.objects.create(username="alice", is_made_up=True)
Membership.objects.create(clinic=clinic, user=alice, role="prescriber")
dana = register(by=alice, clinic=clinic, number="H-1", name="Dana", person={}, key="p", at=clock.now())
acknowledged, refused = [], []
def write(number, text="sertraline " * 18):
    try:
        record_fact(by=alice, patient=dana, kind="medicine", payload={"text": text}, key=f"k{number}", at=clock.now())
        acknowledged.append(f"k{number}")
    except Exception as error:
        refused.append(str(error))
stuffing, number = disk / "stuffing", 0
for step in range(6):  # each time a page more is left
    stuffing.write_bytes(b"")
    with stuffing.open("ab", buffering=0) as file:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 4096 * (2 + step)
        file.write(bytes(max(0, free)))
    for _ in range(8):
        number += 1
        write(number)
    stuffing.unlink()
    number += 1
    write(number)  # there is room again: without a new start
full = [one for one in refused]
connection.close()
mount("-o", "remount,ro")
number += 1
write(number)
connection.close()
mount("-o", "remount,rw")
number += 1
write(number)
keys = list(Fact.objects.filter(kind="medicine").order_by("sequence").values_list("key", flat=True))
with connection.cursor() as cursor:
    cursor.execute("PRAGMA integrity_check")
    whole = cursor.fetchone()[0]
print(json.dumps({"acknowledged": acknowledged, "stored": keys, "full": full, "read_only": refused[len(full):],
                  "last": f"k{number}", "holds": verify(clinic).holds, "whole": whole}))
"""


def _in_a_name_space(*command):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL", "DJANGO"))
    }
    return subprocess.run(  # noqa: S603 - our own program
        ["unshare", "-Urm", *command],  # noqa: S607
        env=kept,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_a_small_disk_loses_nothing_and_goes_on_when_there_is_room(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        tried = _in_a_name_space("mount", "-t", "tmpfs", "tmpfs", str(disk))
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if tried.returncode:
        pytest.skip(f"no file system of one's own here: {tried.stderr.strip()}")
    done = _in_a_name_space(sys.executable, "-c", PROGRAM, str(disk), "8000")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["stored"] == found["acknowledged"]
    assert any("full" in one for one in found["full"]), found["full"]
    assert len(found["read_only"]) == 1
    assert found["last"] in found["stored"]
    assert (found["holds"], found["whole"]) == (True, "ok")
