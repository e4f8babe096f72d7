"""`keel rebuild`: what lists show, made anew from the facts."""

from pathlib import Path
from typing import Annotated

import typer

from keel.cli.language import _n
from keel.cli.options import Folder


def rebuild(
    folder: Folder = Path("var"),
    missing: Annotated[bool, typer.Option("--missing", help="Only patients who have no row yet.")] = False,
) -> None:
    """Make what the list of patients shows anew from the facts; nothing of the facts is changed.

    Once a night it keeps the order of the list right for what is counted in days, and overwrites what is left in the
    files of the database of patients who were erased.

    Example: keel rebuild
    """
    from keel.web.server import open_folder

    open_folder(folder)
    from keel.web import clock
    from keel.web.clinic.erasure import sweep, sweep_is_due
    from keel.web.clinic.summaries import rebuild as rebuild_rows

    count = rebuild_rows(at=clock.now(), only_missing=missing)
    if sweep_is_due():
        sweep(at=clock.now())
    print(_n("{count} patient", "{count} patients", count=count))
