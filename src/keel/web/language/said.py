"""Sentences of the pure packages in the language of the page.

Findings, arithmetic and drawings are computed in English, by packages that know of no page. Here each sentence is
looked up in the catalogue, as it stands or as one of the shapes of `shapes.py` and of data/interaction-texts, whose
words in braces are filled in again. A text of which a sentence is not known there stays English, and is marked as
English for those who have it read aloud. Conflicts, judged statements, what is said of interactions and the names of
medicines have their translations in the knowledge.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from keel import knowledge
from keel.knowledge.translations import sentences
from keel.web.language.known import language, medicine_said, whole
from keel.web.language.languages import FIRST
from keel.web.language.shapes import NEUTRAL, SHAPES
from keel.web.language.slots import filled, patterns
from keel.web.language.words import gettext, numbers

__all__ = ["Told", "drawn", "medicine_said", "of_knowledge", "said", "told", "translated"]

_SLOT = re.compile(r"\{(\w+)\}")
_WORDS_IN_DRAWING = re.compile(r">([^<>]*\w[^<>]*)<")


class Told(str):
    """Words that are in the language of the page already, whatever they pass through on their way to it."""

    __slots__ = ()


class Shape(NamedTuple):
    """A sentence with words to fill in: how it reads in English, and as it is said in the language of the page.

    `part` is its longest run of fixed words: a text without it need not be compared.
    """

    part: str
    pattern: re.Pattern[str]
    said: str


@lru_cache(maxsize=4)
def _shapes(lang: str) -> tuple[Shape, ...]:
    """The shapes that the catalogue of a language and its interaction texts have, the longest first."""
    pairs = {shape: gettext(shape) for shape in SHAPES} | _of_patterns(lang)
    texts = knowledge.load().interaction_texts
    if lang in texts:
        here = texts[lang].sentences
        for key, text in texts[FIRST].sentences.items():
            pairs[text] = here[key]
            parts, said_parts = sentences(text), sentences(here[key])
            if len(parts) == len(said_parts) > 1:
                pairs |= dict(zip(parts, said_parts, strict=True))
    known = {shape: told for shape, told in pairs.items() if told != shape and re.search(r"\w", _SLOT.sub("", shape))}
    known |= {shape: shape for shape in (*NEUTRAL, *_of_patterns(lang).values())}
    return tuple(Shape(_part(shape), _pattern(shape), known[shape]) for shape in sorted(known, key=len, reverse=True))


def _of_patterns(lang: str) -> dict[str, str]:
    """What is said of a typed pattern: read in the language of the page it is said in that already."""
    phrases = knowledge.load().phrases
    here = phrases[lang].sayings if lang in phrases else {}
    return {said: here[key] for key, said in phrases[FIRST].sayings.items() if key in here}


def _part(shape: str) -> str:
    return max(_SLOT.split(shape.removesuffix("."))[::2], key=len)


def _pattern(shape: str) -> re.Pattern[str]:
    """The shape as an expression; its first letter may be of either size, as it may begin a line or stand inside."""
    parts, known = _SLOT.split(shape.removesuffix(".")), patterns()
    fixed = [re.escape(part) for part in parts[::2]]
    first = fixed[0]
    fixed[0] = f"(?i:{first[:1]}){first[1:]}" if first[:1].isalpha() else first
    names = parts[1::2]
    slots = [
        f"(?P={name})" if name in names[:at] else f"(?P<{name}>{known.get(name, '.+?')})"
        for at, name in enumerate(names)
    ]
    return re.compile("".join(text for pair in zip_longest(fixed, slots, fillvalue="") for text in pair) + r"\.?$")


def translated(text: str) -> str | None:
    """The text in the language of the page; None where a sentence of it is not in the catalogue."""
    as_it_stands = whole(text)
    if as_it_stands is not None:
        return as_it_stands
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
    told = whole(text) or _shaped(text)
    if told is not None:
        return told.removesuffix(".")
    medicine, colon, effect = text.partition(": ")
    told_effect = whole(effect) if colon else None
    return f"{medicine_said(medicine)}: {told_effect}" if told_effect else None


def _shaped(text: str) -> str | None:
    """The text by the first shape that it has, and whose words are known where they must be."""
    for shape in _shapes(language()):
        match = shape.pattern.match(text.strip()) if shape.part[1:] in text else None
        if match is None:
            continue
        slots = {name: filled(name, value, translated) for name, value in match.groupdict().items()}
        if None not in slots.values():
            return shape.said.format(**slots)
    return None


def said(text: str) -> str | SafeString:
    """The text in the language of the page, or as it is, marked as English."""
    if not text or isinstance(text, Told) or language() == FIRST:
        return text
    told = translated(text)
    return told if told is not None else format_html('<span lang="{}">{}</span>', FIRST, text)


def told(text: str) -> str:
    """A message that may be in the language of the page or in English, in the language of the page if it is known."""
    return translated(text) or text


def drawn(svg: str) -> str:
    """A drawing with the words in it in the language of the page, as far as the catalogue has them."""
    if language() == FIRST:
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
