"""One clock for every test, for the processes that tests start and for their browsers: it runs, but from START on.

No test knows today's date. The product has no setting for the clock: `TEST_CLOCK_SHIFT` (seconds from the real time) is
read by `same_clock/sitecustomize.py`, which only the processes that a test starts find.
TEST_START=2027-02-28T23:30+01:00 in the environment runs the tests from another moment on.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import time_machine

START = dt.datetime.fromisoformat(os.environ.get("TEST_START", "2026-11-21T10:00:00+00:00"))
SHIFT = "TEST_CLOCK_SHIFT"


def start() -> None:
    """Sets this process, and all that it starts from now on, to the clock of the tests."""
    folder = str(Path(__file__).parent / "same_clock")
    if os.environ.get("PYTHONPATH", "").split(os.pathsep)[0] != folder:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
    real = _real_time()
    shift = os.environ.setdefault(SHIFT, str(START.timestamp() - real))
    time_machine.travel(real + float(shift), tick=True).start()


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Within the block it is `moment`, here and in the processes started there; the clock runs on."""
    before = os.environ[SHIFT]
    os.environ[SHIFT] = str(moment.timestamp() - _real_time())
    try:
        with time_machine.travel(moment.timestamp(), tick=True):
            yield
    finally:
        os.environ[SHIFT] = before


def _real_time() -> float:
    """Seconds of the clock on the wall, whatever time it is for the tests."""
    hatch = time_machine.escape_hatch
    return float(hatch.time.time() if hatch.is_travelling() else time.time())
