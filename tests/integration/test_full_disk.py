"""T7 in small, HZ-AVL-04: at every page that is missing, a fact is whole with its audit row, or it is not there."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import json, logging, sys
from pathlib import Path
from keel.web.server import load_demo, prepare
prepare(Path(sys.argv[1])); load_demo(1); logging.disable()
from django.db import connection
from django.test import Client
from keel.web.accounts.models import User
from keel.web.clinic.models import AuditRow, Fact, Patient
alice, patient = User.objects.get(username="alice"), Patient.objects.filter(clinic__slug="harbour").first()
browser = Client(raise_request_exception=False, headers={"host": "localhost"})
browser.force_login(alice)
listed = browser.get("/clinic/harbour/").content.decode().split(chr(34))
form = next(end for end in listed if end.endswith(f"{patient.number}/"))
before = Fact.objects.count(), AuditRow.objects.filter(action="record_fact").count()
rows = []
for number in range(60):
    room = None
    with connection.cursor() as cursor:
        if number % 15 < 12:  # space runs out for twelve facts, by a page more each time, and comes back
            cursor.execute("PRAGMA page_count")
            room = cursor.fetchone()[0] + number // 15 if number % 15 == 0 else room_was
            cursor.execute(f"PRAGMA max_page_count={room}")
        else:
            cursor.execute("PRAGMA max_page_count=1000000")
    room_was = room
    answer = browser.post(f"{form}medicine/", {"key": f"k{number}", "text": "sertraline " * 18})
    said = "Nothing of this was stored" in answer.content.decode()
    facts, audits = Fact.objects.count() - before[0], AuditRow.objects.filter(action="record_fact").count() - before[1]
    rows.append([answer.status_code, said, facts, audits])
with connection.cursor() as cursor:
    cursor.execute("PRAGMA integrity_check")
    print(json.dumps({"rows": rows, "integrity": cursor.fetchone()[0]}))
"""


def test_a_database_that_fills_up_keeps_what_it_acknowledged_and_recovers_by_itself(tmp_path):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL", "DJANGO"))
    }
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env=kept,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    acknowledged = 0
    for status, said, facts, audits in found["rows"]:
        acknowledged += status == 302
        assert (status, said) in ((302, False), (503, True))
        assert facts == audits == acknowledged
    assert 503 in [row[0] for row in found["rows"]]
    assert [found["rows"][number][0] for number in (12, 27, 42, 57)] == [302] * 4
    assert found["integrity"] == "ok"
