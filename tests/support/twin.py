"""A slow, obvious reading of a model document: what the engine is compared with.

Nothing here is shared with the engine: parameters, matrix and inputs are read again from the document, in hours, one
by one. The solvers on top are SciPy's ODE integrator and a 50-digit matrix exponential.
"""

import itertools
import math

import mpmath as mp
import numpy as np
from scipy.integrate import solve_ivp

PER_HOUR = {"L/min": 60, "1/min": 60, "min": 1 / 60}


def parameters(model, person, exact=False):
    """Name to value in L, L/h, 1/h, h for the typical person; as 50-digit numbers when `exact`."""
    number = mp.mpf if exact else float
    found = {}

    def value(name):
        if name in found:
            return found[name]
        p = model.parameters[name]
        v = number(p.value)
        for effect in p.effects:
            known = getattr(person, effect.covariate)
            if known is None:
                continue
            if hasattr(effect, "factor"):
                v = v * number(effect.factor) if known in effect.equals else v
            elif known > effect.above:
                v = v + number(effect.per_unit) * (number(known) - number(effect.above))
        if p.of:
            v = v * value(p.of)
        if p.unit.endswith("/kg"):
            v = v * number(person.weight_kg)
        if p.unit.startswith(("L/min", "1/min")):
            v = v * 60
        if p.unit == "min":
            v = v / 60
        if p.weight_exponent is not None:
            v = v * (number(person.weight_kg) / number(model.weight_reference_kg)) ** number(p.weight_exponent)
        found[name] = v
        return v

    return {name: value(name) for name in model.parameters}


def rates(model, p):
    """(from, to or None, rate 1/h, fraction arriving, drift per hour) of each flow."""
    volume = {c.id: c.volume for c in model.compartments}
    arrows = []
    for flow in model.flows:
        fraction = p[flow.fraction] if flow.fraction else 1
        growth = p[flow.drift] if flow.drift else 0
        if flow.clearance:
            k = p[flow.clearance] / p[volume[flow.source]]
        elif flow.rate:
            k = p[flow.rate]
        else:
            k = flow.stages / p[flow.mean_time]
        arrows.append((flow.source, flow.target, k, fraction, growth))
        if flow.both_ways:
            arrows.append((flow.target, flow.source, p[flow.clearance] / p[volume[flow.target]], 1, 0))
    return arrows


def inputs(model, p, regimen):
    """(place, mg, start h, duration h) of everything that enters. Nasal devices: all at the start of the dose."""
    found = []
    for dose in regimen:
        entry = next(e for e in model.inputs if e.route == dose.route)
        for part in entry.parts:
            shares = dict(p)
            if entry.kind == "devices":
                n = dose.amount_mg / entry.device_mg
                if n > 1:  # FRe = FRn (1 + 0.62 (N - 1)) / N
                    shares[entry.nasal] = p[entry.nasal] * (1 + p[entry.repeat] * (n - 1)) / n
            amount = dose.amount_mg
            for name in part.times:
                amount = amount * shares[name]
            for name in part.rest_of:
                amount = amount * (1 - shares[name])
            over = p[part.over] if part.over else (dose.duration_min / 60 if entry.kind == "direct" else 0)
            found.append((part.into, amount, dose.start_min / 60, over))
    return found


def _weights(model, p):
    volume = {c.id: c.volume for c in model.compartments}
    rows = []
    for output in model.outputs:
        row = {}
        for term in output.terms:
            scale = 1000 / p[volume[term.compartment]]
            if term.molar_mass:
                scale = scale * p[term.molar_mass] / p[term.carried_as]
            row[term.compartment] = scale
        rows.append(row)
    return rows


