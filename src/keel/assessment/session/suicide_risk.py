"""Suicide risk in a session: a yes stays until a clinician has assessed it.

A later “no”, a later sitting or a correction does not undo it. An assessment (`risk_assessed`, by a clinician with
name, role and reason) closes what was answered until then; its level stands, and a yes told after it is open again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keel.assessment.protocols.facts import RISK_LEVELS
from keel.assessment.session.answers import Answer
from keel.assessment.session.events import Plain, RiskAssessed
from keel.assessment.session.heard import SUICIDE, Words
from keel.findings import Fact

_LEVEL = "suicide_risk_level"
ANSWERS = (
    *(f"cssrs_q{number}" for number in range(1, 6)),
    "cssrs_q6_lifetime",
    "cssrs_q6_3_months",
    *(f"asq_{number}" for number in range(1, 6)),
    "any_suicide_risk_now",
    "cannot_keep_safe",
)


class SuicideRisk(NamedTuple):
    """What was said of suicide by a time: the newest assessment that counts, and the answers since, oldest first."""

    assessed: RiskAssessed | None
    open: tuple[Answer, ...]
    was_asked: bool

    @classmethod
    def of(cls, answers: Iterable[Answer], withdrawn: Iterable[Answer], events: Sequence[Plain]) -> "SuicideRisk":
        """From the answers that count, those that a correction took away, and the events, both in order of time."""
        by_clinician = (one for one in reversed(events) if isinstance(one, RiskAssessed) and one.is_by_clinician)
        assessed = next(by_clinician, None)
        said = [one for one in answers if one.fact in (*ANSWERS, _LEVEL)]
        taken_away = [one for one in withdrawn if one.fact in (*ANSWERS, _LEVEL) and is_danger(one)]
        since = (*said, *taken_away)
        if assessed is not None:
            since = tuple(one for one in since if one.at is not None and one.at > assessed.at)
        return cls(assessed, since, bool(said or taken_away))

    def facts(self) -> dict[str, Fact]:
        """The facts of suicide risk, closed answers as not asked; empty where nobody asked."""
        if not self.was_asked and self.assessed is None:
            return {}
        told = {one.fact for one in self.open if is_danger(one)}
        facts: dict[str, Fact] = {}
        if self.assessed is not None:
            facts |= dict.fromkeys((*ANSWERS, _LEVEL))
            facts |= {one.fact: one.value for one in self.open}
            facts |= {"suicide_risk_reasked": True, "any_suicide_risk_now": self.assessed.level != RISK_LEVELS[0]}
        facts |= {name: True for name in told if name != _LEVEL}
        levels = [str(one.value) for one in self.open if one.fact == _LEVEL and one.value is not None]
        levels += [self.assessed.level] if self.assessed is not None else []
        if levels:
            facts[_LEVEL] = max(levels, key=RISK_LEVELS.index)
        if told:
            facts["any_suicide_risk_now"] = True
        return {**facts, "suicide_yes_open": len(told)}


def is_danger(answer: Answer) -> bool:
    """Whether an answer tells of suicide risk."""
    return answer.value is True or (answer.fact == _LEVEL and answer.value not in (None, RISK_LEVELS[0]))


def told_answers(events: Iterable[Plain], words: Words) -> Iterator[Answer]:
    """What the words of some events tell, as answers: signs that are settled, and a yes where they speak of suicide."""
    for event in events:
        said = words[event.id]
        yield from (Answer(name, one is True, event.at, event.id) for name, one in said.signs)
        if any(SUICIDE in question.facts for question in said.questions):
            yield Answer(SUICIDE, True, event.at, event.id)
