"""Collects the static files so that a server which is running on the folder never misses one.

Files have the hash of their content in their name: new ones are put beside the old ones, each at once, and the list of
names comes last. Files that no version has needed for long are taken away.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from keel.web import clock
from keel.web.storage import HashedFiles

SOURCES = ".sources"
"""The file that says from what the others were made."""
KEPT_S = 30 * 24 * 3600
"""Seconds for which a file stays that the newest version does not have: a page may be open for days."""


def collect(into: Path) -> None:
    """Makes the static files in a folder those of this version; nothing is done where they are."""
    sources = list(_sources())
    made_from = _digest(sources)
    marker = into / SOURCES
    if marker.exists() and marker.read_text() == made_from and (into / HashedFiles.manifest_name).exists():
        return
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent) as place:
        made = Path(place)
        storage = HashedFiles(location=place, base_url=settings.STATIC_URL)
        for name, source in sources:
            with source.open(name) as file:
                storage.save(name, file)
        for _name, _hashed, processed in storage.post_process({name: (source, name) for name, source in sources}):
            if isinstance(processed, Exception):
                raise processed
        files = [file.relative_to(made) for file in made.rglob("*") if file.is_file()]
        for file in sorted(files, key=lambda one: one.name == HashedFiles.manifest_name):
            (into / file).parent.mkdir(parents=True, exist_ok=True)
            os.replace(made / file, into / file)
    marker.write_text(made_from)
    _take_away_old(into, {into / file for file in files} | {marker})


def _sources() -> Iterator[tuple[str, Any]]:
    """Name and storage of every file, the first finder that has a name first."""
    seen = set()
    for finder in get_finders():
        for name, source in finder.list([]):
            if name not in seen:
                seen.add(name)
                yield name, source


def _digest(sources: list[tuple[str, Any]]) -> str:
    digest = hashlib.sha256()
    for name, source in sorted(sources, key=lambda one: one[0]):
        with source.open(name) as file:
            digest.update(f"{name}\0".encode() + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def _take_away_old(folder: Path, needed: set[Path]) -> None:
    for file in folder.rglob("*"):
        if file.is_file() and file not in needed and clock.now().timestamp() - file.stat().st_mtime > KEPT_S:
            file.unlink()
