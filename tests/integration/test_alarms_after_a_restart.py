"""HZ-AVL-03, T10, invariant 24: alarms that fell due while the server was gone are raised within 5 s of its return."""

import datetime as dt
import json
import sqlite3
import time
import urllib.request
from contextlib import closing

import pytest

from support.clock import START, clock_at
from support.served import served

WITHIN_S = 5
"""What is promised (reliability reference, T10) on two quiet cores; one that runs many tests takes longer."""


def not_running(address):
    """Whether the server says that alarms are not running."""
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310 - our own address
        return "alarms-not-running" in json.load(answer)["alarms"]


def raised_in(folder):
    """The rules of the alarms that were raised, each with when."""
    with closing(sqlite3.connect(folder / "keel.sqlite3")) as database:
        rows = database.execute("SELECT payload, recorded_at FROM clinic_fact WHERE kind = 'event'").fetchall()
    events = [(json.loads(payload)["event"], moment) for payload, moment in rows]
    return [(event["rule"], moment) for event, moment in events if event["type"] == "alarm_raised"]


@pytest.mark.slow
def test_alarms_of_the_gap_are_raised_within_five_seconds_of_the_return(tmp_path):
    with served(tmp_path, rooms=True) as server:
        before = set(raised_in(server.folder))
        server.kill()
    back = START + dt.timedelta(hours=1)  # every room's next checks have passed by then
    with clock_at(back), served(tmp_path) as server:
        until = time.monotonic() + 4 * WITHIN_S
        while time.monotonic() < until and not_running(server.address):
            time.sleep(0.2)
        new = set(raised_in(server.folder)) - before
    assert {"A-MON-LATE-HOLD", "A-MON-STALE"} & {rule for rule, _moment in new}
    assert all(moment >= str(back.replace(tzinfo=None)) for _rule, moment in new), (
        "late ones carry the time of the return"
    )
