"""Where things stand on a chart: the ends of both axes, their marks, and places for labels that touch no curve."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.messages import Message
from keel.pharmacology.structure import Floats

_NICE = (1.0, 1.2, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_STEPS_H = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 96.0, 168.0, 336.0)
DAYS_FROM_H = 96.0
"""Hours from which the time axis counts days."""


class Frame(NamedTuple):
    """A drawing area in pixels, hours across and ng/mL up, by proportion or by logarithm."""

    width: int
    height: int
    hours: float
    low: float
    high: float
    log: bool

    def across(self, hours: Floats | float) -> Floats:
        """Pixels from the left."""
        return np.asarray(np.asarray(hours, dtype=float) / self.hours * self.width)

    def down(self, ng: Floats | float) -> Floats:
        """Pixels from the top."""
        value = np.clip(np.asarray(ng, dtype=float), self.low if self.log else None, None)
        if self.log:
            share = np.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return np.asarray((1.0 - share) * self.height)


def frame_of(width: int, height: int, hours: float, span: tuple[float, float], *, log: bool) -> Frame:
    """The area for curves from the lower to the upper of `span` ng/mL; a logarithmic one reaches 1/2000 of its top."""
    high = nice_top(span[1] * 1.04)
    low = nice_low(max(span[0], high / 2000.0)) if log else 0.0
    return Frame(width, height, hours, low, high, log)


def nice_top(value: float) -> float:
    """The next round number at or above a positive value."""
    if not value > 0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in _NICE if step * decade >= value * (1 - 1e-9))


def nice_low(value: float) -> float:
    """1, 2 or 5 times a power of ten, at or below a positive value."""
    decade = 10.0 ** math.floor(math.log10(value))
    return next(step * decade for step in (5.0, 2.0, 1.0) if step * decade <= value * (1 + 1e-9))


def hour_marks(frame: Frame) -> tuple[list[float], Message, float]:
    """Marks of the time axis in hours, the axis's words, and how many hours one of its units has."""
    unit = 24.0 if frame.hours > DAYS_FROM_H else 1.0
    most = max(2, frame.width // 46)
    fitting = (step for step in _STEPS_H if step >= min(unit, 24.0) or unit == 1.0)
    step = next((step for step in fitting if frame.hours / step <= most), _STEPS_H[-1])
    if unit > 1 and step % 24:
        step = 24.0
    marks = [step * number for number in range(int(frame.hours / step + 1e-9) + 1)]
    return marks, Message("days after the start") if unit > 1 else Message("hours after the start"), unit


def level_marks(frame: Frame) -> list[float]:
    """Marks of the logarithmic axis: the powers of ten, and 2 and 5 times them where there are few."""
    first, last = math.ceil(math.log10(frame.low) - 1e-9), math.floor(math.log10(frame.high) + 1e-9)
    steps = (1.0,) if frame.high / frame.low > 150 else (1.0, 2.0, 5.0)
    marks = [step * 10.0**power for power in range(first - 1, last + 1) for step in steps]
    return [mark for mark in marks if frame.low * (1 - 1e-9) <= mark <= frame.high * (1 + 1e-9)]


def place_labels(
    frame: Frame, curves: Sequence[tuple[Floats, Floats]], sizes: Sequence[tuple[float, float]], *, on_curve: bool
) -> list[tuple[float, float]]:
    """Centres in pixels for one label a curve, of the given width and height, as clear of all curves as can be.

    `curves` are (hours, ng/mL). With `on_curve` a label sits on its own curve, otherwise beside it.
    """
    pixels = [np.column_stack([frame.across(hours), frame.down(ng)]) for hours, ng in curves]
    fine = [_evenly(points) for points in pixels]
    placed: list[tuple[float, float, float, float]] = []
    centres = []
    for number, (wide, high) in enumerate(sizes):
        others = fine if not on_curve else [points for i, points in enumerate(fine) if i != number]
        spots = list(_spots(fine[number], frame, wide, high, on_curve=on_curve))
        scored = [(_clearance(spot, wide, high, others, placed), spot) for spot in spots]
        # Beyond a comfortable distance the earlier place is as good as the farther one.
        best = max(scored, key=lambda pair: (min(pair[0], 14.0), -pair[1][2]))
        placed.append((best[1][0], best[1][1], wide, high))
        centres.append((best[1][0], best[1][1]))
    return centres


def _evenly(points: Floats, step: float = 4.0) -> Floats:
    """Points every few pixels along a curve."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0.0, lengths[-1], max(2, int(lengths[-1] / step)))
    return np.column_stack([np.interp(at, lengths, points[:, axis]) for axis in (0, 1)])


def _spots(
    points: Floats, frame: Frame, wide: float, high: float, *, on_curve: bool
) -> list[tuple[float, float, float]]:
    """Places to try: x, y, and how far from the first choice they are."""
    offsets = (0.0,) if on_curve else (-(high / 2 + 5), high / 2 + 5, -(high / 2 + 12), high / 2 + 14)
    found = []
    # Past its peak a curve runs apart from the others; before it, all rise together.
    past = points[int(np.argmin(points[:, 1])) :]
    for number, (x, y) in enumerate(past if len(past) > 8 else points):
        for rank, offset in enumerate(offsets):
            for shift in (0.0,) if on_curve else (wide / 2 + 4, 0.0):
                centre = (float(x) + shift, float(y) + offset)
                inside = wide / 2 + 2 <= centre[0] <= frame.width - wide / 2
                if inside and high / 2 <= centre[1] <= frame.height - high / 2 - 2:
                    found.append((*centre, number + 3.0 * rank))
    return found or [(frame.width - wide / 2, high / 2, 0.0)]


def _clearance(
    spot: tuple[float, float, float],
    wide: float,
    high: float,
    curves: Sequence[Floats],
    placed: Sequence[tuple[float, float, float, float]],
) -> float:
    """Pixels from the label's box to the nearest curve or label; below zero where it covers one."""
    x, y, _ = spot
    nearest = 1e3
    for points in curves:
        aside = np.maximum(np.abs(points[:, 0] - x) - wide / 2, 0.0)
        above = np.maximum(np.abs(points[:, 1] - y) - high / 2, 0.0)
        nearest = min(nearest, float(np.min(np.hypot(aside, above))))
    for other_x, other_y, other_wide, other_high in placed:
        aside_px = abs(x - other_x) - (wide + other_wide) / 2
        above_px = abs(y - other_y) - (high + other_high) / 2
        gap = max(aside_px, above_px)
        # Two labels on each other can be read less well than one on a curve.
        nearest = min(nearest, gap - 20.0 if gap < 0 else gap + 4.0)
    return nearest
