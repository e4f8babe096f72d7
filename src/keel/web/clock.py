"""The one place of the web application that reads the clock; what a page is made of takes `at` or `day`.

The clock of a demonstration may run faster (`keel demo --speed`): `DEMO_CLOCK` in the environment holds the real moment
from which it does, the moment that it showed then, and the speed.
"""

import datetime as dt
import os

DEMO_CLOCK = "KEEL_DEMO_CLOCK"


def now() -> dt.datetime:
    """This moment, in UTC."""
    real = real_now()
    if DEMO_CLOCK not in os.environ:
        return real
    began, shown, _speed = os.environ[DEMO_CLOCK].split()
    return dt.datetime.fromisoformat(shown) + (real - dt.datetime.fromisoformat(began)) * speed()


def real_now() -> dt.datetime:
    """This moment on the wall, whatever a demonstration shows: locks and log-ins go by it."""
    return dt.datetime.now(dt.UTC)


def speed() -> float:
    """How many seconds of this clock pass in one on the wall."""
    return float(os.environ[DEMO_CLOCK].split()[2]) if DEMO_CLOCK in os.environ else 1.0


def run_faster(times: float, *, shown: dt.datetime) -> None:
    """From now on the clock of this process, and of those that it starts, shows `shown` and runs this much faster."""
    os.environ[DEMO_CLOCK] = f"{real_now().isoformat()} {shown.isoformat()} {times:g}"


def today() -> dt.date:
    """This day, in UTC."""
    return now().date()
