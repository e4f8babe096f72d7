"""The least that helps: what doses and scores of a course ask, as questions with their reasons. It advises no dose."""

from collections.abc import Iterator, Sequence

import msgspec

from keel.assessment.surveillance.dose_response import DoseLevel, DoseResponse, SessionPoint
from keel.assessment.surveillance.due import MEDICAL
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.surveillance import Surveillance
from keel.messages import Message
from keel.quantities import significant


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the prescriber and the person, and the numbers for which it is asked."""

    id: str
    text: Message
    reason: Message
    sources: tuple[str, ...]
    certainty: Certainty


def least_that_helps(found: DoseResponse, *, knowledge: Knowledge) -> tuple[Question, ...]:
    """The questions that a course asks; none without a score before the first dose."""
    schedule = knowledge.surveillance[MEDICAL]
    scored = [one for one in found.sessions if one.change_from_baseline_percent is not None]
    reasons = {
        "holds": _holds(scored, schedule),
        "wears-off": _wears_off(found.sessions, schedule),
        "lower-dose": _lower_dose(found.by_dose, schedule),
        "no-response": _no_response(scored, schedule),
    }
    return tuple(
        Question(id=one.id, text=Message(one.text), reason=reason, sources=one.sources, certainty=one.certainty)
        for one in schedule.questions
        if (reason := reasons.get(one.asks)) is not None
    )


def _holds(scored: Sequence[SessionPoint], schedule: Surveillance) -> Message | None:
    """The newest sessions all show a response, after gaps that are known."""
    newest = scored[-int(schedule.cuts["least_sessions"].value) :]
    if len(newest) < schedule.cuts["least_sessions"].value or not all(_responds(one, schedule) for one in newest):
        return None
    gaps = [one.days_since_last for one in newest if one.days_since_last]
    if not gaps:
        return None
    return Message(
        "The last {count} scored sessions stood at {least} % or more below the first score, {days} days apart or less.",
        count=len(newest),
        least=schedule.cuts["response_percent"].value,
        days=max(gaps),
    )


def _wears_off(points: Sequence[SessionPoint], schedule: Surveillance) -> Message | None:
    """Before the newest dose the score stood above the lowest after an earlier one, by the share of the data."""
    before = points[-1].score_before if points else None
    low = min((one.score_after for one in points[:-1] if one.score_after is not None), default=None)
    if before is None or not low or significant((before - low) / low * 100) < schedule.cuts["wears_off_percent"].value:
        return None
    return Message(
        "Before the last dose the score was {before}, {days} days after the dose before; the lowest was {low}.",
        before=before,
        days=points[-1].days_since_last or 0,
        low=low,
    )


def _lower_dose(levels: Sequence[DoseLevel], schedule: Surveillance) -> Message | None:
    """A lower dose stands beside a median change that is about that of a higher one of the same kind."""
    near = schedule.cuts["about_the_same_percent"].value
    least = schedule.cuts["least_sessions"].value
    for lower, higher in _pairs([one for one in levels if one.with_score >= least]):
        low, high = lower.median_change_percent, higher.median_change_percent
        if low is not None and high is not None and abs(low - high) <= near:
            return Message(
                "{low_mg} mg stood beside a change of {low} %, {high_mg} mg beside one of {high} % (medians of "
                "{low_count} and {high_count} sessions).",
                low_mg=lower.mg,
                low=low,
                high_mg=higher.mg,
                high=high,
                low_count=lower.with_score,
                high_count=higher.with_score,
            )
    return None


def _pairs(levels: Sequence[DoseLevel]) -> Iterator[tuple[DoseLevel, DoseLevel]]:
    """Each two doses of one substance by one route, the lower first."""
    for lower in levels:
        for higher in levels:
            if (lower.substance, lower.route) == (higher.substance, higher.route) and lower.mg < higher.mg:
                yield lower, higher


def _no_response(scored: Sequence[SessionPoint], schedule: Surveillance) -> Message | None:
    """Enough sessions are scored, and none shows a response."""
    if len(scored) < schedule.cuts["least_sessions"].value or any(_responds(one, schedule) for one in scored):
        return None
    best = min(one.change_from_baseline_percent for one in scored if one.change_from_baseline_percent is not None)
    return Message(
        "{count} scored sessions, and the best of them stood at {best} % from the first score.",
        count=len(scored),
        best=best,
    )


def _responds(point: SessionPoint, schedule: Surveillance) -> bool:
    change = point.change_from_baseline_percent
    return change is not None and change <= -schedule.cuts["response_percent"].value
