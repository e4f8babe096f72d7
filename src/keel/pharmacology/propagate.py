"""One person's concentrations: the state carried from event to event by matrix exponentials, never by small steps.

z(t + h) = exp(M h) z(t) with the extended system of `structure.py`; at an event amounts jump and input rates change.
Steps of equal length share their exponential, and a run of n equal steps costs log2(n) products.
"""

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from keel.pharmacology.exponential import exponential, shifted_norm
from keel.pharmacology.inputs import Entry
from keel.pharmacology.mammillary import ModalPath, Times, happenings
from keel.pharmacology.parameters import Form
from keel.pharmacology.structure import Block, Floats, Structure, Values

SAME_STEP = 11  # decimals of a minute to which steps count as equal
MOST_KEPT = 32  # exponentials that are kept for the next question about the same person


class Path:
    """Concentrations (ng/mL, outputs x times) at once; areas (ng*min/mL) and amounts (mg, places x times) when asked.

    At the moment of a bolus the value is that just after it; before the first dose it is zero.
    """

    def __init__(self, structure: Structure, values: Values, parts: Sequence[Entry], times: Times) -> None:
        self._structure, self._times = structure, times.minutes
        self._weights = structure.weights(values)
        self._solved: dict[int, Solved] = {}
        form = values if isinstance(values, Form) else Form(values)
        for number, block in enumerate(structure.blocks):
            inside = [part for part in parts if part[0] in block.at and part[1] > 0]
            if not inside:
                continue
            shape = structure.shapes[number]
            if shape is not None:
                solved: Solved = ModalPath(structure, shape, form, inside, times)
            else:
                solved = StepPath(structure, form, number, inside, times)
            self._solved |= dict.fromkeys(block.places, solved)
        self.concentrations = self._seen("amount")

    @cached_property
    def areas(self) -> Floats:
        """Area under each output since the first dose, ng*min/mL, shape (outputs, times)."""
        return self._seen("area")

    @cached_property
    def amounts(self) -> Floats:
        """Amount in each compartment, mg, shape (places, times)."""
        found = np.zeros((len(self._structure.places), len(self._times)))
        for place, solved in self._solved.items():
            found[place] = solved.amount(place)
        return found

    def _seen(self, what: str) -> Floats:
        """Each output as the weighted sum of what its places hold (`amount`) or held (`area`)."""
        rows = []
        for terms in self._weights:
            parts = [
                getattr(self._solved[place], what)(place) * scale for place, scale in terms if place in self._solved
            ]
            rows.append(sum(parts[1:], parts[0]) if parts else np.zeros(len(self._times)))
        return rows[0][None] if len(rows) == 1 else np.array(rows)


class Solved(Protocol):
    """One block of one person at the asked times."""

    def amount(self, place: int) -> Floats:
        """Amount in a place, mg."""

    def area(self, place: int) -> Floats:
        """Integral of the amount since the first dose, mg*min, for a place that outputs see."""


class StepPath:
    """A block solved step by step with matrix exponentials."""

    def __init__(self, structure: Structure, values: Form, number: int, parts: Sequence[Entry], times: Times) -> None:
        if values.matrices is None:
            values.matrices = structure.extended(values)
        self._block, matrix = structure.blocks[number], values.matrices[number]
        steps = Steps(matrix, values.steps, number)
        self._states = extended_states(self._block, steps, parts, times)
        self._drifting = {
            place: drift(structure, values, place, (self._block, steps, parts), times.minutes)
            for place in self._block.at.keys() & structure.drifting.keys()
        }

    def amount(self, place: int) -> Floats:
        """Amount in a place, mg."""
        if place in self._drifting:
            return self._drifting[place][0]
        column: Floats = self._states[:, self._block.first + self._block.at[place]]
        return column

    def area(self, place: int) -> Floats:
        """Integral of the amount since the first dose, mg*min."""
        if place in self._drifting:
            return self._drifting[place][1]
        column: Floats = self._states[:, self._block.seen.index(place)]
        return column


def _jumps(block: Block, parts: Sequence[Entry]) -> tuple[list[float], Floats]:
    """When something happens; each row then adds to the amounts and sets the input rates of the extended state."""
    by_place = [happenings([part for part in parts if part.place == place]) for place in block.fed]
    moments = sorted({moment for times, _, _ in by_place for moment in times})
    jumps = np.zeros((len(moments), block.size))
    for position, (times, amounts, flows) in enumerate(by_place):
        if times:
            latest = np.searchsorted(times, moments, side="right") - 1
            jumps[:, block.first_rate + position] = np.where(latest >= 0, np.array(flows)[latest], 0.0)
            jumps[np.searchsorted(moments, times), block.first + block.at[block.fed[position]]] = amounts
    return moments, jumps


