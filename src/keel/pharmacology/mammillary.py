"""The closed form of one central compartment with up to two peripheral ones, for one person or for many at once.

An amount put into the centre leaves as a sum of exponentials, x(t) = sum_j g_j exp(-lambda_j t), with distinct rates
lambda_j > 0 and weights g_j > 0 that add up to 1. The state is kept in these modes, y_j, so a step of any length is one
exponential a mode, and no digit is lost by subtraction. Rates per minute.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.inflows import Inflow, happenings
from keel.pharmacology.parameters import Parameters
from keel.pharmacology.structure import Floats, Shape, Structure, Values
from keel.pharmacology.times import MANY, Times

MOST_TABLES = 32  # tables of even grids that are kept with a person


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
    """One person's closed form of a block: rates to and from each neighbour, rates and weights of the modes.

    `steady` is what an input of 1 mg/min keeps in each mode; `column` holds the rates with a minus, below one another.
    `tables` keeps the exponentials of even grids for the next question about the same person.
    """

    neighbours: list[tuple[float, float]]
    rates: Floats
    weights: Floats
    steady: Floats
    column: Floats
    tables: dict[tuple[float, int], Floats]

    def table(self, step: float, side: int) -> Floats:
        """exp(-rate i m h) and exp(-rate i h) for i below m = `side`, shape (2, modes, side)."""
        known = self.tables.get((step, side))
        if known is None:
            lengths = np.array([[step * side], [step]]) * np.arange(float(side))
            known = np.exp(self.column * lengths[:, None])
            if len(self.tables) < MOST_TABLES:
                self.tables[step, side] = known
        return known


def modal_of(structure: Structure, shape: Shape, values: Parameters) -> Modal:
    """The closed form of a block, kept with the person's parameters."""
    known: Modal | None = values.modes.get(shape.centre)
    if known is None:
        out, neighbours = micro_constants(structure, shape, values)
        rates, weights = modes(out, neighbours)
        known = values.modes[shape.centre] = Modal(neighbours, rates, weights, weights / rates, -rates[:, None], {})
    return known


class Stretch(NamedTuple):
    """From one event to the next: the modes (mg) just after it, None where there is nothing, and the input (mg/min)."""

    moment: float
    state: Floats | None
    flow: float
    jump: float


class MammillaryCourse:
    """One person's block in modes: every amount and area is a weighted sum of exponentials between two events."""

    def __init__(self, structure: Structure, shape: Shape, values: Parameters, inflows: Sequence[Inflow]) -> None:
        self.modal, self.shape = modal_of(structure, shape, values), shape
        self.stretches = list(self._stretches(inflows))
        self.moments = np.array([stretch.moment for stretch in self.stretches])

    def at(self, times: Times) -> "MammillaryPath":
        """The block at the asked times."""
        return MammillaryPath(self, times)

    def _stretches(self, inflows: Sequence[Inflow]) -> Iterator[Stretch]:
        rates, weights = self.modal.rates, self.modal.weights
        state: Floats | None = None
        before, flow = 0.0, 0.0
        for moment, jump, following in zip(*happenings(inflows), strict=True):
            decay = rates * (before - moment)
            if state is not None:
                state = state * np.exp(decay)
            if flow:
                gained = -flow * self.modal.steady * np.expm1(decay)
                state = gained if state is None else state + gained
            if jump:
                state = jump * weights if state is None else state + jump * weights
            yield Stretch(moment, state, following, jump)
            before, flow = moment, following


class MammillaryPath:
    """A block in modes at the asked times."""

    def __init__(self, course: MammillaryCourse, times: Times) -> None:
        self._course, self._modal, self._times = course, course.modal, times

    def amount(self, place: int, scale: float) -> Floats:
        """Amount in a place in mg, times `scale`."""
        if place == self._course.shape.centre:
            return self._combine(scale)
        towards, back = self._modal.neighbours[self._course.shape.neighbours.index(place)]
        return self._combine(scale * towards / (back - self._modal.rates))

    def area(self, place: int, scale: float) -> Floats:
        """Integral of the amount in the centre since the first dose in mg*min, times `scale`: put in and left since."""
        return self._put() * (scale * float(np.sum(self._modal.steady))) - self._combine(scale / self._modal.rates)

    def _put(self) -> Floats:
        """Milligrams put in until each time."""
        times, stretches = self._times.minutes, self._course.stretches
        total = np.zeros(len(times))
        for stretch, end in zip(stretches, [*(after.moment for after in stretches[1:]), np.inf], strict=True):
            so_far = stretch.jump + stretch.flow * (np.minimum(times, end) - stretch.moment)
            total += np.where(times >= stretch.moment, so_far, 0.0)
        return total

    def _combine(self, factors: Any) -> Floats:
        """Sum over modes of factor times state, at each time."""
        times = self._times.minutes
        found = np.zeros(len(times))
        firsts = [*times.searchsorted(self._course.moments).tolist(), len(times)]
        for number, (moment, state, flow, _) in enumerate(self._course.stretches):
            first, end = firsts[number], firsts[number + 1]
            if first == end:
                continue
            if flow:
                found[first:end] = self._rising((-flow * factors) * self._modal.steady, first, end, moment)
            if state is not None:
                falling = self._falling(factors * state, first, end, moment)
                found[first:end] = falling + found[first:end] if flow else falling
        return found

    def _rising(self, gains: Floats, first: int, end: int, moment: float) -> Floats:
        """Sum of what an input that begins at `moment` adds to each mode."""
        passed = self._passed(first, end, moment)
        added: Floats = gains.dot(np.expm1(passed, out=passed))
        return added

    def _passed(self, first: int, end: int, moment: float) -> Floats:
        """-rate (t - moment) of each mode; the product of a column and a row, for small ones twice as fast as `*`."""
        since = self._times.minutes[first:end]
        passed: Floats = self._modal.column.dot((since - moment if moment else since)[None])
        return passed

    def _falling(self, amplitudes: Floats, first: int, end: int, moment: float) -> Floats:
        """Sum of amplitudes that decay from `moment`; on an even grid as the product of two small tables."""
        count = end - first
        if not self._times.step or count < MANY:
            passed = self._passed(first, end, moment)
            left: Floats = amplitudes.dot(np.exp(passed, out=passed))
            return left
        # t = t_first + (i m + j) h: exp(-rate t) is exp(-rate i m h) times exp(-rate j h), 2 sqrt(n) exponentials.
        offset = float(self._times.minutes[first]) - moment
        there = amplitudes * np.exp(self._modal.rates * -offset) if offset else amplitudes
        coarse, fine = self._modal.table(self._times.step, math.isqrt(count - 1) + 1)
        table: Floats = (coarse * there[:, None]).T.dot(fine)
        return table.reshape(-1)[:count]
