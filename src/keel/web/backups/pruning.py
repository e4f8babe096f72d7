"""Which backups stay: all of two hours, the last of each quarter of an hour for two days, the last of each day for five
weeks, the last of each month for thirteen months.

The figures are defaults of Keel's. The newest always stays. Months reach over a year so that a fault that is found at
the yearly check can be looked up.
"""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path

from keel.web.environment import BACKUPS_STAY

ALL_FOR = dt.timedelta(hours=2)
QUARTERS_FOR = dt.timedelta(days=2)
DAILY_FOR = dt.timedelta(days=35)
MONTHLY_FOR = BACKUPS_STAY
_NAME = re.compile(r"keel-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
_TIME = "%Y%m%dT%H%M%SZ"


def name_at(at: dt.datetime, *, encrypted: bool) -> str:
    """The name of the backup of a moment."""
    return f"keel-{at.astimezone(dt.UTC).strftime(_TIME)}.tar.gz{'.age' if encrypted else ''}"


def made_at(name: str) -> dt.datetime | None:
    """When the backup of this name was made; None for a file that is none."""
    found = _NAME.fullmatch(name)
    return dt.datetime.strptime(found[1], _TIME).replace(tzinfo=dt.UTC) if found else None


def backups_in(folder: Path) -> list[tuple[dt.datetime, Path]]:
    """The backups in a folder with their times, the oldest first."""
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted((at, file) for file in files if (at := made_at(file.name)))


def superfluous(times: Iterable[dt.datetime], at: dt.datetime) -> set[dt.datetime]:
    """Of the times of backups, those whose backups may go."""
    ordered = sorted(times, reverse=True)
    kept = set(ordered[:1]) | {time for time in ordered if at - time <= ALL_FOR}
    for stays_for, period in (
        (QUARTERS_FOR, lambda time: int(time.timestamp()) // 900),
        (DAILY_FOR, dt.datetime.date),
        (MONTHLY_FOR, lambda time: (time.year, time.month)),
    ):
        last = {period(time): time for time in reversed(ordered)}
        kept |= {time for time in last.values() if at - time <= stays_for}
    return set(ordered) - kept
