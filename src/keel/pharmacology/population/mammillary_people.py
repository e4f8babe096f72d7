"""Mammillary models for many people at once: three multiplications a step and person, exponentials shared by step.

y_j(t + h) = y_j(t) e_j + r s_j (1 - e_j) with e_j = exp(-lambda_j h) and s_j = g_j / lambda_j. People are taken in
slices that stay in the processor's cache.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.inflows import Inflow
from keel.pharmacology.mammillary import micro_constants, modes
from keel.pharmacology.population.problem import Problem
from keel.pharmacology.structure import Floats
from keel.pharmacology.times import distinct_lengths

SLICE = 8192
BISECTIONS = 60
LEAST_FALL = 1e-9  # of the steady state: less is rounding, not a mode that falls


class Step(NamedTuple):
    """One stretch of the common timeline: what happens at its start, and what is in force until its end."""

    at_min: float
    jumps: Sequence[Inflow]
    flows: Sequence[Inflow]
    sample: int  # column of the times asked, or -1
    window: int  # number of the window that begins here, or -1
    length: int  # number of its length among the distinct lengths
    ends_infusion: bool


def solve_mammillary(problem: Problem) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Concentrations, peak, its time, area and trough, as `People` wants them."""
    steps, lengths = timeline(problem)
    outputs, windows = len(problem.structure.model.outputs), len(problem.windows_min) - 1
    # One block for all results: the allocator keeps it for the next call, and fresh pages cost as much as the walk.
    room = np.empty((len(problem.times_min) + 4 * windows, outputs, problem.people))
    concentrations, metrics = np.split(room, [len(problem.times_min)])
    metrics = metrics.reshape(4, windows, outputs, problem.people)
    metrics[:2] = 0.0
    forms = [_modes_of(problem, number) for number in range(len(problem.structure.blocks))]
    scales = problem.structure.weights(problem.values)
    if problem.compiled and all(np.ndim(inflow.amount_mg) == 0 for inflow in problem.inflows):
        _walk_compiled(problem, forms, scales, (steps, lengths), concentrations, metrics)
    else:
        for first in range(0, problem.people, SLICE):
            chosen = slice(first, min(first + SLICE, problem.people))
            some = Slice(problem, forms, scales, chosen, lengths)
            some.run(steps, concentrations[:, :, chosen], metrics[:, :, :, chosen])
    cmax, tmax, area, trough = (metric.transpose(2, 1, 0) for metric in metrics)
    return concentrations.transpose(2, 1, 0), cmax, tmax, area, trough


def _walk_compiled(
    problem: Problem,
    forms: Sequence[tuple[int, Floats, Floats]],
    scales: list[list[tuple[int, Any]]],
    plan: tuple[list[Step], Floats],
    concentrations: Floats,
    metrics: Floats,
) -> None:
    from keel.pharmacology.population.mammillary_compiled import Timeline, walk_mammillary

    steps, lengths = plan
    block = {form[0]: number for number, form in enumerate(forms)}
    jumps = [inflow for step in steps for inflow in step.jumps]
    flows = [inflow for step in steps for inflow in step.flows]
    dense = np.zeros((len(scales), len(forms), problem.people))
    for output, terms in enumerate(scales):
        for place, scale in terms:
            dense[output, block[place]] += scale
    whole = Timeline(
        at_min=np.array([step.at_min for step in steps]),
        length=np.array([step.length for step in steps]),
        sample=np.array([step.sample for step in steps]),
        window=np.array([step.window for step in steps]),
        ends=np.array([step.ends_infusion for step in steps]),
        jump_at=np.cumsum([0, *(len(step.jumps) for step in steps)]),
        jump_block=np.array([block[inflow.place] for inflow in jumps], dtype=np.int64),
        jump_mg=np.array([inflow.amount_mg for inflow in jumps], dtype=float),
        jump_dose=np.array([inflow.dose for inflow in jumps], dtype=np.int64),
        flow_at=np.cumsum([0, *(len(step.flows) for step in steps)]),
        flow_block=np.array([block[inflow.place] for inflow in flows], dtype=np.int64),
        flow_rate=np.array([inflow.amount_mg / inflow.duration_min for inflow in flows], dtype=float),
        flow_dose=np.array([inflow.dose for inflow in flows], dtype=np.int64),
        lengths=lengths,
        bounds=np.cumsum([0, *(len(rates) for _, rates, _ in forms)]),
    )
    walk_mammillary(
        whole,
        np.concatenate([rates for _, rates, _ in forms]),
        np.concatenate([weights for _, _, weights in forms]),
        dense,
        np.zeros((1, 1)) if problem.factors is None else np.ascontiguousarray(problem.factors),
        problem.factors is not None,
        concentrations,
        metrics,
    )


