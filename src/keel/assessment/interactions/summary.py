"""The whole answer in words, with what was not checked said aloud."""

from collections.abc import Iterator, Sequence

from keel.assessment.interactions.report import InteractionsReport, Item, Status
from keel.knowledge.interactions import InteractionTexts, Stack


def summary(report: InteractionsReport, stacks: Sequence[Stack], texts: InteractionTexts) -> str:
    """One to six sentences: interactions, what adds up, what was not checked and why, what was left out."""
    if not report.items:
        return texts.summary_none
    return " ".join(_sentences(report, stacks, texts))


def _sentences(report: InteractionsReport, stacks: Sequence[Stack], texts: InteractionTexts) -> Iterator[str]:
    count = sum(item.severity is not None for item in report.items)
    if count:
        yield texts.summary_interactions.format(count=count, all=len(report.items), worst=report.worst)
    elif any(item.status is Status.NOTHING_ON_FILE for item in report.items):
        yield texts.summary_no_interactions
    if stacks:
        yield texts.summary_stacking.format(labels=", ".join(stack.label for stack in stacks))
    unconfirmed = [item for item in report.items if item.status is Status.AMBIGUOUS and item.severity is None]
    nothing = [item for item in report.items if item.status is Status.NOTHING_ON_FILE]
    unknown = [item for item in report.items if item.status is Status.NOT_RECOGNISED]
    if unknown:
        yield texts.summary_not_recognised.format(inputs=_inputs(unknown))
    if unconfirmed:
        yield texts.summary_confirm.format(inputs=_inputs(unconfirmed))
    if nothing:
        yield texts.summary_nothing_on_file.format(inputs=_inputs(nothing))
    if report.ignored:
        yield texts.summary_ignored.format(words=", ".join(report.ignored))


def _inputs(items: list[Item]) -> str:
    return ", ".join(f"“{item.input}”" for item in items)
