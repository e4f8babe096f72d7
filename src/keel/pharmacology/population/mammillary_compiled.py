"""The walk of `mammillary_people.py` compiled by Numba: the same numbers to the last few bits, several times faster.

People are taken in blocks whose modes stay in the processor's cache, and every inner loop runs over the people of a
block, so that the processor works on eight of them at once. Numba's own exp is not vectorised: the one here has no
branch and an error of about 2e-16. Without Numba this module cannot be imported and NumPy does the work.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from keel.pharmacology.structure import Floats

PEOPLE = 256  # of a block
_LOG2_E = 1.0 / math.log(2.0)
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two parts, the first with zeros at its end
_LN2_LOW = 1.90821492927058770002e-10
_MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to an integer and leaves that in the lowest bits
_INVERSE = tuple(1.0 / math.factorial(power) for power in range(18))
_BISECTIONS = 60
LEAST_FALL = 1e-9  # of the steady state: less is rounding, not a mode that falls

_compile = njit(nogil=True, cache=True, error_model="numpy")


class Timeline(NamedTuple):
    """The common timeline as arrays: one entry a step; `jump_at` and `flow_at` point into the lists of what enters."""

    at_min: Floats
    length: Any
    sample: Any
    window: Any
    ends: Any
    jump_at: Any
    jump_block: Any
    jump_mg: Floats
    jump_dose: Any
    flow_at: Any
    flow_block: Any
    flow_rate: Floats
    flow_dose: Any
    lengths: Floats
    bounds: Any


@_compile  # type: ignore[untyped-decorator]
def _exp(x: Floats, out: Floats, scratch: Floats, count: int) -> None:
    """out = exp(x) for x <= 0."""
    for p in range(count):
        v = max(x[p], -708.0)
        t = v * _LOG2_E + _MAGIC
        k = t - _MAGIC
        r = (v - k * _LN2_HIGH) - k * _LN2_LOW
        s = _INVERSE[13]
        s = s * r + _INVERSE[12]
        s = s * r + _INVERSE[11]
        s = s * r + _INVERSE[10]
        s = s * r + _INVERSE[9]
        s = s * r + _INVERSE[8]
        s = s * r + _INVERSE[7]
        s = s * r + _INVERSE[6]
        s = s * r + _INVERSE[5]
        s = s * r + _INVERSE[4]
        s = s * r + _INVERSE[3]
        s = s * r + 0.5
        s = s * r + 1.0
        out[p] = s * r + 1.0
        scratch[p] = t
    bits = scratch.view(np.int64)
    for p in range(count):
        bits[p] = (bits[p] << 52) + (1023 << 52)
    for p in range(count):
        # Nothing, rather than the smallest numbers there are, with which processors are a hundred times slower.
        out[p] = out[p] * scratch[p] if x[p] > -700.0 else 0.0


@_compile  # type: ignore[untyped-decorator]
def _one_less_exp(x: Floats, grown: Floats, out: Floats, count: int) -> None:
    """out = 1 - exp(x) for x <= 0, where grown = exp(x); by its series where the difference would lose digits."""
    for p in range(count):
        r = max(x[p], -0.5)
        s = _INVERSE[15]
        s = s * r + _INVERSE[14]
        s = s * r + _INVERSE[13]
        s = s * r + _INVERSE[12]
        s = s * r + _INVERSE[11]
        s = s * r + _INVERSE[10]
        s = s * r + _INVERSE[9]
        s = s * r + _INVERSE[8]
        s = s * r + _INVERSE[7]
        s = s * r + _INVERSE[6]
        s = s * r + _INVERSE[5]
        s = s * r + _INVERSE[4]
        s = s * r + _INVERSE[3]
        s = s * r + 0.5
        s = s * r + 1.0
        near, far = -s * r, 1.0 - grown[p]
        out[p] = near if x[p] > -0.5 else far


@_compile  # type: ignore[untyped-decorator]
def _see(state: Floats, scales: Floats, bounds: Any, out: Floats) -> None:
    """out = one output of a state in modes; `scales` has one row a block. Most blocks have three modes."""
    for block in range(len(bounds) - 1):
        scale, first = scales[block], bounds[block]
        if bounds[block + 1] - first == 3:
            one, two, three = state[first], state[first + 1], state[first + 2]
            if block == 0:
                for p in range(len(out)):
                    out[p] = scale[p] * (one[p] + two[p] + three[p])
            else:
                for p in range(len(out)):
                    out[p] += scale[p] * (one[p] + two[p] + three[p])
            continue
        if block == 0:
            out[:] = 0.0
        for row in range(first, bounds[block + 1]):
            mode = state[row]
            for p in range(len(out)):
                out[p] += scale[p] * mode[p]


@_compile  # type: ignore[untyped-decorator]
def _add(total: Floats, more: Floats, times: float) -> None:
    for row in range(len(total)):
        for p in range(total.shape[1]):
            total[row, p] += more[row, p] * times


@_compile  # type: ignore[untyped-decorator]
def _raise_peak(seen: Floats, at: float, cmax: Floats, tmax: Floats) -> None:
    for p in range(len(seen)):
        old = cmax[p]
        tmax[p] = at if seen[p] > old else tmax[p]
        cmax[p] = max(seen[p], old)


@_compile  # type: ignore[untyped-decorator]
def _exponentials(
    steps: Timeline, rates: Floats, steady: Floats, flows: Any, decay: Floats, rise: Floats, scratch: Floats
) -> None:
    """What each mode is multiplied by in a stretch of each length, and what an input of 1 mg/min adds to it."""
    count = rates.shape[1]
    power = np.empty(count)
    for size in range(len(steps.lengths)):
        length = steps.lengths[size]
        for row in range(rates.shape[0]):
            rate, factor, added, level = rates[row], decay[size, row], rise[size, row], steady[row]
            for p in range(count):
                power[p] = -rate[p] * length
            _exp(power, factor, scratch, count)
            if flows[size]:
                _one_less_exp(power, factor, added, count)
                for p in range(count):
                    added[p] *= level[p]


@_compile  # type: ignore[untyped-decorator]
def _enter(amount: float, factors: Floats, dose: int, has_factors: bool, out: Floats) -> None:
    """out += an amount or a rate, times each person's own factor."""
    if has_factors:
        for p in range(len(out)):
            out[p] += amount * factors[p, dose]
    else:
        for p in range(len(out)):
            out[p] += amount