def _modes_of(problem: Problem, number: int) -> tuple[int, Floats, Floats]:
    """Centre, rates and weights (modes, people) of a block."""
    shape = problem.structure.shapes[number]
    if shape is None:
        raise ValueError("only mammillary blocks have modes")
    out, pairs = micro_constants(problem.structure, shape, problem.values)
    spread = [np.broadcast_to(np.asarray(rate, dtype=float), (problem.people,)) for pair in pairs for rate in pair]
    rates, weights = modes(
        np.broadcast_to(np.asarray(out, dtype=float), (problem.people,)),
        list(zip(spread[::2], spread[1::2], strict=True)),
    )
    return shape.centre, rates, weights


def timeline(problem: Problem) -> tuple[list[Step], Floats]:
    """The stretches between events, times asked and edges of windows, and their distinct lengths."""
    end = float(problem.windows_min[-1])
    jumps: dict[float, list[Inflow]] = {}
    begins: dict[float, list[Inflow]] = {}
    ends: dict[float, list[Inflow]] = {}
    for inflow in problem.inflows:
        if inflow.duration_min > 0:
            begins.setdefault(float(inflow.start_min), []).append(inflow)
            ends.setdefault(float(inflow.start_min + inflow.duration_min), []).append(inflow)
        else:
            jumps.setdefault(float(inflow.start_min), []).append(inflow)
    samples = {float(t): column for column, t in enumerate(problem.times_min)}
    openings = {float(t): number for number, t in enumerate(problem.windows_min)}
    moments = sorted(moment for moment in {*jumps, *begins, *ends, *samples, *openings} if moment <= end)
    gaps = np.diff(np.append(moments, end))
    lengths, ids = distinct_lengths(gaps)
    steps, running = [], list[Inflow]()
    for moment, id in zip(moments, ids.tolist(), strict=True):
        stopped = ends.get(moment, [])
        running = [inflow for inflow in running if inflow not in stopped] + begins.get(moment, [])
        steps.append(
            Step(
                moment,
                jumps.get(moment, ()),
                running,
                samples.get(moment, -1),
                openings.get(moment, -1),
                id,
                bool(stopped),
            )
        )
    return steps, lengths


