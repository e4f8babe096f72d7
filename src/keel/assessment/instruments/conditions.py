"""Conditions of branches and rules, answered with True, False or None: None where an answer that matters is missing.

So “all four are no” is not true while one of the four is unanswered, and a missing value never passes anything.
"""

from collections.abc import Callable, Mapping

from keel.assessment.instruments.answers import Response, Sheet, State
from keel.knowledge.instruments import Clause, Condition, Instrument, Item

Bounds = tuple[float, float]
"""What a scale can still be, lowest and highest; equal when it is known."""


def holds(condition: Condition, sheet: Sheet, scales: Mapping[str, Bounds], skipped: frozenset[str]) -> bool | None:
    """Whether a condition holds; `skipped` are items that were not asked because their branch was not reached."""

    def verdict(clause: Clause) -> bool | None:
        return _clause(clause, sheet, scales, skipped)

    every = _and([verdict(clause) for clause in condition.all])
    some = _or([verdict(clause) for clause in condition.any]) if condition.any else True
    none = _not(_or([verdict(clause) for clause in condition.none]))
    return _and([every, some, none])


def skipped_items(instrument: Instrument, sheet: Sheet) -> frozenset[str]:
    """Items without an answer that nobody had to answer: their branch was not reached, or is not known to be."""
    return frozenset(
        item.id
        for item in instrument.items
        if sheet.responses[item.id].state is not State.ANSWERED and is_asked(item, sheet) is not True
    )


def is_asked(item: Item, sheet: Sheet) -> bool | None:
    """Whether the branch to an item is open and it concerns this person; None where that is not known yet."""
    branch = holds(item.asked_when, sheet, {}, frozenset()) if item.asked_when else True
    return _and([branch, applies(item, sheet)])


def applies(item: Item, sheet: Sheet) -> bool:
    """Whether an item concerns this person; it does unless the facts given say that it does not."""
    return item.applies_when is None or holds(item.applies_when, sheet, {}, frozenset()) is not False


def _clause(clause: Clause, sheet: Sheet, scales: Mapping[str, Bounds], skipped: frozenset[str]) -> bool | None:
    fits = _and([_fits(sheet, fact, value) for fact, value in clause.given.items()])
    if clause.scale:
        return _and([fits, _bounds(clause, scales[clause.scale]) if clause.scale in scales else None])
    return _and([fits, _items(clause, sheet, skipped)]) if clause.items else fits


def _fits(sheet: Sheet, fact: str, value: str) -> bool | None:
    known = sheet.given.get(fact)
    return None if known is None else known == value


def _items(clause: Clause, sheet: Sheet, skipped: frozenset[str]) -> bool | None:
    verdicts = [_item(clause, name, sheet.responses[name], name in skipped) for name in clause.items]
    sure = sum(verdict is True for verdict in verdicts)
    open_ = sum(verdict is None for verdict in verdicts)
    if sure >= clause.count:
        return True
    return None if sure + open_ >= clause.count else False


def _item(clause: Clause, name: str, response: Response, is_skipped: bool) -> bool | None:
    if clause.state:
        return _standing(response, is_skipped) == clause.state or response.state == clause.state
    if response.value is None:
        return False if is_skipped else None
    return _compare(clause)(response.value)


def _standing(response: Response, is_skipped: bool) -> str:
    if response.state is State.ANSWERED:
        return "answered"
    return "not_asked" if is_skipped else "missing"


def _compare(clause: Clause) -> Callable[[float], bool]:
    def passes(value: float) -> bool:
        return (
            (clause.at_least is None or value >= clause.at_least)
            and (clause.at_most is None or value <= clause.at_most)
            and (clause.equals is None or value == clause.equals)
        )

    return passes


def _bounds(clause: Clause, bounds: Bounds) -> bool | None:
    low, high = (_compare(clause)(end) for end in bounds)
    if bounds[0] == bounds[1] or (low and high):
        return low
    # With both ends outside, a one-sided comparison fails throughout; a two-sided one may hold in between.
    is_one_sided = clause.equals is None and (clause.at_least is None or clause.at_most is None)
    return False if is_one_sided and not (low or high) else None


def _and(verdicts: list[bool | None]) -> bool | None:
    if any(verdict is False for verdict in verdicts):
        return False
    return None if None in verdicts else True


def _or(verdicts: list[bool | None]) -> bool | None:
    if any(verdict is True for verdict in verdicts):
        return True
    return None if None in verdicts else False


def _not(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict
