"""HZ-AVL-03, T10, invariant 24: a server that is killed in live sessions loses nothing that was acknowledged, and
raises within 5 s of its return what fell due while it was gone."""

import asyncio
import datetime as dt
import json
import sqlite3
import time
import urllib.request
from contextlib import closing

import pytest

from soak.rooms import Load, stored_events, until_killed
from support.clock import START, clock_at
from support.command import keel
from support.served import served

WITHIN_S = 5
"""What is promised (reliability reference, T10) on two quiet cores; one that runs many tests takes longer."""


def not_running(address):
    """Whether the server says that alarms are not running."""
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:  # noqa: S310 - our own address
        return "alarms-not-running" in json.load(answer)["alarms"]


def sessions_in(folder):
    """The sessions whose person is still here."""
    with closing(sqlite3.connect(folder / "keel.sqlite3")) as database:
        return [name for (name,) in database.execute("SELECT id FROM live_livesession WHERE ended_at IS NULL")]


def raised_in(folder):
    """The rules of the alarms that were raised, each with when."""
    with closing(sqlite3.connect(folder / "keel.sqlite3")) as database:
        rows = database.execute("SELECT payload, recorded_at FROM clinic_fact WHERE kind = 'event'").fetchall()
    events = [(json.loads(payload)["event"], moment) for payload, moment in rows]
    return [(event["rule"], moment) for event, moment in events if event["type"] == "alarm_raised"]


KILLS = 5
GAP = dt.timedelta(minutes=20)
"""By then the next checks of every room have passed."""


@pytest.mark.slow
def test_five_kills_in_live_sessions_lose_nothing_and_what_fell_due_alarms_within_five_seconds(tmp_path):
    """HZ-AVL-01: what was acknowledged to a form is there after each crash, and the chain of the audit is whole."""
    acknowledged, before = [], set()
    for life in range(KILLS + 1):
        back = START + life * GAP
        with clock_at(back), served(tmp_path, rooms=not life) as server:
            until = time.monotonic() + 4 * WITHIN_S
            while time.monotonic() < until and not_running(server.address):
                time.sleep(0.1)
            assert not not_running(server.address)
            new = set(raised_in(server.folder)) - before
            if life == 1:
                assert {"A-MON-LATE-HOLD", "A-MON-STALE"} & {rule for rule, _moment in new}
            if life:
                assert all(moment >= str(back.replace(tzinfo=None)) for _rule, moment in new), (
                    "late ones carry the time of the return"
                )
            if life < KILLS:
                load = Load(sessions_in(server.folder))
                asyncio.run(until_killed(server, load, seconds=0, least=3))
                acknowledged += load.acknowledged
        before = set(raised_in(server.folder))
        assert set(acknowledged) <= stored_events(tmp_path)
    assert len(acknowledged) >= 3 * KILLS
    assert keel("audit", "verify", "--folder", str(server.folder)).returncode == 0
