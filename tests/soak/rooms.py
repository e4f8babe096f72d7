"""50 rooms live, 150 screens that ask each second, 20 writes a second; then the server is killed during sessions.

The screens ask the board with its token and, each fifth, a session. A change is seen when a screen of another person
has it. The ratio is to a bare view of Django with one insert, served alike in the same run. How much is asked stands
beside the figures: a machine that others use too gives others.
"""

import asyncio
import random
import re
import sqlite3
import time
import uuid
from contextlib import closing, suppress
from pathlib import Path

from soak.client import Browser, Reply, hidden_fields
from soak.figures import Figure, percentile
from soak.store import run
from support.command import keel
from support.served import Served, served

BOARD = "/clinic/harbour/board/rooms/"
MAKE_ROOMS = """
import datetime as dt, sys
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.clinic.models import Clinic, Patient
from keel.web.live.actions import open_session, record_events
from keel.web.live.models import LiveSession, Room
clinic, bob, at = Clinic.objects.get(slug="harbour"), User.objects.get(username="bob"), clock.now()
for number in range(int(sys.argv[2]) - LiveSession.objects.filter(ended_at=None).count()):
    patient = Patient.objects.create(clinic=clinic, number=f"S-{number}", display_name="Sam")
    room = Room.objects.create(clinic=clinic, name=f"Soak {number}")
    plan = {"dose": "0.5 mg/kg", "over": "40 min"}
    live = open_session(by=bob, patient=patient, protocol="iv-racemic", room=room, plan=plan, key=f"s{number}", at=at)
    signs = {"sbp": 124, "dbp": 76, "hr": 72, "rr": 14, "spo2": 98}
    events = [{"id": f"a{number}", "type": "dose_started", "amount": "35 mg", "over": "40 min"}]
    events += [{"id": f"b{number}", "type": "vitals_recorded", **signs}]
    record_events(by=bob, live=live, events=[one | {"at": at.isoformat()} for one in events], at=at)
print(" ".join(LiveSession.objects.filter(ended_at=None).values_list("id", flat=True)))
"""
BARE = """
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
import time
from django.db import connection, transaction
from django.test import RequestFactory
from django.http import HttpResponse
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, text TEXT)")
def view(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare (text) VALUES ('x')")
    return HttpResponse("ok")
factory, count, until = RequestFactory(), 0, time.perf_counter() + 5
while time.perf_counter() < until:
    view(factory.get("/"))
    count += 1
print(count / 5)
"""
WRITE = """
import sys, time
from pathlib import Path
from keel.web.server import open_folder
open_folder(Path(sys.argv[1]))
from keel.web import clock
from keel.web.accounts.models import User
from keel.web.live.actions import record_events
from keel.web.live.sessions import sessions_of
from keel.web.clinic.models import Clinic
bob, count, until = User.objects.get(username="bob"), 0, time.perf_counter() + 5
rooms = list(sessions_of(Clinic.objects.get(slug="harbour")).filter(ended_at=None))
while time.perf_counter() < until:
    event = {"id": f"w{count}", "at": clock.now().isoformat(), "type": "note", "text": "calm"}
    record_events(by=bob, live=rooms[count % len(rooms)], events=[event], at=clock.now())
    count += 1
print(count / 5)
"""


class Load:
    """What was measured while screens ask and people write."""

    def __init__(self, sessions: list[str]) -> None:
        self.sessions, self.dice = sessions, random.Random(1)  # noqa: S311
        self.board: list[float] = []
        self.session: list[float] = []
        self.writes: list[float] = []
        self.seen: list[float] = []
        self.acknowledged: list[str] = []
        self.written = self.failed = 0
        self.answers: dict[int, int] = {}
        self._waiting: dict[str, float] = {}

    async def screen(self, browser: Browser, until: float) -> None:
        """A screen: the board each second, and each fifth time a session."""
        token, turn = "", self.dice.randint(0, 4)
        await asyncio.sleep(self.dice.random())
        while time.perf_counter() < until:
            began = time.perf_counter()
            reply = await browser.get(f"{BOARD}?token={token}")
            self._took(self.board, reply, (200, 204))
            if reply.status == 200:
                token = reply.header("Keel-Token")
                for name in [name for name in self._waiting if name in reply.body]:
                    self.seen.append((time.perf_counter() - self._waiting.pop(name)) * 1000)
            turn += 1
            if turn % 5 == 0:
                name = self.dice.choice(self.sessions)
                self._took(self.session, await browser.get(f"/clinic/harbour/sessions/{name}.json"), (200,))
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)) * self.dice.uniform(0.9, 1.1))

    async def writer(self, browser: Browser, a_second: float, until: float) -> None:
        """People who enter signs, `a_second` in all; a pulse that nobody else has is what a board must show."""
        forms: dict[str, dict[str, str]] = {}
        while time.perf_counter() < until:
            began, name = time.perf_counter(), self.dice.choice(self.sessions)
            address = f"/clinic/harbour/sessions/{name}/"
            if name not in forms:
                page = (await browser.get(f"{address}during/")).body
                found = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="session"' in one]
                hidden = hidden_fields(found[0]) if found else {}
                forms[name] = {
                    key: hidden[key] for key in ("session", "number", "csrfmiddlewaretoken") if key in hidden
                }
            event = str(uuid.uuid4())
            told = {"type": "note", "id": event, "text": f"calm {event[:6]}"}
            reply = await browser.post(f"{address}record/", {**forms[name], **told})
            self._took(self.writes, reply, (302,))
            if reply.status == 302:
                self.acknowledged.append(event)
            self.written += 1
            await asyncio.sleep(max(0.0, 1 / a_second - (time.perf_counter() - began)))

    def _took(self, times: list[float], reply: Reply, wanted: tuple[int, ...]) -> None:
        times.append(reply.ms)
        self.answers[reply.status] = self.answers.get(reply.status, 0) + 1
        self.failed += reply.status not in wanted


