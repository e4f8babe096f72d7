"""Peaks of many curves known at knots with their slopes: read off the cubic between two knots."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keel.pharmacology.structure import Floats


class Curves(NamedTuple):
    """Outputs just before (`left`) and after (`right`) each knot, slopes and area so far: (people, outputs, knots).

    `own` holds, by dose, people's own times between knots and the outputs there: (people,) and (people, outputs).
    `kinked` knots stretches (by their end) in which a person's curve has a kink, so that no cubic fits.
    """

    knots: Floats
    left: Floats
    right: Floats
    left_slope: Floats
    right_slope: Floats
    area: Floats
    own: dict[int, tuple[Floats, Floats]]
    kinked: NDArray[np.bool_]

    @classmethod
    def empty(cls, people: int, outputs: int, knots: Floats) -> "Curves":
        """Curves of zeros."""
        left, right, before, after, area = np.zeros((5, people, outputs, len(knots)))
        return cls(knots, left, right, before, after, area, {}, np.zeros((people, len(knots)), dtype=bool))


def window_metrics(curves: Curves, first: int, last: int) -> Floats:
    """Peak (ng/mL), its time (min), area (ng*h/mL) and trough between two knots: (4, people, outputs).

    The value at the last knot is that before anything given there.
    """
    begin, end = slice(first, last), slice(first + 1, last + 1)
    start, stop = curves.right[:, :, begin], curves.left[:, :, end]
    inner, where = _inner(
        start, stop, curves.right_slope[:, :, begin], curves.left_slope[:, :, end], curves.knots[first : last + 1]
    )
    inner[np.broadcast_to(curves.kinked[:, None, end], inner.shape)] = 0.0
    candidates = np.concatenate([start, stop, inner], axis=2)
    times = np.concatenate(
        [
            np.broadcast_to(curves.knots[begin], start.shape),
            np.broadcast_to(curves.knots[end], stop.shape),
            curves.knots[begin] + where,
        ],
        axis=2,
    )
    best = np.argmax(candidates, axis=2)[..., None]
    cmax = np.take_along_axis(candidates, best, axis=2)[..., 0]
    tmax = np.take_along_axis(times, best, axis=2)[..., 0]
    for own, values in curves.own.values():
        inside = (own > curves.knots[first]) & (own < curves.knots[last])
        higher = inside[:, None] & (values > cmax)
        cmax = np.where(higher, values, cmax)
        tmax = np.where(higher, own[:, None], tmax)
    return np.stack(
        [
            cmax,
            tmax,
            (curves.area[:, :, last] - curves.area[:, :, first]) / 60.0,
            curves.left[:, :, last],
        ]
    )


def _inner(start: Floats, stop: Floats, rising: Floats, falling: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Highest value inside each stretch and how long after its start, where the curve rises first and then falls.

    With p(s) = start + c s + a s^2 + b s^3 on 0..1 the peak is the root 2c / (sqrt(4 a^2 - 12 b c) - 2a) of p'.
    """
    length = np.diff(knots)
    c, e = rising * length, falling * length
    a = 3.0 * (stop - start) - 2.0 * c - e
    b = c + e - 2.0 * (stop - start)
    turns = (c > 0) & (e < 0)
    root = np.sqrt(np.maximum(4.0 * a * a - 12.0 * b * c, 0.0))
    s = np.divide(2.0 * c, root - 2.0 * a, out=np.zeros_like(a), where=turns & (root > 2.0 * a))
    s = np.clip(s, 0.0, 1.0)
    return np.where(turns, start + s * (c + s * (a + s * b)), 0.0), s * length
