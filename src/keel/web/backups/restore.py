"""Restores a backup into an empty place, or shows that it could be: unpacked, upgraded, every row proved.

Kept heads (`keel.web.clinic.heads`) tell what was done after the backup was made. Where something was, a restore is
refused until the gap is accepted; it is then written into the audit and beside the kept heads.
"""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from keel.messages import Message, joined
from keel.web import environment
from keel.web.backups import archive
from keel.web.backups.errors import BackupBroken, RestoreRefused

if TYPE_CHECKING:
    from keel.web.clinic.proof import Proof


class Gap(NamedTuple):
    """Entries of a clinic's audit that were made after the backup, as far as kept heads tell."""

    clinic: str
    last_in_backup: int
    last_kept: int
    kept_at: dt.datetime

    @property
    def entries(self) -> int:
        """How many are missing at least."""
        return self.last_kept - self.last_in_backup


class Restored(NamedTuple):
    """What a backup holds, once it was put in place and proved."""

    manifest: dict[str, Any]
    proofs: "list[Proof]"
    gaps: list[Gap]
    erased_again: int = 0
    """Patients whom the backup brought back though they had been erased since."""

    @property
    def holds(self) -> bool:
        """Whether nothing was changed in it behind Keel's back; what is missing by age is not counted here."""
        return all(proof._replace(first_head_missing=None).holds for proof in self.proofs)


def check(file: Path, identities: Sequence[Any]) -> Restored:
    """Restores into a folder that is thrown away: as `restore`, but for a PostgreSQL, whose rows are not loaded."""
    with tempfile.TemporaryDirectory(prefix="keel-check-") as place:
        folder = Path(place)
        with _unpacked(file, folder, identities) as (manifest, unpacked):
            gaps = _gaps(manifest)
            if manifest["engine"] != "sqlite":
                return Restored(manifest, [], gaps)
            os.environ.pop("DATABASE_URL", None)
            _put_key(unpacked, folder)
            _put_file(unpacked, folder)
        return Restored(manifest, _proved(folder), gaps)


def restore(
    file: Path, folder: Path, identities: Sequence[Any], *, at: dt.datetime, accept_gap: bool = False
) -> Restored:
    """Restores into a folder without a database, or into the empty PostgreSQL that DATABASE_URL names.

    RestoreRefused where the place is not empty or a gap is not accepted; BackupBroken where the file is not whole.
    Nothing is left in the folder then.
    """
    folder = folder.absolute()
    if (folder / environment.DATABASE_FILE).exists():
        raise RestoreRefused(
            Message(
                "{folder} holds a database. Name an empty folder with --folder; nothing was changed.",
                folder=str(folder),
            )
        )
    os.umask(0o077)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _unpacked(file, folder, identities) as (manifest, unpacked):
        gaps = _gaps(manifest)
        if gaps and not accept_gap:
            raise RestoreRefused(_told(gaps))
        wanted = "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"
        if manifest["engine"] != wanted:
            raise RestoreRefused(
                Message(
                    "The backup is of {engine}, and this Keel is set to {wanted}.",
                    engine=str(manifest["engine"]),
                    wanted=wanted,
                )
            )
        _put_key(unpacked, folder)
        _put_file(unpacked, folder) if wanted == "sqlite" else _put_rows(unpacked, folder, manifest)
    proofs = _proved(folder)
    _note(file.name, manifest, gaps, at)
    return Restored(manifest, proofs, gaps, _erase_again((file.parent, environment.backups(folder)), at))


@contextmanager
def _unpacked(file: Path, near: Path, identities: Sequence[Any]) -> Iterator[tuple[dict[str, Any], Path]]:
    with tempfile.TemporaryDirectory(dir=near, prefix=".restoring-") as place:
        manifest = archive.read(file, Path(place), identities)
        if not manifest["clinics"]:
            raise BackupBroken(Message("{file} holds no clinic. Take another backup.", file=file.name))
        yield manifest, Path(place)


