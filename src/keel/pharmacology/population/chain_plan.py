"""The plan of a compiled walk, made once for all people: which steps go together, and how sparse matrices multiply.

Equal steps in which nothing happens are taken as one leap: with P the matrix of a step and C that of the outputs, the
outputs at its knots are (C P^j) x, of which only the rows that outputs see are needed, and the state jumps by P^count
once. Matrices are kept as lists of those entries that any power of theirs can have: (entries, people).
"""

from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.structure import Block, Floats
from keel.pharmacology.times import SAME_STEP, distinct_lengths

LEAP = 8  # steps; a power of two, because the matrix of a leap comes by squaring
WORTH_LEAPING = 4 * LEAP  # shorter runs go step by step: to make the matrices of a leap takes as long as some 20 steps


class Sums(NamedTuple):
    """A sparse product: entry n sums left[a] right[b] over the pairs (a, b) from number first[n] to first[n + 1]."""

    first: Any
    left: Any
    right: Any


class Layout(NamedTuple):
    """Which entries matrices and views have and how they multiply; a view has a row an output, as C above."""

    row: Any  # of each entry of the matrix
    column: Any
    diagonal: Any  # the number of each diagonal entry
    seen: Any  # (outputs, seen places): the number of the place's entry in the view, -1 where the output sees it not
    leaving: Any  # (seen places,): the number of the place's entry on the diagonal
    matrix_matrix: Sums
    view_matrix: Sums
    matrix_state: Sums
    view_state: Sums


class WalkPlan(NamedTuple):
    """Leap k is of kind `kind[k]` and goes from knot stops[k] to stops[k + 1]; events and windows are listed by stop.

    Of each kind: how long a step is, how many there are, and where the views at its knots begin among all views.
    """

    knots: Floats
    sample: Any  # of each knot the number of the time asked, or -1
    stops: Any
    kind: Any
    window: Any  # the number of the window that opens, or -1
    event_at: Any
    length: Floats
    count: Any
    view_at: Any


def plan_of(knots: Floats, times_min: Floats, windows_min: Floats, events: Any) -> WalkPlan:
    """The leaps over `knots`, at the given ones of which `events` happen, in order. Inside a leap nothing happens."""
    gaps = np.diff(knots)
    lengths, ids = distinct_lengths(gaps)
    sample, window = np.full(len(knots), -1), np.full(len(knots), -1)
    sample[find_knots(knots, times_min)] = np.arange(len(times_min))
    window[find_knots(knots, windows_min)] = np.arange(len(windows_min))
    changes = np.flatnonzero(np.diff(ids)) + 1
    ends = np.unique(np.concatenate([changes, events, np.flatnonzero(window >= 0), [0, len(gaps)]])).astype(np.int64)
    counts: list[int] = []
    for steps in np.diff(ends).tolist():
        many = steps // LEAP if steps >= WORTH_LEAPING else 0
        counts += [LEAP] * many + [1] * (steps - many * LEAP)
    stops = np.concatenate([[0], np.cumsum(counts)])
    kinds, kind = np.unique([ids[stops[:-1]], counts], axis=1, return_inverse=True)
    return WalkPlan(
        knots=knots,
        sample=sample,
        stops=stops,
        kind=kind.reshape(-1),
        window=window[stops],
        event_at=np.searchsorted(events, [*stops.tolist(), len(knots)]),
        length=lengths[kinds[0]],
        count=kinds[1],
        view_at=np.concatenate([[0], np.cumsum(kinds[1] + 1)]),
    )


def find_knots(knots: Floats, moments: Any) -> Any:
    """The numbers of the knots that stand for these moments: knots are rounded, and so must be what is looked for."""
    return np.searchsorted(knots, np.round(moments, SAME_STEP))


def layout_of(block: Block, flows: Any, sees: Any) -> Layout:
    """The layout for matrices and outputs of which these entries are not zero: (size, size) and (outputs, seen)."""
    pattern = flows | np.eye(block.size, dtype=bool)
    for _ in range(block.size.bit_length()):
        pattern = pattern @ pattern
    row, column = np.nonzero(pattern)
    places = [block.first + block.at[place] for place in block.seen]
    view, state = sees @ pattern[places], np.ones((block.size, 1), dtype=bool)
    diagonal = _numbers(pattern).diagonal().copy()
    return Layout(
        row=row,
        column=column,
        diagonal=diagonal,
        seen=np.where(sees, _numbers(view)[:, places], -1),
        leaving=diagonal[places],
        matrix_matrix=_sums(pattern, pattern),
        view_matrix=_sums(view, pattern),
        matrix_state=_sums(pattern, state),
        view_state=_sums(view, state),
    )


def _numbers(pattern: Any) -> Any:
    """The number of each entry among those that there are."""
    return np.cumsum(pattern).reshape(pattern.shape) - 1


def _sums(left: Any, right: Any) -> Sums:
    """How the product of two matrices with the given entries adds up."""
    row, column, inner = np.nonzero(left[:, None, :] & right.T[None, :, :])
    entry = _numbers(left @ right)[row, column]
    first = np.searchsorted(entry, np.arange(entry[-1] + 2))
    return Sums(first, _numbers(left)[row, inner], _numbers(right)[inner, column])
