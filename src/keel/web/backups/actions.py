"""Makes a backup while Keel runs, reads it back from the disk, and takes away those that are superfluous."""

import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Max

from keel.messages import Message
from keel.web import clock
from keel.web.backups import archive, copies, pruning
from keel.web.backups.errors import BackupBroken, BackupError
from keel.web.environment import DATABASE_FILE, FACTOR_FILE


class Backup(NamedTuple):
    """A backup that was made and read back."""

    file: Path
    size: int
    clinics: list[dict[str, Any]]
    is_encrypted: bool
    pruned: list[str]
    erased: int = 0
    """Patients who were erased, and whom a backup in the folder still holds."""
    erased_until: dt.datetime | None = None


def make_backup(folder: Path, *, at: dt.datetime, keys: Sequence[str] = (), prune: bool = True) -> Backup:
    """A backup in the folder, verified after it was written; BackupError where it could not be made.

    Where it is encrypted, a key that dies with this process is among those that can read it: so it can be read back
    without the secret key, which is not on this machine.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as place:
            made, clinics = _make(Path(place), at, keys)
            target = folder / made.name
            if target.exists():
                raise BackupError(
                    Message("There is a backup {file} already. Wait a second and try again.", file=target.name)
                )
            os.replace(made, target)
        _sync(folder)
        old = _prune(folder, at) if prune else []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError(
            Message(
                "The backup could not be written to {folder}: {reason}. Nothing was kept of it.",
                folder=str(folder),
                reason=str(reason),
            )
        ) from None
    return Backup(target, target.stat().st_size, clinics, bool(keys), old, *_erased_in(folder))


def follow(folder: Path, *, keys: Sequence[str] = (), prune: bool = True, every_s: float) -> Iterator[Backup]:
    """A backup whenever something was written since the one before; looks every so many seconds, and never ends."""
    from keel.web.clinic.models import AuditRow

    known: list[Any] | None = None
    while True:
        newest = list(AuditRow.objects.order_by("clinic").values_list("clinic").annotate(Max("sequence")))
        if newest != known:
            known = newest
            yield make_backup(folder, at=clock.now(), keys=keys, prune=prune)
        connection.close()
        time.sleep(every_s)


def _make(place: Path, at: dt.datetime, keys: Sequence[str]) -> tuple[Path, list[dict[str, Any]]]:
    (taken := place / "taken").mkdir()
    (checked := place / "checked").mkdir()
    copy = copies.copy_out(taken)
    if not copy.clinics:
        raise BackupError(
            Message("The database holds no clinic: there is nothing to back up. Is --folder the right one?")
        )
    about = {
        "made_at": at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "clinics": copy.clinics,
        "migrations": copy.migrations,
    }
    identity, own_key = archive.key_pair()
    made = place / pruning.name_at(at, encrypted=bool(keys))
    key = settings.FOLDER / FACTOR_FILE
    archive.write(made, [*copy.files, *([key] if key.exists() else [])], about, [*keys, own_key] if keys else [])
    _sync(made)
    manifest = archive.read(made, checked, [identity])
    if manifest["clinics"] != copy.clinics:
        raise BackupBroken(Message("What was read back from the disk is not what was written. Is the disk failing?"))
    if connection.vendor == "sqlite":
        copies.check_sqlite(checked / DATABASE_FILE)
    return made, copy.clinics


def _erased_in(folder: Path) -> tuple[int, dt.datetime | None]:
    """How many patients were erased whom a backup in the folder still holds, and until when at the latest."""
    from keel.web.clinic.models import Erasure

    times = [time for time, _file in pruning.backups_in(folder)]
    held = Erasure.objects.filter(at__gt=min(times, default=dt.datetime.max.replace(tzinfo=dt.UTC)))
    untils = list(held.values_list("in_backups_until", flat=True))
    return len(untils), max(untils, default=None)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(folder: Path, at: dt.datetime) -> list[str]:
    found = dict(pruning.backups_in(folder))
    gone = [found[time] for time in sorted(pruning.superfluous(found, at))]
    for file in gone:
        file.unlink()
    return [file.name for file in gone]
