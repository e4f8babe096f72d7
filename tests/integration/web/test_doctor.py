"""keel doctor finds each thing that a clinic relies on and lacks, and says how to fix it."""

import datetime as dt
import os

import pytest
from django.apps import apps
from django.db import connection

from keel.web.backups.pruning import name_at
from keel.web.clinic import heads
from keel.web.clinic.actions import record_fact
from keel.web.clinic.append_only import APPEND_ONLY, append_only
from keel.web.clinic.heads import Head
from keel.web.clinic.models import AuditRow, Fact, Kind, Membership
from keel.web.doctor import database, machine, site
from keel.web.doctor.examination import examine
from keel.web.doctor.finding import Place, State
from keel.web.environment import HeadPlace
from keel.web.errors import DatabaseRefused
from support.clock import START
from support.doses import INFUSION

AT = START + dt.timedelta(hours=1)


@pytest.fixture
def well(people, dana, tmp_path, monkeypatch, settings):
    """A clinic that lacks nothing: its folder, a fresh encrypted backup, kept heads, HTTPS, mail, a second factor."""
    from allauth.mfa.models import Authenticator

    record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)
    for user in people.values():
        Authenticator.objects.create(user=user, type="totp", data={})
    Membership.objects.create(clinic=people["charlie"].memberships.get().clinic, user=people["charlie"], role="manager")
    folder, backups = tmp_path / "keel", tmp_path / "backups"
    for place in (folder, backups):
        place.mkdir(mode=0o700)
    _private(folder / "secret-key", "x" * 60)
    _private(backups / name_at(START, encrypted=True), "x")
    _private(tmp_path / "heads.log", "".join(f"{_head(row).line()}\n" for row in AuditRow.objects.all()))
    settings.AUDIT_HEAD = (HeadPlace("file", str(tmp_path / "heads.log")),)
    monkeypatch.setattr(machine, "is_synchronised", lambda: True)
    monkeypatch.setattr(machine, "disk", lambda folder: machine.ok("disk", machine.Message("Enough is free.")))
    monkeypatch.setattr(database, "check_database", lambda: None)  # tests run on a file in memory
    return Place(
        folder,
        {
            "KEEL_BACKUPS": str(backups),
            "KEEL_AUDIT_HEAD": f"file:{tmp_path / 'heads.log'}",
            "KEEL_HOSTS": "keel.example.org",
            "KEEL_HTTPS": "1",
            "KEEL_MAIL": "smtp://mail.example.org",
        },
        AT,
    )


def _private(file, text):
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as opened:
        opened.write(text)


def _head(row):
    return Head(row.at, row.clinic.slug, row.sequence, row.digest)


def _found(place, state=State.WRONG):
    return {check.name: check.found.in_language() for check in examine(place) if check.state is state}


def test_a_clinic_that_lacks_nothing_is_well(well):
    """What is only to be looked at: backups and heads on this one disk, and a test server's missing checksums."""
    assert _found(well) == {}
    assert set(_found(well, State.LOOK)) <= {"backup-disk", "audit-head", "durability"}
    assert all(check.fix for check in examine(well) if check.state is not State.OK)


def _changed(place, **environment):
    return place._replace(environment={**place.environment, **environment})


