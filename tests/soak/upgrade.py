"""T26: a start that changes the tables, killed with -9 at moments spread over it; the next start goes on to the end."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from soak.figures import Figure
from support.command import keel

PREPARE = "import sys; from pathlib import Path; from keel.web.server import prepare; prepare(Path(sys.argv[1]))"
WHOLE = {"pages", "tables", "triggers", "files", "audit"}
"""What keel doctor must find well afterwards."""


def figures(folder: Path, *, kills: int = 20) -> list[Figure]:
    """The figures of this run."""
    start = time.monotonic()
    _prepare(folder / "whole").wait()
    whole = time.monotonic() - start
    damaged = unfinished = half = 0
    for turn in range(kills):
        place = folder / f"killed-{turn}"
        process = _prepare(place)
        time.sleep(whole * (turn + 1) / (kills + 1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        damaged += not _is_whole(place / "keel.sqlite3")
        half += process.returncode == -signal.SIGKILL
        unfinished += _prepare(place).wait() != 0
        found = json.loads(keel("doctor", "--folder", str(place), "--json").stdout)["checks"]
        damaged += {one["name"] for one in found if one["name"] in WHOLE and one["state"] == "ok"} != WHOLE
    return [
        Figure(f"starts of {kills} that were over before the kill", kills - half, "", kills / 2),
        Figure("databases that are damaged or half upgraded", damaged, "", 0),
        Figure("next starts that fail", unfinished, "", 0),
    ]


def _prepare(place: Path) -> "subprocess.Popen[bytes]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL"))}
    return subprocess.Popen([sys.executable, "-c", PREPARE, str(place)], env=kept)  # noqa: S603 - our own program


def _is_whole(file: Path) -> bool:
    """Whether the file is no database yet, or a whole one."""
    if not file.exists():
        return True
    with closing(sqlite3.connect(file)) as database:
        return bool(database.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), kills=int(sys.argv[2])):
        print(figure)
