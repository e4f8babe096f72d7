"""Cuts the constituents of a text into clauses: by words of order, and where a second pattern begins beside one."""

from collections.abc import Sequence
from typing import NamedTuple

from keel.exposure.grammar.constituents import (
    Amount,
    Constituent,
    Label,
    Mark,
    Rate,
    Span,
    Wider,
)
from keel.knowledge.reading import WordKind

K = WordKind
SEPARATORS = (K.AND, "punctuation")


class TwoRates(ValueError):
    """Two ways of “how often” that nothing parts and that cannot both hold."""


class Clause(NamedTuple):
    """What was said between two words of order: its constituents, and where it stands in time."""

    items: list[Constituent]
    is_past: bool = False
    is_now: bool = False
    weeks: float | None = None
    is_labelled: bool = False
    is_next: bool = False

    @property
    def has_core(self) -> bool:
        """Whether it says how much or how often."""
        return any(isinstance(item.what, Amount | Rate) for item in self.items)

    @property
    def has_words(self) -> bool:
        """Whether anything but punctuation stands in it."""
        return any(not (isinstance(item.what, Mark) and item.what.kind in SEPARATORS) for item in self.items)


def clauses_of(items: Sequence[Constituent]) -> list[Clause]:
    """The constituents cut at the words that order them in time."""
    clauses = [Clause([])]
    for item in items:
        what, last = item.what, clauses[-1]
        if isinstance(what, Label):
            clauses.append(Clause([], weeks=what.weeks, is_labelled=True))
        elif isinstance(what, Mark) and what.kind == K.THEN:
            clauses.append(Clause([], is_next=True))
        elif isinstance(what, Span) and what.ends and last.has_core:
            last.items.append(item)
            clauses.append(Clause([], is_next=True))
        elif isinstance(what, Mark) and what.kind in (K.PAST, K.CHANGED, K.NOW):
            changes = {"is_past": what.kind != K.NOW, "is_now": what.kind == K.NOW}
            if last.has_core:
                clauses.append(Clause([], **changes))
            else:
                clauses[-1] = last._replace(
                    is_past=changes["is_past"] or (last.is_past and not changes["is_now"]),
                    is_now=changes["is_now"] or last.is_now,
                )
        else:
            last.items.append(item)
    for place in range(len(clauses) - 1, 0, -1):
        if clauses[place].is_next and clauses[place].is_past:
            clauses[place - 1] = clauses[place - 1]._replace(is_past=True)
    return clauses


def merged(clauses: list[Clause]) -> list[Clause]:
    """Clauses that say neither how much nor how often join the one beside them; empty where none says either."""
    found: list[Clause] = []
    waiting: list[Constituent] = []
    for clause in clauses:
        if clause.has_core:
            found.append(clause._replace(items=[*waiting, *clause.items]))
            waiting = []
        elif found and clause.is_past and not clause.has_words:
            *before, last = side_by_side(found.pop())  # “1 g a day, 2 g a day before that”
            found += [*before, last._replace(is_past=True, is_now=False)]
        elif found:
            last = found[-1]
            is_past = last.is_past and not (clause.is_now and not clause.has_words)
            found[-1] = last._replace(items=[*last.items, *clause.items], is_past=is_past)
        else:
            waiting += clause.items
    return found


def side_by_side(clause: Clause) -> list[Clause]:
    """The patterns of a clause: a new one begins where a second amount or rate cannot belong to the first."""
    parts: list[list[Constituent]] = [[]]
    for place, item in enumerate(clause.items):
        if _begins_another(parts[-1], item, clause.items[place + 1 :]):
            rates = [one.what for one in (*parts[-1], item) if isinstance(one.what, Rate)]
            is_apart = any(_is_separator(one) for one in _since_core(parts[-1]))
            if isinstance(item.what, Rate) and (not is_apart or any(rate.is_limit for rate in rates)):
                raise TwoRates
            cut = _cut(parts[-1])
            parts.append(parts[-1][cut:])
            parts[-2] = parts[-2][:cut]
        parts[-1].append(item)
    return [clause._replace(items=part) for part in parts]


def _begins_another(so_far: Sequence[Constituent], item: Constituent, rest: Sequence[Constituent]) -> bool:
    what = item.what
    rates = [one.what for one in so_far if isinstance(one.what, Rate)]
    amounts = [one.what for one in so_far if isinstance(one.what, Amount)]
    if isinstance(what, Amount):
        has_rate = any(isinstance(one.what, Rate) for one in rest)
        if not amounts or not rates or not has_rate or (what.value is None and not what.uncounted):
            return False
        behind = next((one for one in rest if not is_small(one)), None)
        is_each = bool(behind and isinstance(behind.what, Mark) and behind.what.kind == K.EACH_TIME)
        is_weight = any(amount.per_kg for amount in amounts) and not what.per_kg
        return not (is_each or is_weight)
    if isinstance(what, Rate):
        has_and = any(isinstance(one.what, Mark) and one.what.kind == K.AND for one in _since_core(so_far))
        return any(_clash(rate, what, has_and=has_and) for rate in rates)
    return False


def _cut(items: Sequence[Constituent]) -> int:
    """Where a part ends: after its last separator behind its last core, else at its end."""
    for place in range(len(items) - 1, -1, -1):
        if isinstance(items[place].what, Amount | Rate | Wider) and not _is_separator(items[place]):
            rest = range(place + 1, len(items))
            return next((spot + 1 for spot in reversed(rest) if _is_separator(items[spot])), _amount_cut(items))
    return len(items)


def _amount_cut(items: Sequence[Constituent]) -> int:
    """A last amount that stands behind a rate belongs to what comes next (“… weekly, 1 g monthly”)."""
    rates = [place for place, one in enumerate(items) if isinstance(one.what, Rate)]
    amounts = [place for place, one in enumerate(items) if isinstance(one.what, Amount)]
    if rates and len(amounts) > 1 and amounts[-1] > rates[-1]:
        return amounts[-1]
    return len(items)


def _is_separator(item: Constituent) -> bool:
    if not isinstance(item.what, Mark):
        return False
    return item.what.kind == K.AND or (
        item.what.kind == "punctuation" and item.what.readings["sign"] in (",", ";", ".", "/")
    )


def is_small(item: Constituent) -> bool:
    """Whether a constituent is a comma or a word that carries no meaning."""
    return isinstance(item.what, Mark) and item.what.kind in ("punctuation", K.FILLER, K.THE)


def _since_core(items: Sequence[Constituent]) -> Sequence[Constituent]:
    """The constituents after the last amount or rate."""
    places = [place for place, one in enumerate(items) if isinstance(one.what, Amount | Rate)]
    return items[places[-1] + 1 :] if places else items


def _clash(one: Rate, other: Rate, *, has_and: bool) -> bool:
    """Whether two rates cannot be said of one pattern."""
    if one.days is not None or (one.occasions is not None and one.periods >= 0):
        mine = one.days or one.occasions
        theirs = other.days or (other.occasions if other.periods >= 0 else None)
        return theirs is not None and (has_and or mine != theirs)
    if one.a_day is not None and other.a_day is not None:
        return has_and or (one.a_day != other.a_day and not (one.is_every_day or other.is_every_day))
    if one.total_of is not None and other.total_of is not None:
        return one != other
    return one.periods < 0 and other.periods < 0
