"""A program that writes entries as Keel does and says of each that it is acknowledged, and what must be left of them.

An entry is a row of the audit: it reads the last one and holds its hash, so that a lost, doubled or torn one shows.
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

MAKE = """
import sys
from pathlib import Path
from keel.web.server import prepare
prepare(Path(sys.argv[1]), with_pages=False)
from django.db import connection
from keel.web.clinic.models import Clinic
Clinic.objects.create(slug="harbour", name="Harbour Clinic")
connection.close()
"""
OPEN = """
import os, sys, time
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from django.db import connection
from keel.web import clock
from keel.web.clinic.actions import note
from keel.web.clinic.models import Clinic
if sys.argv[2] == "DEFERRED":
    from keel.web.database import base
    connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    base.DatabaseWrapper.take_turn = lambda self: False
if sys.argv[2] == "NORMAL":
    connection.settings_dict["OPTIONS"]["init_command"] += "; PRAGMA synchronous=NORMAL"
clinic = Clinic.objects.get(slug="harbour")
"""
"""Opens the folder with Keel's settings, or with one of them as it must not be."""


def run(program: str, folder: Path, *arguments: object, prefix: tuple[str, ...] = (), **environment: str) -> str:
    """What the program printed; its arguments are the folder and then these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEEL_", "DATABASE_URL"))}
    done = subprocess.run(  # noqa: S603 - our own program
        [*prefix, sys.executable, "-c", program, str(folder), *map(str, arguments)],
        env=kept | {"PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def entries(database: Path) -> tuple[list[int], bool]:
    """The numbers of the entries in a database, and whether every page and the order of the hashes is whole."""
    with closing(sqlite3.connect(database)) as opened:
        whole = opened.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
        rows = opened.execute("SELECT sequence, previous, digest FROM clinic_auditrow ORDER BY sequence").fetchall()
    follows = all(after[1] == before[2] for before, after in pairwise(rows))
    return [row[0] for row in rows], whole and follows