def by_ode(model, regimen, person, times_min, *, rtol=1e-13, method="DOP853"):
    """ng/mL (outputs, times) by SciPy's solve_ivp, restarted at each event."""
    p = parameters(model, person)
    places = [c.id for c in model.compartments]
    at = {place: i for i, place in enumerate(places)}
    a = np.zeros((len(places), len(places)))
    drifts = []
    for source, target, k, fraction, growth in rates(model, p):
        if growth:
            drifts.append((at[source], k, growth))
            continue
        a[at[source], at[source]] -= k
        if target:
            a[at[target], at[source]] += k * fraction
    entering = inputs(model, p, regimen)
    fastest = max(-a.diagonal().min(), *(2 * k for _, k, _ in drifts), 1.0)
    times = np.asarray(times_min) / 60
    events = {e[2] for e in entering} | {e[2] + e[3] for e in entering}
    edges = sorted({*events, *times})
    x = np.zeros(len(places))
    out = np.zeros((len(model.outputs), len(times)))
    weights = _weights(model, p)
    for start, end in [*itertools.pairwise(edges), (edges[-1], None)]:
        for place, amount, when, over in entering:
            if over == 0 and when == start:
                x[at[place]] += amount
        for column in np.flatnonzero(times == start):
            for row, terms in enumerate(weights):
                out[row, column] = sum(scale * x[at[place]] for place, scale in terms.items())
        if end is None or (not x.any() and not any(e[2] <= start < e[2] + e[3] for e in entering)):
            continue
        push = np.zeros(len(places))
        for place, amount, when, over in entering:
            if over > 0 and when <= start < when + over - 1e-12:
                push[at[place]] += amount / over

        def slope(t, y, push=push):
            d = a @ y + push
            for i, k, growth in drifts:
                d[i] -= k * (1 + growth * t) * y[i]
            return d

        scale = max(np.abs(x).max(), np.abs(push).max() * (end - start))
        # Steps near the stability limit of an explicit method leave noise of 1e-10: keep well below it.
        x = solve_ivp(slope, (start, end), x, method=method, rtol=rtol, atol=1e-16 * scale, max_step=1 / fastest).y[
            :, -1
        ]
    return out


def by_mpmath(model, regimen, person, times_min):
    """ng/mL (outputs, times) by 50-digit matrix exponentials of the system with its input as one more state."""
    with mp.workdps(50):
        p = parameters(model, person, exact=True)
        places = [c.id for c in model.compartments]
        n = len(places)
        at = {place: i for i, place in enumerate(places)}
        a = mp.zeros(n + 1)
        for source, target, k, fraction, growth in rates(model, p):
            assert not growth, "a drifting rate has no matrix exponential"
            a[at[source], at[source]] -= k
            if target:
                a[at[target], at[source]] += k * fraction
        entering = inputs(model, p, [_exact(dose) for dose in regimen])
        times = [mp.mpf(t) / 60 for t in times_min]
        edges = sorted({e[2] for e in entering} | {e[2] + e[3] for e in entering} | set(times))
        x = mp.zeros(n + 1, 1)
        out = np.zeros((len(model.outputs), len(times)))
        weights = _weights(model, p)
        for start, end in [*itertools.pairwise(edges), (edges[-1], None)]:
            for place, amount, when, over in entering:
                if over == 0 and when == start:
                    x[at[place]] += amount
            for column, t in enumerate(times):
                if t == start:
                    for row, terms in enumerate(weights):
                        out[row, column] = float(mp.fsum(scale * x[at[place]] for place, scale in terms.items()))
            if end is None:
                continue
            step = a.copy()
            for place, amount, when, over in entering:
                if over > 0 and when <= start < when + over:
                    step[at[place], n] += amount / over
            x[n] = mp.mpf(1)
            x = expm_times(step * (end - start), x)
        return out


def expm_times(matrix, vector):
    """exp(matrix) vector by Taylor's sum in slices of norm at most 1, in the working precision of mpmath."""
    size = matrix.rows
    nonzero = [(i, j, matrix[i, j]) for i in range(size) for j in range(size) if matrix[i, j] != 0]
    norm = max((sum(abs(v) for i, j, v in nonzero if j == column) for column in range(size)), default=0)
    slices = max(1, math.ceil(norm))
    for _ in range(slices):
        term, total, k = list(vector), list(vector), 0
        while True:
            k += 1
            following = [mp.mpf(0)] * size
            for i, j, v in nonzero:
                if term[j]:
                    following[i] += v * term[j] / (k * slices)
            term = following
            total = [t + f for t, f in zip(total, term, strict=True)]
            if max(abs(t) for t in term) <= mp.eps * max(abs(t) for t in total):
                break
        vector = mp.matrix(total)
    return vector


class _exact:
    """A dose with times as 50-digit numbers."""

    def __init__(self, dose):
        self.route = dose.route
        self.amount_mg = mp.mpf(dose.amount_mg)
        self.start_min = mp.mpf(dose.start_min)
        self.duration_min = mp.mpf(dose.duration_min)


def worst(found, expected, above=1e-6):
    """Largest relative error where a curve is above a millionth (or another part) of its highest value."""
    error = 0.0
    for ours, theirs in zip(found, expected, strict=True):
        seen = theirs > above * theirs.max(initial=0.0)
        if seen.any():
            error = max(error, float(np.max(np.abs(ours[seen] / theirs[seen] - 1))))
    return error
