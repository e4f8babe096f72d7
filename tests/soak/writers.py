"""T3: fifty writers at once, each of whom reads the last entry and writes the next; 10,000 entries.

Two processes with 25 threads each, as the workers of a server. The same with DEFERRED transactions must fail.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from soak.figures import Figure, percentile
from soak.store import MAKE, OPEN, run
from support.postgresql import postgresql

WRITE = (
    OPEN
    + """
import json, threading
took, errors = [], []
def write():
    for number in range(int(sys.argv[3])):
        began = time.perf_counter()
        try:
            note(clinic, at=clock.now(), actor="x", action="x")
        except Exception as error:
            errors.append(type(error).__name__)
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
threads = [threading.Thread(target=write) for _ in range(25)]
for one in threads: one.start()
for one in threads: one.join()
print(json.dumps({"took": took, "errors": errors}))
"""
)
PROVE = (
    OPEN
    + """
import json
from keel.web.clinic.proof import verify
proof = verify(clinic)
print(json.dumps([proof.rows, proof.holds]))
"""
)


def _written(home: Path, setting: str, each: int, **environment: str) -> tuple[list[float], int, bool]:
    """Milliseconds of each write, errors, and whether what is stored is every entry once, in order."""
    run(MAKE, home, **environment)
    with ThreadPoolExecutor(2) as both:
        said = list(both.map(lambda _: json.loads(run(WRITE, home, setting, each, **environment)), range(2)))
    took = [ms for one in said for ms in one["took"]]
    errors = sum(len(one["errors"]) for one in said)
    numbers, holds = json.loads(run(PROVE, home, "-", **environment))
    return took, errors, holds and numbers == len(took) - errors


def figures(folder: Path, *, each: int = 200) -> list[Figure]:
    """The figures of this run."""
    _took, errors_deferred, _right = _written(folder / "deferred", "DEFERRED", max(4, each // 10))
    kept = [Figure("with DEFERRED transactions nothing fails", errors_deferred == 0, "", 0)]
    kept += _figures("SQLite", *_written(folder / "sqlite", "IMMEDIATE", each))
    with postgresql() as url:
        kept += _figures("PostgreSQL", *_written(folder / "postgresql", "-", each, DATABASE_URL=url))
    return kept


def _figures(name: str, took: list[float], errors: int, is_right: bool) -> list[Figure]:
    return [
        Figure(f"{name}: errors of {len(took)} writes", errors, "", 0),
        Figure(f"{name}: orders of entries that are wrong", not is_right, "", 0),
        Figure(f"{name}: a write, p50", percentile(took, 50), "ms", 1000),
        Figure(f"{name}: a write, p99", percentile(took, 99), "ms", 1000),
        Figure(f"{name}: a write, the longest", max(took), "ms", 2000),
    ]


if __name__ == "__main__":
    try:
        for figure in figures(Path(sys.argv[1]), each=int(sys.argv[2])):
            print(figure)
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
