"""Backups, the heads of the audit that are kept elsewhere, and the audit itself."""

import datetime as dt
from pathlib import Path

from django.db import connection

from keel.messages import Message
from keel.web import environment
from keel.web.backups.pruning import backups_in
from keel.web.clinic import heads
from keel.web.clinic.models import AuditRow, Clinic
from keel.web.clinic.proof import verify_all
from keel.web.doctor.finding import Check, Place, look, ok, wrong
from keel.web.doctor.machine import files

OLDEST = dt.timedelta(hours=26)
"""Age of the newest backup above which a nightly one has failed; a default of Keel's."""
HEAD_IS_OUT = dt.timedelta(minutes=5)
"""By when a head has reached its place; a default of Keel's, far above the seconds that it takes."""


def backups(place: Place) -> list[Check]:
    """Whether there is a fresh backup, on another disk, encrypted, and closed to others."""
    folder = environment.backups(place.folder, place.environment)
    found = backups_in(folder)
    make = Message("keel backup --every 50, by the service of the page on running a clinic")
    if not found:
        return [wrong("backup", Message("There is no backup in {folder}.", folder=str(folder)), make)]
    made, newest = found[-1]
    told = Message("The newest backup, {file}, is {hours} hours old.", file=newest.name, hours=_hours(place.at - made))
    checks = [
        wrong("backup", told, make) if place.at - made > OLDEST else ok("backup", told),
        files(folder, "backup-files"),
    ]
    if not newest.name.endswith(".age"):
        fix = Message("Set KEEL_BACKUP_KEY to the public key of a pair that age-keygen makes on another machine.")
        checks.append(look("backup-key", Message("Backups are not encrypted."), fix))
    if connection.vendor == "sqlite" and folder.stat().st_dev == place.folder.stat().st_dev:
        text = Message("Backups are on the disk of the database: both go when it fails.")
        checks.append(look("backup-disk", text, Message("Set KEEL_BACKUPS to a folder on another disk or machine.")))
    return checks


def _hours(age: dt.timedelta) -> int:
    return round(age.total_seconds() / 3600)


def kept_heads(place: Place) -> list[Check]:
    """Whether the end of each audit is kept elsewhere, up to now."""
    places = environment.audit_head(place.environment)
    if not places:
        text = Message("The end of the audit is kept nowhere else: a chain that was cut or written anew looks whole.")
        fix = Message("Set KEEL_AUDIT_HEAD to file:/mnt/elsewhere/heads.log or syslog:host:514.")
        return [wrong("audit-head", text, fix)]
    files_of_heads = [Path(one.where) for one in places if one.kind == "file"]
    if not files_of_heads:
        text = Message("Heads go to a log server; keel audit verify --heads FILE compares what it holds.")
        return [ok("audit-head", text)]
    return [_file_of_heads(file, place) for file in files_of_heads]


def _file_of_heads(file: Path, place: Place) -> Check:
    fix = Message(
        "Mount the place of {file} and let the account of Keel write there; heads then go out.", file=str(file)
    )
    kept = heads.read_file(file)
    late = []
    for clinic in Clinic.objects.order_by("slug"):
        due = AuditRow.objects.filter(clinic=clinic, at__lt=place.at - HEAD_IS_OUT).order_by("-sequence").first()
        newest = max(kept[clinic.slug].heads, default=0) if clinic.slug in kept else 0
        if due is not None and newest < due.sequence:
            late.append(clinic.slug)
    if late:
        found = Message("{file} lacks the newest heads of {clinics}.", file=str(file), clinics=", ".join(late))
        return wrong("audit-head", found, fix)
    if connection.vendor == "sqlite" and file.exists() and file.stat().st_dev == place.folder.stat().st_dev:
        found = Message("{file} is on the disk of the database: who changes one can change the other.", file=str(file))
        return look("audit-head", found, Message("Name a place on another machine in KEEL_AUDIT_HEAD."))
    return ok("audit-head", Message("{file} has the newest heads.", file=str(file)))


def audit() -> Check:
    """Whether the chains, the facts and the kept heads agree."""
    proofs = verify_all()
    broken = [proof.clinic for proof in proofs if not proof.holds]
    if broken:
        found = Message("Something was changed behind Keel’s back in {clinics}.", clinics=", ".join(broken))
        return wrong("audit", found, Message("keel audit verify names it."))
    rows = sum(proof.rows for proof in proofs)
    return ok("audit", Message("Nothing was changed behind Keel’s back, in {rows} rows of the audit.", rows=rows))
