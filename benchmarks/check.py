"""The check under load: 200 whole checks a minute for a minute, on this machine's own address only.

Budget: 95 of 100 answers within 300 ms, on two cores that the sender shares. A check is what a person does: the first
page, six steps with an answer on each, the picture, the page to hand over; a new one starts every 300 ms whether or not
the last has ended. The server is the real one, in a process of its own, on a folder that is thrown away.
"""

import http.client
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.report import Row

CHECKS, SECONDS, WORKERS = 200, 60.0, 2
BUDGET_MS = 300
STEPS = ("medicines", "bladder", "dependence", "mood", "you", "use")
ANSWERS = [
    ("pattern", "1-2 g 2 days a week for 3 years, snorted"),
    ("medicines", "sertraline, tramadol"),
    ("drugs", "alcohol"),
    ("bladder-check.1", "1"),
    ("bladder-check.4", "0"),
    ("dsm-5-ketamine.craving", "1"),
    *((f"phq-9.{item}", "1") for item in range(1, 9)),
    ("matters", "fewer"),
    ("age", "27"),
]


class _Load:
    """Times of all answers in milliseconds by kind, and answers that were not 200."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        if not self._host.startswith("127.0.0.1:"):
            raise ValueError("the load goes to this machine only")
        self.times: dict[str, list[float]] = {}
        self.failed = 0

    def check(self) -> None:
        """One whole check over one connection, as a browser keeps one."""
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            page, cookie = self._ask(connection, "first page", "GET", "/check/", None, "")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            fields = [*ANSWERS, ("csrfmiddlewaretoken", token.group(1) if token else "")]
            for step in STEPS:
                self._ask(connection, "step", "POST", "/check/", [*fields, ("go", step)], cookie)
            self._ask(connection, "picture", "POST", "/check/", [*fields, ("go", "picture")], cookie)
            self._ask(connection, "page to hand over", "POST", "/check/one-page/", fields, cookie)
        finally:
            connection.close()

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        kind: str,
        method: str,
        path: str,
        fields: list[tuple[str, str]] | None,
        cookie: str,
    ) -> tuple[str, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Accept-Language": "en-GB"}
        start = time.perf_counter()
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        body = answer.read()
        self.times.setdefault(kind, []).append((time.perf_counter() - start) * 1000)
        self.failed += answer.status != 200
        return body.decode(errors="replace"), (answer.getheader("Set-Cookie") or "").partition(";")[0]


def run() -> Iterable[Row]:
    """The figures of this benchmark."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from support.served import served

    with tempfile.TemporaryDirectory() as folder, served(Path(folder), workers=WORKERS) as server:
        warm = _Load(server.address)
        for _ in range(2 * WORKERS):
            warm.check()
        load = _Load(server.address)
        started = time.perf_counter()
        _send(load)
        took = time.perf_counter() - started
    every = [value for values in load.times.values() for value in values]
    yield Row("checks sent a minute", CHECKS / took * 60, "", None, f"{len(every)} answers, {load.failed} not 200")
    for kind, values in load.times.items():
        yield Row(
            f"{kind}, 95 of 100 within", _p95(values), "ms", BUDGET_MS, f"median {statistics.median(values):.0f} ms"
        )
    yield Row("all answers, 95 of 100 within", _p95(every), "ms", BUDGET_MS)


def _send(load: _Load) -> None:
    """Starts the checks at their times, late answers or not, and waits for all."""
    started = time.perf_counter()
    threads = []
    for number in range(CHECKS):
        time.sleep(max(0.0, started + number * SECONDS / CHECKS - time.perf_counter()))
        thread = threading.Thread(target=load.check)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(timeout=60)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
