"""Absorption, transit and metabolites of one person: the state goes from event to event by matrix exponentials.

z(t + h) = exp(M h) z(t) with the extended system of `structure.py`; at an event amounts jump and input rates change.
Exponentials of equal length share their exponential; a long run of n equal steps costs 2 sqrt(n) powers of it.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.exponential import exponential, shifted_norm
from keel.pharmacology.inflows import Inflow, happenings, moments_of
from keel.pharmacology.parameters import Parameters
from keel.pharmacology.structure import Block, Floats, Structure
from keel.pharmacology.times import MANY, Times

SAME_LENGTH = 11  # decimals of a minute to which steps count as equal
MOST_KEPT = 32  # exponentials and powers that are kept for the next question about the same person
LARGEST_KEPT = 64  # powers of a step that are kept: longer runs compute theirs anew


class ChainCourse:
    """A block solved step by step with matrix exponentials."""

    def __init__(self, structure: Structure, values: Parameters, number: int, inflows: Sequence[Inflow]) -> None:
        if values.matrices is None:
            values.matrices = structure.extended(values)
        self.structure, self.values, self.inflows = structure, values, inflows
        self.block = structure.blocks[number]
        self.exponentials = Exponentials(values.matrices[number], values.steps, number)
        self.events = _jumps(self.block, inflows)

    def at(self, times: Times) -> "ChainPath":
        """The block at the asked times."""
        return ChainPath(self, times)


class ChainPath:
    """A block at the asked times, by matrix exponentials."""

    def __init__(self, course: ChainCourse, times: Times) -> None:
        block = course.block
        self._block, self._walk = block, Walk(block, course.exponentials, course.events, times)
        seen = tuple(block.first + block.at[place] for place in block.seen)
        areas = tuple(range(block.first))
        rest = tuple(row for row in range(block.first, block.first_rate) if row not in seen)
        # Only on a long even grid do fewer rows cost less.
        self._groups = (seen, areas, rest) if times.step else (tuple(range(block.size)),)
        self._found: dict[tuple[int, ...], Floats] = {}
        self._drifting = {
            place: drift(course, place, times.minutes) for place in block.at.keys() & course.structure.drifting.keys()
        }

    def amount(self, place: int, scale: float) -> Floats:
        """Amount in a place in mg, times `scale`."""
        if place in self._drifting:
            return self._drifting[place][0] * scale
        return self._row(self._block.first + self._block.at[place]) * scale

    def area(self, place: int, scale: float) -> Floats:
        """Integral of the amount since the first dose in mg*min, times `scale`."""
        if place in self._drifting:
            return self._drifting[place][1] * scale
        return self._row(self._block.seen.index(place)) * scale

    def _row(self, row: int) -> Floats:
        """One row of the extended state at all times; those that are asked together are computed together."""
        group = next(group for group in self._groups if row in group)
        if group not in self._found:
            self._found[group] = self._walk.rows(group)
        found: Floats = self._found[group][group.index(row)]
        return found


def _jumps(block: Block, inflows: Sequence[Inflow]) -> tuple[list[float], Floats]:
    """When something happens; each row then adds to the amounts and sets the input rates of the extended state."""
    by_place = [happenings([inflow for inflow in inflows if inflow.place == place]) for place in block.fed]
    moments = sorted({moment for times, _, _ in by_place for moment in times})
    row_of = {moment: row for row, moment in enumerate(moments)}
    jumps = np.zeros((len(moments), block.size))
    for position, (times, amounts, flows) in enumerate(by_place):
        place, rate = block.first + block.at[block.fed[position]], block.first_rate + position
        rows = [row_of[moment] for moment in times]
        for row, following, amount, flow in zip(rows, [*rows, None][1:], amounts, flows, strict=True):
            if amount:
                jumps[row, place] = amount
            if flow:
                jumps[row:following, rate] = flow
    return moments, jumps


class Powers(NamedTuple):
    """What takes a state over n steps for any n below side * side: n = i side + j.

    `fine` holds step^j, (side, size, size); `coarse` step^(i side), (side, size, size).
    """

    fine: Floats
    coarse: Floats
    rows: dict[tuple[int, ...], Floats]

    def of_rows(self, rows: tuple[int, ...]) -> Floats:
        """The chosen rows of each `fine` as columns, (rows, size, side)."""
        if rows not in self.rows:
            self.rows[rows] = np.ascontiguousarray(self.fine[:, rows].transpose(1, 2, 0))
        return self.rows[rows]


class Exponentials(NamedTuple):
    """A block's matrix, and the exponentials and powers of the step lengths that were needed so far."""

    matrix: Floats
    known: dict[tuple[int, float, int], Any]
    number: int

    def of(self, lengths: Sequence[float]) -> dict[float, Floats]:
        """exp(matrix * length) by rounded length; lengths of one size together, so that none costs another digits."""
        wanted = {round(length, SAME_LENGTH): length for length in lengths if length > 0.0}
        by_size: dict[int, dict[float, float]] = {}
        found: dict[float, Floats] = {}
        for key, length in wanted.items():
            # Known only if it is the same to the last bit: an answer must not depend on earlier questions.
            if (self.number, length, 0) in self.known:
                found[key] = self.known[self.number, length, 0]
            else:
                by_size.setdefault(math.frexp(length)[1], {})[key] = length
        norm = shifted_norm(self.matrix) if by_size else 0.0
        for size, alike in by_size.items():
            steps = np.array(list(alike.values()))
            computed = exponential(self.matrix * steps[:, None, None], norm * 2.0**size)
            fresh = dict(zip(alike, computed, strict=True))
            found |= fresh
            if len(self.known) + len(fresh) <= MOST_KEPT:
                self.known.update({(self.number, alike[key], 0): step for key, step in fresh.items()})
        return found

    def powers(self, length: float, side: int) -> Powers:
        """The powers of one step; the long stride has an exponential of its own, so that errors do not grow with n."""
        known: Powers | None = self.known.get((self.number, length, side))
        if known is None:
            short, long = (self.of([each])[round(each, SAME_LENGTH)] for each in (length, length * side))
            known = Powers(_powers(short, side), _powers(long, side), {})
            if side <= LARGEST_KEPT and len(self.known) < MOST_KEPT:
                self.known[self.number, length, side] = known
        return known


