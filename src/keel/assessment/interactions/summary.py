"""The whole answer in words, with what was not checked said aloud."""

from collections.abc import Iterator, Sequence

from keel.assessment.interactions.report import UNCONFIRMED, InteractionsReport, Item, Status
from keel.knowledge.interactions import Stack
from keel.messages import Message, joined, listed

USUAL_LIMITS = 2
"""Limits that every report names at its end; one more stands first."""


def summary(report: InteractionsReport, stacks: Sequence[Stack]) -> Message:
    """A few sentences: interactions, what adds up, what was not checked and why, what was left out, the limits."""
    if not report.items:
        return Message("Nothing was typed.")
    stale = len(report.limits) - USUAL_LIMITS
    return joined(" ", [*report.limits[:stale], *_sentences(report, stacks), *report.limits[stale:]])


def _sentences(report: InteractionsReport, stacks: Sequence[Stack]) -> Iterator[Message]:
    count = sum(item.severity is not None for item in report.items)
    unconfirmed = [item for item in report.items if item.status in UNCONFIRMED and item.severity is None]
    not_taken = [item for item in report.items if item.status is Status.NOT_TAKEN]
    nothing = [item for item in report.items if item.status is Status.NOTHING_ON_FILE]
    unknown = [item for item in report.items if item.status is Status.NOT_RECOGNISED]
    if report.worst is not None and count:
        yield Message(
            "{count} of {all} with an interaction on file; the most serious is {worst}.",
            count=count,
            all=len(report.items),
            worst=Message(report.worst.value),
        )
    elif nothing:
        yield Message("No interaction on file for what was checked; that is no proof that there is none.")
    if stacks:
        yield Message("Several add up: {labels}.", labels=listed(Message(stack.label) for stack in stacks))
    if unknown:
        yield Message("Not recognised and not checked: {inputs}.", inputs=_inputs(unknown))
    if unconfirmed:
        yield Message("Not checked until you say which one: {inputs}.", inputs=_inputs(unconfirmed))
    if report.could_be:
        yield Message("What is not confirmed could be {could_be}.", could_be=Message(report.could_be.value))
    if not_taken:
        yield Message("Read as not taken now: {inputs}.", inputs=_inputs(not_taken))
    if nothing:
        yield Message("Recognised with nothing on file: {inputs}.", inputs=_inputs(nothing))
    if report.ignored:
        yield Message("Read as ordinary words: {words}.", words=listed(report.ignored))


def _inputs(items: list[Item]) -> Message:
    return listed(Message("“{input}”", input=item.input) for item in items)
