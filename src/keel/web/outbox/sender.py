"""The thread in which messages go out and clocks are looked at, beside the watcher of the rooms."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable

from django.db import connections

from keel.web import clock

log = logging.getLogger("keel.web")
EVERY_S = 10.0
"""Seconds from one round to the next; a default of Keel's."""
Round = Callable[[dt.datetime], object]
_running, _awake = threading.Lock(), threading.Event()


def start(*rounds: Round) -> None:
    """Lets this process go round from now on, in a thread that ends with it; once a process."""
    if _running.acquire(blocking=False):
        threading.Thread(target=_keep_going, args=(rounds,), name="keel-sender", daemon=True).start()


def wake() -> None:
    """Lets the sender of this process look now: a message has been queued."""
    _awake.set()


def _keep_going(rounds: tuple[Round, ...]) -> None:
    while True:
        began = time.monotonic()
        for one in rounds:
            go_round(one)
        connections.close_all()
        _awake.wait(max(1.0, EVERY_S - (time.monotonic() - began)))
        _awake.clear()


def go_round(one: Round) -> None:
    """One round; whatever it meets keeps neither the next nor another from going."""
    try:
        one(clock.now())
    except Exception:
        log.exception("a round of messages and clocks")
