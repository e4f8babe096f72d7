"""The closed form of one central compartment with up to two peripheral ones, for one person or for many at once.

An amount put into the centre leaves as a sum of exponentials, x(t) = sum_j g_j exp(-lambda_j t), with distinct rates
lambda_j > 0 and weights g_j > 0 that add up to 1. The state is kept in these modes, y_j, so a step of any length is one
exponential a mode, and no digit is lost by subtraction. Rates per minute.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.errors import RegimenError
from keel.pharmacology.inputs import Entry
from keel.pharmacology.parameters import Form
from keel.pharmacology.structure import Floats, Shape, Structure, Values

MANY = 64  # times from which an even grid is worth its tables


class Times(NamedTuple):
    """Increasing minutes, and their step where the grid is even and long, otherwise 0."""

    minutes: Floats
    step: float

    @classmethod
    def of(cls, minutes: Floats) -> "Times":
        """The times with their step; RegimenError unless they are finite and increase."""
        count = len(minutes)
        if count < 2 and math.isfinite(minutes[0]):
            return cls(minutes, 0.0)
        steps = minutes[1:] - minutes[:-1]
        first, last = float(minutes[0]), float(minutes[-1])
        step = (last - first) / max(1, count - 1)
        # No step exceeds the mean step: then all are equal, and a second pass over them can be saved.
        if 0.0 < step < math.inf and float(steps.max(initial=0.0)) - step <= 1e-15 * max(abs(first), abs(last)):
            return cls(minutes, step if count >= MANY else 0.0)
        if not (steps.min(initial=1.0) > 0 and -math.inf < first and last < math.inf):
            raise RegimenError("The times must be finite and increase, in minutes.")
        return cls(minutes, 0.0)


def micro_constants(structure: Structure, shape: Shape, values: Values) -> tuple[Any, list[tuple[Any, Any]]]:
    """Elimination rate and, for each neighbour, the rates towards it and back, per minute."""
    out: Any = 0.0
    towards: dict[int, Any] = {}
    back: dict[int, Any] = {}
    for source, target, rate, _ in structure.arrows(values):
        if source == shape.centre and target is None:
            out = out + rate / 60.0
        elif source == shape.centre and target is not None:
            towards[target] = towards.get(target, 0.0) + rate / 60.0
        elif target == shape.centre:
            back[source] = back.get(source, 0.0) + rate / 60.0
    return out, [(towards[place], back[place]) for place in shape.neighbours]


def modes(out: Any, pairs: list[tuple[Any, Any]]) -> tuple[Floats, Floats]:
    """Rates lambda (largest first) and weights g, each of shape (modes,) or (modes, people)."""
    if not pairs:
        only = np.asarray(out, dtype=float)[None]
        return only, np.ones_like(only)
    if len(pairs) == 1:
        rates, weights = _two(out, *pairs[0])
    elif isinstance(out, float) and all(isinstance(rate, float) for pair in pairs for rate in pair):
        rates, weights = _three(out, *pairs[0], *pairs[1], math)
    else:
        rates, weights = _three(out, *pairs[0], *pairs[1], np)
    return np.array(rates), np.array(weights)


Modes = tuple[list[Any], list[Any]]


def _two(k10: Any, k12: Any, k21: Any) -> Modes:
    first = 0.5 * (k10 + k12 + k21 + np.sqrt((k10 + k12 - k21) ** 2 + 4.0 * k12 * k21))
    second = k10 * k21 / first
    apart = first - second
    return [first, second], [(first - k21) / apart, (k21 - second) / apart]


def _three(k10: Any, k12: Any, k21: Any, k13: Any, k31: Any, with_: Any) -> Modes:
    """Roots of the cubic: the largest by the cosine formula and two Newton steps, the others from sum and product.

    `with_` is the module whose sqrt, cos and acos are used: math for one person, NumPy for many.
    """
    a2 = k10 + k12 + k13 + k21 + k31
    a1 = k10 * (k21 + k31) + k12 * k31 + k13 * k21 + k21 * k31
    a0 = k10 * k21 * k31
    third = a2 / 3.0
    p = third * third - a1 / 3.0
    q = third * (third * third - 0.5 * a1) + 0.5 * a0
    root = with_.sqrt(p)
    cosine = q / (p * root)
    cosine = max(-1.0, min(1.0, cosine)) if with_ is math else np.clip(cosine, -1.0, 1.0)
    first = third + 2.0 * root * with_.cos(with_.acos(cosine) / 3.0)
    for _ in range(2):
        first = first - (((first - a2) * first + a1) * first - a0) / ((3.0 * first - 2.0 * a2) * first + a1)
    product = a0 / first
    total = (a1 - product) / first
    second = 0.5 * (total + with_.sqrt(abs(total * total - 4.0 * product)))
    last = product / second
    one, two, three = first - second, first - last, second - last
    weights = [
        (first - k21) * (first - k31) / (one * two),
        (k21 - second) * (second - k31) / (one * three),
        (k21 - last) * (k31 - last) / (two * three),
    ]
    return [first, second, last], weights


class Modal(NamedTuple):
    """One person's closed form of a block: rates to and from each neighbour, rates and weights of the modes."""

    neighbours: list[tuple[Any, Any]]
    rates: Floats
    weights: Floats
    steady: Floats
    column: Floats