class Steps(NamedTuple):
    """A block's matrix, and the exponentials of the step lengths that were needed so far."""

    matrix: Floats
    known: dict[tuple[int, float], Floats]
    number: int

    def of(self, lengths: Sequence[float]) -> dict[float, Floats]:
        """exp(matrix * length) by rounded length; lengths of one size together, so that none costs another digits."""
        wanted = {round(length, SAME_STEP): length for length in lengths if length > 0.0}
        by_size: dict[int, dict[float, float]] = {}
        found: dict[float, Floats] = {}
        for key, length in wanted.items():
            # Known only if it is the same to the last bit: an answer must not depend on earlier questions.
            if (self.number, length) in self.known:
                found[key] = self.known[self.number, length]
            else:
                by_size.setdefault(math.frexp(length)[1], {})[key] = length
        norm = shifted_norm(self.matrix) if by_size else 0.0
        for size, alike in by_size.items():
            steps = np.array(list(alike.values()))
            computed = exponential(self.matrix * steps[:, None, None], norm * 2.0**size)
            fresh = dict(zip(alike, computed, strict=True))
            found |= fresh
            if len(self.known) + len(fresh) <= MOST_KEPT:
                self.known.update({(self.number, alike[key]): step for key, step in fresh.items()})
        return found


class Run(NamedTuple):
    """`steps` equal steps of `length` minutes; the first of their ends is row `row` of the times asked, or none is."""

    length: float
    steps: int
    row: int | None


def extended_states(block: Block, matrix: Steps, parts: Sequence[Entry], times: Times) -> Floats:
    """The extended state at each asked time, (times, size)."""
    moments, jumps = _jumps(block, parts)
    plan = [_runs(times, moment, following) for moment, following in pairwise([*moments, math.inf])]
    exponentials = matrix.of([run.length for runs in plan for run in runs])
    states = np.zeros((len(times.minutes), block.size))
    state = np.zeros(block.size)
    for jump, runs in zip(jumps, plan, strict=True):
        state[: block.first_rate] += jump[: block.first_rate]
        state[block.first_rate :] = jump[block.first_rate :]
        for run in runs:
            if run.length == 0.0:
                states[run.row] = state
                continue
            passed = _run(exponentials[round(run.length, SAME_STEP)], state, run.steps)
            if run.row is not None:
                states[run.row : run.row + run.steps] = passed
            state = passed[-1].copy()
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
        cuts = [0, *(np.flatnonzero(np.abs(np.diff(steps)) > 0.5 * 10.0**-SAME_STEP) + 1).tolist(), len(steps)]
        runs += [Run(float(steps[a:b].mean()), b - a, first + 1 + a) for a, b in pairwise(cuts)]
    if following != math.inf:
        runs.append(Run(following - float(inside[-1]), 1, None))
    return runs


def _run(step: Floats, state: Floats, count: int) -> Floats:
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


def drift(
    structure: Structure,
    values: Values,
    place: int,
    source: tuple[Block, Steps, Sequence[Entry]],
    times_min: Floats,
) -> tuple[Floats, Floats]:
    """Amount (mg) and its area (mg*min) in a place whose outflow grows as k (1 + g t), t in hours from time zero.

    Variation of constants, x(t) = integral of inflow(s) exp(-K(s, t)) ds, by Gauss-Legendre collocation in pieces that
    are short against 1/k; the inflow itself is exact.
    """
    block, steps, parts = source
    matrix = steps.matrix
    flow = structure.drifting[place]
    k, growth = float(structure.rate(flow, values)) / 60.0, float(values[str(flow.drift)]) / 60.0
    begin = min(float(part.start_min) for part in parts)
    moments = {float(part.start_min + part.duration_min) for part in parts} | {float(part.start_min) for part in parts}
    marks = np.array(sorted({0.0, *moments, *times_min.tolist()}))
    marks = marks[(marks >= begin) & (marks <= times_min[-1])]
    amounts, areas = np.zeros(len(times_min)), np.zeros(len(times_min))
    if len(marks) < 2:
        return amounts, areas
    fastest = max(k * (1.0 + growth * max(marks[-1], 0.0)), -float(np.min(np.diagonal(matrix))))
    pieces = [np.linspace(a, b, int(np.ceil((b - a) * fastest / 5.0)) + 1)[:-1] for a, b in pairwise(marks)]
    edges = np.append(np.concatenate(pieces), marks[-1])
    nodes, weights, integrate = _collocation()
    half = np.diff(edges)[:, None] / 2.0
    moments_in = edges[:-1, None] + half * (1.0 + nodes)
    states = extended_states(block, Steps(matrix, {}, 0), parts, Times(moments_in.ravel(), 0.0))
    inflow = (states @ matrix[block.first + block.at[place]]).reshape(moments_in.shape)
    lost = _lost(k, growth, edges[:-1, None], moments_in)
    gained = np.exp(-lost) * ((inflow * np.exp(lost) * half) @ integrate.T)
    lost_whole = _lost(k, growth, edges[:-1], edges[1:])
    gained_whole = np.sum(inflow * np.exp(lost - lost_whole[:, None]) * half * weights, axis=1)
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
