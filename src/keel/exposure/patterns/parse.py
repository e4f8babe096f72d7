"""Reads a pattern of use typed as text: “400 mg every Saturday for 3 years, snorted”, “400 mg cada sábado”.

The constituents of the text (`keel.exposure.grammar`) become clauses, and clauses become phases: those of one sequence
follow one another (“then”, “used to … now”), and sequences run side by side (“1 g weekly and 2 g monthly”).
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

import msgspec

from keel.exposure.errors import AmbiguousNumber, PatternError
from keel.exposure.grammar.constituents import (
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    Amount,
    Constituent,
    Mark,
    Rate,
    Unread,
    no_unit,
)
from keel.exposure.grammar.reader import Reader
from keel.exposure.grammar.tokens import MISSPELT, NUMBER, PUNCTUATION, Lexicon, Token, lexicon_of
from keel.exposure.ledger import salt_factor
from keel.exposure.patterns.clauses import Clause, TwoRates, clauses_of, merged, side_by_side
from keel.exposure.patterns.phase import FIELDS, PhaseReader
from keel.knowledge import Knowledge
from keel.knowledge.reading import WordKind
from keel.messages import Message
from keel.quantities import Form, Interval
from keel.record import Setting, UsePattern

K = WordKind
LONGEST = 500
"""Characters of a pattern that are read at once."""
MOST_TOKENS = 200
"""Words and signs of a pattern; 500 characters of ordinary words have about 120."""


def parse_pattern(
    text: str,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    language: str | Sequence[str] | None = None,
) -> tuple[UsePattern, ...]:
    """The pattern in `text` as phases, those of one sequence after one another.

    `at` turns “since 2022” into a length. `language` is one of data/phrases/ (UnknownId for another), or several, of
    which the one that knows the most of the words reads; None for all of them. “0.5 mg/kg” becomes milligrams where the
    text has a body weight, and stays per kilogram where it has none. PatternError, and nothing else, says what cannot
    be read, in the person's own words, and what to write.
    """
    if not text.strip():
        raise PatternError(Message("The pattern is empty. Write for example “400 mg weekly for 3 years, snorted”."))
    if len(text) > LONGEST:
        raise PatternError(
            Message("The pattern is longer than {most} characters. Write one pattern a line.", most=LONGEST)
        )
    lexicon, tokens = _tokens(text, language, knowledge)
    if len(tokens) > MOST_TOKENS:
        raise PatternError(
            Message("The pattern has more than {most} words and signs. Write one pattern a line.", most=MOST_TOKENS)
        )
    _refuse_ambiguous(text, lexicon)
    reader = Reader(text, tokens, at)
    return _Composer(reader, reader.constituents(), knowledge).patterns()


def _tokens(text: str, language: str | Sequence[str] | None, knowledge: Knowledge) -> tuple[Lexicon, tuple[Token, ...]]:
    """The tokens in the language that knows the most of them, the first of equals."""
    names = [language] if isinstance(language, str) else language or sorted(knowledge.phrases)
    lexicons = [lexicon_of(name, knowledge) for name in names]
    read = [(lexicon, lexicon.tokens(text)) for lexicon in lexicons]
    lexicon, tokens = min(
        read, key=lambda one: sum(not token.readings and token.text not in PUNCTUATION for token in one[1])
    )
    return lexicon, tuple(lexicon.spelled(token) for token in tokens)


def refuse_ambiguous(text: str, language: str, knowledge: Knowledge) -> None:
    """AmbiguousNumber for a number that two countries of a language read differently; no other may be tried on it."""
    _refuse_ambiguous(text, lexicon_of(language, knowledge))


def _refuse_ambiguous(text: str, lexicon: Lexicon) -> None:
    """“1.000 mg” is a thousand in Madrid and one in Mexico City."""
    match = lexicon.ambiguous_number.search(text) if lexicon.ambiguous_number else None
    if match is not None:
        number = match.group()
        plain, decimal = re.sub(r"[.,]", "", number), number.translate({ord("."): ",", ord(","): "."})
        raise AmbiguousNumber(
            Message(
                "“{number}” can be read as {plain} or {decimal}. Write {plain} or the decimal point.",
                number=number,
                plain=plain,
                decimal=decimal,
            )
        )


class _Composer(PhaseReader):
    """The constituents of one text become patterns of use."""

    def __init__(self, reader: Reader, items: Sequence[Constituent], knowledge: Knowledge) -> None:
        super().__init__(reader, items, knowledge)
        self._items = items

    def patterns(self) -> tuple[UsePattern, ...]:
        """All patterns, by sequence and in the order of time."""
        self._refuse_unread()
        try:
            clauses = merged(clauses_of(self._items))
        except TwoRates:
            raise self.two_rates() from None
        if not clauses:
            raise self.no_frequency(self._items)
        clauses = [self._with_rate_behind(*pair) for pair in zip(clauses, [*clauses[1:], None], strict=True)]
        clauses.sort(key=lambda clause: not clause.is_past)
        strands: list[list[UsePattern]] = []
        for clause in clauses:
            try:
                parts = side_by_side(clause)
            except TwoRates:
                raise self.two_rates() from None
            before = strands[0][-1] if strands else None
            phases: list[UsePattern] = []
            for part in parts:
                like = phases[-1] if phases else before
                phases.append(self.phase(part, like, is_beside=bool(phases)))
            phases = _with_shared(self._without_restated(parts, phases))
            if not strands:
                phases[0] = msgspec.structs.replace(phases[0], assumed=(*self._misspelt(), *phases[0].assumed))
            if not strands:
                strands = [[phase] for phase in phases]
            else:
                strands[0].append(phases[0])
                strands += [[phase] for phase in phases[1:]]
        return tuple(
            phase for number, strand in enumerate(strands) for phase in self._finished(strand, number, len(clauses))
        )

    def _with_rate_behind(self, clause: Clause, following: Clause | None) -> Clause:
        """“cut down from 5 g to 1 g a day”: the rate of what it changed to is that of before, where none was told."""
        rates = [[one for one in part.items if isinstance(one.what, Rate)] for part in (clause, following or clause)]
        return clause._replace(items=[*clause.items, *rates[1]]) if clause.is_past and not rates[0] else clause

    def _without_restated(self, parts: Sequence[Clause], phases: list[UsePattern]) -> list[UsePattern]:
        """The phases without one that says an earlier one again: “400 mg daily (200 mg twice a day)”."""
        found = phases[:1]
        for part, phase in zip(parts[1:], phases[1:], strict=True):
            before = self._reader.tokens[part.items[0].first - 1] if part.items and part.items[0].first else None
            is_joined = any(isinstance(one.what, Mark) and one.what.kind == K.AND for one in _near(parts, part))
            is_in_brackets = before is not None and before.text == "("
            if _is_same(found[-1], phase) and not is_joined:
                told = Message("“{text}” is read as the same said twice", text=self._text)
                again = msgspec.structs.replace(phase, doses_per_day=phase.doses_per_day or found[-1].doses_per_day)
                filled = {name: getattr(found[-1], name) for name in ("months", "end", "is_current")}
                assumed = tuple(dict.fromkeys([*found[-1].assumed, *phase.assumed, told]))
                found[-1] = msgspec.structs.replace(again, **filled, assumed=assumed)
            elif is_in_brackets:
                raise PatternError(
                    Message("“{text}” says two amounts that are not the same. Write the right one.", text=self._text)
                )
            else:
                found.append(phase)
        return found

    def _misspelt(self) -> Iterable[Message]:
        """Words that were taken for others that are spelled nearly so."""
        for token in self._reader.tokens:
            if MISSPELT in token:
                yield Message("“{text}” is read as “{word}”", text=token.text, word=str(token.readings[MISSPELT]))

    def _refuse_unread(self) -> None:
        """PatternError for words that ended in nothing, in the person's own words."""
        for item in self._items:
            if isinstance(item.what, Mark) and item.what.kind == "money":
                after = item.after + self._reader.is_at(item.after, NUMBER)
                raise PatternError(
                    Message(
                        "“{text}” is money, and no weight. Write the amount in mg or g, or leave it out.",
                        text=self._reader.raw(item.first, after),
                    )
                )
        stretches: list[list[Constituent]] = []
        for item in self._items:
            if isinstance(item.what, Unread):
                if stretches and stretches[-1][-1].after == item.first:
                    stretches[-1].append(item)
                else:
                    stretches.append([item])
        if not stretches:
            return
        tokens = self._reader.tokens
        alone = [one[0] for one in stretches if len(one) == 1 and NUMBER in tokens[one[0].first]]
        if alone and len(alone) == len(stretches):
            raise no_unit(self.raw(alone[0]))
        left = ", ".join(self._reader.raw(one[0].first, one[-1].after) for one in stretches)
        raise PatternError(
            Message(
                "“{left}” was not understood in “{text}”. Write amount, how often, how long and how, for example "
                "“400 mg weekly for 3 years, snorted”.",
                left=left,
                text=self._text,
            )
        )

    def _finished(self, strand: Sequence[UsePattern], number: int, clauses: int) -> Iterable[UsePattern]:
        """A sequence with its number; what was said of one phase holds for those that say nothing of it."""
        today = self._reader.at.date()
        for place, phase in enumerate(strand):
            is_last = place == len(strand) - 1
            changes: dict[str, object] = {"sequence": number}
            if not is_last or (number > 0 and len(strand) < clauses and clauses > 1 and place == 0):
                changes["is_current"] = False
            if is_last and place and phase.is_current and phase.months is None and strand[place - 1].end:
                days = (today - strand[place - 1].end).days  # type: ignore[operator]
                if days > 0:
                    changes["months"] = Interval.exactly(days * MONTHS_A_YEAR / DAYS_A_YEAR)
            shared = _share(msgspec.structs.replace(phase, **changes), strand)
            yield _as_base(shared, self._knowledge)


