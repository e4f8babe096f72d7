"""Which backups stay: all of two days, the last of each day for five weeks, the last of each month for thirteen months.

The figures are defaults of Keel's. The newest always stays. Months reach over a year so that a fault that is found at
the yearly check can be looked up.
"""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path

from keel.web.environment import BACKUPS_STAY

ALL_FOR = dt.timedelta(days=2)
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
    kept = set(ordered[:1])
    days: set[dt.date] = set()
    months: set[tuple[int, int]] = set()
    for time in ordered:
        age, day = at - time, time.date()
        is_last_of_day, is_last_of_month = day not in days, (day.year, day.month) not in months
        days.add(day)
        months.add((day.year, day.month))
        if age <= ALL_FOR or (age <= DAILY_FOR and is_last_of_day) or (age <= MONTHLY_FOR and is_last_of_month):
            kept.add(time)
    return set(ordered) - kept