@_compile  # type: ignore[untyped-decorator]
def walk_mammillary(
    steps: Timeline,
    rates: Floats,
    weights: Floats,
    scales: Floats,
    factors: Floats,
    has_factors: bool,
    concentrations: Floats,
    metrics: Floats,
) -> None:
    """Fills concentrations (times, outputs, people) and metrics (4, windows, outputs, people), areas per hour."""
    people = rates.shape[1]
    flows = np.zeros(len(steps.lengths), np.bool_)
    for step in range(len(steps.at_min)):
        if steps.flow_at[step + 1] > steps.flow_at[step]:
            flows[steps.length[step]] = True
    for first in range(0, people, PEOPLE):
        last = min(first + PEOPLE, people)
        # Arrays of the block's own lie close together, which the processor needs to work on eight people at once.
        _walk_block(
            steps,
            np.ascontiguousarray(rates[:, first:last]),
            np.ascontiguousarray(weights[:, first:last]),
            np.ascontiguousarray(scales[:, :, first:last]),
            factors[first:last] if has_factors else factors,
            has_factors,
            flows,
            concentrations,
            metrics,
            first,
            last,
        )


@_compile  # type: ignore[untyped-decorator]
def _walk_block(
    steps: Timeline,
    rates: Floats,
    weights: Floats,
    scales: Floats,
    factors: Floats,
    has_factors: bool,
    flows: Any,
    concentrations: Floats,
    metrics: Floats,
    here: int,
    end: int,
) -> None:
    """The walk of one block of people, who stand at `here` to `end` of the results; the other arrays are their own."""
    modes, count = rates.shape
    outputs, blocks = scales.shape[0], scales.shape[1]
    windows, sizes, bounds = metrics.shape[1], len(steps.lengths), steps.bounds
    decay, rise = np.empty((sizes, modes, count)), np.empty((sizes, modes, count))
    state, opened, left = np.zeros((modes, count)), np.zeros((modes, count)), np.empty((modes, count))
    put, flow = np.zeros((blocks, count)), np.zeros((blocks, count))
    seen, scratch, per_hour = np.empty(count), np.empty(count), 1.0 / (60.0 * rates)
    _exponentials(steps, rates, weights / rates, flows, decay, rise, scratch)
    window = -1
    for step in range(len(steps.at_min)):
        at, opens, size = steps.at_min[step], steps.window[step] >= 0, steps.length[step]
        if window >= 0 and (steps.ends[step] or opens):
            for output in range(outputs):
                _see(state, scales[output], bounds, seen)
                if steps.ends[step]:
                    _raise_peak(seen, at, metrics[0, window, output, here:end], metrics[1, window, output, here:end])
                if opens:
                    trough = metrics[3, window, output, here:end]
                    for p in range(count):
                        trough[p] = seen[p]
        if window >= 0 and opens:
            for block in range(blocks):
                entered = put[block]
                for row in range(bounds[block], bounds[block + 1]):
                    before, now, weight, rate, gone = opened[row], state[row], weights[row], per_hour[row], left[row]
                    for p in range(count):
                        gone[p] = (before[p] + entered[p] * weight[p] - now[p]) * rate[p]
            for output in range(outputs):
                _see(left, scales[output], bounds, metrics[2, window, output, here:end])
        if opens:
            window = steps.window[step]
            opened[:] = 0.0
            _add(opened, state, 1.0)
            put[:] = 0.0
        jumped = steps.jump_at[step + 1] > steps.jump_at[step]
        if jumped:
            flow[:] = 0.0
            for number in range(steps.jump_at[step], steps.jump_at[step + 1]):
                block = steps.jump_block[number]
                _enter(steps.jump_mg[number], factors, steps.jump_dose[number], has_factors, flow[block])
            _add(put, flow, 1.0)
            for block in range(blocks):
                entered = flow[block]
                for row in range(bounds[block], bounds[block + 1]):
                    now, weight = state[row], weights[row]
                    for p in range(count):
                        now[p] += entered[p] * weight[p]
        if window >= windows:
            window = -1
        shown = steps.sample[step]
        if shown >= 0 or (window >= 0 and (opens or jumped)):
            for output in range(outputs):
                column = concentrations[shown, output, here:end] if shown >= 0 else seen
                _see(state, scales[output], bounds, column)
                if window >= 0 and (opens or jumped):
                    _raise_peak(column, at, metrics[0, window, output, here:end], metrics[1, window, output, here:end])
        length = steps.lengths[size]
        if length == 0.0:
            continue
        if steps.flow_at[step + 1] == steps.flow_at[step]:
            for row in range(modes):
                now, factor = state[row], decay[size, row]
                for p in range(count):
                    now[p] *= factor[p]
            continue
        flow[:] = 0.0
        for number in range(steps.flow_at[step], steps.flow_at[step + 1]):
            block = steps.flow_block[number]
            _enter(steps.flow_rate[number], factors, steps.flow_dose[number], has_factors, flow[block])
        falls = False
        for block in range(blocks):
            entered = flow[block]
            for row in range(bounds[block], bounds[block + 1]):
                now, weight, rate, slope = state[row], weights[row], rates[row], left[row]
                least = 0.0
                for p in range(count):
                    gained = entered[p] * weight[p]
                    slope[p] = gained - now[p] * rate[p]
                    least = min(least, slope[p] + LEAST_FALL * gained)
                falls = falls or least < 0.0
        if falls and window >= 0:
            # A mode that holds more than its steady state falls: the curve may rise first and then fall.
            _inner_peaks(bounds, rates, scales, left, state, at, length, metrics[:, window, :, here:end])
        for block in range(blocks):
            entered = flow[block]
            for row in range(bounds[block], bounds[block + 1]):
                now, factor, added = state[row], decay[size, row], rise[size, row]
                for p in range(count):
                    now[p] = now[p] * factor[p] + entered[p] * added[p]
        _add(put, flow, length)


