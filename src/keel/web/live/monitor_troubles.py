"""What is wrong with a monitor, as it was heard last: its clock is off, or nothing that it sent was filed."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from keel.web.live.clocks import WRONG_S
from keel.web.live.models import Monitor, MonitorPlace, Room


class MonitorTrouble(NamedTuple):
    """A monitor, and the minutes by which its clock was behind: below zero it was ahead, 0 where it was near enough."""

    monitor: Monitor
    behind_min: float

    @property
    def minutes(self) -> float:
        """How far its clock is off."""
        return abs(self.behind_min)


def troubles(monitors: Iterable[Monitor]) -> list[MonitorTrouble]:
    """Of some monitors those with which something is wrong."""
    found = (MonitorTrouble(one, _behind_min(one)) for one in monitors)
    return [one for one in found if one.behind_min or one.monitor.unfiled]


def standing_in(room: Room | None) -> list[Monitor]:
    """The monitors that stand in a room now."""
    if room is None:
        return []
    newest = MonitorPlace.objects.filter(monitor=OuterRef("pk")).order_by("-since", "-pk").values("room")[:1]
    return list(Monitor.objects.annotate(stands_in=Subquery(newest)).filter(stands_in=room.pk).order_by("name"))


def _behind_min(monitor: Monitor) -> float:
    if monitor.heard_at is None or monitor.clock_at is None:
        return 0.0
    seconds: float = (monitor.heard_at - monitor.clock_at).total_seconds()
    return seconds / 60 if abs(seconds) > WRONG_S else 0.0
