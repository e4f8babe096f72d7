"""The monitoring form of a session, filled as far as the events answer it. Minutes follow from moments.

Forms count from the first device; the gate counts from the last one, which is the longer watch.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from keel.assessment.session.events import Discharged, Session, minutes_between
from keel.assessment.session.form_fields import Answer, FieldAnswer, filled, treatment_answers, treatment_day
from keel.assessment.session.opening import open_session
from keel.assessment.session.pressures import Pressure, baseline_pressure
from keel.assessment.session.view import SessionView
from keel.assessment.session.vitals import VitalSign
from keel.knowledge import Knowledge
from keel.knowledge.sessions import ProgrammeForm

_OF_CONCERN = ("takes_benzodiazepine", "takes_opioid", "takes_stimulant", "takes_maoi")
_DEPRESSANT = "takes_other_depressant"
"""Alcohol counts here too, which is no medicine: a yes to it alone answers no box of a form."""


class FormAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """A form with its answers. `open` are required fields without one; `treated_on` is the day of the first device."""

    form: str
    title: str
    fields: tuple[FieldAnswer, ...]
    open: tuple[str, ...]
    treated_on: dt.date | None
    due_on: dt.date | None


def monitoring_form(
    session: Session,
    form: str,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    carried: Mapping[str, Answer] | None = None,
    written: Mapping[str, Answer] | None = None,
) -> FormAnswers:
    """The form `form` (an id of data/rems) filled from a session as it stands at `at`.

    `carried` says who and where it is, from the record; `written` is what somebody wrote in, by field. What the session
    itself answers is never overwritten by hand: it is corrected there.
    """
    return form_of(
        open_session(session, at=at, knowledge=knowledge), knowledge.rems[form], carried or {}, written or {}
    )


def form_of(
    view: SessionView, document: ProgrammeForm, carried: Mapping[str, Answer], written: Mapping[str, Answer]
) -> FormAnswers:
    """The same from the view of a session."""
    answers = {**carried, **{name: value for name, value in _answers(view) if value is not None}}
    fields = filled(document.fields, answers, written)
    day = treatment_day(view)
    return FormAnswers(
        form=document.id,
        title=document.title,
        fields=fields,
        open=tuple(one.id for one in fields if one.required and one.value is None),
        treated_on=day,
        due_on=None if day is None else day + dt.timedelta(days=document.due_days),
    )


def _answers(view: SessionView) -> Iterator[tuple[str, Answer]]:
    facts, first, end = view.facts, view.dose.first_at, view.left_at
    for name in ("first_session", "patient_enrolled", *_OF_CONCERN):
        value = facts.get(name)
        yield name, value if isinstance(value, bool) else None
    taken = [facts.get(name) for name in _OF_CONCERN]
    is_none = all(one is False for one in (*taken, facts.get(_DEPRESSANT)))
    yield "takes_any_of_concern", True if True in taken else False if is_none else None
    if first is None:
        return
    yield from treatment_answers(view)
    yield "minutes_from_first_device", round(minutes_between(first, end)) if end is not None else None
    yield from _pressures(view, first)
    yield from _spell("sedation", _below(view.vitals.of("moaas"), first), first)
    yield from _spell("dissociation", _dissociated(view, first), first)
    yield "clinician", view.ending.name if isinstance(view.ending, Discharged) else None
    # That nothing grave is on record is no answer: whoever signs says so.
    yield "serious_adverse_event", True if facts.get("serious_adverse_event") is True else None
    seen = {sign for sign in ("spo2", "rr") if any(one.at > first for one in view.vitals.of(sign))}
    yield "spo2_measured", "spo2" in seen or None
    was_low = any(
        one.rule.endswith(("IN-06", "IN-05-low"))
        for moment, _ in view.turns
        for one in view.at_moment(moment).out_of_range
    )
    yield "respiratory_depression", was_low if seen else None


def _pressures(view: SessionView, first: dt.datetime) -> Iterator[tuple[str, Answer]]:
    sets, last = view.vitals.pressures, view.dose.ended_at or first
    yield "bp_before", _shown(baseline_pressure(sets, first))
    task, early = view.protocol.number("mon_bp"), view.protocol.number("mon_bp_early")
    near = [one for one in sets if abs(minutes_between(last, one.at) - task) <= early]
    yield "bp_40", _shown(min(near, key=lambda one: abs(minutes_between(last, one.at) - task), default=None))
    late = [one for one in sets if minutes_between(last, one.at) > task + early]
    yield "bp_end", _shown(late[-1] if late else None)


def _shown(pressure: Pressure | None) -> str | None:
    return None if pressure is None else f"{pressure.sbp:g}/{pressure.dbp:g}"


Points = list[tuple[dt.datetime, bool]]


def _below(signs: Sequence[VitalSign], first: dt.datetime) -> Points:
    """Whether alertness is below its value before the dose: any fall counts as sedation."""
    before = [one.value for one in signs if one.at <= first]
    base = before[-1] if before else None
    after = [one for one in signs if one.at > first]
    if not isinstance(base, int | float):
        return []
    return [(one.at, isinstance(one.value, int | float) and one.value < base) for one in after]


def _dissociated(view: SessionView, first: dt.datetime) -> Points:
    return [(one.at, one.value != "none") for one in view.vitals.of("dissociation") if one.at > first]


def _spell(name: str, points: Points, first: dt.datetime) -> Iterator[tuple[str, Answer]]:
    """Whether it occurred, when it was first seen and when it was first gone again; None where nobody looked."""
    if not points:
        yield name, None
        return
    begun = next((at for at, is_so in points if is_so), None)
    yield name, begun is not None
    if begun is None:
        return
    yield f"{name}_onset_min", round(minutes_between(first, begun))
    last_so = max(at for at, is_so in points if is_so)
    gone = next((at for at, is_so in points if at > last_so and not is_so), None)
    yield f"{name}_resolved_min", round(minutes_between(first, gone)) if gone is not None else None