class Slice:
    """Some of the people: their modes, one row each, and what they have collected in the current window."""

    def __init__(
        self,
        problem: Problem,
        forms: Sequence[tuple[int, Floats, Floats]],
        scales: list[list[tuple[int, Any]]],
        chosen: slice,
        lengths: Floats,
    ) -> None:
        self.rates = np.concatenate([rates[:, chosen] for _, rates, _ in forms])
        self.weights = np.concatenate([weights[:, chosen] for _, _, weights in forms])
        self.steady = self.weights / self.rates
        bounds = np.cumsum([0, *(len(rates) for _, rates, _ in forms)]).tolist()
        self.rows = {form[0]: slice(a, b) for form, (a, b) in zip(forms, pairwise(bounds), strict=True)}
        self.scales = [[(place, _some(scale, chosen)) for place, scale in terms] for terms in scales]
        self.factors = None if problem.factors is None else problem.factors[chosen]
        self.chosen, self.lengths = chosen, lengths
        self.state = np.zeros_like(self.rates)
        self._decays: dict[int, Floats] = {}
        self._rises: dict[int, Floats] = {}

    def run(self, steps: Sequence[Step], concentrations: Floats, metrics: Floats) -> None:
        """Walks the timeline; fills (times, outputs, people) and (metric, windows, outputs, people), areas per hour."""
        cmax, tmax, area, trough = metrics
        window, opened, put = -1, self.state, self._nothing()
        for step in steps:
            if window >= 0 and (step.ends_infusion or step.window >= 0):
                before = self.seen(self.state)
                if step.ends_infusion:
                    _raise_peak(cmax[window], tmax[window], before, step.at_min)
                if step.window >= 0:
                    trough[window] = before
                    area[window] = self.seen((opened - self.state + self._spread(put)) / self.rates) / 60.0
            if step.window >= 0:
                window, opened, put = step.window, self.state.copy(), self._nothing()
            self._jump(step, put)
            if window >= len(cmax):
                window = -1
            elif step.window >= 0 or step.jumps:
                _raise_peak(cmax[window], tmax[window], self.seen(self.state), step.at_min)
            if step.sample >= 0:
                concentrations[step.sample] = self.seen(self.state)
            self._pass(step, put, cmax, tmax, window)

    def seen(self, state: Floats) -> Floats:
        """Outputs (outputs, people) of a state in modes."""
        sums: dict[int, Floats] = {place: state[rows].sum(axis=0) for place, rows in self.rows.items()}
        return np.stack([sum(scale * sums[place] for place, scale in terms) for terms in self.scales])

    def _nothing(self) -> dict[int, Any]:
        return dict.fromkeys(self.rows, 0.0)

    def _spread(self, put: dict[int, Any]) -> Floats:
        spread = np.empty_like(self.weights)
        for place, rows in self.rows.items():
            np.multiply(self.weights[rows], put[place], out=spread[rows])
        return spread

    def _amount(self, inflow: Inflow) -> Any:
        amount = _some(inflow.amount_mg, self.chosen)
        return amount if self.factors is None else amount * self.factors[:, inflow.dose]

    def _jump(self, step: Step, put: dict[int, Any]) -> None:
        for inflow in step.jumps:
            amount, rows = self._amount(inflow), self.rows[inflow.place]
            self.state[rows] += amount * self.weights[rows]
            put[inflow.place] = put[inflow.place] + amount

    def _pass(self, step: Step, put: dict[int, Any], cmax: Floats, tmax: Floats, window: int) -> None:
        """The stretch after the event: decay, input, and a peak inside it where the curve rises and falls again."""
        length = float(self.lengths[step.length])
        if length == 0.0:
            return
        start, flows = self.state, dict[int, Any]()
        for inflow in step.flows:
            flows[inflow.place] = flows.get(inflow.place, 0.0) + self._amount(inflow) / inflow.duration_min
        self.state = start * self._decay(step.length)
        for place, flow in flows.items():
            rows = self.rows[place]
            self.state[rows] += flow * self._rise(step.length)[rows]
            put[place] = put[place] + flow * length
        if flows and window >= 0:
            self._inner_peaks(start, flows, (step.at_min, length), cmax[window], tmax[window])

    def _decay(self, number: int) -> Floats:
        if number not in self._decays:
            self._decays[number] = np.exp(self.rates * -self.lengths[number])
        return self._decays[number]

    def _rise(self, number: int) -> Floats:
        if number not in self._rises:
            self._rises[number] = -self.steady * np.expm1(self.rates * -self.lengths[number])
        return self._rises[number]

    def _inner_peaks(
        self, start: Floats, flows: dict[int, Any], stretch: tuple[float, float], cmax: Floats, tmax: Floats
    ) -> None:
        """A slow infusion after a fast one can peak inside: there the slope is found to change sign."""
        excess = start.copy()  # state minus steady state: each mode decays towards zero from it
        rounding = np.zeros_like(start)
        for place, flow in flows.items():
            level = flow * self.steady[self.rows[place]]
            excess[self.rows[place]] -= level
            rounding[self.rows[place]] = LEAST_FALL * level
        if not (excess > rounding).any():
            return  # every mode rises
        begin, length = stretch
        slope = -self.rates * excess
        first = self.seen(slope)
        last = self.seen(slope * np.exp(self.rates * -length))
        for row, column in zip(*np.nonzero((first > 0) & (last < 0)), strict=True):
            terms = [
                (self.rows[place], np.broadcast_to(scale, first.shape[1:])[column]) for place, scale in self.scales[row]
            ]
            rates = np.concatenate([self.rates[rows, column] for rows, _ in terms])
            slopes = np.concatenate([slope[rows, column] * scale for rows, scale in terms])
            low, high = 0.0, length
            for _ in range(BISECTIONS):
                middle = 0.5 * (low + high)
                low, high = (middle, high) if float(slopes @ np.exp(-rates * middle)) > 0 else (low, middle)
            levels = np.concatenate([(start - excess)[rows, column] * scale for rows, scale in terms])
            peak = float(levels.sum() - (slopes / rates) @ np.exp(-rates * low))
            if peak > cmax[row, column]:
                cmax[row, column], tmax[row, column] = peak, begin + low


def _some(value: Any, chosen: slice) -> Any:
    return value[chosen] if np.ndim(value) else value


def _raise_peak(cmax: Floats, tmax: Floats, values: Floats, at_min: float) -> None:
    higher = values > cmax
    np.copyto(cmax, values, where=higher)
    tmax[higher] = at_min
