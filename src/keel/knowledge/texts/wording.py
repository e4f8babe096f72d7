"""What no text may claim: rules with patterns from data/wording/, and the function that tries them.

The rules are the ten things that the evidence does not carry, whoever writes: a safe amount, a personal probability, a
diagnosis. The knowledge check and the tests try `offences` on everything that people read.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import msgspec

from keel.knowledge.documents import Document, Id

# English and Spanish. A clause with one of these denies what stands in it; at the start of a sentence it denies all.
_DENIAL = re.compile(
    r"\b(no|not|never|nor|neither|none|nothing|nobody|without|cannot|can't|isn't|aren't|doesn't|don't|didn't|won't"
    r"|nunca|jamás|ni|tampoco|nada|nadie|sin|ning(ún|uno|una|unos|unas))\b",
    re.IGNORECASE,
)
_DENIED_WHOLE = re.compile(
    # The Spanish “no” before a verb denies its clause only (“No te preocupes, …”).
    r"(no(?! (te|se|me|le|lo|la|les|los|las|nos|os|hay|es|son|está|están|temas|pienses|dudes)\b)|none|nothing|nobody"
    r"|neither|never|nunca|jamás|tampoco|nada|nadie|ning(ún|uno|una))\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[,;:()]|\s[-–—]\s|\b(but|so|because|while|although|yet|pero|así que|porque|mientras|aunque|sino)\b", re.IGNORECASE
)


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A regular expression that a claim of this kind matches.

    `even_denied` keeps the pattern at work in a sentence with a denial, where the denial is part of the claim itself
    ("cannot kill").
    """

    find: str
    even_denied: bool = False


class ForbiddenClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that must not be claimed, its patterns, and sentences that must be refused and allowed."""

    id: Id
    forbids: str
    patterns: tuple[Pattern, ...]
    refused: tuple[str, ...]
    allowed: tuple[str, ...]


class WordingRules(Document, frozen=True, kw_only=True):
    """A set of claims that no text may make: the shape of data/wording/*.toml.

    `only_where` is a pattern of words without which no sentence of the set's language does; where it is given,
    sentences that it does not match are passed over.
    """

    only_where: str = ""
    rules: tuple[ForbiddenClaim, ...]


class Offence(NamedTuple):
    """A sentence that makes a forbidden claim, and the id of the rule."""

    rule: str
    sentence: str


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one too.

    >>> sentences("No. 5 mg/kg is 0.5 g. Is it? Yes")
    ['No.', '5 mg/kg is 0.5 g.', 'Is it?', 'Yes']
    """
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]


def offences(text: str, rules: WordingRules) -> list[Offence]:
    """Every sentence of a text that makes a forbidden claim, with the rule it breaks."""
    return [
        Offence(rule.id, sentence)
        for sentence in sentences(text)
        if not sentence.endswith("?") and (not rules.only_where or _compiled(rules.only_where).search(sentence))
        for rule in rules.rules
        if any(_matches(pattern, sentence) for pattern in rule.patterns)
    ]


def _matches(pattern: Pattern, sentence: str) -> bool:
    found = _compiled(pattern.find).search(sentence)
    return found is not None and (pattern.even_denied or not _is_denied(sentence, found.start(), found.end()))


def _is_denied(sentence: str, start: int, end: int) -> bool:
    """Whether the clauses that hold the match deny it, or the sentence does from its first word."""
    if _DENIED_WHOLE.match(sentence):
        return True
    before = [mark.end() for mark in _CLAUSE_END.finditer(sentence, 0, start)]
    after = _CLAUSE_END.search(sentence, end)
    clause = sentence[before[-1] if before else 0 : after.start() if after else None]
    return _DENIAL.search(clause) is not None


@lru_cache(maxsize=256)
def _compiled(find: str) -> re.Pattern[str]:
    return re.compile(find, re.IGNORECASE)
