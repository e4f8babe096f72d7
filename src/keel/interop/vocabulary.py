"""Words and codes of a file as ids of the knowledge: substances of the ketamine family, and routes.

A word that is not known is None, never a default. The words of patterns (`phrases`) count here too.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.interactions.names import own_keys, own_names
from keel.assessment.interactions.typed_list import Word, name_key, words
from keel.exposure.grammar import folded
from keel.interop.errors import ReadError, shown
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.record import MEDICINE_STATUSES

SNOMED = "http://snomed.info/sct"
OWN_SUBSTANCES, OWN_ROUTES = "urn:keel:substance", "urn:keel:route"
"""The systems under which Keel writes its own ids of them; a substance may be `unknown` there."""

UNCODED = "uncoded"
"""What a code of nothing means that stands where a code would: a null flavour, a reason for having none."""
_HYPHENS = ("-", "\u2010", "\u2011", "\u2013")
_LONGEST_ROUTE = 100
_LETTERS = re.compile(r"[a-z]\s?[./]\s?[a-z]\.?|[a-z]{2,4}\.")
"""An abbreviation of single letters: “i. v.”, “s/c”, “iv.”."""
_SAID_BESIDE_ROUTES = (
    *("route", "use", "administration", "via", "by", "injection", "infusion", "drip", "push", "bolus", "spray"),
    *("slow", "rapid", "continuous", "intermittent", "piggyback"),
)
"""What charts write beside the name of a route, and which names none."""
_LONGEST_NAME = 3
"""Words of a name of the family."""
_RACEMATE = "racemic"
"""The id of the mixture of both, which says least where another of the family is named beside it."""
_ADJECTIVE = "racemic"
"""A word for ketamine where it stands alone; in “racemic epinephrine” it is an adjective."""


class Coding(NamedTuple):
    """A code in a system, or with an empty system a word."""

    system: str
    code: str


def family_substance(codings: Iterable[Coding], texts: Iterable[str], knowledge: Knowledge) -> str | None:
    """The id of the ketamine, esketamine or arketamine that a medicine is; None for any other medicine.

    Codes go before words. A text names one when a whole word of it does: “Ketamine-HCl 50 mg/mL” and “Ketalar®” do,
    “deschloroketamine” and “2-fluoro-deschloro-ketamine” do not.
    """
    codes = knowledge.reading_codes
    for coding in codings:
        row = codes.coded(CodeKind.SUBSTANCE, coding.system, coding.code)
        if row:
            return row.means
        if coding.system == OWN_SUBSTANCES and coding.code in ("unknown", *knowledge.substances):
            return coding.code
    named = [found for text in texts if (found := _named_in(text, knowledge))]
    return next((one for one in named if one != _RACEMATE), next(iter(named), None))


def sounds_like_family(texts: Iterable[str], knowledge: Knowledge) -> bool:
    """Whether a text holds a stem of the family's names, in whatever word: it may be one that Keel does not know."""
    return any(stem in name_key(text) for text in texts for stem in _stems(knowledge))


@lru_cache(maxsize=4)
def _stems(knowledge: Knowledge) -> tuple[str, ...]:
    rows = knowledge.reading_codes.values()
    return tuple(name_key(row.code) for row in rows if row.kind is CodeKind.FAMILY_STEM)


@lru_cache(maxsize=1024)
def _named_in(text: str, knowledge: Knowledge) -> str | None:
    whole = substance_id(text, knowledge)
    if whole:
        return whole
    names, found = _family_names(knowledge), words(text)
    # The longest names first, so that “ketanest s” and “racemic ketamine” are found before their parts.
    for length in range(_LONGEST_NAME, 0, -1):
        parts = [
            (start, " ".join(word.plain for word in found[start : start + length]))
            for start in range(len(found) - length + 1)
        ]
        known = [
            names[name]
            for start, name in parts
            if name in names and name != _ADJECTIVE and not _is_another(text, found, start, name, knowledge)
        ]
        if known:  # a brand of one of the two may be a word for both, and the generic name stands beside it
            return next((one for one in known if one != _RACEMATE), known[0])
    return None


