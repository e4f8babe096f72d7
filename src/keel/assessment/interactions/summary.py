"""The whole answer in words, with what was not checked said aloud."""

from collections.abc import Iterator, Sequence

from keel.assessment.interactions.report import InteractionsReport, Item, Status
from keel.knowledge.interactions import Stack
from keel.messages import Message, joined, listed


def summary(report: InteractionsReport, stacks: Sequence[Stack]) -> Message:
    """One to six sentences: interactions, what adds up, what was not checked and why, what was left out."""
    return joined(" ", _sentences(report, stacks)) if report.items else Message("Nothing was typed.")


def _sentences(report: InteractionsReport, stacks: Sequence[Stack]) -> Iterator[Message]:
    count = sum(item.severity is not None for item in report.items)
    unconfirmed = [item for item in report.items if item.status is Status.AMBIGUOUS and item.severity is None]
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
    if nothing:
        yield Message("Recognised with nothing on file: {inputs}.", inputs=_inputs(nothing))
    if report.ignored:
        yield Message("Read as ordinary words: {words}.", words=listed(report.ignored))


def _inputs(items: list[Item]) -> Message:
    return listed(Message("“{input}”", input=item.input) for item in items)