def _near(parts: Sequence[Clause], part: Clause) -> Sequence[Constituent]:
    """The constituents between a part and the one before it, which end the one before."""
    before = parts[[one is part for one in parts].index(True) - 1].items
    places = [place for place, one in enumerate(before) if isinstance(one.what, Amount | Rate)]
    return before[places[-1] + 1 :] if places else before


def _is_same(one: UsePattern, other: UsePattern) -> bool:
    """Whether two patterns come to the same amount on the same days, and nothing tells them apart."""
    if one.mg_per_session is None or one.sessions_per_year is None or one.weekdays or other.weekdays:
        return False
    unsaid = ("unknown", Setting.UNKNOWN)
    is_alike = all(getattr(one, name) in (*unsaid, getattr(other, name)) or getattr(other, name) in unsaid
                   for name in ("route", "setting"))  # fmt: skip
    return is_alike and one.mg_per_session == other.mg_per_session and one.sessions_per_year == other.sessions_per_year


def _with_shared(phases: list[UsePattern]) -> list[UsePattern]:
    """What stands behind several patterns, side by side, holds for those before it that say nothing of the kind."""
    if len(phases) < 2:
        return phases
    last = phases[-1]
    found = []
    for phase in phases[:-1]:
        says = any(getattr(phase, name) not in ("unknown", Form.NOT_STATED) for name in FIELDS)
        changes: dict[str, object] = {} if says else {name: getattr(last, name) for name in FIELDS}
        if phase.months is None and phase.end is None and phase.is_current and phase.course_sessions is None:
            changes |= {"months": last.months, "end": last.end, "is_current": last.is_current}
            if last.months is not None or not last.is_current:
                told = Message("how long, or when it ended, is read as said of all patterns before it")
                changes["assumed"] = (*phase.assumed, told)
        found.append(msgspec.structs.replace(phase, **changes))
    return [*found, last]


def _share(phase: UsePattern, phases: Sequence[UsePattern]) -> UsePattern:
    """Route, setting and substance said of one phase hold for the phases that say nothing."""
    unsaid = ("unknown", Form.NOT_STATED)
    said = {
        name: next((getattr(other, name) for other in [phase, *phases] if getattr(other, name) not in unsaid), None)
        for name in FIELDS
    }
    return msgspec.structs.replace(phase, **{name: value for name, value in said.items() if value is not None})


def _as_base(phase: UsePattern, knowledge: Knowledge) -> UsePattern:
    """Amounts told as the hydrochloride, in milligrams of base."""
    if phase.form is not Form.HYDROCHLORIDE:
        return phase
    factor = salt_factor(phase.substance, knowledge)
    return msgspec.structs.replace(
        phase,
        form=Form.BASE,
        mg_per_session=phase.mg_per_session * factor if phase.mg_per_session else None,
        mg_per_year=phase.mg_per_year * factor if phase.mg_per_year else None,
        assumed=(
            *phase.assumed,
            Message("amounts of hydrochloride are converted to base (× {factor})", factor=factor),
        ),
    )
