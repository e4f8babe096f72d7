"""What two blood pressures say together: the baseline before the dose, the rise, a high pressure that stands.

Two sets are two when they lie far enough apart. A high pressure stands until a set that is far enough after it is
lower; a second look a minute later does not undo it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from keel.assessment.session.events import minutes_between
from keel.findings import Fact
from keel.quantities import significant

Pair = tuple[float | None, float | None]
"""A systolic and a diastolic limit, mm[Hg]; None where there is none."""
_NEVER: Pair = (None, None)


class Pressure(NamedTuple):
    """One set of blood pressure, mm[Hg]."""

    at: dt.datetime
    sbp: float
    dbp: float


def pressure_facts(
    sets: Sequence[Pressure],
    *,
    half: Mapping[str, float],
    first_dose: dt.datetime | None,
    dose_end: dt.datetime | None,
    repeat_min: float,
    apart_min: float,
    severe: Pair,
) -> dict[str, Fact]:
    """The newest pressure, what stands, rise and distance from baseline, the set before, rising or declining.

    Before the dose a pressure at or above `severe` stands until two sets below it, `repeat_min` apart, have followed.

    `half` are values read alone after the newest whole set: they count as the newest, and what stands is the higher.
    """
    if not sets:
        return {**half, **{f"{name}_standing": value for name, value in half.items()}}
    newest = sets[-1]
    facts: dict[str, Fact] = {
        "sbp": newest.sbp,
        "dbp": newest.dbp,
        **_standing(sets, repeat_min, severe if first_dose is None else _NEVER),
    }
    previous = _earlier(sets, newest, repeat_min)
    if previous is not None and first_dose is not None and previous.at > first_dose:
        facts |= {"earlier_sbp_5min": previous.sbp, "earlier_dbp_5min": previous.dbp}
    baseline = baseline_pressure(sets, first_dose)
    after = [one for one in sets if dose_end is not None and one.at >= dose_end]
    if baseline is not None and first_dose is not None and newest.at > first_dose:
        facts |= _against(baseline, newest, "")
        facts |= {"sbp_rise": newest.sbp - baseline.sbp, "dbp_rise": newest.dbp - baseline.dbp}
        facts["bp_declining"] = _is_declining([one for one in sets if one.at > first_dose], baseline)
    earlier = _earlier(after, newest, apart_min) if after else None
    if earlier is not None:
        facts |= {"earlier_sbp": earlier.sbp, "earlier_dbp": earlier.dbp}
        facts["bp_is_rising"] = newest.sbp > earlier.sbp or newest.dbp > earlier.dbp
        facts["bp_rise_between_sets"] = _rise(earlier, newest, baseline)
        facts |= _against(baseline, earlier, "earlier_") if baseline is not None else {}
    for name, value in half.items():
        facts |= {name: value, f"{name}_standing": max(value, getattr(newest, name))}
    return facts


def _rise(earlier: Pressure, newest: Pressure, baseline: Pressure | None) -> float:
    """mm[Hg] by which the newest set is above the earlier one, where it is above the value before the dose too."""
    pairs = [(newest.sbp, earlier.sbp, baseline and baseline.sbp), (newest.dbp, earlier.dbp, baseline and baseline.dbp)]
    rises = [now - then for now, then, before in pairs if before is None or now > before]
    return max([0.0, *rises])


def baseline_pressure(sets: Sequence[Pressure], first_dose: dt.datetime | None) -> Pressure | None:
    """The last set before the first dose; before any dose, the newest set."""
    before = [one for one in sets if first_dose is None or one.at <= first_dose]
    return before[-1] if before else None


def _standing(sets: Sequence[Pressure], repeat_min: float, severe: Pair) -> dict[str, Fact]:
    recent = [*(one for one in sets[:-1] if minutes_between(one.at, sets[-1].at) < repeat_min), sets[-1]]
    last = max((at for at, one in enumerate(sets) if _is_severe(one, severe)), default=None)
    if last is not None:
        below = sets[last + 1 :]
        if not below or minutes_between(below[0].at, below[-1].at) < repeat_min:
            recent.append(sets[last])
    return {"sbp_standing": max(one.sbp for one in recent), "dbp_standing": max(one.dbp for one in recent)}


def _is_severe(one: Pressure, severe: Pair) -> bool:
    sbp, dbp = severe
    return (sbp is not None and one.sbp >= sbp) or (dbp is not None and one.dbp >= dbp)


def _earlier(sets: Sequence[Pressure], newest: Pressure, apart_min: float) -> Pressure | None:
    return next((one for one in reversed(sets) if minutes_between(one.at, newest.at) >= apart_min), None)


def _against(baseline: Pressure, one: Pressure, prefix: str) -> dict[str, Fact]:
    return {
        f"{prefix}sbp_off_baseline_percent": significant(abs(one.sbp - baseline.sbp) / baseline.sbp * 100),
        f"{prefix}dbp_off_baseline_percent": significant(abs(one.dbp - baseline.dbp) / baseline.dbp * 100),
    }


def _is_declining(after: Sequence[Pressure], baseline: Pressure) -> bool:
    """Whether the newest set is at or below baseline, or below the highest set since the dose."""
    newest = after[-1]
    if newest.sbp <= baseline.sbp and newest.dbp <= baseline.dbp:
        return True
    return newest.sbp < max(one.sbp for one in after) and newest.dbp <= max(one.dbp for one in after)
