"""Chooses the cards whose conditions are met, and says which facts spoke for each."""

import msgspec

from keel.findings import Facts, Reason, Truth, evaluate
from keel.knowledge import Knowledge
from keel.knowledge.texts import Strategy


class Card(msgspec.Struct, frozen=True):
    """A card that applies, the facts that spoke for it, and whether it belongs to the first ones."""

    strategy: Strategy
    because: tuple[Reason, ...]
    is_first: bool


class Advice(msgspec.Struct, frozen=True):
    """The cards for a person, the most pressing first.

    `open` are cards that a missing fact keeps back, and `missing` those facts: not asked is not “no”, so a page may
    list them as “also worth knowing”.
    """

    chosen: tuple[Card, ...]
    open: tuple[Strategy, ...]
    missing: tuple[str, ...]


def strategies_for(facts: Facts, knowledge: Knowledge) -> Advice:
    """The cards that the facts call for; the same facts always give the same cards in the same order.

    >>> from keel.knowledge import load
    >>> [card.strategy.id for card in strategies_for({"lanes": ("non_medical",), "pain": True}, load()).chosen[:2]]
    ['pain-loop', 'no-depressants']
    """
    chosen: list[Card] = []
    kept_back: list[Strategy] = []
    missing: list[str] = []
    for strategy in knowledge.strategies.values():
        verdict = evaluate(strategy.when, facts, strategy.cuts)
        if verdict.truth is Truth.MET:
            chosen.append(_card(strategy, facts, verdict.reasons))
        elif verdict.truth is Truth.NOT_KNOWN:
            kept_back.append(strategy)
            missing += verdict.missing
    return Advice(
        chosen=tuple(sorted(chosen, key=lambda one: (not one.is_first, one.strategy.priority, one.strategy.id))),
        open=tuple(sorted(kept_back, key=lambda one: (one.priority, one.id))),
        missing=tuple(sorted(set(missing))),
    )


def _card(strategy: Strategy, facts: Facts, reasons: tuple[Reason, ...]) -> Card:
    """A general card is among the first only where its `first_when` is met; the facts of that are then its reasons."""
    if strategy.first_when is not None:
        verdict = evaluate(strategy.first_when, facts, strategy.cuts)
        if verdict.truth is Truth.MET:
            return Card(strategy, verdict.reasons, is_first=True)
    return Card(strategy, reasons, is_first=not strategy.is_general)
