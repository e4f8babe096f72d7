"""Conditions of branches and rules, answered with True, False or None: None where an answer that matters is missing.

So “all four are no” is not true while one of the four is unanswered, and a missing value never passes anything.
"""

from collections.abc import Callable, Mapping

from keel.assessment.instruments.sheet import ItemState, Response, Sheet
from keel.knowledge.instruments import Clause, Condition, Instrument, Item

Bounds = tuple[float, float]
"""What a scale can still be, lowest and highest; equal when it is known."""

Asked = Mapping[str, bool | None]
"""Item to whether its branch is open; None where that is not known yet. An item that is not in it counts as due."""


def holds(condition: Condition, sheet: Sheet, scales: Mapping[str, Bounds], asked: Asked) -> bool | None:
    """Whether a condition holds; None where a missing answer leaves it open."""

    def verdict(clause: Clause) -> bool | None:
        return _clause(clause, sheet, scales, asked)

    every = _and([verdict(clause) for clause in condition.all])
    some = _or([verdict(clause) for clause in condition.any]) if condition.any else True
    none = _not(_or([verdict(clause) for clause in condition.none]))
    return _and([every, some, none])


def asked_items(instrument: Instrument, sheet: Sheet) -> Asked:
    """For each item whether it was due: the branch open, closed, or not known while answers before it are missing."""
    return {item.id: is_asked(item, sheet) for item in instrument.items}


def is_asked(item: Item, sheet: Sheet) -> bool | None:
    """Whether the branch to an item is open and it concerns this person; None where that is not known yet."""
    branch = holds(item.asked_when, sheet, {}, {}) if item.asked_when else True
    return _and([branch, applies(item, sheet)])


def applies(item: Item, sheet: Sheet) -> bool:
    """Whether an item concerns this person; it does unless the facts given say that it does not."""
    return item.applies_when is None or holds(item.applies_when, sheet, {}, {}) is not False


def _clause(clause: Clause, sheet: Sheet, scales: Mapping[str, Bounds], asked: Asked) -> bool | None:
    fits = _and([_fits(sheet, fact, value) for fact, value in clause.given.items()])
    if clause.scale:
        return _and([fits, _bounds(clause, scales[clause.scale]) if clause.scale in scales else None])
    return _and([fits, _items(clause, sheet, asked)]) if clause.items else fits


def _fits(sheet: Sheet, fact: str, value: str) -> bool | None:
    known = sheet.given.get(fact)
    return None if known is None else known == value


def _items(clause: Clause, sheet: Sheet, asked: Asked) -> bool | None:
    verdicts = [_item(clause, sheet.responses[name], asked.get(name, True)) for name in clause.items]
    sure = sum(verdict is True for verdict in verdicts)
    open_ = sum(verdict is None for verdict in verdicts)
    if sure >= clause.count:
        return True
    return None if sure + open_ >= clause.count else False


def _item(clause: Clause, response: Response, was_due: bool | None) -> bool | None:
    if clause.state:
        return clause.state in (_standing(response, was_due), response.state)
    if response.value is None:
        # Nobody had to answer behind a closed branch; behind one that may yet open the answer is simply not known.
        return False if was_due is False else None
    return _compare(clause)(response.value)


def _standing(response: Response, was_due: bool | None) -> str:
    if response.state is ItemState.ANSWERED:
        return "answered"
    return "missing" if was_due else "not_asked"


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
