"""One infusion, or one dose given at once, while its events are read: its rate times the minutes at that rate.

It gives never more than its amount. Its end counts when it is on record.
"""

import datetime as dt
from typing import NamedTuple

from keel.assessment.session.events import DoseStarted, minutes_between
from keel.assessment.session.plan import PlannedDose, dose_mg, number_in
from keel.quantities import parse_duration_min, parse_rate_mg_per_min, significant


class Part(NamedTuple):
    """Milligrams that went in from a moment on, over some minutes."""

    start: dt.datetime
    minutes: float
    mg: float


class Infusion:
    """The course of one dose. `amount` and `given` are mg, rates mg/min; `ran` counts minutes at a rate above zero."""

    def __init__(self, event: DoseStarted, plan: PlannedDose, weight_kg: float | None, by_vein: bool) -> None:
        self.start = self.since = event.at
        self.amount = dose_mg(event.amount, weight_kg)
        self.rate = self._first_rate(event, plan, weight_kg, by_vein)
        self.running_rate = self.rate
        self.planned_rate = plan.rate if plan.rate is not None else self.rate
        self.ordered_mg = plan.mg
        self.at_once = not by_vein and event.over is None and event.rate is None
        self.given = self.ran = 0.0
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
            return number_in(event.rate, parse_rate_mg_per_min, weight_kg=weight_kg)
        minutes = number_in(event.over, parse_duration_min) or (plan.minutes if by_vein else None)
        return self.amount / minutes if self.amount is not None and minutes else None

    @property
    def is_open(self) -> bool:
        """Whether no end is on record."""
        return self.ended_at is None

    @property
    def is_known(self) -> bool:
        """Whether the amount given can be computed."""
        return self.amount is not None and (self.at_once or self.rate is not None)

    @property
    def rate_now(self) -> float:
        """mg/min at the moment; zero while paused, ended or not known."""
        return self.rate or 0.0 if self.is_open and not self.paused else 0.0

    def set_rate(self, rate: float | None) -> None:
        """The pump runs at another rate from now on; at zero it pauses, and keeps the rate at which it would resume."""
        self.rate, self.paused = rate, rate == 0
        if rate:
            self.running_rate = rate

    def run_to(self, moment: dt.datetime) -> None:
        """Counts what went in since the last event."""
        if not self.is_open or moment <= self.since:
            return
        minutes, rate = minutes_between(self.since, moment), self.rate_now
        if rate > 0 and self.amount is not None:
            self.ran += minutes
            mg = min(rate * minutes, self.amount - self.given)
            if mg > 0:
                self.parts.append(Part(self.since, mg / rate, mg))
                self.given += mg
            if self.full_at is None and self.amount - self.given <= self.amount * 1e-9:
                self.full_at = self.since + dt.timedelta(minutes=mg / rate)
        self.since = moment

    def take_measured(self, mg: float) -> None:
        """Takes what the pump says for what was given; the course over time keeps its shape."""
        if self.given > 0:
            self.parts = [part._replace(mg=part.mg * mg / self.given) for part in self.parts]
        elif mg > 0:
            self.parts = [Part(self.start, max(0.0, minutes_between(self.start, self.since)), mg)]
        self.given = mg

    @property
    def due_end(self) -> dt.datetime | None:
        """When the amount will be in at the present rate; None while paused or without a rate."""
        if self.amount is None or not self.rate_now:
            return None
        return self.since + dt.timedelta(minutes=(self.amount - self.given) / self.rate_now)

    @property
    def deviation_percent(self) -> float | None:
        """How far the minutes run, and those still to run, are off the planned minutes; None where nothing tells.

        A dose that was stopped before its amount was in has no deviation: stopping early is always allowed.
        """
        if self.at_once or not self.planned_rate or not self.amount:
            return None
        plan, left, total = self.amount / self.planned_rate, self.amount - self.given, self.ran
        if self.is_open:
            if not self.rate_now:
                return None
            total += left / self.rate_now
        elif left > self.amount * 1e-6:
            return None
        return significant(abs(total - plan) / plan * 100)

    @property
    def rate_over_plan_percent(self) -> float | None:
        """How far the rate is above the planned one; zero below a tenth of a per cent, as pumps are set in steps."""
        if not self.is_open or not self.planned_rate:
            return None
        over = (self.rate_now / self.planned_rate - 1) * 100
        return significant(over) if over > 0.1 else 0.0