async def _load(address: str, load: Load, screens: int, a_second: float, seconds: float) -> None:
    alice, bob = Browser(address), Browser(address)
    await alice.log_in("alice", "keel-demonstration")
    await bob.log_in("bob", "keel-demonstration")
    until = time.perf_counter() + seconds
    writers = [load.writer(bob, a_second / 4, until) for _ in range(4)]
    await asyncio.gather(*(load.screen(alice, until) for _ in range(screens)), *writers)


def figures(
    folder: Path, *, rooms: int = 50, screens: int = 150, a_second: float = 20, seconds: float = 60, kills: int = 5
) -> list[Figure]:
    """The figures of this run."""
    with served(folder, demo=True):
        pass
    sessions = run(MAKE_ROOMS, folder / "keel", rooms).split()
    bare, own = float(run(BARE, folder / "keel")), float(run(WRITE, folder / "keel"))
    load = Load(sessions)
    with served(folder, workers=2) as server:
        asyncio.run(_load(server.address, load, screens, a_second, seconds))
    gaps, lost, kept = _killed(folder, sessions, kills)
    stored = stored_events(folder)
    lost += len(set(load.acknowledged) - stored)
    verified = keel("audit", "verify", "--folder", str(folder / "keel"))
    asked = f"{len(sessions)} rooms, {screens} screens, {load.written / seconds:.1f} writes/s reached"
    return [
        Figure(f"board at the 95th percentile ({asked})", percentile(load.board, 95), "ms", 200),
        Figure("session at the 95th percentile", percentile(load.session, 95), "ms", 200),
        Figure("a write at the 95th percentile", percentile(load.writes, 95), "ms", 1000),
        Figure(f"answers that were errors, of {load.answers}", load.failed, "", 0),
        Figure("runs in which nobody's write was acknowledged", not load.acknowledged or not kept, "", 0),
        Figure(f"bare inserts ({bare:.0f}/s) for each write of a session ({own:.1f}/s)", bare / own, "", 1 / 0.3),
        Figure(f"acknowledged in {kills} kills and under load that are lost", lost, "", 0),
        Figure("alarms running again after a kill, the longest, from when it answers", max(gaps), "s", 5),
        Figure("audits that do not hold", verified.returncode, "", 0),
    ]


def _killed(folder: Path, sessions: list[str], kills: int) -> tuple[list[float], int, int]:
    """Seconds until alarms run again after each kill, how many acknowledged writes are not stored, and how many are."""
    gaps, acknowledged = [0.0], list[str]()
    for _turn in range(kills):
        load, before = Load(sessions), time.time()
        with served(folder) as server:
            began = time.perf_counter()
            while (beat := _beat(folder)) is None or beat < before:
                if time.perf_counter() - began > 30:
                    break
                time.sleep(0.1)
            gaps.append(time.perf_counter() - began)
            asyncio.run(until_killed(server, load, seconds=4))
        acknowledged += load.acknowledged
    stored = stored_events(folder)
    return gaps, len(set(acknowledged) - stored), len(set(acknowledged) & stored)


async def until_killed(server: Served, load: Load, *, seconds: float, least: int = 0) -> None:
    """Writes into sessions for a while, until `least` are acknowledged; kills the server in the middle of it."""
    browser = Browser(server.address)
    await browser.log_in("bob", "keel-demonstration")
    tasks = [asyncio.create_task(load.writer(browser, 10, time.perf_counter() + 60)) for _ in range(3)]
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or (
        len(load.acknowledged) < least and time.perf_counter() - began < 30
    ):
        await asyncio.sleep(0.05)
    server.kill()
    _done, left = await asyncio.wait(tasks, timeout=2)
    for task in left:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


def stored_events(folder: Path) -> set[str]:
    """The ids of all events in the database of a folder."""
    with closing(sqlite3.connect(folder / "keel" / "keel.sqlite3")) as database:
        return {key for (key,) in database.execute("SELECT key FROM clinic_fact WHERE kind = 'event'")}


def _beat(folder: Path) -> float | None:
    """When the watcher looked last, as seconds of the clock."""
    import datetime as dt

    with closing(sqlite3.connect(folder / "keel" / "keel.sqlite3")) as database:
        found = database.execute("SELECT beat_at FROM live_watch").fetchone()
    if not found or not found[0]:
        return None
    return dt.datetime.fromisoformat(found[0]).replace(tzinfo=dt.UTC).timestamp()
