"""Sentences of the pure packages in the language of the page.

Findings, arithmetic and drawings are computed in English, by packages that know of no page. Here each sentence is
looked up in the catalogue, as it stands or as one of the shapes of `shapes.py` and of data/interaction-texts, whose
words in braces are filled in again. A text of which a sentence is not known there stays English, and is marked as
English for those who have it read aloud. Conflicts, judged statements, what is said of interactions and the names of
medicines have their translations in the knowledge.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keel import knowledge
from keel.knowledge.translations import sentences
from keel.web.languages import FIRST
from keel.web.shapes import SHAPES
from keel.web.words import gettext, numbers

_SLOT = re.compile(r"\{(\w+)\}")
_WORDS_IN_DRAWING = re.compile(r">([^<>]*\w[^<>]*)<")


class Told(str):
    """Words that are in the language of the page already, whatever they pass through on their way to it."""

    __slots__ = ()


class Shape(NamedTuple):
    """A sentence with words to fill in: how it reads in English, and as it is said in the language of the page."""

    pattern: re.Pattern[str]
    said: str


@lru_cache(maxsize=4)
def _shapes(lang: str) -> tuple[Shape, ...]:
    """The shapes that the catalogue of a language and its interaction texts have, the longest first."""
    pairs = {shape: gettext(shape) for shape in SHAPES}
    texts = knowledge.load().interaction_texts
    if lang in texts:
        told = texts[lang].sentences
        for key, text in texts[FIRST].sentences.items():
            pairs[text] = told[key]
            parts, said_parts = sentences(text), sentences(told[key])
            if len(parts) == len(said_parts) > 1:
                pairs |= dict(zip(parts, said_parts, strict=True))
    known = {shape: told for shape, told in pairs.items() if told != shape and re.search(r"\w", _SLOT.sub("", shape))}
    return tuple(Shape(_pattern(shape), known[shape]) for shape in sorted(known, key=len, reverse=True))


def _pattern(shape: str) -> re.Pattern[str]:
    parts = _SLOT.split(shape.removesuffix("."))
    return re.compile(
        "".join(
            re.escape(part) if at % 2 == 0 else f"(?P<{part}>{_ANY.get(part, '.+?')})" for at, part in enumerate(parts)
        )
        + r"\.?$"
    )


def translated(text: str) -> str | None:
    """The text in the language of the page; None where a sentence of it is not in the catalogue."""
    end = "." if text.strip().endswith(".") else ""
    parts = sentences(text)
    if len(parts) > 1 and (told := _shaped(text)):
        return told.removesuffix(".") + end
    found = [_sentence(one) for one in parts]
    if any(one is None for one in found):
        return None
    return ". ".join(one for one in found if one) + end


def _sentence(text: str) -> str | None:
    if not re.search(r"[A-Za-z]{3}", text):
        return numbers(text)
    told = _whole(text) or _shaped(text)
    if told is not None:
        return told.removesuffix(".")
    medicine, colon, effect = text.partition(": ")
    told_effect = _whole(effect) if colon else None
    return f"{medicine_said(medicine)}: {told_effect}" if told_effect else None


def _shaped(text: str) -> str | None:
    """The text by the first shape that it has, and whose words are known where they must be."""
    for shape in _shapes(_language()):
        match = shape.pattern.match(text.strip())
        if match is None:
            continue
        slots = {name: _slot(name, value) for name, value in match.groupdict().items()}
        if None not in slots.values():
            return shape.said.format(**slots)
    return None


def medicine_said(text: str) -> str:
    """“Name (class)”, a name or a class in the language of the page; a name that has none there stays as it is."""
    for start in (match.end() for match in re.finditer(r" \(", text) if text.endswith(")")):
        label = _whole(text[start:-1])
        if label:
            return f"{_named(text[: start - 2])} ({label})"
    return _whole(text) or _named(text)


def _named(name: str) -> str:
    facts, lang = knowledge.load(), _language()
    for one in (name, name[:1].lower() + name[1:]):
        told = facts.named(one, lang)
        if told != one:
            return told[:1].upper() + told[1:] if name[:1].isupper() else told
    return name


def _whole(text: str) -> str | None:
    """A text that the catalogue or the knowledge has as it stands, or but for the size of its first letter."""
    facts, lang = knowledge.load(), _language()
    for one in (text, text[:1].lower() + text[1:], text[:1].upper() + text[1:]):
        told = gettext(one)
        if told == one:
            told = facts.translated(one, lang) or ""
        if told:
            return told[:1].upper() + told[1:] if text[:1].isupper() else told
    return None


# What stands in a shape is as typed, or a list, or must be known itself; the rest may be a name or a number.


def _as_typed(value: str) -> str:
    return value


def _either(value: str) -> str:
    """“a, b or c”, the end of an English list, as “a, b, c”."""
    return ", ".join(medicine_said(one) for one in re.split(r", | or ", value))


def _classes(value: str) -> str | None:
    """“class: danger, class: danger”, both in the language of the page."""
    found = [[_whole(part) for part in one.rsplit(": ", 1)] for one in re.split(r", (?=[^,]*: )", value)]
    return ", ".join(": ".join(map(str, one)) for one in found) if all(all(one) for one in found) else None


def _contents(value: str) -> str:
    """“ (a, b)” behind a product, or nothing."""
    return f" ({_either(value[2:-1])})" if value else ""


def _listed(value: str) -> str:
    return _contents(value) if value.startswith(" (") or not value else _either(value)


def _instrument(value: str) -> str | None:
    """The name of a questionnaire, which stays where it has no other in the language of the page."""
    known = {one.name for one in knowledge.load().instruments.values()}
    return (_whole(value) or value) if value in known else None


def _source(value: str) -> str | None:
    return value if value in knowledge.load().sources else None


_FILLED: Mapping[str, Callable[[str], str | None]] = {
    **dict.fromkeys(("pattern", "word", "words", "input", "inputs"), _as_typed),
    **dict.fromkeys(("when", "route", "severity", "label", "worst", "cause"), _whole),
    "choices": _either,
    "instrument": _instrument,
    "source": _source,
    "names": _listed,
    "classes": _classes,
}
_ANY = {"names": ".*?"}
"""Slots that may be empty."""


def _slot(name: str, value: str) -> str | None:
    if name in ("rule", "effect", "name", "reason"):
        return translated(value)
    if name in _FILLED:
        return _FILLED[name](value)
    return _whole(value) or numbers(value)


def said(text: str) -> str | SafeString:
    """The text in the language of the page, or as it is, marked as English."""
    if not text or isinstance(text, Told) or _language() == FIRST:
        return text
    told = translated(text) or knowledge.load().translated(text, _language())
    return told if told is not None else format_html('<span lang="{}">{}</span>', FIRST, text)


def told(text: str) -> Told:
    """A message that may be in the language of the page or in English, in the language of the page if it is known."""
    return Told(translated(text) or text)


def _language() -> str:
    return (translation.get_language() or FIRST).partition("-")[0]


def drawn(svg: str) -> str:
    """A drawing with the words in it in the language of the page, as far as the catalogue has them."""
    if _language() == FIRST:
        return svg
    return _WORDS_IN_DRAWING.sub(lambda match: f">{translated(match[1]) or match[1]}<", svg)


def of_knowledge() -> Iterator[str]:
    """The sentences about bands that a catalogue must have."""
    from keel.exposure.banding import BAND_SET

    facts = knowledge.load()
    bands = facts.criteria[BAND_SET]
    texts = [text for band in bands.bands for text in (band.name.lower(), band.summary, band.next_step, *band.prompts)]
    texts += [rule.says for rule in bands.rules]
    for text in texts:
        yield from sentences(text)
