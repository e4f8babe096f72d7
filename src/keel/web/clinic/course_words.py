"""A step of a course or of a letter in words, for the ledger and the papers."""

from keel import knowledge
from keel.assessment.course.letters import Answered, LetterStep, Sent, Withdrawn, Written
from keel.assessment.course.steps import (
    CheckedIn,
    CourseStep,
    FollowedUp,
    Missed,
    Precautions,
    Reviewed,
    Screened,
    Spaced,
    Started,
    Stopped,
    WorkedUp,
)
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.language.words import noop

MISSED_WORDS = {
    "on_schedule": noop("the next stays where it is"),
    "moved": noop("those that are left move along"),
    "step_back": noop("back to the denser spacing"),
}
"""What is done about a missed session, in short."""
DECISIONS = {
    "go_on": noop("goes on"),
    "exception": noop("goes on as an exception"),
    "stop": noop("stops"),
}
"""What a review decides, in short."""


def step_text(step: CourseStep | LetterStep) -> str:
    """What a step says, in a line; days as they are written in the record."""
    return ", ".join(part for part in map(str, _parts(step)) if part)


def _parts(step: CourseStep | LetterStep) -> tuple[object, ...]:
    facts = knowledge.load()
    match step:
        case Screened():
            found = _("%(block)d block, %(hold)d hold, %(missing)d not known") % {
                "block": len(step.blocks),
                "hold": len(step.holds),
                "missing": len(step.missing),
            }
            title = facts.protocols[step.protocol].title if step.protocol in facts.protocols else step.protocol
            return (_("screened"), plain(title), step.jurisdiction, found)
        case WorkedUp():
            return (_("work-up done"), step.item, step.on, step.note)
        case Started():
            title = facts.schedules[step.schedule].title if step.schedule in facts.schedules else step.schedule
            return (_("started"), plain(title), step.first, step.by, step.reason)
        case Missed():
            return (
                _("missed session"),
                step.day,
                _(MISSED_WORDS[step.choice]),
                step.from_day or "",
                step.by,
                step.reason,
            )
        case Spaced():
            every = _("every %(count)d days") % {"count": step.every_days}
            return (_("spacing"), every, step.from_day, step.by, step.reason)
        case Reviewed():
            answer = {True: _("response"), False: _("no response"), None: ""}[step.responded]
            after = _("after %(count)d sessions") % {"count": step.after}
            decision = _(DECISIONS[step.decision])
            return (_("reviewed"), after, step.on, answer, decision, step.exception, step.by, step.reason)
        case Stopped():
            return (_("stopped"), step.on, step.why, step.plan, step.by, step.follow_up or "")
        case FollowedUp():
            return (_("asked after the end"), step.on, step.by, step.text)
        case Precautions():
            return (_("precautions at home agreed"), step.on, step.adult, step.by)
        case CheckedIn():
            state = _("well") if step.is_well else _("not well")
            return (_("contact about the dose of"), step.dose_on, state, step.by, step.text)
        case Written():
            return (_("letter written"), step.to, step.on, step.by, step.question)
        case Sent():
            return (_("letter sent"), step.on, step.how, step.by)
        case Answered():
            return (_("letter answered"), step.on, step.text, step.by)
        case Withdrawn():
            return (_("letter withdrawn"), step.on, step.reason, step.by)
