"""Texts of the knowledge in the language of the page, ready to be laid out."""

from functools import lru_cache
from typing import NamedTuple

from django.utils import translation

from keel import knowledge
from keel.knowledge.evidence import Claim, Conflict, Source
from keel.knowledge.instruments import Instrument
from keel.knowledge.texts import Section, Text, sections_of
from keel.web.language.languages import FIRST


class Citation(NamedTuple):
    """What a citation in a sentence rests on, opened in place: a name to tap, claims, conflicts and works."""

    name: str
    claims: tuple[Claim, ...]
    conflicts: tuple[Conflict, ...]
    works: tuple[Source, ...]


@lru_cache(maxsize=8)
def _texts(language: str) -> dict[str, Text]:
    """Every text by id: in this language where there is one, else in English."""
    held = knowledge.load().texts
    return {**held[FIRST], **held.get(language, {})}


def language() -> str:
    """The language of the page, without its region."""
    return (translation.get_language() or FIRST).partition("-")[0]


def instrument(name: str) -> Instrument:
    """A questionnaire with its questions in the language of the page, or in English where they have no other words."""
    return knowledge.load().instrument_in(name, language())


def here() -> dict[str, Text]:
    """Every text by id in the language of the page."""
    return _texts(language())


def of_topic(topic: str) -> list[Text]:
    """The texts of a topic in their order."""
    return sorted((text for text in here().values() if text.topic == topic), key=lambda text: (text.order, text.id))


def sections(text: Text) -> tuple[Section, ...]:
    """Its sections and those that it reuses."""
    return sections_of(text, here())


@lru_cache(maxsize=2048)
def cite(ids: tuple[str, ...]) -> Citation:
    """What the ids of a citation stand for; the name is that of the first work behind them."""
    facts = knowledge.load()
    claims = tuple(facts.claims[one] for one in ids if one in facts.claims)
    conflicts = tuple(facts.conflicts[one] for one in ids if one in facts.conflicts)
    named = [one for one in ids if one in facts.sources]
    behind = dict.fromkeys([*named, *(source for claim in claims for source in claim.sources)])
    works = tuple(dict.fromkeys(facts.sources[one] for one in behind if one in facts.sources))
    return Citation(_name(works, claims), claims, conflicts, works)


def _name(works: tuple[Source, ...], claims: tuple[Claim, ...]) -> str:
    if not works:
        return "" if not claims else claims[0].id
    more = f" +{len(works) - 1}" if len(works) > 1 else ""
    return f"{works[0].short_name}{more}"
