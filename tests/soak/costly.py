"""HZ-AVL-01: records of 20,000 doses, one after the other from several people at once, beside everybody else's pages.

Budgets: a page beside them under 300 ms at the 95th percentile; each record is answered, or shed with a Retry-After.
"""

import asyncio
import datetime as dt
import json
import sys
import time
from collections import Counter
from pathlib import Path

from soak.client import Browser
from soak.figures import Figure, percentile
from support.served import served

DOSES = 20_000
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def record(doses: int = DOSES) -> str:
    """A record of so many doses, the newest first, two hours apart."""
    times = (START - dt.timedelta(hours=2 * number) for number in range(doses))
    entries = [
        {"substance": "racemic", "route": "nasal", "amount": "35 mg", "start": time.isoformat()} for time in times
    ]
    return json.dumps({"person": {"id": "long"}, "doses": entries})


async def load(address: str, people: int, seconds: float) -> tuple[list[float], list[float], Counter[int]]:
    """Milliseconds of pages, of records that were answered, and how the records ended."""
    sent, until = record(), time.monotonic() + seconds
    pages: list[float] = []
    records: list[float] = []
    ends: Counter[int] = Counter()

    async def person() -> None:
        browser = Browser(address)
        while time.monotonic() < until:
            reply = await browser.post("/check/kiosk/", {"record": sent, "go": "picture"})
            ends[reply.status] += 1
            if reply.status == 200:
                records.append(reply.ms)
            await asyncio.sleep(1)

    async def reader() -> None:
        browser = Browser(address)
        while time.monotonic() < until:
            pages.append((await browser.get("/about/")).ms)
            await asyncio.sleep(0.25)

    await asyncio.gather(reader(), *(person() for _ in range(people)))
    return pages, records, ends


def figures(folder: Path, *, people: int = 8, seconds: float = 30) -> list[Figure]:
    """The figures of this run."""
    with served(folder) as server:
        pages, records, ends = asyncio.run(load(server.address, people, seconds))
    print(f"records {dict(ends)}")
    return [
        Figure(f"a page beside {people} long records, p95", percentile(pages, 95), "ms", 300),
        Figure(f"a record of {DOSES} doses, the fastest", min(records, default=float("inf")), "ms", 5000),
        Figure("records that were neither answered nor shed", sum(ends.values()) - ends[200] - ends[503], "", 0),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1])):
        print(figure)