def _powers(step: Floats, count: int) -> Floats:
    """step^0 to step^(count - 1), by doubling: each block is the power of the step times the block before."""
    size = len(step)
    powers = np.empty((count, size, size))
    powers[0] = np.eye(size)
    filled, power = 1, step
    while filled < count:
        take = min(filled, count - filled)
        np.matmul(powers[:take], power, out=powers[filled : filled + take])
        filled += take
        if filled < count:
            power = power @ power
    return powers


class Run(NamedTuple):
    """`steps` equal steps of `length` minutes; the first of their ends is row `row` of the times asked, or none is."""

    length: float
    steps: int
    row: int | None


class Walk:
    """The way of one block's extended state through all events."""

    def __init__(
        self, block: Block, exponentials: Exponentials, events: tuple[list[float], Floats], times: Times
    ) -> None:
        moments, self._jumps = events
        self._block, self._exponentials, self._count = block, exponentials, len(times.minutes)
        self._plan = [_runs(times, moment, following) for moment, following in pairwise([*moments, math.inf])]
        self._short = exponentials.of([run.length for runs in self._plan for run in runs if run.steps < MANY])

    def rows(self, rows: tuple[int, ...]) -> Floats:
        """The chosen rows of the extended state at each asked time, (rows, times)."""
        size, first_rate = self._block.size, self._block.first_rate
        found, state = np.zeros((len(rows), self._count)), np.zeros(size)
        chosen = slice(size) if len(rows) == size else list(rows)
        for jump, runs in zip(self._jumps, self._plan, strict=True):
            state[:first_rate] += jump[:first_rate]
            state[first_rate:] = jump[first_rate:]
            for run in runs:
                if run.row is not None and run.steps >= MANY:
                    seen, state = self._many(run, state, rows)
                    found[:, run.row : run.row + run.steps] = seen
                    continue
                passed = state[None]
                if run.length > 0.0:
                    passed = _few(self._short[round(run.length, SAME_LENGTH)], state, run.steps)
                    state = passed[-1].copy()
                if run.row is not None:
                    found[:, run.row : run.row + run.steps] = passed.T[chosen]
        return found

    def _many(self, run: Run, state: Floats, rows: tuple[int, ...]) -> tuple[Floats, Floats]:
        """The chosen rows after 1 to `run.steps` equal steps, (rows, steps), and the state after the last."""
        side = math.isqrt(run.steps) + 1
        powers = self._exponentials.powers(run.length, side)
        strides = powers.coarse.reshape(-1, len(state)).dot(state).reshape(side, -1)  # as one product: far quicker
        seen = np.matmul(strides, powers.of_rows(rows)).reshape(len(rows), -1)[:, 1 : run.steps + 1]
        stride, rest = divmod(run.steps, side)
        return seen, powers.fine[rest] @ strides[stride]


def _few(step: Floats, state: Floats, count: int) -> Floats:
    """States after 1..count equal steps, by doubling: the next block is the power of the step times the last block."""
    if count == 1:
        return (step @ state)[None]
    states = np.empty((count, len(state)))
    states[0] = step @ state
    filled, power = 1, step.T
    while filled < count:
        take = min(filled, count - filled)
        states[filled : filled + take] = states[:take] @ power
        filled += take
        if filled < count:
            power = power @ power
    return states


