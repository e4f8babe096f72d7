"""Sentences of the pure packages in the language of the page.

Findings, arithmetic and drawings are computed in English, by packages that know of no page. Here each sentence is
looked up in the catalogue, as it stands or as one of the shapes below, whose words in braces are filled in again. A
text of which a sentence is not known there stays English, and is marked as English for those who have it read aloud.
Conflicts, judged statements and what is said of interactions have their translations in the knowledge.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keel import knowledge
from keel.knowledge.translations import sentences
from keel.web.languages import FIRST
from keel.web.words import gettext, numbers


def noop(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


SHAPES = (
    noop("Band {id}, {name}: {rule}"),
    noop("Band at least {id}, {name}: {rule}"),
    noop("“{pattern}”: {sum} mg a year"),
    noop("“{pattern}”: {sum}"),
    noop("{mg} mg ÷ {reference} mg of the reference course = {times}"),
    noop("Dated doses, last 12 months: {mg} mg ({substance}); used on {days}"),
    noop("How much a session in “{pattern}”: milligrams and grams cannot be computed"),
    noop("On how many days in “{pattern}”: sessions cannot be counted"),
    noop("How long “{pattern}” has gone on: a lifetime total cannot be computed"),
    noop("Reference course {mg} mg"),
    noop("This use, {substance} {mg} mg"),
    noop("This use {mg} mg"),
    noop("The reference course is {mg} mg a year"),
    noop("This use: {mg} mg a year, {times} times the reference course"),
    noop("{mg} mg × {sessions} sessions a year = {year} mg a year"),
    noop("{mg} mg a year is {times} times the reference course ({rule})"),
    noop("{mg} mg a year is the same as the reference course ({rule})"),
    noop("Say how ketamine is taken: this is meant for {when}"),
    noop("{route}: exposure changes by no more than about {percent}%, so this counts as {severity} here"),
    noop(
        "{route}: the label that forbids the pair is that of the injection, and no label speaks of this route, "
        "so this counts as {severity} here"
    ),
    noop("Typed with “{word}”: the finding is about the medicine in the whole body"),
    noop("{count} {label} together ({names})"),
    noop("exposure of {substance} ({by}, {mark})"),
    noop("peak of {substance} ({by}, {mark})"),
)
WHOLE = (
    noop("No dose and no pattern of use was given: exposure is not known"),
    noop("That is not the same as none"),
    noop("Purity, and whether milligrams are of salt or base: counted at face value"),
    noop("Body weight: doses written per kilogram cannot be turned into milligrams"),
    noop("Which ketamine it was (racemic or esketamine)"),
    noop("A logarithmic scale of milligrams a year"),
    noop("Both a told pattern and dated doses are counted"),
    noop("If they are the same use, it is counted twice"),
    noop("Keep one of the two"),
    noop("If it is prescribed: talk to the prescriber; do not stop it suddenly"),
    noop("Age was not given: rules and models that depend on it could not be checked"),
    noop("Body weight was not given: doses per kilogram and models that scale with weight could not be checked"),
    noop("Ask a pharmacist, or type the name as it stands on the package"),
    noop("Less of it gets there from skin, eye or ear; ask a pharmacist"),
)
REASONS = (
    noop("meant for"),
    noop("ketamine"),
    noop("route of ketamine"),
    noop("substance"),
    noop("evidence"),
    noop("as typed"),
    noop("shared by"),
    noop("esketamine"),
    noop("racemic"),
    noop("insufflated"),
    noop("inhaled"),
    noop("smoked"),
    noop("class effect"),
    noop("clinical study"),
    noop("label"),
    noop("mechanistic"),
    noop("norketamine"),
    noop("seen in the source"),
    noop("second-hand"),
    noop("unverified"),
    noop("a default that needs confirming"),
)
"""Names and values of the reasons of an interaction, as the assessment writes them."""
_SLOT = re.compile(r"\{(\w+)\}")
_WORDS_IN_DRAWING = re.compile(r">([^<>]*\w[^<>]*)<")


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    def pattern(shape: str) -> re.Pattern[str]:
        parts = _SLOT.split(shape)
        return re.compile(
            "".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>.+?)" for at, part in enumerate(parts)) + "$"
        )

    return tuple((shape, pattern(shape)) for shape in SHAPES)


def translated(text: str) -> str | None:
    """The text in the language of the page; None where a sentence of it is not in the catalogue."""
    found = [_sentence(one) for one in sentences(text)]
    if any(one is None for one in found):
        return None
    end = "." if text.strip().endswith(".") else ""
    return ". ".join(one for one in found if one) + end


def _sentence(text: str) -> str | None:
    if not re.search(r"[A-Za-z]{3}", text):
        return numbers(text)
    whole = _whole(text)
    if whole is not None:
        return whole
    for shape, pattern in _shapes():
        match = pattern.match(text)
        told = gettext(shape)
        if match and told != shape:
            slots = {name: _slot(name, value) for name, value in match.groupdict().items()}
            return None if None in slots.values() else told.format(**slots)
    medicine, colon, effect = text.partition(": ")
    told_effect = _whole(effect) if colon else None
    return f"{_medicine(medicine)}: {told_effect}" if told_effect else None


def _medicine(text: str) -> str:
    """“Name (class)” or a class by itself, the class in the language of the page; names stay as they are."""
    for start in (match.end() for match in re.finditer(r" \(", text) if text.endswith(")")):
        label = _whole(text[start:-1])
        if label:
            return f"{text[:start]}{label})"
    return _whole(text) or text


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


def _slot(name: str, value: str) -> str | None:
    """What stands in a shape: a rule, an effect or a name must be known itself; the rest may be a name or a number."""
    if name in ("rule", "effect", "name"):
        return _sentence(value)
    if name in ("when", "route", "severity", "label"):
        return _whole(value)
    return value if name in ("pattern", "word", "names") else _whole(value) or numbers(value)


def said(text: str) -> str | SafeString:
    """The text in the language of the page, or as it is, marked as English."""
    if not text or _language() == FIRST:
        return text
    told = translated(text) or knowledge.load().translated(text, _language())
    return told if told is not None else format_html('<span lang="{}">{}</span>', FIRST, text)


def _language() -> str:
    return (translation.get_language() or FIRST).partition("-")[0]


def drawn(svg: str) -> str:
    """A drawing with the words in it in the language of the page, as far as the catalogue has them."""
    if (translation.get_language() or FIRST) == FIRST:
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
