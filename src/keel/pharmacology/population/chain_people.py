"""Models with absorption or metabolites for many people at once: one matrix exponential a person and step length.

All people go together from knot to knot as in `chain.py`. Knots are the common events, the times asked and a grid
that is dense after each dose. What happens at a person's own time t between two knots enters at the next knot m as
exp(M (m - t)) times what came in: exact, because the system is linear.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.exponential import exponential
from keel.pharmacology.inflows import Inflow
from keel.pharmacology.population.chain_plan import find_knots, layout_of, plan_of
from keel.pharmacology.population.peaks import Curves, window_metrics
from keel.pharmacology.population.problem import Problem
from keel.pharmacology.structure import Block, Floats, Structure
from keel.pharmacology.times import SAME_STEP, distinct_lengths

MOST_VALUES = 60_000  # of one output array of a slice: keeps memory flat for long regimens
GRID = ((2.0, 90.0), (5.0, 360.0))  # steps of the grid after a dose, and until when they hold, in minutes
COARSE_STEPS = 36  # points of the rest of a window


class Happening(NamedTuple):
    """Something that adds `size` to a row of the extended state at `at_min`; both may differ between people.

    `dose` is the number of the dose; `may_peak` tells that a curve can have its highest point exactly then.
    """

    row: int
    size: Any
    at_min: Any
    dose: int
    may_peak: bool


def solve_chains(problem: Problem) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Concentrations, peak, its time, area and trough, as `People` wants them."""
    outputs, windows = len(problem.structure.model.outputs), len(problem.windows_min) - 1
    knots = knots_of(problem)
    if problem.compiled and problem.delays is None and not problem.occasions and _share_a_clock(problem.inflows):
        return _compiled(problem, knots)
    concentrations = np.zeros((problem.people, outputs, len(problem.times_min)))
    metrics = np.zeros((4, problem.people, outputs, windows))
    asked = find_knots(knots, problem.times_min)
    edges = find_knots(knots, problem.windows_min).tolist()
    size = max(8, min(256, MOST_VALUES // (outputs * len(knots))))
    for first in range(0, problem.people, size):
        chosen = slice(first, min(first + size, problem.people))
        curves = solve(problem, chosen, knots)
        concentrations[chosen] = curves.right[:, :, asked]
        for window, (a, b) in enumerate(pairwise(edges)):
            metrics[:, chosen, :, window] = window_metrics(curves, a, b)
    cmax, tmax, area, trough = metrics
    return concentrations, cmax, tmax, area, trough


def _share_a_clock(inflows: Sequence[Inflow]) -> bool:
    return all(np.ndim(inflow.start_min) == 0 and np.ndim(inflow.duration_min) == 0 for inflow in inflows)


def _compiled(problem: Problem, knots: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The same by compiled loops, all blocks of the model as one, after a plan that all people share."""
    from keel.pharmacology.population.chain_compiled import walk_chains

    structure, people = problem.structure, problem.people
    outputs, windows = len(structure.model.outputs), len(problem.windows_min) - 1
    block = _whole_block(structure, problem.inflows)
    matrix = structure.extended_of([block], problem.values, people)[0].transpose(1, 2, 0)
    scales = np.zeros((outputs, len(block.seen), people))
    for output, terms in enumerate(structure.weights(problem.values)):
        for place, scale in terms:
            scales[output, block.seen.index(place)] += scale
    layout = layout_of(block, (matrix != 0).any(axis=2), (scales != 0).any(axis=2))
    happenings = [each for inflow in problem.inflows for each in _from(problem, inflow, block, slice(0, people))]
    at = find_knots(knots, [float(each.at_min) for each in happenings])
    order = [number for number in np.argsort(at, kind="stable").tolist() if at[number] < len(knots)]
    rows = np.array([happenings[number].row for number in order], dtype=np.int64)
    sizes = np.array([np.broadcast_to(happenings[number].size, (people,)) for number in order]).reshape(-1, people)
    plan = plan_of(knots, problem.times_min, problem.windows_min, at[order])
    concentrations = np.empty((len(problem.times_min), outputs, people))
    metrics = np.zeros((4, windows, outputs, people))
    entries = np.ascontiguousarray(matrix[layout.row, layout.column])
    walk_chains(plan, layout, entries, scales, rows, sizes, concentrations, metrics)
    column = plan.sample[find_knots(knots, problem.times_min)]
    if np.any(np.diff(column) == 0):
        concentrations = concentrations[column]  # of times that share a knot only the last one's place is filled
    cmax, tmax, area, trough = (metric.transpose(2, 1, 0) for metric in metrics)
    return concentrations.transpose(2, 1, 0), cmax, tmax, area / 60.0, trough


def _whole_block(structure: Structure, inflows: Sequence[Inflow]) -> Block:
    """All blocks of a model as one; they do not touch, so its matrix stays as sparse as theirs.

    Only places that something enters over a time need an input rate in the extended state.
    """
    over_a_time = {inflow.place for inflow in inflows if np.ndim(inflow.duration_min) > 0 or inflow.duration_min != 0}
    return Block(
        [place for block in structure.blocks for place in block.places],
        [place for block in structure.blocks for place in block.fed if place in over_a_time],
        [place for block in structure.blocks for place in block.seen],
    )


def knots_of(problem: Problem) -> Floats:
    """Common events, times asked and edges of windows, and a grid wherever these leave gaps wider than its step."""
    events = [np.zeros(0)]
    for inflow in problem.inflows:
        if np.ndim(inflow.start_min) == 0:
            events.append(np.atleast_1d(inflow.start_min))
            if np.ndim(inflow.duration_min) == 0:
                events.append(np.atleast_1d(inflow.start_min + inflow.duration_min))
    given = np.unique(np.concatenate([problem.times_min, problem.windows_min, *events]))
    given = given[given <= problem.windows_min[-1]]
    grids = [given]
    for a, b in pairwise(problem.windows_min.tolist()):
        begin = a
        for step, until in (*GRID, ((b - a) / COARSE_STEPS, b - a)):
            grid = np.arange(begin, min(b, a + until), max(step, GRID[-1][0]) if until == b - a else step)
            after = np.searchsorted(given, grid, side="right")
            gaps = given[np.minimum(after, len(given) - 1)] - given[after - 1]
            grids.append(grid[gaps > 1.5 * step])
            begin = max(begin, min(b, a + until))
    return np.unique(np.round(np.concatenate(grids), SAME_STEP))


def solve(problem: Problem, chosen: slice, knots: Floats) -> Curves:
    """Outputs just before and after each knot, their slopes and their areas so far, (people, outputs, knots)."""
    people, structure = chosen.stop - chosen.start, problem.structure
    sessions = [_of(values, chosen) for values in (problem.occasions or [problem.values])]
    edges = find_knots(knots, problem.windows_min).tolist() if problem.occasions else [0, len(knots) - 1]
    curves = Curves.empty(people, len(structure.analytes), knots)
    matrices = [structure.extended(values, people) for values in sessions]
    for number, block in enumerate(structure.blocks):
        inflows = [inflow for inflow in problem.inflows if inflow.place in block.at]
        happenings = [happening for inflow in inflows for happening in _from(problem, inflow, block, chosen)]
        if not happenings:
            continue
        state = np.zeros((people, block.size))
        for values, matrix, (first, last) in zip(sessions, matrices, pairwise(edges), strict=True):
            walk = PeopleWalk(block, matrix[number], knots[first : last + 1])
            is_last = last == len(knots) - 1
            state = walk.go(happenings, state, is_first=first == 0, is_last=is_last)
            for output, terms in enumerate(structure.weights(values)):
                for place, scale in terms:
                    if place in block.at:
                        walk.add_to(curves, output, place, scale, first, is_last=is_last)
    return curves


def _of(values: Mapping[str, Any], chosen: slice) -> dict[str, Any]:
    return {name: value[chosen] if np.ndim(value) else value for name, value in values.items()}


def _from(problem: Problem, inflow: Inflow, block: Block, chosen: slice) -> list[Happening]:
    """A part of a dose as things that happen: a jump of an amount, or an input rate that comes and goes."""
    # Numbers for all, or arrays with one value a person.
    varying: tuple[Any, Any, Any] = inflow.amount_mg, inflow.start_min, inflow.duration_min
    amount, start, duration = (value[chosen] if np.ndim(value) else value for value in varying)
    if problem.factors is not None:
        amount = amount * problem.factors[chosen, inflow.dose]
    if problem.delays is not None:
        start = np.maximum(start + problem.delays[chosen, inflow.dose], problem.windows_min[0])
    if np.ndim(duration) == 0 and duration == 0:
        return [Happening(block.first + block.at[inflow.place], amount, start, inflow.dose, True)]
    row, rate = block.first_rate + block.fed.index(inflow.place), amount / duration
    return [
        Happening(row, rate, start, inflow.dose, False),
        Happening(row, -rate, start + duration, inflow.dose, True),
    ]


class PeopleWalk:
    """One block of a slice of people on its way over the knots."""

    def __init__(self, block: Block, matrix: Floats, knots: Floats) -> None:
        self.block, self.matrix, self.knots = block, matrix, knots
        people, size = len(matrix), block.size
        self.left = np.zeros((people, len(knots), size))
        self.right = np.zeros((people, len(knots), size))
        self.lengths, self.ids = distinct_lengths(np.diff(knots))
        self._exponentials: dict[int, Floats] = {}
        self.kinked = np.zeros((people, len(knots)), dtype=bool)
        self.peaks: dict[int, tuple[Floats, Floats]] = {}

    def go(self, happenings: Sequence[Happening], state: Floats, *, is_first: bool, is_last: bool) -> Floats:
        """Fills the state before and after each knot; returns that before the last knot, where the next walk begins."""
        entering, personal = self._sorted(happenings, is_first=is_first)
        last = len(self.knots) - 1
        busy = {*entering, *personal, 0, last}
        stops = sorted({*busy, *(np.flatnonzero(np.diff(self.ids)) + 1).tolist()})
        for knot, following in zip(stops, [*stops[1:], None], strict=True):
            for who, addition, own, dose in personal.get(knot, ()):
                if own is not None:
                    self._own_peaks(knot, who, own, dose)
                state[who] += addition  # came in before this knot
            self.left[:, knot] = state
            if knot < last or is_last:
                for row, size in entering.get(knot, ()):
                    state[:, row] += size
            self.right[:, knot] = state
            if following is None:
                break
            passed = self._run(state, self.ids[knot], following - knot)
            self.left[:, knot + 1 : following] = self.right[:, knot + 1 : following] = passed[:, :-1]
            state = passed[:, -1].copy()
        return state

    def add_to(self, curves: Curves, output: int, place: int, scale: Any, first: int, *, is_last: bool) -> None:
        """Adds the concentration of a place, its slopes and its area to an output, from knot `first` on.

        Where two walks meet, what is before the knot is the earlier one's and what is after it the later one's.
        """
        scale = np.reshape(scale, (-1, 1))
        row, area = self.block.first + self.block.at[place], self.block.seen.index(place)
        slopes = self.matrix[:, row, :, None]
        count = len(self.knots) if is_last else len(self.knots) - 1
        before, after = slice(first + 1, first + len(self.knots)), slice(first, first + count)
        left, right = self.left[:, 1:], self.right[:, :count]
        curves.left[:, output, before] += scale * left[:, :, row]
        curves.right[:, output, after] += scale * right[:, :, row]
        curves.area[:, output, after] += scale * right[:, :, area]
        curves.left_slope[:, output, before] += scale * (left @ slopes)[:, :, 0]
        curves.right_slope[:, output, after] += scale * (right @ slopes)[:, :, 0]
        curves.kinked[:, before] |= self.kinked[:, 1:]
        for dose, (times, states) in self.peaks.items():
            noted = curves.own.setdefault(dose, (times, np.zeros(curves.left.shape[:2])))
            noted[1][:, output] += scale[:, 0] * states[:, row]

    def _sorted(
        self, happenings: Sequence[Happening], *, is_first: bool
    ) -> tuple[dict[int, list[Any]], dict[int, list[Any]]]:
        """What happens at knots, and what enters at a knot from people's own times before it."""
        at_knots: dict[int, list[Any]] = {}
        between: dict[int, list[Any]] = {}
        for row, size, at_min, dose, may_peak in happenings:
            if np.ndim(at_min) == 0:
                moment = float(np.round(at_min, SAME_STEP))
                if self.knots[0] <= moment <= self.knots[-1]:
                    at_knots.setdefault(int(np.searchsorted(self.knots, moment)), []).append((row, size))
                continue
            following = np.searchsorted(self.knots, at_min)
            # What came in up to the first knot of a later walk has come in with the walk before it.
            inside = np.flatnonzero((following < len(self.knots)) & (is_first | (following > 0)))
            since = self.knots[following[inside]] - at_min[inside]
            columns = exponential(self.matrix[inside] * since[:, None, None])[:, :, row]
            entered = columns * np.broadcast_to(size, following.shape)[inside, None]
            for knot in np.unique(following[inside]).tolist():
                here = following[inside] == knot
                self.kinked[inside[here], knot] |= self._is_seen(row)
                own = at_min[inside[here]] if may_peak else None
                between.setdefault(knot, []).append((inside[here], entered[here], own, dose))
        return at_knots, between

    def _own_peaks(self, knot: int, who: Floats, at_min: Floats, dose: int) -> None:
        """Notes the state at people's own times before a knot: an infusion's end may be the highest point."""
        if knot == 0:
            return
        since = at_min - self.knots[knot - 1]
        state = exponential(self.matrix[who] * since[:, None, None]) @ self.right[who, knot - 1][:, :, None]
        times, states = self.peaks.setdefault(
            dose, (np.full(len(self.matrix), np.nan), np.zeros((len(self.matrix), self.block.size)))
        )
        times[who], states[who] = at_min, state[:, :, 0]

    def _is_seen(self, row: int) -> bool:
        """Whether a row is a seen place's amount or the rate of input into one: its curve then has a kink."""
        block = self.block
        place = block.fed[row - block.first_rate] if row >= block.first_rate else block.places[row - block.first]
        return place in block.seen

    def _run(self, state: Floats, length: int, count: int) -> Floats:
        """States after 1..count equal steps, (people, count, size), by doubling."""
        power = self._exponential(length).transpose(0, 2, 1)
        states = np.empty((len(state), count, self.block.size))
        states[:, 0] = (state[:, None] @ power)[:, 0]
        filled = 1
        while filled < count:
            take = min(filled, count - filled)
            states[:, filled : filled + take] = states[:, :take] @ power
            filled += take
            if filled < count:
                power = power @ power
        return states

    def _exponential(self, length: int) -> Floats:
        if length not in self._exponentials:
            self._exponentials[length] = exponential(self.matrix * self.lengths[length])
        return self._exponentials[length]
