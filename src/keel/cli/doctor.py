"""`keel doctor`: whether a clinic can rely on this Keel."""

from pathlib import Path

import typer

from keel.cli.language import _, _n, say
from keel.cli.options import Folder, Json

MARKS = {"ok": "✓", "look": "?", "wrong": "✗"}


def doctor(folder: Folder = Path("var"), json: Json = False) -> None:
    """Look at everything that a clinic relies on, and say how to fix what is missing; exit 1 where something is wrong.

    Settings, file modes, disk, clock, database, backups, the audit and its kept heads, address, mail, people. Changes
    nothing. Give it the environment that keel serve has.

    Example: keel doctor --folder /var/lib/keel
    """
    import os

    from keel.cli.terminal import write_json
    from keel.web import clock
    from keel.web.server import open_folder

    open_folder(folder)
    from keel.web.doctor.examination import examine
    from keel.web.doctor.finding import Place, State

    found = examine(Place(folder.absolute(), os.environ, clock.now()))
    wrong = [check for check in found if check.state is State.WRONG]
    if json:
        write_json({"ok": not wrong, "checks": [check._asdict() for check in found]})
    else:
        for check in found:
            print(f"{MARKS[check.state]} {check.name:<14} {say(check.found)}")
            if check.fix:
                print(f"{'':<17}→ {say(check.fix)}")
        count = len(wrong)
        told = _n("{count} thing is wrong.", "{count} things are wrong.", count=count)
        print(told if wrong else _("Nothing is wrong."))
    if wrong:
        raise typer.Exit(1)
