"""What is told once the person has left: by phone, by a form that comes later, by whoever was with them.

The gate of leaving stays what it was; this is a danger of now. A later “no” does not undo it: thoughts of suicide are
closed by a clinician's assessment, a sign by an adverse event that records it as over.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from keel.assessment.protocols.facts import derived
from keel.assessment.protocols.level_of_care import known_care
from keel.assessment.session.events import AdverseEvent, Plain
from keel.assessment.session.heard import DANGER_SIGNS, SUICIDE, questions, yes_or_no_answers
from keel.assessment.session.suicide_risk import ANSWERS, SuicideRisk, is_danger, told_answers
from keel.assessment.session.view import SessionView
from keel.findings import Finding, Severity
from keel.messages import Message, listed

_OF_THE_DOSE = ("asks_to_stop", "infiltration", "pump_fault", "serious_adverse_event")
"""Events that are nothing of their own once the person has left."""


def told_since(view: SessionView) -> Iterator[Finding]:
    """What was told of suicide since, each sign, and words that leave one open; nothing before the person has left."""
    left = view.ending
    if left is None:
        return
    since = view.events[view.events.index(left) + 1 :]
    names = {event.id for event in since}
    given = [one for one in view.answers.given if one.event in names]
    gone = [one for one in view.withdrawn if one.at is not None and left.at < one.at <= view.at]
    risk = SuicideRisk.of([*given, *told_answers(since, view.words)], gone, since)
    told = next((one for one in risk.open if is_danger(one) and one.at is not None), None)
    if told is not None and told.at is not None:
        yield view.finding("KEEL-AFTER-SUICIDE", time=_time(told.at, view), event=told.event or "")
    for name, event in _signs(since, view).items():
        rule = "KEEL-AFTER-EMERGENCY" if _is_emergency(name, view) else "KEEL-AFTER-SIGN"
        sign = Message(view.knowledge.clinical_facts[name].label)
        yield view.finding(rule, sign=sign, time=_time(event.at, view), event=event.id)
    for one in questions(since, view.words):
        if one.facts != (SUICIDE,):
            signs = listed(Message(view.knowledge.clinical_facts[name].label) for name in one.facts)
            yield view.finding("KEEL-NOT-HEARD", what=one.text, signs=signs, event=one.event)


def _time(moment: dt.datetime, view: SessionView) -> str:
    return moment.astimezone(view.at.tzinfo).isoformat(timespec="minutes")


def _signs(since: Sequence[Plain], view: SessionView) -> dict[str, Plain]:
    """The signs that some events tell and that are not recorded as over since, each with the event that told it."""
    told: dict[str, Plain] = {}
    for event in since:
        is_over = isinstance(event, AdverseEvent) and event.resolved
        for name, is_yes in yes_or_no_answers(event, view.words):
            if is_yes and _is_sign(name, view):
                told.setdefault(name, event)
            elif is_over:
                told.pop(name, None)
    return told


def _is_sign(name: str, view: SessionView) -> bool:
    """Whether a yes is a danger sign or an adverse event, or by itself asks for emergency care."""
    fact = view.knowledge.clinical_facts.get(name)
    if fact is None or name in (*ANSWERS, *_OF_THE_DOSE):
        return False
    return name in DANGER_SIGNS or fact.group == "event" or _is_emergency(name, view)


def _is_emergency(name: str, view: SessionView) -> bool:
    """Whether a yes alone asks for emergency care by triage, or stops a running session."""
    facts = derived({name: True})
    care = known_care(facts, at=view.at, knowledge=view.knowledge).findings
    return any(one.severity is Severity.BLOCK for one in (*care, *view.running(facts)))