def _runs(times: Times, moment: float, following: float) -> list[Run]:
    """The steps from one event over the times asked before the next one, and on to that."""
    first, end = times.minutes.searchsorted([moment, following]).tolist()
    if first == end:
        return [] if following == math.inf else [Run(following - moment, 1, None)]
    inside = times.minutes[first:end]
    runs = [Run(float(inside[0]) - moment, 1, first)]
    if times.step and end - first > 1:
        runs.append(Run(times.step, end - first - 1, first + 1))
    elif end - first > 1:
        steps = inside[1:] - inside[:-1]
        changes = np.flatnonzero(np.abs(steps[1:] - steps[:-1]) > 0.5 * 10.0**-SAME_LENGTH) + 1
        cuts = np.concatenate([[0], changes, [len(steps)]])
        counts = cuts[1:] - cuts[:-1]
        lengths = (inside[cuts[1:]] - inside[cuts[:-1]]) / counts
        rows = first + 1 + cuts[:-1]
        runs += [Run(*each) for each in zip(lengths.tolist(), counts.tolist(), rows.tolist(), strict=True)]
    if following != math.inf:
        runs.append(Run(following - float(inside[-1]), 1, None))
    return runs


def drift(course: ChainCourse, place: int, times_min: Floats) -> tuple[Floats, Floats]:
    """Amount (mg) and its area (mg*min) in a place whose outflow grows as k (1 + g t), t in hours from time zero.

    Variation of constants, x(t) = integral of entering(s) exp(-K(s, t)) ds, by Gauss-Legendre collocation in pieces
    that are short against 1/k; what enters is exact.
    """
    block, matrix, inflows = course.block, course.exponentials.matrix, course.inflows
    flow = course.structure.drifting[place]
    k = float(course.structure.rate(flow, course.values)) / 60.0
    growth = float(course.values[str(flow.drift)]) / 60.0
    begin = min(float(inflow.start_min) for inflow in inflows)
    breaks = np.array(sorted({0.0, *moments_of(inflows), *times_min.tolist()}))
    breaks = breaks[(breaks >= begin) & (breaks <= times_min[-1])]
    amounts, areas = np.zeros(len(times_min)), np.zeros(len(times_min))
    if len(breaks) < 2:
        return amounts, areas
    fastest = max(k * (1.0 + growth * max(breaks[-1], 0.0)), -float(np.min(np.diagonal(matrix))))
    pieces = [np.linspace(a, b, int(np.ceil((b - a) * fastest / 5.0)) + 1)[:-1] for a, b in pairwise(breaks)]
    edges = np.append(np.concatenate(pieces), breaks[-1])
    nodes, weights, integrate = _collocation()
    half = np.diff(edges)[:, None] / 2.0
    moments_in = edges[:-1, None] + half * (1.0 + nodes)
    walk = Walk(block, Exponentials(matrix, {}, 0), course.events, Times(moments_in.ravel(), 0.0))
    states = walk.rows(tuple(range(block.size)))
    entering = (matrix[block.first + block.at[place]] @ states).reshape(moments_in.shape)
    lost = _lost(k, growth, edges[:-1, None], moments_in)
    gained = np.exp(-lost) * ((entering * np.exp(lost) * half) @ integrate.T)
    lost_whole = _lost(k, growth, edges[:-1], edges[1:])
    gained_whole = np.sum(entering * np.exp(lost - lost_whole[:, None]) * half * weights, axis=1)
    amount, area = np.zeros(len(edges)), np.zeros(len(edges))
    for piece in range(len(edges) - 1):
        inside = amount[piece] * np.exp(-lost[piece]) + gained[piece]
        area[piece + 1] = area[piece] + float(np.sum(inside * weights)) * half[piece, 0]
        amount[piece + 1] = amount[piece] * np.exp(-lost_whole[piece]) + gained_whole[piece]
    after = times_min >= begin
    found = np.searchsorted(edges, times_min[after])
    amounts[after], areas[after] = amount[found], area[found]
    return amounts, areas


def _lost(k: float, growth: float, start: Floats, end: Floats) -> Floats:
    """Integral of k (1 + growth max(t, 0)) from start to end."""
    late_start, late_end = np.maximum(start, 0.0), np.maximum(end, 0.0)
    lost: Floats = k * ((end - start) + growth / 2.0 * (late_end - late_start) * (late_end + late_start))
    return lost


@lru_cache(maxsize=1)
def _collocation() -> tuple[Floats, Floats, Floats]:
    """Gauss-Legendre nodes and weights on -1 to 1, and the matrix that integrates from -1 to each node."""
    count = 24
    nodes, weights = np.polynomial.legendre.leggauss(count)
    basis = np.polynomial.legendre.legvander(nodes, count)
    degrees = np.arange(count)
    integrals = np.empty((count, count))
    integrals[:, 0] = nodes + 1.0
    integrals[:, 1:] = (basis[:, 2:] - basis[:, :-2]) / (2.0 * degrees[1:] + 1.0)
    expand = (2.0 * degrees[:, None] + 1.0) / 2.0 * basis[:, :count].T * weights
    return nodes, weights, integrals @ expand
