"""`keel backup` and `keel restore`: a copy that can be trusted, and its way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keel.cli.language import _, _n
from keel.cli.options import Folder, Json

if TYPE_CHECKING:
    from keel.web.backups.actions import Backup
    from keel.web.backups.restore import Restored

Identity = Annotated[
    Path | None, typer.Option(help="The file with the secret key, as age-keygen writes it; for an encrypted backup.")
]


def backup(
    to: Annotated[
        Path | None, typer.Option(help="Folder of the backups; KEEL_BACKUPS, or backups in the folder of Keel.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A public key of age that can read the backup; KEEL_BACKUP_KEY.")
    ] = None,
    keep_all: Annotated[bool, typer.Option("--keep-all", help="Take no older backup away.")] = False,
    every: Annotated[
        int | None,
        typer.Option(min=10, max=86_400, help="Go on: look each so many seconds, and copy when something was written."),
    ] = None,
    folder: Folder = Path("var"),
    json: Json = False,
) -> None:
    """Copy the database while Keel runs, as one moment saw it, and read the copy back from the disk.

    Encrypted where a key of age is set: its secret key stays elsewhere. Of older backups those of two hours stay, the
    last of each quarter of an hour for two days, of each day for five weeks, of each month for thirteen months. With
    --every it runs until it is ended, and what a dead disk takes is at most that time and the time that a copy takes.

    Example: keel backup --to /mnt/elsewhere/keel --key age1... --every 50
    """
    from keel.web import clock, environment
    from keel.web.server import open_folder
    from keel.web.sqlite import check_database

    open_folder(folder)
    from keel.web.backups.actions import follow, make_backup

    check_database()
    place = (to or environment.backups(folder.absolute())).absolute()
    keys = tuple(key or ()) or environment.backup_keys()
    if every is None:
        _tell(make_backup(place, at=clock.now(), keys=keys, prune=not keep_all), json)
        return
    for made in follow(place, keys=keys, prune=not keep_all, every_s=every):
        _tell(made, json)


def _tell(made: "Backup", json: bool) -> None:
    from keel.cli.terminal import write_json

    if json:
        write_json({**made._asdict(), "file": str(made.file)})
        return
    print(_("{file}: {size} kB, written and read back whole.", file=str(made.file), size=round(made.size / 1000)))
    _print_clinics(made.clinics)
    if made.erased_until:
        text = _n(
            "Older backups still hold {count} patient who was erased, until {day} at the latest.",
            "Older backups still hold {count} patients who were erased, until {day} at the latest.",
            count=made.erased,
            day=made.erased_until.date().isoformat(),
        )
        print(text)
    if not made.is_encrypted:
        print(_("It is not encrypted: whoever has the file reads it. Set KEEL_BACKUP_KEY to a public key of age."))
    if made.pruned:
        print(
            _n("{count} older backup was taken away.", "{count} older backups were taken away.", count=len(made.pruned))
        )


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", show_default=False)],
    check: Annotated[
        bool, typer.Option("--check", help="Restore into a folder that is thrown away, and prove every row.")
    ] = False,
    identity: Identity = None,
    accept_gap: Annotated[
        bool, typer.Option("--accept-gap", help="Restore although entries that were made after the backup are missing.")
    ] = False,
    folder: Folder = Path("var"),
    json: Json = False,
) -> None:
    """Restore a backup into a folder that holds no database, or show that it could be restored.

    Every member of the file, every page of the database, the chain of the audit and every fact are checked. Exit 1
    where a row was changed behind Keel's back before the backup was made.

    Example: keel restore keel-20261201T020000Z.tar.gz.age --identity key.txt --check
    """
    from keel.cli.terminal import write_json
    from keel.web import clock
    from keel.web.backups.archive import read_identities
    from keel.web.backups.restore import check as try_out
    from keel.web.backups.restore import restore as put_back

    identities = read_identities(identity)
    now = clock.now()
    done = try_out(file, identities) if check else put_back(file, folder, identities, at=now, accept_gap=accept_gap)
    if json:
        write_json(_as_json(done, check))
    else:
        _print(done, file, folder, check)
    if not done.holds:
        raise typer.Exit(1)


def _as_json(done: "Restored", check: bool) -> dict[str, Any]:
    return {
        "holds": done.holds,
        "checked_only": check,
        "made_at": done.manifest["made_at"],
        "engine": done.manifest["engine"],
        "clinics": done.manifest["clinics"],
        "proofs": [proof._asdict() for proof in done.proofs],
        "erased_again": done.erased_again,
        "missing": [{**gap._asdict(), "entries": gap.entries} for gap in done.gaps],
    }


def _print(done: "Restored", file: Path, folder: Path, check: bool) -> None:
    from keel.cli.audit import print_proof

    print(_("{file} was made at {time}.", file=file.name, time=done.manifest["made_at"]))
    _print_clinics(done.manifest["clinics"])
    for proof in done.proofs:
        print_proof(proof._replace(first_head_missing=None))
    if not done.proofs:
        print(_("The rows of PostgreSQL are proved when they are restored; the file is whole."))
    for gap in done.gaps:
        print(_("{clinic}: {count} entries made after it are missing.", clinic=gap.clinic, count=gap.entries))
    if done.erased_again:
        count = done.erased_again
        print(_n("{count} patient was erased again.", "{count} patients were erased again.", count=count))
    if check:
        print(_("Nothing was restored; this was a trial."))
    else:
        place = str(folder.absolute())
        print(
            _("Restored into {folder}. Everybody logs in anew; keel serve --folder goes on from there.", folder=place)
        )


def _print_clinics(clinics: list[dict[str, Any]]) -> None:
    for one in clinics:
        counts = {name: one[name] or 0 for name in ("patients", "facts", "rows")}
        text = _("{patients} patients, {facts} facts, {rows} rows of the audit", **counts)
        print(f"  {one['clinic']}: {text}")
