"""The sittings of a record scored, and what they say: the newest, and each earlier danger that still stands."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.score import Score
from keel.assessment.instruments.scoring import score_sitting
from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge, UnknownId
from keel.messages import Message, Name, text_of
from keel.record import Answers, Record, RiskAssessment
from keel.record.selection import closing_assessments, newest_sittings, standing_sittings, written_time

_GRAVE = (Severity.BLOCK, Severity.HOLD)


class ScoredRecord(NamedTuple):
    """The newest sitting of each instrument scored, what all that stands says, and what could not be scored and why."""

    scores: tuple[Score, ...]
    findings: tuple[Finding, ...]
    refused: tuple[Message, ...]


def scored_record(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> ScoredRecord:
    """The scores and findings of a record at `at`.

    A block or hold of a sitting that a clinician has closed is not said any more: the assessment is, with its reason.
    """
    scores: list[Score] = []
    findings: list[Finding] = []
    refused: list[Message] = []
    newest, standing = newest_sittings(record, at), standing_sittings(record, at, knowledge)
    for name, last in newest.items():
        stands = standing.get(name, ())
        for sitting in (*last, *(one for one in stands if one not in last)):
            try:
                score = score_sitting(sitting, sex=record.person.sex, knowledge=knowledge)
            except (AnswersRefused, UnknownId) as error:
                reason = text_of(error)
                refused.append(Message("{id} could not be scored: {reason}", id=name, reason=reason))
                findings += _not_scored(name, reason, knowledge)
                continue
            if sitting not in last:
                findings += [_earlier(one, sitting, at) for one in score.findings if one.severity in _GRAVE]
                continue
            scores.append(score)
            is_closed = sitting not in stands
            said = [one for one in score.findings if not (is_closed and one.severity in _GRAVE)]
            findings += _undated(said) if sitting.at is None and record.risk_assessments else said
    findings += _assessed(record, at)
    return ScoredRecord(tuple(scores), tuple(findings), tuple(refused))


def _earlier(finding: Finding, sitting: Answers, at: dt.datetime) -> Finding:
    """A finding of an earlier sitting, with its time and what closes it."""
    told = Reason(Message("answered at"), written_time(sitting.at, at) if sitting.at else None)
    step = Message(
        "{next_step} Later answers do not undo it: a clinician closes it, by an assessment with name and reason.",
        next_step=finding.next_step,
    )
    return replace(finding, why=(*finding.why, told), next_step=step)


def _undated(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of a sitting without a time: an assessment may have come before it, so that none closes it."""
    for finding in findings:
        if finding.severity in _GRAVE:
            step = Message(
                "{next_step} These answers have no time, so no assessment closes them: enter when they were given.",
                next_step=finding.next_step,
            )
            finding = replace(finding, next_step=step)
        yield finding


def _not_scored(name: str, reason: Message, knowledge: Knowledge) -> Iterator[Finding]:
    """For an instrument that asks about safety: that its answers are there and are not known holds."""
    instrument = knowledge.instruments.get(name)
    if instrument is not None and instrument.safety_items:
        yield Finding(
            rule=f"{name}/not-scored",
            subject=name,
            severity=Severity.HOLD,
            summary=Message(
                "{instrument} is on record and could not be scored: {reason}", instrument=Name(name), reason=reason
            ),
            confidence=Certainty.DEFAULT,
            next_step=Message("Read it as it came, and ask again what it asks about safety."),
        )


def _assessed(record: Record, at: dt.datetime) -> Iterator[Finding]:
    for risk in dict.fromkeys(one.risk for one in record.risk_assessments):
        closing = closing_assessments(record, at, risk)
        yield from (_assessment(one, at) for one in closing if one.at == closing[-1].at)


def _assessment(one: RiskAssessment, at: dt.datetime) -> Finding:
    return Finding(
        rule="risk-assessed",
        subject="assessment",
        severity=Severity.NOTE,
        summary=Message(
            "Risk of {risk}: judged “{level}” by {by} at {time}, and what was told before is closed. Reason: {reason}",
            risk=Message(one.risk),
            level=Message(one.level.value),
            by=one.by,
            time=written_time(one.at, at) if one.at else "",
            reason=one.reason,
        ),
        why=(Reason(Message("level"), one.level.value), Reason(Message("judged by"), one.by)),
        confidence=Certainty.DEFAULT,
    )
