"""T28, first half: far more checks than the server can do, while a clinic writes.

100 checks a second are offered and 20 writes a second go on. Budgets: no clinic write over 300 ms at the 95th
percentile, no acknowledged write lost, what is shed is told when to come again, and the rest of the site answers
within 10 s after the load.
"""

import asyncio
import sqlite3
import sys
import time
import uuid
from collections import Counter
from contextlib import closing
from pathlib import Path

from soak.client import Browser, hidden_fields, link_to
from soak.figures import Figure, percentile
from support.served import served

CHECK = {"pattern": "400 mg every Saturday for 3 years, snorted", "medicines": "sertraline, diazepam", "go": "picture"}
PASSWORD = "keel-demonstration"


class Load:
    """What was sent and how it ended."""

    def __init__(self) -> None:
        self.checks: Counter[int] = Counter()
        self.writes: Counter[int] = Counter()
        self.write_ms: list[float] = []
        self.acknowledged: set[str] = set()
        self.without_retry_after = 0

    async def check(self, browser: Browser) -> None:
        """One check of somebody without an account."""
        reply = await browser.post("/check/kiosk/", CHECK)
        self.checks[reply.status] += 1
        self.without_retry_after += reply.status == 503 and not reply.header("retry-after")

    async def write(self, browser: Browser, address: str, token: str) -> None:
        """One medicine recorded by Alice."""
        key = str(uuid.uuid4())
        reply = await browser.post(address, {"csrfmiddlewaretoken": token, "key": key, "text": "sertraline"})
        self.writes[reply.status] += 1
        self.write_ms.append(reply.ms)
        if reply.status == 302:
            self.acknowledged.add(key)


async def _paced(per_s: float, seconds: float, start: "asyncio.TaskGroup", work) -> None:  # type: ignore[no-untyped-def]
    begun = time.monotonic()
    for number in range(int(per_s * seconds)):
        await asyncio.sleep(max(0.0, begun + number / per_s - time.monotonic()))
        start.create_task(work())


async def load(address: str, *, checks_per_s: float, writes_per_s: float, seconds: float) -> tuple[Load, float]:
    """The load, and the milliseconds of a page asked for right after it."""
    alice, erin, done = Browser(address), Browser(address), Load()
    await alice.log_in("alice", PASSWORD)
    patients = (await alice.get("/clinic/harbour/")).body
    patient = (await alice.get(link_to(patients, r"/clinic/harbour/(?:patients/)?[A-Z]+-?\d+/"))).body
    form_at = link_to(patient, "/medicine/")
    token = hidden_fields((await alice.get(form_at)).body)["csrfmiddlewaretoken"]
    async with asyncio.TaskGroup() as group:
        group.create_task(_paced(checks_per_s, seconds, group, lambda: done.check(erin)))
        group.create_task(_paced(writes_per_s, seconds, group, lambda: done.write(alice, form_at, token)))
    after = await erin.get("/about/")
    return done, after.ms


def figures(folder: Path, *, checks_per_s: float = 100, writes_per_s: float = 20, seconds: float = 60) -> list[Figure]:
    """The figures of this run."""
    with served(folder, demo=True) as server:
        alone, _ms = asyncio.run(load(server.address, checks_per_s=0, writes_per_s=writes_per_s, seconds=seconds / 4))
        done, after_ms = asyncio.run(
            load(server.address, checks_per_s=checks_per_s, writes_per_s=writes_per_s, seconds=seconds)
        )
        with closing(sqlite3.connect(f"file:{server.folder / 'keel.sqlite3'}?mode=ro", uri=True)) as database:
            stored = {key for (key,) in database.execute("SELECT key FROM clinic_fact")}
    print(f"checks {dict(done.checks)}, writes {dict(done.writes)}")
    quiet, beside = percentile(alone.write_ms, 95), percentile(done.write_ms, 95)
    print(f"a write alone on this machine: p95 {quiet:.0f} ms; beside the checks {beside / quiet:.1f} times that")
    return [
        Figure("clinic write, p50", percentile(done.write_ms, 50), "ms", 300),
        Figure("clinic write, p95", percentile(done.write_ms, 95), "ms", 300),
        Figure("clinic writes that were not acknowledged", sum(done.writes.values()) - done.writes[302], "", 0),
        Figure("acknowledged and lost", len(done.acknowledged - stored), "", 0),
        Figure("shed without a time to come again", done.without_retry_after, "", 0),
        Figure(
            "checks that were neither answered nor shed",
            sum(done.checks.values()) - done.checks[200] - done.checks[503],
            "",
            0,
        ),
        Figure("a page right after the load", after_ms, "ms", 10_000),
    ]


if __name__ == "__main__":
    for figure in figures(Path(sys.argv[1]), seconds=float(sys.argv[2]) if len(sys.argv) > 2 else 60):
        print(figure)
