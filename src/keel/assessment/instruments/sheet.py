"""Answers as they were understood: of each item how it stands and its value."""

from enum import StrEnum

import msgspec


class ItemState(StrEnum):
    """How an item stands. “Not asked” is not “no”, and neither is “declined”."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """Asked, or due to be asked, and no answer came."""
    DECLINED = "declined"
    NOT_ASKED = "not_asked"
    NOT_UNDERSTOOD = "not_understood"
    """An answer came, and nobody knows what it says."""


class Response(msgspec.Struct, frozen=True):
    """One item's answer: a number, or words for a text item; None unless the state is answered."""

    state: ItemState
    value: float | None = None
    text: str = ""


class Sheet(msgspec.Struct, frozen=True):
    """Everything that was answered: one response an item, totals that came without items, facts given beside.

    `disputed` are the scales of which answers that do not agree came: none of them has a number.
    """

    responses: dict[str, Response]
    entered: dict[str, float]
    given: dict[str, str]
    disputed: frozenset[str] = frozenset()
