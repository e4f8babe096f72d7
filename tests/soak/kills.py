"""T1: the server killed with -9 at random moments while eight people write, restarted, and asked for everything again.

Through the real door and the real forms. Each writer sends again what it heard no answer to, with the same key.
"""

import asyncio
import random
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from soak.client import Browser, hidden_fields
from soak.figures import Figure
from support.command import keel
from support.served import Served, served

WRITERS = 8
FORM = "/clinic/harbour/patients/H-1001/medicine/"


class Writer:
    """Somebody who records medicines one after the other, and knows which were acknowledged."""

    def __init__(self, number: int) -> None:
        self.number, self.count = number, 0
        self.acknowledged: list[str] = []
        self._open: dict[str, str] = {}
        self._browser: Browser | None = None

    async def write(self, address: str) -> None:
        """Writes until the server is gone; what was open from before goes first, with the same key."""
        with suppress(OSError, RuntimeError, KeyError):
            browser = await self._signed_in(address)
            while True:
                form = hidden_fields((await browser.get(FORM)).body)
                self._open = self._open or {"key": form["key"], "text": f"sertraline {self.number} {self.count}"}
                token = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}
                reply = await browser.post(FORM, self._open | token)
                if reply.status == 302 and "recorded=" in reply.header("Location"):
                    self.acknowledged.append(self._open["key"])
                    self.count, self._open = self.count + 1, {}
                elif reply.status == 0:
                    return
                else:
                    await asyncio.sleep(0.1)

    async def _signed_in(self, address: str) -> Browser:
        """The browser of before, whose session outlives the server, at its new address."""
        fresh = Browser(address)
        if self._browser is None:
            await fresh.log_in("alice", "keel-demonstration")
        else:
            fresh.cookies = self._browser.cookies
        self._browser = fresh
        return fresh


async def _until_killed(writers: list[Writer], server: Served, seconds: float) -> None:
    tasks = [asyncio.create_task(writer.write(server.address)) for writer in writers]
    await asyncio.sleep(seconds)
    server.kill()
    await asyncio.wait(tasks, timeout=30)
    for task in tasks:
        task.cancel()


def figures(folder: Path, *, kills: int = 100) -> list[Figure]:
    """The figures of this run."""
    dice, writers, ready = random.Random(1), [Writer(number) for number in range(WRITERS)], []  # noqa: S311
    for turn in range(kills):
        start = time.perf_counter()
        with served(folder, demo=True) as server:
            ready.append(time.perf_counter() - start)
            asyncio.run(_until_killed(writers, server, dice.uniform(0.5, 3) if turn else 15))
    with closing(sqlite3.connect(folder / "keel" / "keel.sqlite3")) as database:
        stored = {key for (key,) in database.execute("SELECT key FROM clinic_fact")}
        texts = [text for (text,) in database.execute("SELECT payload FROM clinic_fact WHERE length(key) = 36")]
        integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
    acknowledged = {key for writer in writers for key in writer.acknowledged}
    verified = keel("audit", "verify", "--folder", str(folder / "keel"))
    return [
        Figure(
            f"acknowledged of {len(acknowledged)} in {kills} kills that are lost", len(acknowledged - stored), "", 0
        ),
        Figure("stored twice", len(texts) - len(set(texts)), "", 0),
        Figure("files that are not whole", integrity != "ok", "", 0),
        Figure("audits that do not hold", verified.returncode, "", 0),
        Figure("ready again after, the longest", max(ready[1:] or ready), "s", 5),
        Figure("writers who never wrote", sum(not writer.acknowledged for writer in writers), "", 0),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), kills=int(sys.argv[2])):
        print(figure)
