"""The state of a session, which `keel session` prints; its JSON is the `session` shape of the interfaces."""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.assessment.session.overrides import Passed
from keel.assessment.session.prediction import Predicted
from keel.assessment.session.schedule import Due, Missed
from keel.assessment.session.timeline import Correction
from keel.findings import Finding


class Phase(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    """No event yet."""
    PREPARING = "preparing"
    """Started, no dose yet."""
    DOSING = "dosing"
    """An infusion runs, or planned devices are left."""
    PAUSED = "paused"
    OBSERVING = "observing"
    """The dose is in, or its end is on record; the person is watched."""
    DISCHARGED = "discharged"


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest value of something measured, and its age in minutes."""

    value: float | str | bool
    at: dt.datetime
    age_min: float


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The observation clock: minutes from the end of the dose or the last device, minutes required, when it is over.

    `minutes_from_first` counts from the first device or the start of the dose, as forms do. None where nothing began.
    """

    counted_from: str
    required_min: float | None
    minutes: float | None
    minutes_from_first: float | None
    over_at: dt.datetime | None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The dose: plan, rate now, times; `devices` are the times of devices given."""

    planned_mg: float | None
    planned_min: float | None
    is_running: bool
    is_paused: bool
    rate_mg_per_h: float
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    due_end: dt.datetime | None
    devices: tuple[dt.datetime, ...]
    devices_planned: int | None


class Alarmed(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that was out of range when it was taken, for the replay."""

    at: dt.datetime
    rules: tuple[str, ...]


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a session at `as_of`.

    `reasons` are the findings of the gate of this phase (before the dose, for the next device, before leaving), worst
    first; `alarms` those of readings, schedule, clocks and order. `may_start` speaks of the first dose, `may_continue`
    of going on with it, `may_discharge` of leaving; each is False where a finding blocks or holds, and what is not
    known holds. After discharge `reasons` and `may_discharge` are those of the moment of leaving. `passed` are holds
    that a prescriber passed; `history` what was out of range earlier; `unconfirmed` rules of the gate that rest on a
    default which no clinic has signed.
    """

    phase: Phase
    may_start: bool
    may_continue: bool
    may_discharge: bool
    reasons: tuple[Finding, ...]
    due: tuple[Due, ...]
    alarms: tuple[Finding, ...]
    given_mg: float | None
    minutes_since_last_dose: float | None
    predicted: Predicted
    as_of: dt.datetime
    protocol: str
    jurisdiction: str
    route: str
    person: str
    observation: Observation
    dose: Given
    baseline: dict[str, float]
    latest: dict[str, Latest]
    passed: tuple[Passed, ...]
    corrections: tuple[Correction, ...]
    not_yet: tuple[str, ...]
    missed: tuple[Missed, ...]
    history: tuple[Alarmed, ...]
    unconfirmed: tuple[str, ...]
    knowledge_hash: str

    @property
    def may_proceed(self) -> bool:
        """Whether the gate of this phase lets go on: to start, to continue, to leave."""
        if self.phase in (Phase.PLANNED, Phase.PREPARING):
            return self.may_start
        if self.phase in (Phase.DOSING, Phase.PAUSED):
            return self.may_continue
        return self.may_discharge
