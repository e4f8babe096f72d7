"""What the server has stored: rows of each table, so that a test can see that nothing was added."""

import sqlite3
from contextlib import closing
from pathlib import Path


def row_counts(folder: Path) -> dict[str, int]:
    """Table to number of rows of the database in the server's folder."""
    with closing(sqlite3.connect(f"file:{folder / 'keel.sqlite3'}?mode=ro", uri=True)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