class ModalPath:
    """One person's block in modes: every amount and area is a weighted sum of exponentials between two events."""

    def __init__(self, structure: Structure, shape: Shape, values: Form, parts: Sequence[Entry], times: Times) -> None:
        known = values.modes.get(shape.centre)
        if known is None:
            out, neighbours = micro_constants(structure, shape, values)
            rates, weights = modes(out, neighbours)
            known = values.modes[shape.centre] = Modal(neighbours, rates, weights, weights / rates, -rates[:, None])
        self._neighbours, self._rates, self._weights = known.neighbours, known.rates, known.weights
        self._steady, self._column = known.steady, known.column
        self._shape, self._times, self._step = shape, times.minutes, times.step
        self._moments, self._jumps, self._flows = happenings(parts)

    def amount(self, place: int) -> Floats:
        """Amount in a place, mg."""
        if place == self._shape.centre:
            return self._combine(None)
        towards, back = self._neighbours[self._shape.neighbours.index(place)]
        return self._combine(towards / (back - self._rates))

    def area(self, place: int) -> Floats:
        """Integral of the amount in the centre since the first dose, mg*min: what was put in and has since left."""
        inside = self._combine(1.0 / self._rates)
        return self._put() * float(np.sum(self._weights / self._rates)) - inside

    def _put(self) -> Floats:
        """Milligrams put in until each time."""
        total = np.zeros(len(self._times))
        ends = [*self._moments[1:], np.inf]
        for moment, end, jump, flow in zip(self._moments, ends, self._jumps, self._flows, strict=True):
            total += np.where(self._times >= moment, jump + flow * (np.minimum(self._times, end) - moment), 0.0)
        return total

    def _combine(self, factors: Floats | None) -> Floats:
        """Sum over modes of factor (1 where None) times state, at each time."""
        rates, weights, moments, steady = self._rates, self._weights, self._moments, self._steady
        found = np.zeros(len(self._times))
        firsts = [*self._times.searchsorted(moments).tolist(), len(self._times)]
        now, flow = 0.0 * weights, 0.0
        for number, moment in enumerate(moments):
            if number:
                decay = rates * (moments[number - 1] - moment)
                now = now * np.exp(decay)
                if flow:
                    now -= flow * steady * np.expm1(decay)
            if self._jumps[number]:
                now = now + self._jumps[number] * weights
            flow = self._flows[number]
            first, end = firsts[number], firsts[number + 1]
            if end == first:
                continue
            if number or self._jumps[0]:
                found[first:end] = self._decay(now if factors is None else factors * now, first, end, moment)
            if flow:
                level = flow * steady if factors is None else flow * steady * factors
                found[first:end] -= level @ np.expm1(self._column * (self._times[first:end] - moment))
        return found

    def _decay(self, amplitudes: Floats, first: int, end: int, moment: float) -> Floats:
        """Sum of amplitudes that decay from `moment`; on an even grid as the product of two small tables."""
        count = end - first
        if not self._step or count < MANY:
            return np.asarray(amplitudes @ np.exp(self._column * (self._times[first:end] - moment)))
        # t = t_first + (i m + j) h: exp(-rate t) is exp(-rate i m h) times exp(-rate j h), 2 sqrt(n) exponentials.
        side = int(count**0.5) + 1
        numbers = np.arange(float(side))
        offset = float(self._times[first]) - moment
        coarse = np.exp(self._column * (offset + (self._step * side) * numbers))
        coarse *= amplitudes[:, None]
        fine = np.exp(self._column * (self._step * numbers))
        return (coarse.T @ fine).reshape(-1)[:count]


def happenings(parts: Sequence[Entry]) -> tuple[list[float], list[float], list[float]]:
    """Moments of change, the amount that jumps in at each, and the input rate (mg/min) from then on."""
    jumps: dict[float, float] = {}
    changes: dict[float, float] = {}
    for _, amount, start, duration, _ in parts:
        if duration > 0:
            rate, end = amount / duration, start + duration
            changes[start] = changes.get(start, 0.0) + rate
            changes[end] = changes.get(end, 0.0) - rate
        else:
            jumps[start] = jumps.get(start, 0.0) + amount
    moments = sorted(jumps | changes)
    largest = max(map(abs, changes.values())) if changes else 0.0
    flow, flows = 0.0, []
    for moment in moments:
        flow += changes.get(moment, 0.0)
        # A sum of differences: what should be zero after the last end must be zero.
        flow = 0.0 if abs(flow) < 1e-12 * largest else flow
        flows.append(flow)
    return moments, [jumps.get(moment, 0.0) for moment in moments], flows
