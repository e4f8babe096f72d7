"""T2: the power fails at each moment at which an entry was acknowledged; only what was synced to the disk is left.

The writes and syncs of the program are taken down by strace and played back: at every acknowledgement the files as a
disk holds them that kept nothing it was not told to keep, and at every fourth with a random half of the writes that
were under way. It trusts the disk to honour a sync. The same run with synchronous=NORMAL must lose entries, or it
proves nothing.
"""

import random
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from soak.figures import Figure
from soak.store import MAKE, OPEN, entries, run

WRITE = (
    OPEN
    + """
for number in range(1, int(sys.argv[3]) + 1):
    note(clinic, at=clock.now(), actor="x", action="x")
    os.write(1, b"acknowledged\\n")
"""
)
_CALL = re.compile(r"(?:\d+ +)?(openat|pwrite64|write|fdatasync|fsync|ftruncate|close|unlink)\((.*)\) += (-?\d+)")
_TRACED = "trace=openat,pwrite64,write,fdatasync,fsync,ftruncate,close,unlink"


class Disk:
    """The files of a folder as a disk has them: what was synced, and the writes that were not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.synced = {file.name: bytearray(file.read_bytes()) for file in folder.iterdir() if file.is_file()}
        self.under_way: dict[str, list[tuple[int, bytes | None]]] = {}

    def write(self, name: str, offset: int, content: bytes | None) -> None:
        """A write that the disk may lose; None cuts the file there."""
        self.under_way.setdefault(name, []).append((offset, content))

    def sync(self, name: str) -> None:
        """From here on the disk has all that was written to a file."""
        self.synced[name] = self._with(name, self.under_way.pop(name, []))

    def _with(self, name: str, writes: list[tuple[int, bytes | None]]) -> bytearray:
        held = bytearray(self.synced.get(name, b""))
        for offset, content in writes:
            if content is None:
                del held[offset:]
                continue
            held.extend(bytes(max(0, offset - len(held))))
            held[offset : offset + len(content)] = content
        return held

    def lay_out(self, target: Path, dice: random.Random | None) -> Path:
        """The files after the power came back; with dice, a random half of what was under way is there too."""
        for name in {*self.synced, *self.under_way}:
            if name.endswith("-shm"):
                continue  # in memory only: SQLite makes it anew
            some = [one for one in self.under_way.get(name, []) if dice and dice.random() < 0.5]
            (target / name).write_bytes(self._with(name, some))
        return target / "keel.sqlite3"


def _played(log: Path, disk: Disk) -> Iterator[None]:
    """Plays the log back, and stops at each acknowledgement."""
    names: dict[str, str] = {}
    with log.open() as lines:
        for line in lines:
            if not (found := _CALL.match(line)) or found[3].startswith("-"):
                continue
            call, rest, result = found.groups()
            handle = rest.partition(",")[0]
            if call == "openat":
                path = _text(rest).decode()
                names[result] = Path(path).name if Path(path).parent == disk.folder else ""
            elif call == "close":
                names.pop(handle, None)
            elif call == "write" and handle == "1":
                yield
            elif name := names.get(handle):
                if call == "pwrite64":
                    disk.write(name, int(rest.rpartition(", ")[2]), _text(rest))
                elif call == "ftruncate":
                    disk.write(name, int(rest.rpartition(", ")[2]), None)
                elif call in ("fdatasync", "fsync"):
                    disk.sync(name)


def _text(arguments: str) -> bytes:
    return bytes.fromhex(arguments.split('"')[1].replace("\\x", ""))


def _cuts(folder: Path, setting: str, count: int) -> tuple[int, int, int, int]:
    """Acknowledgements, moments that lose one, files that are not whole, and those of torn moments."""
    home, log, place = folder / setting / "keel", folder / setting / "log", folder / setting / "disk"
    place.mkdir(parents=True)
    run(MAKE, home)
    disk, dice, losses, broken, torn = Disk(home), random.Random(2), 0, 0, 0  # noqa: S311 - of a test
    trace = ("strace", "-f", "-xx", "-s", "70000", "-e", _TRACED, "-o", str(log))
    run(WRITE, home, setting, count, prefix=trace)
    moments = 0
    for moments, _ in enumerate(_played(log, disk), 1):
        for dice_of_moment in (None, dice) if moments % 4 == 0 else (None,):
            shutil.rmtree(place)
            place.mkdir()
            try:
                found, whole = entries(disk.lay_out(place, dice_of_moment))
            except Exception:
                found, whole = [], False
            losses += found[:moments] != list(range(1, moments + 1))
            broken += not whole
            torn += dice_of_moment is not None
    return moments, losses, broken, torn


def figures(folder: Path, *, count: int = 2000) -> list[Figure]:
    """The figures of this run."""
    moments, losses, broken, torn = _cuts(folder, "FULL", count)
    _weak, lost_by_normal, _broken, _torn = _cuts(folder, "NORMAL", count // 10)
    return [
        Figure("acknowledgements that were not seen", count - moments, "", 0),
        Figure(f"of {moments} moments and {torn} torn ones, those that lose an entry", losses, "", 0),
        Figure("of the same, files that are not whole", broken, "", 0),
        Figure("with synchronous=NORMAL the run finds nothing", lost_by_normal == 0, "", 0),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), count=int(sys.argv[2])):
        print(figure)
