"""Words and codes of a file as ids of the knowledge: substances of the ketamine family, and routes.

A word that is not known is None, never a default. The words of patterns (`phrases`) count here too.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from keel.interop.errors import ReadError, shown
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.record import MEDICINE_STATUSES

SNOMED = "http://snomed.info/sct"

_WORD = re.compile(r"[^\s,;/\[\]|]+")


class Coding(NamedTuple):
    """A code in a system, or with an empty system a word."""

    system: str
    code: str


def family_substance(codings: Iterable[Coding], texts: Iterable[str], knowledge: Knowledge) -> str | None:
    """The id of the ketamine, esketamine or arketamine that a medicine is; None for any other medicine.

    Codes go before words. A text names one when a whole word of it does: “Ketamine 50 mg/mL injection” does,
    “deschloroketamine” and “2-fluoro-deschloro-ketamine” do not.
    """
    codes = knowledge.reading_codes
    for coding in codings:
        row = codes.coded(CodeKind.SUBSTANCE, coding.system, coding.code)
        if row:
            return row.means
    for text in texts:
        found = _named_in(text, knowledge)
        if found:
            return found
    return None


def _named_in(text: str, knowledge: Knowledge) -> str | None:
    whole = substance_id(text, knowledge)
    if whole:
        return whole
    words = [word.strip(".:") for word in _WORD.findall(text)]
    # The longest names first, so that “ketanest s” and “racemic ketamine” are found before their parts.
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            name = " ".join(words[start : start + length])
            found = substance_id(name, knowledge) or substance_id(name.strip("()"), knowledge)
            if found:
                return found
    return None


def substance_id(word: str, knowledge: Knowledge) -> str | None:
    """The id of a substance of the family by its name, its id, a brand or a street name that means nothing else."""
    codes = knowledge.reading_codes
    row = codes.named(CodeKind.SUBSTANCE, word)
    if row is None:
        synonym = knowledge.synonyms.get(" ".join(word.split()).casefold())
        if synonym and not synonym.ambiguous and len(synonym.substances) == 1:
            row = codes.coded(CodeKind.SUBSTANCE, "name", synonym.substances[0])
    return row.means if row else _phrase(word, "substances", knowledge)


def route_id(word: str, knowledge: Knowledge) -> str | None:
    """The id of a route by its name, by a word in which people say it, or by the id itself."""
    row = knowledge.reading_codes.named(CodeKind.ROUTE, word)
    if row:
        return row.means
    wanted = word.strip().casefold()
    return wanted if wanted in knowledge.routes else _phrase(word, "routes", knowledge)


def coded_route(codings: Iterable[Coding], texts: Iterable[str], knowledge: Knowledge) -> str | None:
    """The id of a route from codes, else from words."""
    codes = knowledge.reading_codes
    by_snomed = {route.snomed: name for name, route in knowledge.routes.items() if route.snomed}
    for coding in codings:
        row = codes.coded(CodeKind.ROUTE, coding.system, coding.code)
        if row:
            return row.means
        if coding.system == SNOMED and coding.code in by_snomed:
            return by_snomed[coding.code]
    for text in texts:
        row = codes.coded(CodeKind.ROUTE, "fhir-text", text.strip().casefold())
        found = row.means if row else route_id(text, knowledge)
        if found:
            return found
    return None


def journal_route(word: str, knowledge: Knowledge) -> str | None:
    """The id of a route from the word that a Journal export has for it."""
    return next((name for name, route in knowledge.routes.items() if word and route.journal == word), None)


def _phrase(word: str, kind: str, knowledge: Knowledge) -> str | None:
    wanted = " ".join(word.split()).casefold()
    for phrases in knowledge.phrases.values():
        for entry in getattr(phrases, kind):
            if wanted == entry.id or wanted in entry.words:
                return str(entry.id)
    return None


def refuse_unknown_status(word: str, *, where: str) -> None:
    """ReadError for a status that a medicine cannot have: it could drop the medicine from the check."""
    if word not in MEDICINE_STATUSES:
        fix = Message("Write one of {names}.", names=", ".join(MEDICINE_STATUSES))
        raise ReadError(Message("{word} is not a valid status of a medicine.", word=shown(word)), where=where, fix=fix)


def known_substances(knowledge: Knowledge) -> str:
    """The ids of the substances whose doses Keel keeps, for messages."""
    return ", ".join(sorted(name for name, substance in knowledge.substances.items() if substance.kind == "medicine"))


def known_routes(knowledge: Knowledge) -> str:
    """The ids of the routes, for messages."""
    return ", ".join(sorted(knowledge.routes))
