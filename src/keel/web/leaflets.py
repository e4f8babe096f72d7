"""Leaflets as PDF, from the texts of the topic `leaflet`, with the numbers of a country."""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from django.utils import translation

from keel import knowledge
from keel.knowledge.directory import Service, services
from keel.knowledge.texts import Section, Text, pieces
from keel.reports.documents import Leaflet, LeafletPart, leaflet_pdf
from keel.web.language import texts
from keel.web.language.words import gettext as _

MOST_LINES = 6


class _Numbers:
    """Works in the order in which a leaflet first leans on them."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def marked(self, text: str) -> str:
        """The text with numbers in square brackets in place of its marks."""
        return "".join(piece.text + self._numbers(piece.cites) for piece in pieces(text))

    def _numbers(self, cites: tuple[str, ...]) -> str:
        works = texts.cite(cites).works if cites else ()
        numbers = sorted({self.ids.setdefault(work.id, len(self.ids) + 1) for work in works})
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""


class Told(NamedTuple):
    """What a leaflet says before its text: a heading, and items with their marks."""

    heading: str
    items: tuple[str, ...]


def leaflet_of(text: Text, *, country: str, at: dt.date, told: Told | None = None, about: str = "") -> Leaflet:
    """The leaflet for a text, with the emergency number and lines of a country where one was chosen.

    `about` stands behind its title.
    """
    numbers = _Numbers()
    first = () if told is None else (LeafletPart(told.heading, (), tuple(map(numbers.marked, told.items))),)
    parts = tuple(_part(section, numbers) for section in texts.sections(text))
    facts = knowledge.load()
    return Leaflet(
        language=text.lang,
        title=f"{text.title}, {about}" if about else text.title,
        summary=numbers.marked(text.summary),
        parts=(*first, *parts),
        action_heading=_("One thing to do"),
        action=numbers.marked(text.action),
        contact=text.contact,
        lines=_lines(text, country, at),
        sources_heading=_("Sources"),
        sources=tuple(facts.sources[one].citation for one in numbers.ids),
        footer=_("Keel does not prescribe and does not diagnose. Check the numbers. Facts %(hash)s.")
        % {"hash": facts.hash[:12]},
        page=_("Page"),
    )


def _part(section: Section, numbers: _Numbers) -> LeafletPart:
    paragraphs = tuple(numbers.marked(words) for words in section.paragraphs)
    return LeafletPart(
        section.heading, paragraphs, tuple(numbers.marked(words) for words in section.items), section.next_step
    )


def _lines(text: Text, country: str, at: dt.date) -> tuple[tuple[str, str], ...]:
    listing = services(knowledge.load().directory, country=country, need=text.need, at=at)
    rows = [*listing.emergency, *listing.services, *([listing.fallback] if listing.fallback else [])]
    found = {row.service.name: _reach(row.service) for row in rows}
    return tuple((name, reach) for name, reach in found.items() if reach)[:MOST_LINES]


def _reach(service: Service) -> str:
    if service.text_to and not service.phone:
        return f"{service.text_word} {service.text_to}".strip()
    return service.phone or service.url.removeprefix("https://")


@lru_cache(maxsize=64)
def _made(name: str, language: str, country: str, day: dt.date, facts: str) -> bytes:
    with translation.override(language):
        text = texts.here()[name]
        document = leaflet_of(text, country=country, at=day)
    return leaflet_pdf(document, at=dt.datetime.combine(day, dt.time(), dt.UTC))


def pdf_of(name: str, *, country: str, day: dt.date) -> bytes:
    """The PDF of a leaflet on a day. Kept in memory: it holds nothing about anybody."""
    return _made(name, texts.language(), country, day, knowledge.load().hash)
