"""What several substances share: depressants on depressants, pressors on pressors."""

from collections.abc import Iterable
from typing import NamedTuple

from keel.assessment.interactions.rate import SEVERITY, ClassRating
from keel.findings import Finding, Reason
from keel.knowledge.interactions import Danger, Stack
from keel.messages import EMPTY, Message, Name, listed


class Stacking(NamedTuple):
    """Substances of a list that share a mechanism, and how serious they are together."""

    stack: Stack
    danger: Danger
    finding: Finding


SHARED_BY = Message("shared by")
"""The name of the reasons that say which substances stack."""
FEWEST = 2
"""Substances that must share a mechanism before they are said to stack."""


def stacked(rated: Iterable[ClassRating], stacks: Iterable[Stack]) -> list[Stacking]:
    """A finding for each stack that two or more different substances of a list share."""
    rated = list(rated)
    found = []
    for stack in stacks:
        members: dict[str, Danger] = {}
        for each in rated:
            if each.rule.id not in stack.except_classes and set(each.rule.mechanisms) & set(stack.mechanisms):
                members[each.name] = min(each.danger, members.get(each.name, each.danger), key=lambda one: one.rank)
        if len(members) >= FEWEST:
            danger = danger_together(list(members.values()))
            found.append(Stacking(stack, danger, _finding(stack, danger, sorted(members))))
    return found


def danger_together(dangers: list[Danger]) -> Danger:
    """How serious several are together: one step above the most serious when two or more are that serious.

    Never above major, which is where a prescriber decides: only a label makes a pair contraindicated. Two moderate
    depressants deserve more than moderate; one moderate with one minor stays moderate.

    >>> danger_together([Danger.MODERATE, Danger.MODERATE]), danger_together([Danger.MODERATE, Danger.MINOR])
    (<Danger.MAJOR: 'major'>, <Danger.MODERATE: 'moderate'>)
    """
    worst = min(danger.rank for danger in dangers)
    step = 1 if sum(danger.rank == worst for danger in dangers) >= FEWEST else 0
    return list(Danger)[max(worst - step, Danger.MAJOR.rank)]


def _finding(stack: Stack, danger: Danger, names: list[str]) -> Finding:
    return Finding(
        rule=f"interaction.stacking.{stack.id}",
        subject="medicine",
        severity=SEVERITY[danger],
        summary=Message(
            "{count} {label} together ({names}). {effect}.",
            count=len(names),
            label=Message(stack.label),
            names=listed(Name(name) for name in names),
            effect=Message(stack.effect),
        ),
        why=tuple(Reason(SHARED_BY, Name(name)) for name in names),
        sources=stack.sources,
        confidence=stack.certainty,
        next_step=Message("{action}.", action=Message(stack.action)),
        public_next_step=_public(stack.public_action),
    )


def _public(action: str) -> Message | None:
    if not action:
        return None
    return Message("{action}.", action=Message(action)) if action != "-" else EMPTY
