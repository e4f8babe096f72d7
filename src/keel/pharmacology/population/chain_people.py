"""Models with absorption or metabolites for many people at once: one matrix exponential a person and step length.

All people go together from mark to mark as in `propagate.py`. Marks are the common events, the times asked and a grid
that is dense after each dose. What happens at a person's own time t between two marks enters at the next mark m as
exp(M (m - t)) times what came in: exact, because the system is linear.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.chain import Course
from keel.pharmacology.exponential import exponential
from keel.pharmacology.inflows import Entry
from keel.pharmacology.mammillary import Times
from keel.pharmacology.population.chain_plan import find_marks, layout_of, plan_of
from keel.pharmacology.population.mammillary_people import SAME_STEP
from keel.pharmacology.population.peaks import Curves, window_metrics
from keel.pharmacology.population.problem import Task
from keel.pharmacology.structure import Block, Floats, Structure

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


def chain_people(task: Task) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Concentrations, peak, its time, area and trough, as `People` wants them."""
    outputs, windows = len(task.structure.model.outputs), len(task.windows_min) - 1
    marks = _marks(task)
    if task.compiled and task.delays is None and not task.occasions and _share_a_clock(task.parts):
        return _compiled(task, marks)
    concentrations = np.zeros((task.people, outputs, len(task.times_min)))
    metrics = np.zeros((4, task.people, outputs, windows))
    asked = find_marks(marks, task.times_min)
    edges = find_marks(marks, task.windows_min).tolist()
    size = max(8, min(256, MOST_VALUES // (outputs * len(marks))))
    for first in range(0, task.people, size):
        chosen = slice(first, min(first + size, task.people))
        curves = solve(task, chosen, marks)
        concentrations[chosen] = curves.right[:, :, asked]
        for window, (a, b) in enumerate(pairwise(edges)):
            metrics[:, chosen, :, window] = window_metrics(curves, a, b)
    cmax, tmax, area, trough = metrics
    return concentrations, cmax, tmax, area, trough


def _share_a_clock(parts: Sequence[Entry]) -> bool:
    return all(np.ndim(part.start_min) == 0 and np.ndim(part.duration_min) == 0 for part in parts)


def _compiled(task: Task, marks: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The same by compiled loops, all blocks of the model as one, after a plan that all people share."""
    from keel.pharmacology.population.chain_compiled import walk_chains

    structure, people = task.structure, task.people
    outputs, windows = len(structure.model.outputs), len(task.windows_min) - 1
    block = _joined(structure, task.parts)
    matrix = structure.extended_of([block], task.values, people)[0].transpose(1, 2, 0)
    scales = np.zeros((outputs, len(block.seen), people))
    for output, terms in enumerate(structure.weights(task.values)):
        for place, scale in terms:
            scales[output, block.seen.index(place)] += scale
    layout = layout_of(block, (matrix != 0).any(axis=2), (scales != 0).any(axis=2))
    happenings = [each for part in task.parts for each in _from(task, part, block, slice(0, people))]
    at = find_marks(marks, [float(each.at_min) for each in happenings])
    order = [number for number in np.argsort(at, kind="stable").tolist() if at[number] < len(marks)]
    rows = np.array([happenings[number].row for number in order], dtype=np.int64)
    sizes = np.array([np.broadcast_to(happenings[number].size, (people,)) for number in order]).reshape(-1, people)
    plan = plan_of(marks, task.times_min, task.windows_min, at[order])
    concentrations = np.empty((len(task.times_min), outputs, people))
    metrics = np.zeros((4, windows, outputs, people))
    entries = np.ascontiguousarray(matrix[layout.row, layout.column])
    walk_chains(plan, layout, entries, scales, rows, sizes, concentrations, metrics)
    column = plan.sample[find_marks(marks, task.times_min)]
    if np.any(np.diff(column) == 0):
        concentrations = concentrations[column]  # of times that share a mark only the last one's place is filled
    cmax, tmax, area, trough = (part.transpose(2, 1, 0) for part in metrics)
    return concentrations.transpose(2, 1, 0), cmax, tmax, area / 60.0, trough


def _joined(structure: Structure, parts: Sequence[Entry]) -> Block:
    """All blocks of a model as one; they do not touch, so its matrix stays as sparse as theirs.

    Only places that something enters over a time need an input rate in the extended state.
    """
    over_a_time = {part.place for part in parts if np.ndim(part.duration_min) > 0 or part.duration_min != 0}
    return Block(
        [place for block in structure.blocks for place in block.places],
        [place for block in structure.blocks for place in block.fed if place in over_a_time],
        [place for block in structure.blocks for place in block.seen],
    )


def one_by_one(task: Task) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The same for models whose rates drift, person by person; peaks are read at the marks, minutes apart."""
    outputs, windows = len(task.structure.model.outputs), len(task.windows_min) - 1
    marks = _marks(task)
    concentrations = np.zeros((task.people, outputs, len(task.times_min)))
    metrics = np.zeros((4, task.people, outputs, windows))
    for person in range(task.people):
        values = {name: float(value[person]) if np.ndim(value) else value for name, value in task.values.items()}
        path = Course(task.structure, values, [_own(task, part, person) for part in task.parts]).at(Times.of(marks))
        concentrations[person] = path.concentrations[:, find_marks(marks, task.times_min)]
        for window, (a, b) in enumerate(pairwise(find_marks(marks, task.windows_min).tolist())):
            inside = path.concentrations[:, a : b + 1]
            best = np.argmax(inside, axis=1)
            area = (path.areas[:, b] - path.areas[:, a]) / 60.0
            metrics[:, person, :, window] = inside.max(axis=1), marks[a + best], area, inside[:, -1]
    cmax, tmax, area, trough = metrics
    return concentrations, cmax, tmax, area, trough


def _own(task: Task, part: Entry, person: int) -> Entry:
    """A part of a dose as this person gets it."""
    amount, start, duration = (float(value[person]) if np.ndim(value) else value for value in _varying(part))
    dose = part.dose
    factor = 1.0 if task.factors is None else float(task.factors[person, dose])
    delay = 0.0 if task.delays is None else float(task.delays[person, dose])
    return Entry(part.place, amount * factor, max(start + delay, float(task.windows_min[0])), duration, dose)


def _marks(task: Task) -> Floats:
    """Common events, times asked and edges of windows, and a grid wherever these leave gaps wider than its step."""
    events = [np.zeros(0)]
    for part in task.parts:
        if np.ndim(part.start_min) == 0:
            events.append(np.atleast_1d(part.start_min))
            if np.ndim(part.duration_min) == 0:
                events.append(np.atleast_1d(part.start_min + part.duration_min))
    given = np.unique(np.concatenate([task.times_min, task.windows_min, *events]))
    given = given[given <= task.windows_min[-1]]
    grids = [given]
    for a, b in pairwise(task.windows_min.tolist()):
        begin = a
        for step, until in (*GRID, ((b - a) / COARSE_STEPS, b - a)):
            grid = np.arange(begin, min(b, a + until), max(step, GRID[-1][0]) if until == b - a else step)
            after = np.searchsorted(given, grid, side="right")
            gaps = given[np.minimum(after, len(given) - 1)] - given[after - 1]
            grids.append(grid[gaps > 1.5 * step])
            begin = max(begin, min(b, a + until))
    return np.unique(np.round(np.concatenate(grids), SAME_STEP))


def solve(task: Task, chosen: slice, marks: Floats) -> Curves:
    """Outputs just before and after each mark, their slopes and their areas so far, (people, outputs, marks)."""
    people, structure = chosen.stop - chosen.start, task.structure
    sessions = [_of(values, chosen) for values in (task.occasions or [task.values])]
    edges = find_marks(marks, task.windows_min).tolist() if task.occasions else [0, len(marks) - 1]
    curves = Curves.empty(people, len(structure.analytes), marks)
    matrices = [structure.extended(values, people) for values in sessions]
    for number, block in enumerate(structure.blocks):
        parts = [part for part in task.parts if part.place in block.at]
        happenings = [happening for part in parts for happening in _from(task, part, block, chosen)]
        if not happenings:
            continue
        state = np.zeros((people, block.size))
        for values, matrix, (first, last) in zip(sessions, matrices, pairwise(edges), strict=True):
            walk = _Walk(block, matrix[number], marks[first : last + 1])
            is_last = last == len(marks) - 1
            state = walk.go(happenings, state, is_first=first == 0, is_last=is_last)
            for output, terms in enumerate(structure.weights(values)):
                for place, scale in terms:
                    if place in block.at:
                        walk.add_to(curves, output, place, scale, first, is_last=is_last)
    return curves


def _of(values: Mapping[str, Any], chosen: slice) -> dict[str, Any]:
    return {name: value[chosen] if np.ndim(value) else value for name, value in values.items()}


def _from(task: Task, part: Entry, block: Block, chosen: slice) -> list[Happening]:
    """A part of a dose as things that happen: a jump of an amount, or an input rate that comes and goes."""
    amount, start, duration = (value[chosen] if np.ndim(value) else value for value in _varying(part))
    if task.factors is not None:
        amount = amount * task.factors[chosen, part.dose]
    if task.delays is not None:
        start = np.maximum(start + task.delays[chosen, part.dose], task.windows_min[0])
    if np.ndim(duration) == 0 and duration == 0:
        return [Happening(block.first + block.at[part.place], amount, start, part.dose, True)]
    row, rate = block.first_rate + block.fed.index(part.place), amount / duration
    return [
        Happening(row, rate, start, part.dose, False),
        Happening(row, -rate, start + duration, part.dose, True),
    ]


def _varying(part: Entry) -> tuple[Any, Any, Any]:
    """Amount, start and duration: numbers for all, or arrays with one value a person."""
    return part.amount_mg, part.start_min, part.duration_min


class _Walk:
    """One block of a slice of people on its way over the marks."""

    def __init__(self, block: Block, matrix: Floats, marks: Floats) -> None:
        self.block, self.matrix, self.marks = block, matrix, marks
        people, size = len(matrix), block.size
        self.left = np.zeros((people, len(marks), size))
        self.right = np.zeros((people, len(marks), size))
        gaps = np.diff(marks)
        keys, self.ids = np.unique(np.round(gaps, SAME_STEP), return_inverse=True)
        self.lengths = np.bincount(self.ids, weights=gaps, minlength=len(keys)) / np.bincount(
            self.ids, minlength=len(keys)
        )
        self._exponentials: dict[int, Floats] = {}
        self.kinked = np.zeros((people, len(marks)), dtype=bool)
        self.peaks: dict[int, tuple[Floats, Floats]] = {}

    def go(self, happenings: Sequence[Happening], state: Floats, *, is_first: bool, is_last: bool) -> Floats:
        """Fills the state before and after each mark; returns that before the last mark, where the next walk begins."""
        entering, personal = self._sorted(happenings, is_first=is_first)
        last = len(self.marks) - 1
        busy = {*entering, *personal, 0, last}
        stops = sorted({*busy, *(np.flatnonzero(np.diff(self.ids)) + 1).tolist()})
        for mark, following in zip(stops, [*stops[1:], None], strict=True):
            for who, addition, own, dose in personal.get(mark, ()):
                if own is not None:
                    self._own_peaks(mark, who, own, dose)
                state[who] += addition  # came in before this mark
            self.left[:, mark] = state
            if mark < last or is_last:
                for row, size in entering.get(mark, ()):
                    state[:, row] += size
            self.right[:, mark] = state
            if following is None:
                break
            passed = self._run(state, self.ids[mark], following - mark)
            self.left[:, mark + 1 : following] = self.right[:, mark + 1 : following] = passed[:, :-1]
            state = passed[:, -1].copy()
        return state

    def add_to(self, curves: Curves, output: int, place: int, scale: Any, first: int, *, is_last: bool) -> None:
        """Adds the concentration of a place, its slopes and its area to an output, from mark `first` on.

        Where two walks meet, what is before the mark is the earlier one's and what is after it the later one's.
        """
        scale = np.reshape(scale, (-1, 1))
        row, area = self.block.first + self.block.at[place], self.block.seen.index(place)
        slopes = self.matrix[:, row, :, None]
        count = len(self.marks) if is_last else len(self.marks) - 1
        before, after = slice(first + 1, first + len(self.marks)), slice(first, first + count)
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
        """What happens at marks, and what enters at a mark from people's own times before it."""
        at_marks: dict[int, list[Any]] = {}
        between: dict[int, list[Any]] = {}
        for row, size, at_min, dose, may_peak in happenings:
            if np.ndim(at_min) == 0:
                moment = float(np.round(at_min, SAME_STEP))
                if self.marks[0] <= moment <= self.marks[-1]:
                    at_marks.setdefault(int(np.searchsorted(self.marks, moment)), []).append((row, size))
                continue
            following = np.searchsorted(self.marks, at_min)
            # What came in up to the first mark of a later walk has come in with the walk before it.
            inside = np.flatnonzero((following < len(self.marks)) & (is_first | (following > 0)))
            since = self.marks[following[inside]] - at_min[inside]
            columns = exponential(self.matrix[inside] * since[:, None, None])[:, :, row]
            entered = columns * np.broadcast_to(size, following.shape)[inside, None]
            for mark in np.unique(following[inside]).tolist():
                here = following[inside] == mark
                self.kinked[inside[here], mark] |= self._is_seen(row)
                own = at_min[inside[here]] if may_peak else None
                between.setdefault(mark, []).append((inside[here], entered[here], own, dose))
        return at_marks, between

    def _own_peaks(self, mark: int, who: Floats, at_min: Floats, dose: int) -> None:
        """Notes the state at people's own times before a mark: an infusion's end may be the highest point."""
        if mark == 0:
            return
        since = at_min - self.marks[mark - 1]
        state = exponential(self.matrix[who] * since[:, None, None]) @ self.right[who, mark - 1][:, :, None]
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
