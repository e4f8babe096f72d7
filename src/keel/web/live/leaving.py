"""The part “Leaving”: the observation clock, each criterion with its state, and how a person may leave."""

import datetime as dt
from typing import Any, NamedTuple

from keel.assessment.session.view import SessionView
from keel.findings import Finding, Severity
from keel.interop.session_file.template import questions_of_gates
from keel.web.live.before import holds, questions


class Clock(NamedTuple):
    """The observation time counted from one moment: what it is counted from, minutes so far, and when it is over."""

    is_last: bool
    minutes: float
    over_at: dt.datetime | None
    is_over: bool


def leaving(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    state = page["state"]
    asked = questions_of_gates(view.protocol, view.knowledge)
    held = holds(state, view)
    return {
        "clocks": list(_clocks(view)),
        "observation": state.observation,
        "by_devices": view.protocol.dosing.kind == "devices",
        "criteria": questions(asked.leaving, view),
        "holds": held,
        "earliest": _earliest([one.finding for one in held]),
        "is_leaving": state.phase.gate == "discharge" and not state.phase.is_over,
    }


def _clocks(view: SessionView) -> list[Clock]:
    """From the last device or the end of the dose, which counts, and from the first, as forms count."""
    required, found = view.cut("observation_min"), []
    starts = ((True, view.dose.ended_at), (False, view.dose.first_at))
    for is_last, start in starts:
        if start is not None:
            over_at = None if required is None else start + dt.timedelta(minutes=required)
            minutes = (view.at - start).total_seconds() / 60
            found.append(Clock(is_last, minutes, over_at, over_at is not None and over_at <= view.at))
    return found


def _earliest(findings: list[Finding]) -> dt.datetime | None:
    """When all that holds now would have ended by itself; None where something does not end by itself."""
    times = [one.opens_at for one in findings if isinstance(one.opens_at, dt.datetime)]
    is_all = len(times) == len(findings) and all(one.severity is Severity.HOLD for one in findings)
    return max(times, default=None) if is_all else None