@pytest.mark.parametrize(
    ("environment", "name", "said"),
    [
        ({"KEEL_HTTPS": "0"}, "https", "in the clear"),
        ({"KEEL_HOSTS": ""}, "https", "names no host"),
        ({"KEEL_AUDIT_HEAD": ""}, "audit-head", "kept nowhere else"),
        ({"KEEL_AUDIT_HEAD": "ftp://x"}, "settings", "KEEL_AUDIT_HEAD"),
        ({"KEEL_LOCK": "x"}, "settings", "KEEL_LOCK"),
        ({"KEEL_DEBUG": "1"}, "settings", "KEEL_DEBUG"),
        ({"KEEL_BACKUPS": "/nowhere"}, "backup", "no backup"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(well, environment, name, said):
    assert said in _found(_changed(well, **environment))[name]


def test_an_old_backup_is_named(well):
    assert "28 hours old" in _found(well._replace(at=START + dt.timedelta(hours=28)))["backup"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_named(well, mode):
    """HZ-PRV-03."""
    (well.folder / "secret-key").chmod(mode)
    assert "secret-key" in _found(well)["files"]


def test_a_backup_that_others_can_read_is_named(well):
    next(iter((well.folder.parent / "backups").iterdir())).chmod(0o644)
    assert "backup-files" in _found(well)


def test_a_missing_secret_a_full_disk_and_a_free_clock_are_named(well, monkeypatch):
    (well.folder / "secret-key").unlink()
    monkeypatch.setattr(machine, "is_synchronised", lambda: False)
    assert {"secret", "clock"} <= set(_found(well))


@pytest.mark.parametrize(("free", "state"), [(0.04, "wrong"), (0.06, "look"), (0.5, "ok")])
def test_the_disk_is_judged_by_what_is_free(tmp_path, monkeypatch, free, state):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda place: type("U", (), {"free": free, "total": 1}))
    assert machine.disk(tmp_path).state == state


def test_a_database_that_could_lose_facts_is_named(well, monkeypatch):
    def refuse():
        raise DatabaseRefused("The SQLite database could lose facts: synchronous is 1, must be 2.")

    monkeypatch.setattr(database, "check_database", refuse)
    monkeypatch.setattr(database, "_show", lambda name: "off")
    assert "lose" in _found(well)["durability"]


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_trigger_that_was_taken_away_is_named(well, table):
    class Editor:
        pass

    Editor.connection, Editor.execute = (
        connection,
        staticmethod(lambda statement: connection.cursor().execute(statement)),
    )
    append_only(table).reverse_code(apps, Editor)
    assert table in _found(well)["triggers"]


def test_a_fact_that_no_row_names_is_told(well, people, dana):
    Fact.objects.create(
        patient=dana, sequence=9, kind="medicine", recorded_at=START, recorded_by=people["bob"], key="x"
    )
    assert "harbour" in _found(well)["audit"]


def test_heads_that_did_not_go_out_are_named(well, people, dana):
    record_fact(by=people["bob"], patient=dana, kind=Kind.MEDICINE, payload={"text": "lithium"}, key="2", at=START)
    assert "lacks the newest heads of harbour" in _found(well)["audit-head"]


def test_heads_have_some_minutes_to_go_out(well, people, dana):
    record_fact(by=people["bob"], patient=dana, kind=Kind.MEDICINE, payload={"text": "lithium"}, key="2", at=AT)
    assert "audit-head" not in _found(well)


def test_a_clinic_that_nobody_manages_a_demonstration_and_none_are_named(well, harbour):
    Membership.objects.filter(role="manager", clinic=harbour).delete()
    assert "Nobody manages harbour" in _found(well)["clinic"]
    harbour.is_demonstration = True
    harbour.save()
    assert "passwords are public" in _found(well)["clinic"]


def test_before_the_first_clinic_the_way_to_one_is_told(db):
    assert [check.found.in_language() for check in site.people()] == ["There is no clinic yet."]


def test_changes_of_the_tables_that_wait_are_named(well, monkeypatch):
    monkeypatch.setattr(database.MigrationExecutor, "migration_plan", lambda self, targets: [1, 2])
    found = _found(well)
    assert "2 changes" in found["tables"]
    assert "audit" not in found  # tables that are not these cannot be read


def test_a_head_that_stands_in_no_chain_is_told(well):
    with open(well.environment["KEEL_AUDIT_HEAD"].removeprefix("file:"), "a") as file:
        file.write(Head(START, "harbour", 99, "a" * 64).line() + "\n")
    assert "harbour" in _found(well)["audit"]
    assert heads.files()