def _is_another(text: str, found: Sequence[Word], start: int, name: str, knowledge: Knowledge) -> bool:
    """Whether what stands before a name makes it the name of something else: “deschloro-ketamine”."""
    if start == 0:
        return False
    before = found[start - 1]
    if text[before.end : found[start].start] in _HYPHENS and not before.plain.isdecimal():
        return True
    known, family = own_keys(knowledge), _family_names(knowledge)
    joined = ("".join(word.plain for word in found[max(0, start - size) : start]) + name for size in (1, 2))
    return any(key in known and key not in family for key in joined)


def substance_id(word: str, knowledge: Knowledge) -> str | None:
    """The id of a substance of the family by its name, its id, a brand or a street name that means nothing else.

    The names are those of the interactions, whatever case, accents and signs they are written with.
    """
    row = knowledge.reading_codes.named(CodeKind.SUBSTANCE, word)
    return row.means if row else _family_names(knowledge).get(name_key(word)) or _phrase(word, "substances", knowledge)


@lru_cache(maxsize=4)
def _family_names(knowledge: Knowledge) -> dict[str, str]:
    """Every name that means one of the family for sure, as it is looked up, to its id."""
    codes = knowledge.reading_codes
    joined = {
        key: row.means
        for key, substances in own_names(knowledge).items()
        if len(substances) == 1 and (row := codes.coded(CodeKind.SUBSTANCE, "name", substances[0]))
    }
    rows = (row for row in codes.values() if row.kind is CodeKind.SUBSTANCE)
    return joined | {name_key(word): row.means for row in rows for word in row.words}


def route_id(word: str, knowledge: Knowledge) -> str | None:
    """The id of a route by its name, by a word in which people say it, or by the id itself.

    Abbreviations go with dots, bars and spaces (“I. V.”, “s/c”), and what charts add says no other route (“IV
    (intravenous) continuous”); words of two routes are none.
    """
    written = word.strip().casefold()[:_LONGEST_ROUTE]
    letters = re.sub(r"[\s./]", "", written)
    plain = letters if _LETTERS.fullmatch(written) else written.replace("-", "")
    found = _route_named(word, knowledge) or _route_named(plain, knowledge)
    if found:
        return found
    parts = [part for part in re.split(r"[\s(),;/-]+", written) if part and part not in _SAID_BESIDE_ROUTES]
    named = {_route_named(part, knowledge) for part in parts}
    return named.pop() if len(named) == 1 else None


def _route_named(word: str, knowledge: Knowledge) -> str | None:
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
        if coding.system == OWN_ROUTES and coding.code in knowledge.routes:
            return coding.code
    for text in (text.strip().removesuffix("(qualifier value)").strip() for text in texts):
        row = codes.coded(CodeKind.ROUTE, "fhir-text", text.casefold())
        found = row.means if row else route_id(text, knowledge)
        if found:
            return found
    return None


def journal_route(word: str, knowledge: Knowledge) -> str | None:
    """The id of a route from the word that a Journal export has for it, in any case: forks of it write lower case."""
    wanted = word.strip().upper()
    return next((name for name, route in knowledge.routes.items() if wanted and route.journal == wanted), None)


def nothing_known(codings: Iterable[Coding], texts: Iterable[str], knowledge: Knowledge) -> bool:
    """Whether a code, or all words, say that there is nothing or nobody knows, in the place of a thing.

    A code that only says that there is no code leaves the word to the words.
    """
    table = knowledge.reading_codes
    rows = [table.coded(CodeKind.NOTHING_KNOWN, coding.system, coding.code) for coding in codings]
    if any(row and row.means != UNCODED for row in rows):
        return True
    said = [table.named(CodeKind.NOTHING_KNOWN, text.replace("-", " ").strip(" .!")) for text in texts]
    return None not in said if said else bool(rows) and None not in rows


def _phrase(word: str, kind: str, knowledge: Knowledge) -> str | None:
    wanted = folded(word)
    for phrases in knowledge.phrases.values():
        for entry in getattr(phrases, kind):
            if wanted == entry.id or wanted in map(folded, entry.words):
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
