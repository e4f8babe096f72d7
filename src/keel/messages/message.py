"""Messages: an English sentence that knows its template and what stands in its slots.

A message *is* its English text, so that whatever prints, compares or stores it needs to know nothing more; whoever
prints it in another language asks `in_language`. The English template is the key of the catalogue:

>>> times = Message("{count} times the reference course", count=22.9)
>>> times, Message("This use: {times}", times=times)
('22.9 times the reference course', 'This use: 22.9 times the reference course')

A slot holds another message, a number (written as the language writes numbers), anything that has `in_language` (an
interval of numbers), or a text that is shown as it was typed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, Self

from keel.messages.catalogue import Catalogue
from keel.messages.numerals import number_text, rewritten

_SLOT = re.compile(r"\{(\w+)\}")
_WORDS = re.compile(r"[^\W\d_]{2}|[“”]")
"""What another language may write otherwise: words, and the marks around a quotation."""


class Sayable(Protocol):
    """What says itself in a language; without a catalogue in English."""

    def in_language(self, catalogue: Catalogue | None = None) -> str:
        """The text in the language of the catalogue."""


Slot = str | int | float | Sayable


class Message(str):
    """A text for people: English as a string, any language by `in_language`.

    `template` is the English text with `{slots}`, `many` its plural where there is one, which `count` decides on.
    """

    __slots__ = ("_is_capital", "_slots", "many", "template")

    template: str
    many: str
    _slots: Mapping[str, Slot]
    _is_capital: bool

    def __new__(cls, template: str, /, **slots: Slot) -> Self:
        """The message of a template; a template without slots is a text as it stands, braces and all."""
        return cls._made(template, slots)

    @classmethod
    def _made(cls, template: str, slots: Mapping[str, Slot], many: str = "", is_capital: bool = False) -> Self:
        chosen = many if many and slots.get("count") != 1 else template
        text = _filled(chosen, slots, _as_string)
        made = super().__new__(cls, _capital(text) if is_capital else text)
        made.template, made.many, made._slots, made._is_capital = template, many, slots, is_capital
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return type(self)._made, (self.template, self._slots, self.many, self._is_capital)

    def capital(self) -> Self:
        """The same message with a capital first letter, in every language."""
        return self._made(self.template, self._slots, self.many, is_capital=True)

    def in_language(self, catalogue: Catalogue | None = None) -> str:
        """The text in the language of the catalogue; what it lacks, and all without a catalogue, is English."""
        template = (self._found(catalogue) if catalogue else None) or self._english
        text = _filled(template, self._slots, lambda slot: in_language(slot, catalogue))
        return _capital(text) if self._is_capital else text

    def is_in(self, catalogue: Catalogue) -> bool:
        """Whether the catalogue has this message and every message in its slots; signs alone need no translation."""
        is_known = self._found(catalogue) is not None or not has_words(self.template)
        return is_known and all(slot.is_in(catalogue) for slot in self._slots.values() if isinstance(slot, Message))

    @property
    def _english(self) -> str:
        return self.many if self.many and self._slots.get("count") != 1 else self.template

    def _found(self, catalogue: Catalogue) -> str | None:
        if self.many:
            count = self._slots.get("count")
            return catalogue.find_plural(self.template, self.many, count if isinstance(count, int | float) else 2)
        return catalogue.find(self.template)


class Numeral(str):
    """A number with its unit as it is printed in English (“27.0”, “1.5 h”): its signs are those of the language."""

    __slots__ = ()

    def in_language(self, catalogue: Catalogue | None = None) -> str:
        """The numeral with the signs of the language."""
        return rewritten(self, catalogue.signs) if catalogue else str(self)


class Name(Message):
    """A name: of a medicine, a questionnaire, a model. Where the catalogue has no other, it is called the same.

    Names of medicines stand in the catalogue with a small letter; a capital one stays a capital one.
    """

    __slots__ = ()

    def _found(self, catalogue: Catalogue) -> str | None:
        found = catalogue.find(self.template)
        if found is None and self.template[:1].isupper():
            found = catalogue.find(self.template[:1].lower() + self.template[1:])
            return _capital(found) if found else None
        return found

    def is_in(self, catalogue: Catalogue) -> bool:
        """True: a name is at home in every language."""
        return True


class FactName(Message):
    """The name of a fact: as a string its id (“days_per_week”), for people its words (“days per week”)."""

    __slots__ = ()

    @property
    def _english(self) -> str:
        return self.template.replace("_", " ")

    def _found(self, catalogue: Catalogue) -> str | None:
        return catalogue.find(self._english)


class Question(Message):
    """A question of a questionnaire: in another language in the words of its translation, which is no text of ours."""

    __slots__ = ()

    def _found(self, catalogue: Catalogue) -> str | None:
        return catalogue.question(self.template)


def has_words(template: str) -> bool:
    """Whether a template has words of its own beside its slots; signs alone are the same in every language."""
    return bool(_WORDS.search(_SLOT.sub("", template)))


def plural(one: str, many: str, /, *, count: float, **slots: Slot) -> Message:
    """The message of `one` for a count of 1, else of `many`; `{count}` is a slot of both."""
    return Message._made(one, {"count": count, **slots}, many)


def joined(between: str, parts: Iterable[Slot]) -> Message:
    """Texts side by side, with signs between them: “a; b”."""
    slots = {f"part{position}": part for position, part in enumerate(parts)}
    return Message(between.join(f"{{{name}}}" for name in slots), **slots)


def listed(parts: Iterable[Slot]) -> Message:
    """“a, b, c”."""
    return joined(", ", parts)


def either(parts: Iterable[Slot]) -> Message:
    """“a”, “a or b”, “a, b or c”."""
    *some, last = [*parts] or [EMPTY]
    return Message("{choices} or {last}", choices=listed(some), last=last) if some else joined("", [last])


def both(parts: Iterable[Slot]) -> Message:
    """“a”, “a and b”, “a, b and c”."""
    *some, last = [*parts] or [EMPTY]
    return Message("{some} and {last}", some=listed(some), last=last) if some else joined("", [last])


def in_language(text: object, catalogue: Catalogue | None) -> str:
    """Any slot or text in the language of a catalogue; None is English. A plain string is shown as it is."""
    said = getattr(text, "in_language", None)
    if said is not None:
        return str(said(catalogue))
    if isinstance(text, int | float) and not isinstance(text, bool):
        return number_text(text, signs=catalogue.signs) if catalogue else number_text(text)
    return str(text)


def _as_string(slot: Slot) -> str:
    return str(slot) if isinstance(slot, str) else in_language(slot, None)


def _filled(template: str, slots: Mapping[str, Slot], say: Callable[[Slot], str]) -> str:
    return _SLOT.sub(lambda match: say(slots[match.group(1)]), template) if slots else template


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def text_of(error: Exception) -> Message:
    """What an error says: its message, or its text where it was raised with a plain one."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Message) else Message(str(error))


EMPTY = Message(str())  # noqa: UP018 - a literal would be collected as a text to translate
"""No text at all."""