@_compile  # type: ignore[untyped-decorator]
def _inner_peaks(
    bounds: Any,
    rates: Floats,
    scales: Floats,
    slopes: Floats,
    state: Floats,
    at: float,
    length: float,
    metrics: Floats,
) -> None:
    """A slow infusion after a fast one can peak inside: there the slope changes sign, and bisection finds where."""
    for output in range(scales.shape[0]):
        for p in range(rates.shape[1]):
            if _slope(bounds, rates, scales[output], slopes, p, 0.0) <= 0.0:
                continue
            if _slope(bounds, rates, scales[output], slopes, p, length) >= 0.0:
                continue
            low, high = 0.0, length
            for _ in range(_BISECTIONS):
                middle = 0.5 * (low + high)
                if _slope(bounds, rates, scales[output], slopes, p, middle) > 0.0:
                    low = middle
                else:
                    high = middle
            peak = 0.0
            for block in range(scales.shape[1]):
                for row in range(bounds[block], bounds[block + 1]):
                    gained = slopes[row, p] / rates[row, p] * -math.expm1(-rates[row, p] * low)
                    peak += scales[output, block, p] * (state[row, p] + gained)
            if peak > metrics[0, output, p]:
                metrics[0, output, p] = peak
                metrics[1, output, p] = at + low


@_compile  # type: ignore[untyped-decorator]
def _slope(bounds: Any, rates: Floats, scales: Floats, slopes: Floats, p: int, since: float) -> float:
    total = 0.0
    for block in range(len(scales)):
        for row in range(bounds[block], bounds[block + 1]):
            total += scales[block, p] * slopes[row, p] * math.exp(-rates[row, p] * since)
    return total


@_compile  # type: ignore[untyped-decorator]
def count_classes(bits: Any, shift: int, lowest: int, counts: Any) -> None:
    """Adds each row's values, given as the bits of floats, to that row's classes."""
    classes = counts.shape[1]
    for row in range(bits.shape[0]):
        for p in range(bits.shape[1]):
            counts[row, min(max((bits[row, p] >> shift) - lowest, 0), classes - 1)] += 1
