"""What devices said of their clocks beside the entries of a session: shown, and never put in the place of a time."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from keel.web.clinic.models import Fact

SHOWN_S = 5
"""Seconds from which a clock that is away is shown; a default of Keel's (live-session reference, section 3)."""
WRONG_S = 30
"""Seconds from which it is called wrong; a default of Keel's."""


class DeviceClock(NamedTuple):
    """What a device showed, and how many seconds the server was ahead of it."""

    device: str
    shown: dt.datetime
    ahead_s: float

    @property
    def is_away(self) -> bool:
        """Whether it is worth saying."""
        return abs(self.ahead_s) > SHOWN_S

    @property
    def is_wrong(self) -> bool:
        """Whether it is to be set."""
        return abs(self.ahead_s) > WRONG_S


def clock_of(fact: Fact) -> DeviceClock | None:
    """The clock of the device that sent an event; None where it said nothing of it, or nothing that can be read."""
    told: dict[str, Any] = fact.payload.get("clock") or {}
    try:
        shown, ahead_s = dt.datetime.fromisoformat(str(told["device_time"])), float(told["offset_ms"]) / 1000
    except (KeyError, ValueError):
        return None
    return DeviceClock(str(fact.payload.get("device", "")), shown, ahead_s) if shown.tzinfo else None


def differing(facts: Iterable[Fact]) -> list[DeviceClock]:
    """The newest clock of each device of a session, where two of them are further apart than is worth saying."""
    newest = {one.device: one for one in map(clock_of, facts) if one is not None}
    seconds = [one.ahead_s for one in newest.values()]
    return sorted(newest.values()) if seconds and max(seconds) - min(seconds) > SHOWN_S else []
