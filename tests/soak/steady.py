"""T27: a long day in short: pages and writes one after the other, until what the server holds shows whether it grows.

Two workers and the live afternoon of the demonstration. Memory after the first tenth is the start, that at the end the
end; so with the time of a page. Anonymous memory of the workers alone counts: pages of files are the system's.
"""

import asyncio
import sys
from itertools import cycle
from pathlib import Path

from soak.client import Browser, hidden_fields, link_to
from soak.figures import Figure, percentile
from support.served import Served, served

PAGES = ("/", "/about/", "/clinic/harbour/", "/clinic/harbour/board/", "/clinic/harbour/patients/H-1001/", "/check/")


def _memory_kb(server: Served) -> int:
    """Anonymous memory of the server and of its workers, in kB."""
    group = [path for path in Path("/proc").glob("[0-9]*") if _group_of(path) == server.process]
    lines = [line for path in group for line in (path / "status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def _group_of(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return 0


class Day:
    """What was asked for, how long each took, and how it was answered."""

    def __init__(self) -> None:
        self.ms: list[float] = []
        self.errors = 0

    async def person(self, address: str, count: int) -> None:
        """Somebody who looks at five pages and records a medicine, over and over."""
        alice = Browser(address)
        await alice.log_in("alice", "keel-demonstration")
        form = link_to((await alice.get("/clinic/harbour/patients/H-1001/")).body, "/medicine/")
        pages = cycle((*PAGES, form))
        for _ in range(count):
            page = next(pages)
            reply = await alice.get(page)
            self.ms.append(reply.ms)
            self.errors += reply.status != 200
            if page == form:
                reply = await alice.post(form, {**hidden_fields(reply.body), "text": "sertraline"})
                self.ms.append(reply.ms)
                self.errors += reply.status != 302


async def _some(day: Day, address: str, people: int, each: int) -> None:
    await asyncio.gather(*(day.person(address, each) for _ in range(people)))


def figures(folder: Path, *, requests: int = 1_000_000, people: int = 4) -> list[Figure]:
    """The figures of this run."""
    with served(folder, rooms=True, workers=2) as server:
        begun, rest = Day(), Day()
        asyncio.run(_some(begun, server.address, people, requests // 10 // people))
        before = _memory_kb(server)
        asyncio.run(_some(rest, server.address, people, requests * 9 // 10 // people))
        after, log = _memory_kb(server), server.folder / "keel.sqlite3-wal"
        wal = log.stat().st_size
    early, late = begun.ms[len(begun.ms) // 2 :], rest.ms[-len(begun.ms) :]
    print(f"{before} kB, then {after} kB; p99 {percentile(early, 99):.0f} ms, then {percentile(late, 99):.0f} ms")
    return [
        Figure(f"answers of {len(begun.ms) + len(rest.ms)} that were none", begun.errors + rest.errors, "", 0),
        Figure("memory, grown by", 100 * (after / before - 1), "%", 10),
        Figure("the log of the database", wal / 1e6, "MB", 64),
        Figure("p99 at the end, of that at the start", 100 * percentile(late, 99) / percentile(early, 99), "%", 120),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), requests=int(sys.argv[2])):
        print(figure)
