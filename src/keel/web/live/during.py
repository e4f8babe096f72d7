"""The part “During”: vital signs to enter, what is due, sedation, what happened, and the chart."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from keel.assessment.protocols.facts import CRISIS_SYMPTOMS
from keel.assessment.session.events import VitalsRecorded
from keel.assessment.session.prediction import predicted_course
from keel.assessment.session.state import LatestValue, SessionState
from keel.assessment.session.view import SessionView
from keel.interop.session_file.reader import SIGNS
from keel.knowledge import load
from keel.knowledge.clinical_facts import ClinicalFact
from keel.reports.charts import session_chart_svg, session_chart_words
from keel.reports.charts.session_chart import Band, Given, Reading, SessionChart
from keel.web.language.rendering import page_catalogue, plain
from keel.web.language.words import noop

_AHEAD_MIN, _SHORTEST_MIN, _POINTS = 20, 60, 90
KEYS = {"sbp": "SYS", "dbp": "DIA", "hr": noop("Pulse"), "spo2": "SpO₂", "rr": noop("Breaths")}
"""The signs in the order in which a cuff shows them, each with its word on the key."""
WHY_NOT = (
    noop("no device at hand"),
    noop("no signal"),
    noop("cuff would not read"),
    noop("not to be disturbed now"),
    noop("the person declined"),
)
_GRAVE_FIRST = ("unresponsive", "apnoea", "seizure", "syncope", "severe_agitation", "vomiting", "asks_to_stop")


class SignField(NamedTuple):
    """A vital sign to be entered: name, word, unit, what is possible, and the last value, which is never filled in."""

    name: str
    word: str
    label: str
    unit: str
    low: float
    high: float
    last: LatestValue | None


class Happening(NamedTuple):
    """An adverse event of the short list, and whether it is on record and not over."""

    fact: ClinicalFact
    is_open: bool


def during(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    chart = session_chart(view)
    return {
        **sign_entry(view, page["state"]),
        "degrees": ("none", "mild", "moderate", "severe"),
        "levels": load().instruments["moaa-s"].answer_sets[0].choices,
        "happenings": happenings(view),
        "chart": session_chart_svg(chart, page_catalogue()) if chart else "",
        "chart_words": session_chart_words(chart) if chart else "",
    }


def sign_entry(view: SessionView, state: SessionState) -> dict[str, Any]:
    """The form of the vital signs, and the readings so far, the newest first."""
    cuts = load().session_rules["session"].cuts
    return {
        "fields": sign_fields(state.latest),
        "symptoms": [load().clinical_facts[name] for name in CRISIS_SYMPTOMS],
        "why_not": WHY_NOT,
        "readings": [one for one in reversed(view.events) if isinstance(one, VitalsRecorded)],
        "far": cuts["slip_far"].value,
        "near": cuts["slip_near"].value,
    }


def sign_fields(latest: dict[str, LatestValue]) -> list[SignField]:
    """The vital signs to be entered."""
    facts, possible = load().clinical_facts, load().reading_limits.possible
    ranges = {name: possible[SIGNS[name]] for name in KEYS}
    return [
        SignField(name, plain(word), facts[name].label, one.unit, one.low, one.high, latest.get(name))
        for name, word, one in ((name, word, ranges[name]) for name, word in KEYS.items())
    ]


def happenings(view: SessionView) -> list[Happening]:
    """The short list of adverse events: what is open first, then the gravest."""
    facts = [one for one in view.knowledge.clinical_facts.values() if one.group == "event"]
    rows = [Happening(one, view.facts.get(one.id) is True) for one in facts if one.id != "serious_adverse_event"]
    order = {name: number for number, name in enumerate(_GRAVE_FIRST)}
    return sorted(rows, key=lambda one: (not one.is_open, order.get(one.fact.id, len(order)), one.fact.label))


def session_chart(view: SessionView) -> SessionChart | None:
    """The chart from the first reading or dose to a while from now; None before there is any."""
    readings, given = list(_readings(view)), list(_given(view))
    moments = [one.at for one in readings] + [one.start for one in given]
    if not moments:
        return None
    zone = view.at.tzinfo
    start = (min(moments) - dt.timedelta(minutes=5)).astimezone(zone)
    now = view.left_at.astimezone(zone) if view.left_at else view.at
    ahead = (now + dt.timedelta(minutes=_AHEAD_MIN), start + dt.timedelta(minutes=_SHORTEST_MIN))
    end = max((*ahead, *(one.end for one in given)))
    return SessionChart(start, end.astimezone(zone), now, readings, given, _band(view, end))


def _readings(view: SessionView) -> Iterator[Reading]:
    for one in view.events:
        if isinstance(one, VitalsRecorded):
            signs = {name: getattr(one, name) for name in SIGNS}
            yield Reading(one.at, {name: value for name, value in signs.items() if value is not None})


def _given(view: SessionView) -> Iterator[Given]:
    for part in view.dose.parts:
        yield Given(part.start, part.start + dt.timedelta(minutes=part.minutes))
    if view.dose.is_running and view.dose.due_end is not None:
        yield Given(view.at, view.dose.due_end)


def _band(view: SessionView, end: dt.datetime) -> Band | None:
    first = view.dose.first_at
    if first is None:
        return None
    minutes = np.linspace(0.0, max(1.0, (end - first).total_seconds() / 60), _POINTS)
    found = predicted_course(view, [float(one) for one in minutes])
    if found is None:
        return None
    times = [first + dt.timedelta(minutes=float(one)) for one in minutes]
    low, high = [float(one) for one in found.low], [float(one) for one in found.high]
    middle = [float(one) for one in found.ng_per_ml]
    return Band(times, middle, low, high, found.curve.document.name, found.curve.site)
