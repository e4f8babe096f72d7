"""What was given by a time: the dosing events of a session folded into milligrams and clocks.

Infusions run by themselves (`infusion.py`); devices count one by one. A planned end that has passed without a record is
named, and so is whatever was started or has run above what stood ordered at that moment.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.session.events import (
    DeviceGiven,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    Ending,
    Plain,
    Plan,
    RateChanged,
    Started,
    minutes_between,
)
from keel.assessment.session.infusion import Infusion, Part
from keel.assessment.session.notices import Notice
from keel.assessment.session.plan import PlannedDose, dose_mg, number_in
from keel.assessment.session.pressures import Pressure
from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.messages import Message, Numeral
from keel.quantities import parse_rate_mg_per_min, significant

_PUMP_TOLERANCE_MG = 0.05
"""Below this a pump reading and the rates differ by rounding only."""
_SAME_MG = 1e-6
_FORMS = {DoseStarted: Message("a dose that is no spray device"), DeviceGiven: Message("a spray device")}
_OUT_OF_ORDER = {
    "rate_changed": Message("rate changed while no dose was running"),
    "dose_paused": Message("dose paused while no dose was running"),
    "dose_resumed": Message("dose resumed while no dose was paused"),
    "dose_stopped": Message("dose stopped while no dose was running"),
}


class DoseState(msgspec.Struct, frozen=True, kw_only=True):
    """What was given by a time.

    `given_mg` is None where it is not known (`notices` say why), `started_mg` the whole of the infusions that were
    started, None where that is not known; `ended_at` the recorded end of the last dose, or the time of a dose given at
    once or of the last device.
    """

    given_mg: float | None = 0.0
    started_mg: float | None = None
    parts: tuple[Part, ...] = ()
    first_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    due_end: dt.datetime | None = None
    is_running: bool = False
    is_paused: bool = False
    rate_mg_per_min: float = 0.0
    deviation_percent: float | None = None
    rate_over_plan_percent: float | None = None
    devices: tuple[DeviceGiven, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def has_begun(self) -> bool:
        """Whether anything was given or begun."""
        return self.first_at is not None


class Order(NamedTuple):
    """What is ordered, and the weight by which its amounts per kilogram are made."""

    dose: PlannedDose
    weight_kg: float | None


Orders = Callable[[Plan | None], Order]


class _Course:
    """The doses and devices of a session while its events are read in order."""

    def __init__(self, protocol: Protocol, plan: Plan | None, orders: Orders, *, by_vein: bool) -> None:
        self.protocol, self.orders, self.order, self.by_vein = protocol, orders, orders(plan), by_vein
        self.by_devices = protocol.dosing.kind == "devices"
        self.infusions: list[Infusion] = []
        self.devices: list[tuple[DeviceGiven, Order]] = []
        self.is_stopped = self.has_left = False
        self.notices: list[Notice] = []

    def notice(self, rule: str, **parts: str) -> None:
        self.notices.append(Notice(rule, **parts))

    def take(self, event: Plain) -> None:
        if isinstance(event, DoseStarted | DeviceGiven) and self.has_left:
            self.notice("KEEL-AFTER-DISCHARGE", event=event.id)
        if isinstance(event, Started) and event.plan is not None:
            self.order = self.orders(event.plan)
        elif isinstance(event, DoseStarted | DeviceGiven) and isinstance(event, DeviceGiven) != self.by_devices:
            self.notice("KEEL-OTHER-FORM", what=_FORMS[type(event)], event=event.id)
        elif isinstance(event, DoseStarted):
            self._start(event)
        elif isinstance(event, DeviceGiven):
            self.devices.append((event, self.order))
        elif isinstance(event, Ending):
            self._leave(event)
        elif isinstance(event, RateChanged | DosePaused | DoseResumed | DoseStopped):
            self._change(event)

    def _leave(self, event: Ending) -> None:
        """Who has left gets nothing more, though nobody recorded when the infusion stopped."""
        self.has_left = True
        if self.infusions and self.infusions[-1].is_open:
            self.infusions[-1].run_to(event.at)
            self.infusions[-1].paused = True
            self.notice("KEEL-LEFT-RUNNING", event=event.id)

    def _start(self, event: DoseStarted) -> None:
        if self.infusions and self.infusions[-1].is_open:
            self.notice("KEEL-TWO-DOSES", event=event.id)
            self.infusions[-1].run_to(event.at)
            self.infusions[-1].ended_at = event.at
        dose = Infusion(event, self.order.dose, self.order.weight_kg, self.by_vein)
        if dose.amount is None:
            self.notice("KEEL-NO-AMOUNT", event=event.id, what=event.amount)
        elif not dose.is_known:
            self.notice("KEEL-NO-RATE", event=event.id)
        if dose.amount is not None and self.order.dose.mg is not None:
            self._hold_against_order(event, dose.amount, self.order.dose.mg)
        self.infusions.append(dose)

    def _hold_against_order(self, event: DoseStarted, amount: float, ordered: float) -> None:
        """Names a start that comes, with what was given before, to more than the order; or a first one of less."""
        total, rounding = amount + sum(one.given for one in self.infusions), self.protocol.dosing.rounding
        step = self.protocol.number(rounding) if rounding else 0.0
        if total > ordered + _SAME_MG:
            started = Numeral(f"{significant(total):g}")
            self.notice("KEEL-OVER-ORDER", event=event.id, started=started, ordered=Numeral(f"{ordered:g}"))
        elif not self.infusions and ordered - total > _SAME_MG and ordered - total >= step:
            self.notice("KEEL-NOT-THE-PLAN", started=Numeral(f"{amount:g}"), planned=Numeral(f"{ordered:g}"))

    def _change(self, event: RateChanged | DosePaused | DoseResumed | DoseStopped) -> None:
        if self.by_devices and isinstance(event, DoseStopped):
            self.is_stopped = True
            return
        dose = self.infusions[-1] if self.infusions else None
        if dose is None or not dose.is_open or (isinstance(event, DoseResumed) and not dose.paused):
            self.notice("KEEL-SEQUENCE", event=event.id, what=_OUT_OF_ORDER[event.kind])
            return
        dose.run_to(event.at)
        if isinstance(event, RateChanged | DoseResumed):
            rate = number_in(event.rate, parse_rate_mg_per_min, weight_kg=self.order.weight_kg)
            dose.set_rate(rate if event.rate is not None else dose.running_rate)
        elif isinstance(event, DosePaused):
            dose.paused = True
            self._measure(dose, event)
        else:
            dose.ended_at = event.at
            self._measure(dose, event)

    def _measure(self, dose: Infusion, event: DosePaused | DoseStopped) -> None:
        """Takes what the pump says at a pause or at the end."""
        measured = dose_mg(event.given, self.order.weight_kg)
        if measured is None:
            return
        if dose.is_known and abs(measured - dose.given) > _pump_step(dose.given):
            self.notice(
                "KEEL-PUMP", event=event.id, given=Numeral(f"{measured:g}"), computed=Numeral(f"{dose.given:.4g}")
            )
        if dose.amount is None:
            dose.amount = measured
        if not dose.is_open:
            dose.rate = dose.rate or 0.0
        dose.take_measured(measured)
        total, ordered = sum(one.given for one in self.infusions), dose.ordered_mg
        if ordered is not None and total > ordered + _pump_step(ordered):
            self._over_given(event.id, total, ordered)

    def _over_given(self, event: str, total: float, ordered: float) -> None:
        given = Numeral(f"{significant(total):g}")
        self.notice("KEEL-OVER-GIVEN", event=event, given=given, ordered=Numeral(f"{ordered:g}"))

    def of_devices(self) -> DoseState:
        device_mg, plan = self.protocol.number(self.protocol.dosing.device_mg), self.order.dose
        if plan.mg is not None and plan.devices is not None and abs(plan.mg - plan.devices * device_mg) > 1e-6:
            self.notice("KEEL-PLAN-DEVICES", mg=Numeral(f"{plan.mg:g}"), devices=str(plan.devices))
        if not self.devices:
            return DoseState(notices=tuple(self.notices))
        parts: list[Part] = []
        for one, order in self.devices:
            mg = device_mg if one.amount is None else dose_mg(one.amount, order.weight_kg)
            if mg is None:
                self.notice("KEEL-NO-AMOUNT", event=one.id, what=str(one.amount))
                continue
            parts.append(Part(one.at, 0.0, mg))
            total = sum(part.mg for part in parts)
            if order.dose.mg is not None and total > order.dose.mg + _SAME_MG:
                self._over_given(one.id, total, order.dose.mg)
        is_whole = len(parts) == len(self.devices)
        return DoseState(
            given_mg=significant(sum(part.mg for part in parts)) if is_whole else None,
            parts=tuple(parts),
            first_at=self.devices[0][0].at,
            ended_at=self.devices[-1][0].at,
            is_running=plan.devices is not None and len(self.devices) < plan.devices and not self.is_stopped,
            devices=tuple(device for device, _ in self.devices),
            notices=tuple(self.notices),
        )

    def of_infusions(self, at: dt.datetime) -> DoseState:
        if not self.infusions:
            return DoseState(notices=tuple(self.notices))
        last = self.infusions[-1]
        last.run_to(at)
        if last.is_open and last.full_at is not None and last.full_at < at:
            self.notice("KEEL-NO-END")
        is_known = all(dose.is_known for dose in self.infusions)
        amounts = [dose.amount for dose in self.infusions if dose.amount is not None]
        return DoseState(
            given_mg=significant(sum(dose.given for dose in self.infusions)) if is_known else None,
            started_mg=significant(sum(amounts)) if len(amounts) == len(self.infusions) else None,
            parts=tuple(part for dose in self.infusions for part in dose.parts),
            first_at=self.infusions[0].start,
            ended_at=last.ended_at,
            due_end=last.due_end,
            is_running=last.is_open and not last.paused,
            is_paused=last.is_open and last.paused,
            rate_mg_per_min=last.rate_now,
            deviation_percent=last.deviation_percent,
            rate_over_plan_percent=last.rate_over_plan_percent,
            notices=tuple(self.notices),
        )


def _pump_step(mg: float) -> float:
    """By how much a pump's milligrams may differ from computed ones by rounding alone."""
    return max(_PUMP_TOLERANCE_MG, 0.01 * mg)


