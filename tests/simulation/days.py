"""Plays days: each in a database as it was in the beginning, every invariant after each step; shrinks what fails."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from simulation.clinic import SimulatedClinic, encoded
from simulation.invariants import AFTER_EACH_STEP, AT_THE_END
from simulation.script import Step, day


class Broken(NamedTuple):
    """What did not hold, after which step of the script."""

    invariant: str
    problem: str
    step: int


class Played(NamedTuple):
    """How a day went: what broke first, steps, checks that were made, and what happened how often."""

    broken: Broken | None
    steps: int
    checks: int
    counts: Counter[str]


def play(script: Sequence[Step], seed: int, rooms: int) -> Played:
    """Plays a script in an empty clinic, up to the first invariant that breaks."""
    with as_in_the_beginning():
        clinic, checks = SimulatedClinic(seed, rooms), 0
        broken: Broken | None = None
        for number, step in enumerate(script):
            for room in clinic.advance(step.at_s):
                clinic.last_types, checks = ("watcher",), checks + len(AFTER_EACH_STEP)
                broken = broken or _checked(clinic, room, number, AFTER_EACH_STEP)
            if broken is None:
                room = clinic.step(step)
                clinic.last_types = (step.more.get("event", {}).get("type", step.what),)
                checks += len(AFTER_EACH_STEP)
                broken = _checked(clinic, room, number, AFTER_EACH_STEP)
            if broken:
                break
        for room in clinic.rooms:
            if broken is None and room.live is not None:
                checks += len(AT_THE_END)
                broken = _checked(clinic, room, len(script), AT_THE_END)
        counts = Counter(clinic.counts)
        for room in clinic.rooms:
            counts["start open"] += room.gates["start"]
            counts["leaving open"] += room.gates["discharge"]
            counts["gone"] += room.over_at is not None
        return Played(broken, len(script), checks, counts)


def _checked(clinic: SimulatedClinic, room: Any, number: int, checks: Sequence[Any]) -> Broken | None:
    from keel.web.live.sessions import seen

    if room.live is None:
        return None
    room.live.refresh_from_db()
    room.over_at = room.live.ended_at
    state = seen(room.live, at=clinic.at).state
    if state.as_of == clinic.at:
        room.seen = [one for one in room.seen if one[0] != clinic.at] + [(clinic.at, encoded(state))]
    if clinic.problems:
        return Broken("a step", clinic.problems[0], number)
    for check in checks:
        for problem in check(clinic, room, state):
            return Broken(check.__name__, f"room {room.number}, {clinic.at:%H:%M:%S}: {problem}", number)
    return None


def shrunk(script: Sequence[Step], seed: int, rooms: int, broken: Broken) -> list[Step]:
    """The shortest script that was found in which the same invariant breaks: parts are left out, ever smaller ones."""
    kept, size = list(script[: broken.step + 1]), max(1, broken.step // 2)
    while size:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            again = play(fewer, seed, rooms).broken
            if again is not None and again.invariant == broken.invariant:
                kept = fewer[: again.step + 1]
            else:
                start += size
        size //= 2
    return kept


def report(seed: int, rooms: int, broken: Broken, *, short: bool = True) -> str:
    """All that somebody needs to see it again: commit, seed, what broke, and the steps that are left."""
    script = day(seed, rooms)
    steps = shrunk(script, seed, rooms, broken) if short else list(script[: broken.step + 1])[-8:]
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()  # noqa: S603
    lines = [f"make simulate SEED={seed} DAYS=1 ROOMS={rooms} at {commit or 'an unknown commit'}"]
    lines += [f"{broken.invariant}: {broken.problem}"]
    return "\n".join(
        [*lines, *(f"  {one.at_s:>6} s  room {one.room}  {one.by:<8} {one.what} {one.more}" for one in steps)]
    )


def days(seed: int, number: int, rooms: int) -> Iterator[tuple[int, Played, float]]:
    """Days from a seed on: the seed of each, how it went, its seconds."""
    for one in range(seed, seed + number):
        began = time.perf_counter()
        yield one, play(day(one, rooms), one, rooms), time.perf_counter() - began


_beginning: list[Any] = []


@contextmanager
def as_in_the_beginning() -> Iterator[None]:
    """The database in memory, which is set back to its beginning afterwards: nothing else could delete a fact."""
    from django.db import connection

    connection.ensure_connection()
    if not _beginning:
        _beginning.append(type(connection.connection)(":memory:"))
        connection.connection.backup(_beginning[0])
    try:
        yield
    finally:
        _beginning[0].backup(connection.connection)
