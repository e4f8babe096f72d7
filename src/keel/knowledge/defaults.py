"""What still needs a clinician: every number and rule that Keel chose itself, and every one that is from memory.

A default leaves the list when the document that holds it carries a review (`reviewed_by`, `reviewed_on`), when a
clinic's overlay confirms or sets it with a name, or when an overlay replaces it by a number with a source. The page
docs/reference/defaults.md is made from here.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from keel.knowledge.base import Knowledge
from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document
from keel.knowledge.evidence.shape import Claim, Verdict
from keel.knowledge.kinds import Fact, FactPart, facts, parts
from keel.knowledge.reading import PossibleRange

# The field that says best what an unnamed thing is, in order.
_NAMES = ("title", "name", "statement", "summary", "says", "text", "what", "label", "question", "note")


class UnconfirmedFact(msgspec.Struct, frozen=True):
    """A number or rule that rests on no source: where it stands, what it says, its value, how it came about."""

    kind: str
    id: str
    path: str
    what: str
    value: str
    certainty: Certainty


def unconfirmed(knowledge: Knowledge) -> tuple[UnconfirmedFact, ...]:
    """Every number and rule marked `default` or `memory` that no clinician has reviewed, by kind, id and path."""
    found = (one for fact in facts(knowledge) if not _is_settled(fact.value) for one in _inside(fact))
    return tuple(sorted(found, key=lambda one: (one.kind, one.id, one.path)))


def _is_settled(value: object) -> bool:
    """Whether nobody need confirm it: a reviewed document, or somebody else's statement that Keel has judged."""
    if isinstance(value, Claim):
        return value.verdict is not Verdict.OWN
    return isinstance(value, Document) and value.reviewed_by is not None and value.reviewed_on is not None


def _inside(fact: Fact) -> Iterator[UnconfirmedFact]:
    for part in parts(fact):
        certainty = getattr(part.value, "certainty", None)
        is_own = isinstance(part.value, msgspec.Struct) and certainty in (Certainty.DEFAULT, Certainty.MEMORY)
        if is_own and not _is_signed(part.value):
            yield UnconfirmedFact(
                fact.kind, fact.id, part.path, _what(part), _value(part.value), Certainty(str(certainty))
            )


def _is_signed(value: object) -> bool:
    """Whether a clinic's overlay has confirmed or set it, with a name; an emergency card with two."""
    return any(getattr(value, name, None) for name in ("confirmed", "set_by", "is_signed"))


def _what(part: FactPart) -> str:
    own = getattr(part.value, "id", "") or part.field.replace("_", " ")
    said = next((text for name in _NAMES if (text := getattr(part.value, name, ""))), "")
    return ": ".join(filter(None, (str(own) if part.path else "", str(said))))


def _value(value: Any) -> str:
    number, unit = getattr(value, "value", None), getattr(value, "unit", "")
    if isinstance(value, PossibleRange):
        return f"{value.low:g} to {value.high:g} {unit}"
    return f"{number:g} {unit}".removesuffix(" 1").strip() if isinstance(number, int | float) else ""


def defaults_page(found: Sequence[UnconfirmedFact]) -> str:
    """The page docs/reference/defaults.md."""
    chosen = [one for one in found if one.certainty is Certainty.DEFAULT]
    recalled = [one for one in found if one.certainty is Certainty.MEMORY]
    return "\n".join((_HEAD, *_section(_CHOSEN, chosen), *_section(_RECALLED, recalled)))


_HEAD = """<!-- Made by `keel knowledge defaults > docs/reference/defaults.md`; a test holds it current. -->
# Defaults that need a clinician

Keel marks each number and rule with how it came about.
Those on this page rest on no source that was read.
Somebody with the authority to do so has to confirm or replace each of them before it guides care.

- **To confirm**: in your overlay, write your name into `reviewed_by` and the date into `reviewed_on` of the file,
  or, in protocols, surveillance and session rules, `confirmed = { by = "…", on = … }` under the one entry.
- **To replace**: give the number its source in the overlay; it then leaves this page.

`keel knowledge show ID` prints the whole entry.
"""
_CHOSEN = """## Chosen by Keel

No source gives these; they are choices of ours.
"""
_RECALLED = """## From memory

The authors believe these and found them in no source: read the source first.
"""
# Of a long table the page gives the count only; `keel knowledge defaults --json` lists every row.
_MOST_NAMED = 150


def _section(head: str, found: Sequence[UnconfirmedFact]) -> Iterator[str]:
    yield head
    for kind in sorted({one.kind for one in found}):
        yield f"### {kind.replace('_', ' ').capitalize()}\n"
        inside = [one for one in found if one.kind == kind and (one.path or one.value)]
        whole = [one.id for one in found if one.kind == kind and not (one.path or one.value)]
        yield from _table(inside)
        if whole:
            names = f": {', '.join(whole)}" if len(whole) <= _MOST_NAMED else ""
            yield f"{len(whole)} {'row' if len(whole) == 1 else 'rows'} as a whole{names}.\n"


def _table(found: Sequence[UnconfirmedFact]) -> Iterator[str]:
    if not found:
        return
    yield "| entry | what | value | where |\n|---|---|---|---|"
    for one in found:
        yield f"| `{one.id}` | {_cell(one.what)} | {_cell(one.value)} | {f'`{one.path}`' if one.path else ''} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