def dose_state(
    protocol: Protocol, events: Sequence[Plain], *, at: dt.datetime, route: str, plan: Plan | None, orders: Orders
) -> DoseState:
    """What the events up to `at`, in their order, say was given; `orders` makes numbers of the order that stands."""
    course = _Course(protocol, plan, orders, by_vein=route == "iv")
    for event in events:
        course.take(event)
    return course.of_devices() if course.by_devices else course.of_infusions(at)


def dose_facts(dose: DoseState, at: dt.datetime) -> dict[str, Fact]:
    """The clocks since the dose, the calendar days where `at` is, and how far the dose runs off its plan."""
    facts: dict[str, Fact] = {"is_running": dose.is_running}
    if dose.first_at is not None and dose.ended_at is not None:
        since = minutes_between(dose.ended_at, at)
        facts["minutes_since_dose_end"] = significant(since)
        facts["hours_since_session"] = significant(since / 60)
        facts["days_since_session"] = (at.date() - dose.first_at.astimezone(at.tzinfo).date()).days
    if dose.deviation_percent is not None:
        facts["plan_deviation_percent"] = dose.deviation_percent
    if dose.rate_over_plan_percent is not None:
        facts["rate_over_plan_percent"] = dose.rate_over_plan_percent
    return facts


def device_facts(
    dose: DoseState, plan: PlannedDose, pressures: Iterable[Pressure], protocol: Protocol, at: dt.datetime
) -> dict[str, Fact]:
    """The devices given and left, and whether the pressure before leaving was taken; nothing where none are used."""
    if protocol.dosing.kind != "devices":
        return {}
    devices = dose.devices
    facts: dict[str, Fact] = {
        "devices_given": len(devices),
        "unobserved_devices": sum(device.observed is not True for device in devices),
    }
    if plan.devices is not None:
        facts["devices_left"] = plan.devices - len(devices)
    if devices:
        last = devices[-1].at
        facts["minutes_since_last_device"] = significant(minutes_between(last, at))
        first_due = protocol.number("mon_bp") - protocol.number("mon_bp_early")
        # The set that answers the task at 40 minutes is not yet the one before leaving.
        facts["completion_bp_taken"] = sum(minutes_between(last, one.at) >= first_due for one in pressures) > 1
    return facts
