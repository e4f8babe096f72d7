"""What was given: rates, pauses and devices folded into milligrams and clocks.

An infusion gives its rate times the minutes at that rate, never more than its amount. Its end counts when it is on
record; a planned end that has passed without a record is named.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.protocols.facts import significant
from keel.assessment.session.events import (
    DeviceGiven,
    Discharged,
    DosePaused,
    DoseStarted,
    DoseStopped,
    Plain,
    Plan,
    RateChanged,
    Started,
)
from keel.assessment.session.notices import Says
from keel.assessment.session.timeline import kind_of
from keel.findings import Finding
from keel.knowledge.protocols import Protocol
from keel.quantities import QuantityError, parse_dose_mg, parse_duration_min, parse_rate_mg_per_min

_PUMP_TOLERANCE_MG = 0.05
"""Below this a pump reading and the rates differ by rounding only."""


def minutes_between(start: dt.datetime, end: dt.datetime) -> float:
    """Minutes from start to end, whatever their offsets."""
    return (end - start).total_seconds() / 60


class Part(NamedTuple):
    """Milligrams that went in from a minute on over a duration; minutes are counted from the first dose."""

    start: dt.datetime
    minutes: float
    mg: float


class PlannedDose(NamedTuple):
    """The plan in numbers; None where it does not say or cannot be read."""

    mg: float | None
    minutes: float | None
    devices: int | None

    @property
    def rate(self) -> float | None:
        """mg/min, where both amount and time are planned."""
        return self.mg / self.minutes if self.mg is not None and self.minutes else None


class DoseState(msgspec.Struct, frozen=True, kw_only=True):
    """What was given by a time.

    `given_mg` is None where it is not known (`problems` say why); `ended_at` the recorded end of the last dose, or the
    time of a dose given at once or of the last device. `ran_min` are minutes at a rate above zero.
    """

    given_mg: float | None = 0.0
    parts: tuple[Part, ...] = ()
    first_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    due_end: dt.datetime | None = None
    is_running: bool = False
    is_paused: bool = False
    rate_mg_per_min: float = 0.0
    amount_mg: float | None = None
    deviation_percent: float | None = None
    rate_over_plan_percent: float | None = None
    devices: tuple[DeviceGiven, ...] = ()
    problems: tuple[Finding, ...] = ()

    @property
    def has_begun(self) -> bool:
        """Whether anything was given or begun."""
        return self.first_at is not None


def planned(
    plan: Plan | None, events: Iterable[Plain], weight_kg: float | None, device_mg: float | None = None
) -> PlannedDose:
    """The newest plan: that of the last `started` event that has one, else the session's.

    With `device_mg` the number of devices follows from the dose where it is not stated.
    """
    for event in events:
        if isinstance(event, Started) and event.plan is not None:
            plan = event.plan
    if plan is None:
        return PlannedDose(None, None, None)
    mg, devices = _mg(plan.dose, weight_kg), plan.devices
    if devices is None and device_mg and mg is not None and (mg / device_mg).is_integer():
        devices = int(mg / device_mg)
    return PlannedDose(mg, _minutes(plan.over), devices)


def _mg(text: str | None, weight_kg: float | None) -> float | None:
    if text is None:
        return None
    try:
        return significant(parse_dose_mg(text, weight_kg=weight_kg))
    except QuantityError:
        return None


def _minutes(text: str | None) -> float | None:
    try:
        return parse_duration_min(text) if text is not None else None
    except QuantityError:
        return None


class _Infusion:
    """One infusion or dose given at once, while its events are read."""

    def __init__(self, event: DoseStarted, plan: PlannedDose, weight_kg: float | None, by_vein: bool) -> None:
        self.event, self.start = event, event.at
        self.amount = _mg(event.amount, weight_kg)
        self.rate = self._first_rate(event, plan, weight_kg, by_vein)
        self.planned_rate = plan.rate if plan.rate is not None else self.rate
        self.at_once = not by_vein and event.over is None and event.rate is None
        self.since, self.given, self.ran = event.at, 0.0, 0.0
        self.paused = False
        self.ended_at: dt.datetime | None = event.at if self.at_once else None
        self.full_at: dt.datetime | None = None
        self.parts: list[Part] = []
        if self.at_once and self.amount is not None:
            self.given = self.amount
            self.parts.append(Part(event.at, 0.0, self.amount))

    def _first_rate(
        self, event: DoseStarted, plan: PlannedDose, weight_kg: float | None, by_vein: bool
    ) -> float | None:
        if event.rate is not None:
            return _rate(event.rate, weight_kg)
        minutes = _minutes(event.over) or (plan.minutes if by_vein else None)
        return self.amount / minutes if self.amount is not None and minutes else None

    @property
    def is_open(self) -> bool:
        """Whether no end is on record."""
        return self.ended_at is None

    @property
    def is_known(self) -> bool:
        """Whether the amount given can be computed."""
        return self.amount is not None and (self.at_once or self.rate is not None)

    def run_to(self, moment: dt.datetime) -> None:
        """Counts what went in since the last event."""
        if not self.is_open or moment <= self.since:
            return
        minutes = minutes_between(self.since, moment)
        rate = 0.0 if self.paused else (self.rate or 0.0)
        if rate > 0 and self.amount is not None:
            self.ran += minutes
            mg = min(rate * minutes, self.amount - self.given)
            if mg > 0:
                self.parts.append(Part(self.since, mg / rate, mg))
                self.given += mg
            if self.full_at is None and self.amount - self.given <= self.amount * 1e-9:
                self.full_at = self.since + dt.timedelta(minutes=mg / rate)
        self.since = moment

    def measured(self, mg: float) -> None:
        """Takes what the pump says for what was given; the course over time keeps its shape."""
        if self.given > 0:
            self.parts = [part._replace(mg=part.mg * mg / self.given) for part in self.parts]
        elif mg > 0:
            self.parts = [Part(self.start, max(0.0, minutes_between(self.start, self.since)), mg)]
        self.given = mg

    @property
    def due_end(self) -> dt.datetime | None:
        """When the amount will be in at the present rate; None while paused or without a rate."""
        if not self.is_open or self.paused or not self.rate or self.amount is None:
            return None
        return self.since + dt.timedelta(minutes=(self.amount - self.given) / self.rate)

    def deviation_percent(self) -> float | None:
        """How far the minutes run, and those still to run, are off the planned minutes; None where nothing tells.

        A dose that was stopped before its amount was in has no deviation: stopping early is always allowed.
        """
        if self.at_once or not self.planned_rate or self.amount is None or self.amount == 0:
            return None
        plan = self.amount / self.planned_rate
        left = self.amount - self.given
        if self.is_open:
            if self.paused or not self.rate:
                return None
            total = self.ran + left / self.rate
        elif left > self.amount * 1e-6:
            return None
        else:
            total = self.ran
        return significant(abs(total - plan) / plan * 100)


def _rate(text: str, weight_kg: float | None) -> float | None:
    try:
        return parse_rate_mg_per_min(text, weight_kg=weight_kg)
    except QuantityError:
        return None


class _Reader:
    """Reads the dosing events of a session in order."""

    def __init__(self, protocol: Protocol, route: str, plan: PlannedDose, weight_kg: float | None, says: Says) -> None:
        self.protocol, self.route, self.plan, self.weight_kg, self.says = protocol, route, plan, weight_kg, says
        self.by_devices = protocol.dosing.kind == "devices"
        self.infusions: list[_Infusion] = []
        self.devices: list[DeviceGiven] = []
        self.stopped_at: dt.datetime | None = None
        self.discharged = False
        self.problems: list[Finding] = []

    def read(self, event: Plain) -> None:
        if isinstance(event, DoseStarted | DeviceGiven) and self.discharged:
            self.problems.append(self.says("KEEL-AFTER-DISCHARGE", event=event.id))
        if isinstance(event, DoseStarted):
            self._start(event)
        elif isinstance(event, DeviceGiven):
            self.devices.append(event)
        elif isinstance(event, Discharged):
            self.discharged = True
        elif isinstance(event, RateChanged | DosePaused | DoseStopped):
            self._change(event)

    def _start(self, event: DoseStarted) -> None:
        if self.by_devices:
            return
        if self.infusions and self.infusions[-1].is_open:
            self.problems.append(self.says("KEEL-TWO-DOSES", event=event.id))
            self.infusions[-1].run_to(event.at)
            self.infusions[-1].ended_at = event.at
        dose = _Infusion(event, self.plan, self.weight_kg, self.route == "iv")
        if dose.amount is None:
            self.problems.append(self.says("KEEL-NO-AMOUNT", event=event.id, what=event.amount))
        elif not dose.is_known:
            self.problems.append(self.says("KEEL-NO-RATE", event=event.id))
        if dose.amount is not None and self.plan.mg is not None and abs(dose.amount - self.plan.mg) > 1e-6:
            shown = f"{dose.amount:g}", f"{self.plan.mg:g}"
            self.problems.append(self.says("KEEL-NOT-THE-PLAN", started=shown[0], planned=shown[1]))
        self.infusions.append(dose)

    def _change(self, event: RateChanged | DosePaused | DoseStopped) -> None:
        if self.by_devices and isinstance(event, DoseStopped):
            self.stopped_at = event.at
            return
        if not self.infusions or not self.infusions[-1].is_open:
            what = f"{kind_of(event).replace('_', ' ')} while no dose was running"
            self.problems.append(self.says("KEEL-SEQUENCE", event=event.id, what=what))
            return
        dose = self.infusions[-1]
        dose.run_to(event.at)
        if isinstance(event, RateChanged):
            dose.rate, dose.paused = _rate(event.rate, self.weight_kg), False
            if dose.rate == 0:
                dose.paused = True
        elif isinstance(event, DosePaused):
            dose.paused = True
        else:
            self._stop(dose, event)

    def _stop(self, dose: _Infusion, event: DoseStopped) -> None:
        dose.ended_at = event.at
        said = _mg(event.given, self.weight_kg)
        if said is None:
            return
        if dose.is_known and abs(said - dose.given) > max(_PUMP_TOLERANCE_MG, 0.01 * dose.given):
            computed = f"{dose.given:.4g}"
            self.problems.append(self.says("KEEL-PUMP", event=event.id, given=f"{said:g}", computed=computed))
        if dose.amount is None:
            dose.amount = said
        dose.rate = dose.rate or 0.0
        dose.measured(said)


def dose_state(
    protocol: Protocol,
    events: Sequence[Plain],
    *,
    at: dt.datetime,
    route: str,
    plan: PlannedDose,
    weight_kg: float | None,
    says: Says,
) -> DoseState:
    """What the events up to `at`, in their order, say was given."""
    reader = _Reader(protocol, route, plan, weight_kg, says)
    for event in events:
        reader.read(event)
    return _of_devices(reader, protocol) if reader.by_devices else _of_infusions(reader, at)


def _of_devices(reader: _Reader, protocol: Protocol) -> DoseState:
    device_mg, plan = protocol.number(protocol.dosing.device_mg), reader.plan
    if plan.mg is not None and plan.devices is not None and abs(plan.mg - plan.devices * device_mg) > 1e-6:
        shown = f"{plan.mg:g}", str(plan.devices)
        reader.problems.append(reader.says("KEEL-PLAN-DEVICES", mg=shown[0], devices=shown[1]))
    if not reader.devices:
        return DoseState(problems=tuple(reader.problems))
    amounts = [device_mg if one.amount is None else _mg(one.amount, reader.weight_kg) for one in reader.devices]
    for one, mg in zip(reader.devices, amounts, strict=True):
        if mg is None:
            reader.problems.append(reader.says("KEEL-NO-AMOUNT", event=one.id, what=str(one.amount)))
    known = [mg for mg in amounts if mg is not None]
    left = reader.plan.devices is not None and len(reader.devices) < reader.plan.devices
    return DoseState(
        given_mg=significant(sum(known)) if len(known) == len(amounts) else None,
        parts=tuple(Part(one.at, 0.0, mg) for one, mg in zip(reader.devices, amounts, strict=True) if mg is not None),
        first_at=reader.devices[0].at,
        ended_at=reader.devices[-1].at,
        is_running=left and reader.stopped_at is None,
        devices=tuple(reader.devices),
        problems=tuple(reader.problems),
    )


def _of_infusions(reader: _Reader, at: dt.datetime) -> DoseState:
    if not reader.infusions:
        return DoseState(problems=tuple(reader.problems))
    last = reader.infusions[-1]
    last.run_to(at)
    problems = list(reader.problems)
    if last.is_open and last.full_at is not None and last.full_at < at:
        problems.append(reader.says("KEEL-NO-END"))
    known = all(dose.is_known for dose in reader.infusions)
    rate = 0.0 if last.paused or not last.is_open else (last.rate or 0.0)
    return DoseState(
        given_mg=significant(sum(dose.given for dose in reader.infusions)) if known else None,
        parts=tuple(part for dose in reader.infusions for part in dose.parts),
        first_at=reader.infusions[0].start,
        ended_at=last.ended_at,
        due_end=last.due_end,
        is_running=last.is_open and not last.paused,
        is_paused=last.is_open and last.paused,
        rate_mg_per_min=rate,
        amount_mg=last.amount,
        deviation_percent=last.deviation_percent(),
        rate_over_plan_percent=_over_plan(last, rate),
        problems=tuple(problems),
    )


def _over_plan(dose: _Infusion, rate: float) -> float | None:
    if not dose.is_open or not dose.planned_rate:
        return None
    over = (rate / dose.planned_rate - 1) * 100
    # A pump is set in whole steps; below a tenth of a per cent nothing was changed.
    return significant(over) if over > 0.1 else 0.0
