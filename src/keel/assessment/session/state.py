"""The state of a session, which `keel session` prints; its JSON is the `session` shape of the interfaces."""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.assessment.session.alarms import Alarm
from keel.assessment.session.events import Overridden, Plain
from keel.findings import Finding
from keel.messages import EMPTY, Message


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
    LEFT_AGAINST_ADVICE = "left_against_advice"
    TRANSFERRED = "transferred"
    """Taken to a hospital."""

    @property
    def is_over(self) -> bool:
        """Whether the person has gone."""
        return self in (Phase.DISCHARGED, Phase.LEFT_AGAINST_ADVICE, Phase.TRANSFERRED)

    @property
    def gate(self) -> str:
        """The gate of this phase: `start` before the first dose, `giving` before going on with it, `discharge`."""
        if self in (Phase.PLANNED, Phase.PREPARING):
            return "start"
        return "giving" if self in (Phase.DOSING, Phase.PAUSED) else "discharge"


class DueCheck(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done: in words, when, whether that has passed, by how many minutes, and by what (`rule`)."""

    what: Message
    due_at: dt.datetime
    overdue: bool
    minutes_overdue: float
    checks: tuple[str, ...]
    rule: str


class MissedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check that nobody did in its time."""

    what: Message
    due_at: dt.datetime


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """ng/mL of the parent now, low and high; None with the reason in `unknown` where nothing can be computed.

    `valid` is False where the model does not hold for this person or dose, and `warnings` says why.
    """

    ng_per_ml: float | None = None
    low: float | None = None
    high: float | None = None
    model: str = ""
    analyte: str = ""
    site: str = ""
    valid: bool = False
    warnings: tuple[Message, ...] = ()
    unknown: Message = EMPTY
    sources: tuple[str, ...] = ()


class LatestValue(msgspec.Struct, frozen=True, kw_only=True):
    """The newest value of something measured, and its age in minutes."""

    value: float | str | bool
    at: dt.datetime
    age_min: float


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The observation clock: minutes from the end of the dose or the last device, minutes required, when it is over.

    `minutes_from_first` counts from the first device or the start of the dose, as forms do. None where nothing began.
    """

    counted_from: Message
    required_min: float | None
    minutes: float | None
    minutes_from_first: float | None
    over_at: dt.datetime | None


class DoseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The dose: plan, what was started, rate now, times; `devices` are the times of devices given."""

    planned_mg: float | None
    planned_min: float | None
    started_mg: float | None
    is_running: bool
    is_paused: bool
    rate_mg_per_h: float
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    due_end: dt.datetime | None
    devices: tuple[dt.datetime, ...]
    devices_planned: int | None


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """A weight that was told in the session, by the event that says so."""

    event: str
    at: dt.datetime
    weight_kg: float


class PastAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """A set that was out of range when it was taken, for the replay."""

    at: dt.datetime
    rules: tuple[str, ...]


class PassedHold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold that a prescriber passed."""

    rule: str
    by: str
    name: str
    role: str
    reason: str
    exception: str
    at: dt.datetime
    event: str
    finding: Finding

    @classmethod
    def of(cls, finding: Finding, by: Overridden) -> "PassedHold":
        """The hold of a finding, passed by an event."""
        who = {"by": by.by, "name": by.name, "role": by.role}
        return cls(
            rule=finding.rule, **who, reason=by.reason, exception=by.exception, at=by.at, event=by.id, finding=finding
        )


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done and changes no gate of the dose, as it stands: `event` is whole."""

    at: dt.datetime
    by: str
    type: str
    what: Message
    event: Plain


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A correction that took effect: the event it names, what was there, what stands there now (None: removed)."""

    event: str
    by: str
    at: dt.datetime
    corrects: str
    reason: str
    was: Plain
    now: Plain | None


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a session at `as_of`.

    `reasons` are the findings of the gate of this phase (before the dose, for the next device, before leaving),
    worst first, with every alarm that closes it and a note on which gates this phase has; `alarms` are those of
    readings, schedule, clocks and order, `standing` what a live session has raised of them. `may_start` speaks of
    the first dose, `may_continue` of going on with it, `may_discharge` of leaving; each is False where a finding
    blocks or holds, and what is not known holds. After the person has left `reasons` and `may_discharge` are those
    of the moment of leaving. `passed` are holds that a prescriber passed; `log` handovers, steps of emergency
    cards, alarms seen or paused, and how the person left where that was no discharge; `responsible` who answers for
    the person, as far as that was said. `weighings` are weights that were told in the session. `history` is what was
    out of range earlier, where that was asked for; `unconfirmed` rules of the gate that rest on a default which no
    clinic has signed.
    """

    phase: Phase
    may_start: bool
    may_continue: bool
    may_discharge: bool
    reasons: tuple[Finding, ...]
    due: tuple[DueCheck, ...]
    alarms: tuple[Finding, ...]
    standing: tuple[Alarm, ...]
    given_mg: float | None
    minutes_since_last_dose: float | None
    predicted: Prediction
    as_of: dt.datetime
    protocol: str
    jurisdiction: str
    route: str
    person: str
    observation: Observation
    dose: DoseSummary
    baseline: dict[str, float]
    latest: dict[str, LatestValue]
    weighings: tuple[Weighing, ...]
    passed: tuple[PassedHold, ...]
    corrections: tuple[Correction, ...]
    log: tuple[LogEntry, ...]
    responsible: str
    not_yet: tuple[str, ...]
    missed: tuple[MissedCheck, ...]
    history: tuple[PastAlarm, ...] | msgspec.UnsetType
    unconfirmed: tuple[str, ...]
    knowledge_hash: str

    @property
    def may_proceed(self) -> bool:
        """Whether the gate of this phase lets go on: to start, to continue, to leave."""
        may = {"start": self.may_start, "giving": self.may_continue, "discharge": self.may_discharge}
        return may[self.phase.gate]
