"""The tokens of a text and the small steps over them, which every part of the reader takes."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from keel.exposure.grammar.tokens import Token
from keel.knowledge.reading import PeriodWord, WordKind

K = WordKind
T = TypeVar("T")
MOST_SKIPPED = 8
"""Small words that may stand in a row where they say nothing: keeps the reading linear in the length."""


def once(method: Callable[..., T]) -> Callable[..., T]:
    """A method of a place that reads each place once: many constituents begin with the same count."""

    @wraps(method)
    def read(self: Any, at: int, **options: Any) -> T:
        key = (method.__name__, at, *options.values())
        if key not in self.known:
            self.known[key] = method(self, at, **options)
        return self.known[key]  # type: ignore[no-any-return]

    return read


class Cursor:
    """The tokens of one text. All methods of a place answer for the end of the text, too."""

    def __init__(self, text: str, tokens: Sequence[Token], at: dt.datetime) -> None:
        self.text, self.tokens, self.at = text, tokens, at
        self.known: dict[tuple[object, ...], Any] = {}
        self.has_age = False
        """Whether an age was read so far, so that “now 24” is one."""
        self.is_changed = False
        """Whether it was said from what it changed, so that “to” says what it is now."""
        self.units: dict[int, str] = {}
        """The units that were read, by the place of their amount."""
        self.doses: dict[int, float] = {}
        """How many doses of a day the amounts before a place are, where each has its own part of the day."""

    def raw(self, first: int, after: int) -> str:
        """The person's own words from one token up to another."""
        return self.text[self.tokens[first].start : self.tokens[after - 1].end] if after > first else ""

    def is_at(self, at: int, *kinds: str) -> bool:
        """Whether the token at a place may be of one of these kinds."""
        if at >= len(self.tokens):
            return False
        readings = self.tokens[at].readings
        for kind in kinds:  # noqa: SIM110 - `any` takes twice as long, and this is most of the reading
            if kind in readings:
                return True
        return False

    def value(self, at: int, kind: str) -> object:
        """The value of a token as one of a kind."""
        return self.tokens[at].readings[kind]

    def number_of(self, at: int, kind: str) -> float:
        """The value of a token that is a number of a kind."""
        return float(self.tokens[at].readings[kind])  # type: ignore[arg-type]

    def period(self, at: int, kind: str = "period") -> PeriodWord | None:
        """The period at a place."""
        found = self.tokens[at].readings.get(kind) if at < len(self.tokens) else None
        return found if isinstance(found, PeriodWord) else None

    def skip(self, at: int, *kinds: str) -> int:
        """The place after all tokens of these kinds."""
        end = at + MOST_SKIPPED
        while at < end and self.is_at(at, *kinds):
            at += 1
        return at

    def to_number(self, at: int, *kinds: str) -> int:
        """Like `skip`, up to an article that counts: “a year”."""
        end = at + MOST_SKIPPED
        while (
            at < end and self.is_at(at, *kinds) and not (self.is_at(at, K.ONE) and self.is_at(at + 1, "period", "part"))
        ):
            at += 1
        return at

    def is_sign(self, at: int, signs: str) -> bool:
        """Whether a sign of punctuation stands at a place."""
        return at < len(self.tokens) and self.tokens[at].text in signs
