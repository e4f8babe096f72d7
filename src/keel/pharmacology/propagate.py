"""One person's concentrations: the state carried from event to event by matrix exponentials, never by small steps.

z(t + h) = exp(M h) z(t) with the extended system of `structure.py`; at an event amounts jump and input rates change.
Steps of equal length share their exponential, and a run of n equal steps costs log2(n) products.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from keel.pharmacology.exponential import exponential
from keel.pharmacology.inputs import Entry
from keel.pharmacology.structure import AREA_SCALE, Block, Floats, Structure, Values

SAME_STEP = 11  # decimals of a minute to which steps count as equal


class Path:
    """Amounts, concentrations and areas at the asked times. Shapes (outputs, times) and (places, times)."""

    def __init__(self, concentrations: Floats, areas: Floats, amounts: Floats) -> None:
        self.concentrations, self.areas, self.amounts = concentrations, areas, amounts


def propagate(structure: Structure, values: Values, parts: Sequence[Entry], times_min: Floats) -> Path:
    """Concentrations (ng/mL), areas so far (ng*min/mL) and amounts (mg) at increasing `times_min`.

    At the moment of a bolus the value is that just after it; before the first dose it is zero.
    """
    concentrations = np.zeros((len(structure.analytes), len(times_min)))
    areas = np.zeros_like(concentrations)
    amounts = np.zeros((len(structure.places), len(times_min)))
    for block, matrix in zip(structure.blocks, structure.extended(values), strict=True):
        inside = [part for part in parts if part.place in block.at and part.amount_mg > 0]
        if not inside:
            continue
        states = extended_states(block, matrix, inside, times_min)
        first, last = len(block.outputs), len(block.outputs) + len(block.places)
        amounts[block.places] = states[:, first:last].T
        for row, output in enumerate(block.outputs):
            concentrations[output] += states[:, first:last] @ matrix[row, first:last] * AREA_SCALE
            areas[output] += states[:, row] * AREA_SCALE
        for place in block.at.keys() & structure.drifting.keys():
            amounts[place], collected = drift(structure, values, place, (block, matrix, inside), times_min)
            for output in block.outputs:
                for seen, scale in structure.weights(values)[output]:
                    if seen == place:
                        concentrations[output] += scale * amounts[place]
                        areas[output] += scale * collected
    return Path(concentrations, areas, amounts)


def _jumps(block: Block, parts: Sequence[Entry]) -> tuple[Floats, Floats]:
    """When something happens, and by how much each entry of the extended state jumps then."""
    first, fed = len(block.outputs), len(block.outputs) + len(block.places)
    happenings: dict[float, dict[int, float]] = {}
    for place, amount, start, duration in parts:
        if duration > 0:
            row, rate = fed + block.fed.index(place), amount / duration
            for moment, change in ((start, rate), (start + duration, -rate)):
                rows = happenings.setdefault(float(moment), {})
                rows[row] = rows.get(row, 0.0) + change
        else:
            rows = happenings.setdefault(float(start), {})
            row = first + block.at[place]
            rows[row] = rows.get(row, 0.0) + amount
    moments = np.array(sorted(happenings))
    jumps = np.zeros((len(moments), block.size))
    for number, moment in enumerate(moments):
        for row, change in happenings[float(moment)].items():
            jumps[number, row] += change
    # Rates are sums of differences: what should be zero after the last end must be zero.
    rates = np.cumsum(jumps[:, fed:], axis=0)
    scale = np.max(np.abs(jumps[:, fed:]), initial=0.0)
    rates[np.abs(rates) < 1e-12 * scale] = 0.0
    jumps[:, fed:] = rates
    return moments, jumps


def extended_states(block: Block, matrix: Floats, parts: Sequence[Entry], times_min: Floats) -> Floats:
    """The extended state at each asked time, (times, size)."""
    moments, jumps = _jumps(block, parts)
    fed = len(block.outputs) + len(block.places)
    marks = np.union1d(moments, times_min)
    marks = marks[marks >= moments[0]]
    event_at = np.full(len(marks), -1)
    event_at[np.searchsorted(marks, moments)] = np.arange(len(moments))
    ids, exponentials = _steps(matrix, np.diff(marks))
    states = np.zeros((len(marks), block.size))
    state = np.zeros(block.size)
    position = 0
    # A run ends where an event happens or the length of the step changes.
    stops = np.flatnonzero((event_at[1:] >= 0) | np.append(np.diff(ids) != 0, True)) + 1
    for stop in (0, *stops.tolist()):
        if stop > position:
            run = _run(exponentials[ids[position]], state, stop - position)
            states[position + 1 : stop + 1] = run
            state, position = run[-1].copy(), stop
        if event_at[position] >= 0:
            jump = jumps[event_at[position]]
            state[:fed] += jump[:fed]
            state[fed:] = jump[fed:]
            states[position] = state
    wanted = np.zeros((len(times_min), block.size))
    after = times_min >= moments[0]
    wanted[after] = states[np.searchsorted(marks, times_min[after])]
    return wanted


def _steps(matrix: Floats, steps: Floats) -> tuple[np.ndarray, Floats]:
    """For each step the number of its length, and the exponential for each length."""
    if len(steps) == 0:
        return np.zeros(0, dtype=int), np.zeros((0, *matrix.shape))
    _, ids = np.unique(np.round(steps, SAME_STEP), return_inverse=True)
    lengths = np.bincount(ids, weights=steps) / np.bincount(ids)
    # Lengths of one size share their halvings: a long step must not cost the short ones digits.
    exponentials = np.empty((len(lengths), *matrix.shape))
    sizes = np.ceil(np.log2(np.maximum(lengths, 1e-300))).astype(int)
    for size in np.unique(sizes):
        chosen = sizes == size
        exponentials[chosen] = exponential(matrix * lengths[chosen][:, None, None])
    return ids, exponentials


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
    source: tuple[Block, Floats, Sequence[Entry]],
    times_min: Floats,
) -> tuple[Floats, Floats]:
    """Amount (mg) and its area (mg*min) in a place whose outflow grows as k (1 + g t), t in hours from time zero.

    Variation of constants, x(t) = integral of inflow(s) exp(-K(s, t)) ds, by Gauss-Legendre collocation in pieces that
    are short against 1/k; the inflow itself is exact.
    """
    block, matrix, parts = source
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
    states = extended_states(block, matrix, parts, moments_in.ravel())
    inflow = (states @ matrix[len(block.outputs) + block.at[place]]).reshape(moments_in.shape)
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