def _gaps(manifest: dict[str, Any]) -> list[Gap]:
    from keel.web.clinic import heads

    last = {one["clinic"]: one["rows"] or 0 for one in manifest["clinics"]}
    newest: dict[str, Any] = {}
    for place in environment.audit_head():
        if place.kind == "file":
            for clinic, kept in heads.read_file(Path(place.where)).items():
                for head in kept.heads.values():
                    if clinic not in newest or head.sequence > newest[clinic].sequence:
                        newest[clinic] = head
    return [
        Gap(clinic, last.get(clinic, 0), head.sequence, head.at)
        for clinic, head in sorted(newest.items())
        if head.sequence > last.get(clinic, 0)
    ]


def _told(gaps: list[Gap]) -> Message:
    parts = [
        Message(
            "{clinic}: {count} entries, the last at {time} UTC",
            clinic=gap.clinic,
            count=gap.entries,
            time=gap.kept_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M"),
        )
        for gap in gaps
    ]
    return Message(
        "The kept heads tell of entries that were made after this backup and would be missing ({entries}). Take a "
        "newer backup, or add --accept-gap and enter from paper what is missing.",
        entries=joined("; ", parts),
    )


def _put_file(unpacked: Path, folder: Path) -> None:
    from keel.web import sqlite
    from keel.web.backups.copies import check_sqlite

    sqlite.install()
    source = unpacked / environment.DATABASE_FILE
    if not source.exists():
        raise BackupBroken(Message("The backup has no database in it. Take another one."))
    check_sqlite(source)
    shutil.move(source, folder / environment.DATABASE_FILE)


def _put_key(unpacked: Path, folder: Path) -> None:
    """The key of second factors, which a backup from before it has not; one that lies in the folder gives way."""
    if (source := unpacked / environment.FACTOR_FILE).exists():
        shutil.move(source, folder / environment.FACTOR_FILE)


def _put_rows(unpacked: Path, folder: Path, manifest: dict[str, Any]) -> None:
    from keel.web.server import open_folder

    open_folder(folder)
    from django.db import connection

    from keel.web.backups.copies import copy_in

    if connection.introspection.table_names():
        raise RestoreRefused(Message("The PostgreSQL that DATABASE_URL names is not empty. Make a new database there."))
    copy_in(unpacked, manifest["migrations"])


def _proved(folder: Path) -> "list[Proof]":
    from keel.web.server import prepare

    prepare(folder, with_pages=False)
    from keel.web.clinic.proof import verify_all

    return verify_all()


def _erase_again(folders: Sequence[Path], at: dt.datetime) -> int:
    """Erases whoever was erased after the backup was made, as the lists beside the backups say."""
    from keel.web.clinic.erasure import LIST, erase_again, sweep

    count = erase_again([folder / LIST for folder in dict.fromkeys(folders)], at=at)
    if count:
        sweep(at=at)
    return count


def _note(name: str, manifest: dict[str, Any], gaps: list[Gap], at: dt.datetime) -> None:
    """Writes the restore into each audit, and beside the kept heads from where the chain goes on."""
    from django.conf import settings

    from keel.web.clinic import heads
    from keel.web.clinic.actions import note
    from keel.web.clinic.models import AuditRow, Clinic

    missing = {gap.clinic: gap.entries for gap in gaps}
    for clinic in Clinic.objects.order_by("slug"):
        last = AuditRow.objects.filter(clinic=clinic).order_by("-sequence").first()
        if last is not None:
            head = heads.Head(at, clinic.slug, last.sequence, last.digest, is_restore=True)
            for place in settings.AUDIT_HEAD:
                heads.keep(place, [head])
        detail = {"backup": name, "made_at": manifest["made_at"], "missing": missing.get(clinic.slug, 0)}
        note(clinic, at=at, actor="keel restore", action="restore", detail=detail)
