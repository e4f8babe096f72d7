"""Reads a pattern of use typed as text: “400 mg every Saturday for 3 years, snorted”, “400 mg cada sábado”.

Every token of the text ends in a figure, in `assumed`, or in a refusal that quotes it. What the words leave open
becomes an interval or stays unknown. The words are data of each language (data/phrases/), how they stand together is
read by `constituents.py`; here the constituents become phases: those of one sequence follow one another (“then”,
“used to … now”), and sequences run side by side (“1 g weekly and 2 g monthly”).
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from keel.exposure.constituents import (
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    Amount,
    Constituent,
    Count,
    Dates,
    Label,
    Mark,
    Rate,
    Reader,
    Span,
    Unread,
    Weight,
    Wider,
    no_unit,
    too_long,
)
from keel.exposure.errors import AmbiguousNumber, PatternError
from keel.exposure.ledger import salt_factor
from keel.exposure.tokens import NUMBER, PUNCTUATION, Lexicon, Token, lexicon_of
from keel.knowledge import Knowledge
from keel.knowledge.reading import WordKind
from keel.messages import Message
from keel.quantities import Form, Interval
from keel.record import Setting, UsePattern

K = WordKind
LONGEST = 500
"""Characters of a pattern that are read at once."""
FIRST_MADE = dt.date(1962, 1, 1)
"""Nobody can have used ketamine for longer than it exists."""
MOST_DOSES_A_DAY = 24
"""More doses than one every hour of the day are a slip. A default."""
SEPARATORS = (K.AND, "punctuation")
FIELDS = ("substance", "route", "setting", "form")


def parse_pattern(
    text: str,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    language: str | Sequence[str] | None = None,
    weight_kg: float | None = None,
) -> tuple[UsePattern, ...]:
    """The pattern in `text` as phases, those of one sequence after one another.

    `at` turns “since 2022” into a length. `language` is one of data/phrases/ (UnknownId for another), or several, of
    which the one that knows the most of the words reads; None for all of them. `weight_kg` turns “0.5 mg/kg” into
    milligrams where the text has no weight. PatternError, and nothing else, says what cannot be read, in the person's
    own words, and what to write.
    """
    if not text.strip():
        raise PatternError(Message("The pattern is empty. Write for example “400 mg weekly for 3 years, snorted”."))
    if len(text) > LONGEST:
        raise PatternError(
            Message("The pattern is longer than {most} characters. Write one pattern a line.", most=LONGEST)
        )
    lexicon, tokens = _tokens(text, language, knowledge)
    _refuse_ambiguous(text, lexicon)
    reader = Reader(text, tokens, at)
    return _Composer(reader, reader.constituents(), knowledge, weight_kg).patterns()


def _tokens(text: str, language: str | Sequence[str] | None, knowledge: Knowledge) -> tuple[Lexicon, tuple[Token, ...]]:
    """The tokens in the language that knows the most of them, the first of equals."""
    names = [language] if isinstance(language, str) else language or sorted(knowledge.phrases)
    lexicons = [lexicon_of(name, knowledge) for name in names]
    read = [(lexicon, lexicon.tokens(text)) for lexicon in lexicons]
    return min(read, key=lambda one: sum(not token.readings and token.text not in PUNCTUATION for token in one[1]))


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


class _Clause(NamedTuple):
    """What was said between two words of order: its constituents, and where it stands in time."""

    items: list[Constituent]
    is_past: bool = False
    is_now: bool = False
    weeks: float | None = None
    is_labelled: bool = False

    @property
    def has_core(self) -> bool:
        """Whether it says how much or how often."""
        return any(isinstance(item.what, Amount | Rate) for item in self.items)

    @property
    def has_words(self) -> bool:
        """Whether anything but punctuation stands in it."""
        return any(not (isinstance(item.what, Mark) and item.what.kind in SEPARATORS) for item in self.items)


class _Often(NamedTuple):
    """How often, from all that one clause says of it."""

    days: Interval | None = None
    a_day: Interval | None = None
    total: Rate | None = None
    course: Interval | None = None
    is_said: bool = False
    is_counted: bool = False
    assumed: tuple[Message, ...] = ()


class _Composer:
    """The constituents of one text become patterns of use."""

    def __init__(
        self, reader: Reader, items: Sequence[Constituent], knowledge: Knowledge, weight_kg: float | None
    ) -> None:
        self._reader, self._items, self._knowledge = reader, items, knowledge
        weights = [item.what.kg for item in items if isinstance(item.what, Weight)]
        self._weight_kg = weights[0] if weights else weight_kg
        self._text = reader.text.strip()

    def patterns(self) -> tuple[UsePattern, ...]:
        """All patterns, by sequence and in the order of time."""
        self._refuse_unread()
        clauses = self._merged(self._clauses())
        clauses.sort(key=lambda clause: not clause.is_past)
        strands: list[list[UsePattern]] = []
        for number, clause in enumerate(clauses):
            is_last = number == len(clauses) - 1
            parts = self._side_by_side(clause)
            before = strands[0][-1] if strands else None
            phases: list[UsePattern] = []
            for part in parts:
                like = phases[-1] if phases else before
                phases.append(self._phase(part, like, is_alone=not phases and before is None, is_last=is_last))
            phases = _with_shared(phases)
            if not strands:
                strands = [[phase] for phase in phases]
            else:
                strands[0].append(phases[0])
                strands += [[phase] for phase in phases[1:]]
        return tuple(
            phase for number, strand in enumerate(strands) for phase in self._finished(strand, number, len(clauses))
        )

    # Nothing is skipped

    def _refuse_unread(self) -> None:
        """PatternError for words that ended in nothing, in the person's own words."""
        for item in self._items:
            if isinstance(item.what, Mark) and item.what.kind == "money":
                raise PatternError(
                    Message(
                        "“{text}” is money, and no weight. Write the amount in mg or g, or leave it out.",
                        text=self._raw(item),
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
            raise no_unit(self._raw(alone[0]))
        left = ", ".join(self._reader.raw(one[0].first, one[-1].after) for one in stretches)
        raise PatternError(
            Message(
                "“{left}” was not understood in “{text}”. Write amount, how often, how long and how, for example "
                "“400 mg weekly for 3 years, snorted”.",
                left=left,
                text=self._text,
            )
        )

    def _raw(self, item: Constituent) -> str:
        return self._reader.raw(item.first, item.after)

    # Clauses

    def _clauses(self) -> list[_Clause]:
        """The constituents cut at the words that order them in time."""
        clauses = [_Clause([])]
        for item in self._items:
            what, last = item.what, clauses[-1]
            if isinstance(what, Label):
                clauses.append(_Clause([], weeks=what.weeks, is_labelled=True))
            elif isinstance(what, Mark) and what.kind == K.THEN:
                clauses.append(_Clause([]))
            elif isinstance(what, Mark) and what.kind in (K.PAST, K.NOW):
                changes = {"is_past": what.kind == K.PAST, "is_now": what.kind == K.NOW}
                if last.has_core:
                    clauses.append(_Clause([], **changes))
                else:
                    clauses[-1] = last._replace(
                        is_past=changes["is_past"] or (last.is_past and not changes["is_now"]),
                        is_now=changes["is_now"] or last.is_now,
                    )
            else:
                last.items.append(item)
        return clauses

    def _merged(self, clauses: list[_Clause]) -> list[_Clause]:
        """Clauses that say neither how much nor how often join the one beside them."""
        found: list[_Clause] = []
        waiting: list[Constituent] = []
        for clause in clauses:
            if clause.has_core:
                found.append(clause._replace(items=[*waiting, *clause.items]))
                waiting = []
            elif found:
                last = found[-1]
                is_past = last.is_past and not (clause.is_now and not clause.has_words)
                found[-1] = last._replace(items=[*last.items, *clause.items], is_past=is_past)
            else:
                waiting += clause.items
        if found:
            return found
        raise self._no_frequency(waiting)

    def _no_frequency(self, items: Iterable[Constituent]) -> PatternError:
        return PatternError(
            Message(
                "“{text}” does not say how often. Add for example “weekly”, “every 2 weeks” or “3 times a month”.",
                text=self._text,
            )
        )

    def _side_by_side(self, clause: _Clause) -> list[_Clause]:
        """The patterns of a clause: a new one begins where a second amount or rate cannot belong to the first."""
        parts: list[list[Constituent]] = [[]]
        for place, item in enumerate(clause.items):
            if self._begins_another(parts[-1], item, clause.items[place + 1 :]):
                cut = self._cut(parts[-1])
                parts.append(parts[-1][cut:])
                parts[-2] = parts[-2][:cut]
            parts[-1].append(item)
        return [clause._replace(items=part) for part in parts]

    def _begins_another(self, so_far: Sequence[Constituent], item: Constituent, rest: Sequence[Constituent]) -> bool:
        what = item.what
        rates = [one.what for one in so_far if isinstance(one.what, Rate)]
        amounts = [one.what for one in so_far if isinstance(one.what, Amount)]
        if isinstance(what, Amount):
            if not amounts or not rates or (what.value is None and not what.uncounted):
                return False
            behind = next((one for one in rest if not _is_punctuation(one)), None)
            is_each = bool(behind and isinstance(behind.what, Mark) and behind.what.kind == K.EACH_TIME)
            is_wider = what.is_most and not any(isinstance(one.what, Rate) for one in rest)
            is_weight = any(amount.per_kg for amount in amounts) and not what.per_kg
            return not (is_each or is_wider or is_weight)
        if isinstance(what, Rate):
            has_and = any(isinstance(one.what, Mark) and one.what.kind == K.AND for one in _since_core(so_far))
            return any(_clash(rate, what, has_and=has_and) for rate in rates)
        return False

    def _cut(self, items: Sequence[Constituent]) -> int:
        """Where a part ends: after its last separator behind its last core, else at its end."""
        for place in range(len(items) - 1, -1, -1):
            if isinstance(items[place].what, Amount | Rate | Wider) and not _is_separator(items[place]):
                rest = range(place + 1, len(items))
                return next(
                    (spot + 1 for spot in reversed(rest) if _is_separator(items[spot])), self._amount_cut(items)
                )
        return len(items)

    def _amount_cut(self, items: Sequence[Constituent]) -> int:
        """A last amount that stands behind a rate belongs to what comes next (“… weekly, 1 g monthly”)."""
        rates = [place for place, one in enumerate(items) if isinstance(one.what, Rate)]
        amounts = [place for place, one in enumerate(items) if isinstance(one.what, Amount)]
        if rates and len(amounts) > 1 and amounts[-1] > rates[-1]:
            return amounts[-1]
        return len(items)

    # One phase

    def _phase(self, clause: _Clause, like: UsePattern | None, *, is_alone: bool, is_last: bool) -> UsePattern:
        items = clause.items
        assumed: list[Message] = []
        often = self._often(items)
        assumed += often.assumed
        found: dict[str, object] = self._words(items, assumed, is_schedule=clause.is_labelled)
        amounts = self._amounts(items, assumed)
        spans = [item.what for item in items if isinstance(item.what, Span)]
        spree = next((one for one in spans if one.can_be_spree and one.days is not None and _repeats(often)), None)
        if weekdays := tuple(
            dict.fromkeys(day for item in items if isinstance(item.what, Rate) for day in item.what.weekdays)
        ):
            found["weekdays"] = weekdays
        found |= self._how_much_and_often(items, amounts, often, spree, spans, like, assumed)
        of_time: list[Message] = []
        found |= self._when(clause, [one for one in spans if one is not spree], found, of_time)
        assumed = [*of_time, *assumed]
        for item in items:
            if isinstance(item.what, Mark) and item.what.kind == K.NEEDED:
                found = _as_needed(found)
                assumed.append(Message("“{text}” is read as anything from nothing to that", text=self._raw(item)))
        self._refuse_impossible(items, found)
        unique = tuple(dict.fromkeys(assumed))
        return UsePattern(text=self._text, assumed=unique, **found)  # type: ignore[arg-type]

    def _words(
        self, items: Sequence[Constituent], assumed: list[Message], *, is_schedule: bool = False
    ) -> dict[str, object]:
        """Route, setting, substance and form by their words; a word may speak for several of them (“Spravato”)."""
        found: dict[str, object] = {}
        pharmacy = None
        if is_schedule:
            found["setting"] = Setting.CLINIC
            assumed.append(Message("a schedule by weeks is read as treatment in a clinic"))
        for item in items:
            if isinstance(item.what, Dates | Label | Weight):
                continue
            for token in self._reader.tokens[item.first : item.after]:
                for name in FIELDS:
                    if name in token:
                        kind = {"setting": Setting, "form": Form}.get(name, str)
                        if name not in found or is_schedule:
                            found[name] = kind(str(token.readings[name]))
                if "pharmacy_form" in token:
                    pharmacy = pharmacy or token
        if pharmacy is not None and "setting" not in found:
            found["setting"] = Setting.PRESCRIBED_HOME
            assumed.append(
                Message(
                    "“{text}” is read as prescribed and taken at home: write “not prescribed” if it was not",
                    text=pharmacy.text,
                )
            )
        return found

    def _amounts(self, items: Sequence[Constituent], assumed: list[Message]) -> list[tuple[Amount, bool]]:
        """The amounts of a phase with whether each is that of one occasion; widened by what says “sometimes”."""
        found: list[tuple[Amount, bool]] = []
        widened: list[tuple[int, Interval]] = []
        for place, item in enumerate(items):
            what = item.what
            if isinstance(what, Amount):
                if found and what.is_most and found[-1][0].value and what.value:
                    found[-1] = (_wider_amount(found[-1][0], what.value), found[-1][1])
                    assumed.append(self._widened(item))
                    continue
                behind = next((one for one in items[place + 1 :] if not _is_punctuation(one)), None)
                is_each = bool(behind and isinstance(behind.what, Mark) and behind.what.kind == K.EACH_TIME)
                found.append((what, is_each))
                assumed += what.assumed
            elif isinstance(what, Wider) and (by := self._widening(items, place)) is not None:
                widened.append((max(len(found) - 1, 0), by))
        for number, by in widened:
            if number >= len(found) or found[number][0].value is None:
                raise PatternError(
                    Message("“{text}” says what it was sometimes. Write the usual amount first.",
                            text=self._text)
                )  # fmt: skip
            found[number] = (_wider_amount(found[number][0], by), found[number][1])
        return found

    def _widened(self, item: Constituent) -> Message:
        return Message("“{text}” is read as the upper end of what was said before", text=self._raw(item))

    def _widening(self, items: Sequence[Constituent], place: int) -> Interval | None:
        """The milligrams by which “sometimes 2” or “sometimes 1 g” widens an amount; None where it is about a rate."""
        what = items[place].what
        assert isinstance(what, Wider)  # noqa: S101 - for the type checker
        if isinstance(what.by, Amount):
            return what.by.value
        last = _last_counted(items[:place])
        if isinstance(what.by, Count) and isinstance(last, Amount) and last.unit:
            from keel.exposure.constituents import MG

            return what.by.value * MG[last.unit]
        return None

    def _often(self, items: Sequence[Constituent]) -> _Often:
        """How often, over all rates of a phase."""
        often = _Often()
        for place, item in enumerate(items):
            what = item.what
            if isinstance(what, Rate):
                often = self._with_rate(often, what, item)
            elif isinstance(what, Wider):
                often = self._with_wider(often, what, items, place)
        return often

    def _with_rate(self, often: _Often, rate: Rate, item: Constituent) -> _Often:
        assumed = [*often.assumed, *rate.assumed]
        if rate.is_most:
            assumed.append(Message("“{text}” is read as anything from nothing to that", text=self._raw(item)))
        if any(one and one.open_above for one in (rate.days, rate.a_day, rate.occasions)):
            assumed.append(
                Message("“{text}” is read as at least that: totals are at least what is shown", text=self._raw(item))
            )
        for value in (rate.days, rate.a_day, rate.occasions):
            if value is not None and value.high <= 0:
                raise PatternError(Message("“{text}” is never. Write how often it is, or was.", text=self._raw(item)))
        often = often._replace(is_said=True, assumed=tuple(assumed))
        if rate.total_of is not None:
            return often._replace(total=rate)
        if rate.periods < 0:  # a number of occasions that is the whole of it
            told = Message("“{text}” is read as all the times that it was taken", text=self._raw(item))
            return often._replace(course=rate.occasions, assumed=(*assumed, told))
        if rate.a_day is not None:
            often = often._replace(a_day=rate.a_day, is_counted=not rate.is_every_day)
        days = rate.days
        if rate.occasions is not None:
            most = max(rate.occasions.high / DAYS_A_YEAR, 1.0)
            days = _capped(rate.occasions)
            if most > 1:
                a_day = rate.occasions / days.mid if days.is_exact else Interval.of(1, most)
                often = often._replace(a_day=a_day, is_counted=True)
        return often._replace(days=days) if days is not None else often

    def _with_wider(self, often: _Often, wider: Wider, items: Sequence[Constituent], place: int) -> _Often:
        by = wider.by
        said = (*often.assumed, self._widened(items[place]))
        if isinstance(by, Amount):
            return often._replace(assumed=said)
        if isinstance(by, Count):
            last = _last_counted(items[:place])
            if not isinstance(last, Rate):
                return often._replace(assumed=said)
            scale = (last.occasions or last.days or last.a_day or Interval.exactly(1)).high
            told = self._reader.count(self._first_of(items[:place], last))
            factor = scale / told[0].value.high if told and told[0].value.high else 1.0
            by = Rate(
                a_day=by.value * factor if last.a_day and not last.days else None,
                days=_capped(by.value * factor) if not last.a_day or last.days else None,
            )
        if by.a_day is not None:
            base = often.a_day or Interval.exactly(1)
            often = often._replace(a_day=_wider(base, by.a_day), is_counted=True)
        days = by.days or (_capped(by.occasions) if by.occasions is not None and by.periods >= 0 else None)
        if days is not None and often.days is not None:
            often = often._replace(days=_wider(often.days, days))
        return often._replace(assumed=said)

    def _first_of(self, items: Sequence[Constituent], what: object) -> int:
        return next(item.first for item in reversed(items) if item.what is what)

    def _how_much_and_often(
        self,
        items: Sequence[Constituent],
        amounts: Sequence[tuple[Amount, bool]],
        often: _Often,
        spree: Span | None,
        spans: Sequence[Span],
        like: UsePattern | None,
        assumed: list[Message],
    ) -> dict[str, object]:
        """Amount a session, sessions a year and what goes with them."""
        per_kg = next((amount for amount, _ in amounts if amount.per_kg), None)
        weighed = [(amount, is_each) for amount, is_each in amounts if amount.value is not None and not amount.per_kg]
        found: dict[str, object] = {}
        if per_kg is not None and not weighed and per_kg.value is not None:
            if self._weight_kg is None:
                found["per_kg"] = per_kg.value * (per_kg.pieces.value if per_kg.pieces else 1.0)
            else:
                weighed = [(per_kg._replace(value=per_kg.value * self._weight_kg, per_kg=False), False)]
        one, each = self._one_amount(weighed, often)
        pieces = one.pieces if one else next((amount.pieces for amount, _ in amounts if amount.pieces), None)
        self._note_unweighed(amounts, weighed, assumed)
        mg = one.value if one else None
        if mg is not None and mg.high <= 0:
            raise PatternError(Message("“{text}” has no amount. Write how much it is, or leave it out.",
                                       text=self._text))  # fmt: skip
        if not often.is_said:
            found |= self._without_rate(mg, pieces, spans, like, one)
            if "mg_per_session" not in found and mg is not None:
                found["mg_per_session"] = mg * pieces.value if pieces else mg
            return found
        total = often.total
        if total is not None and total.total_of is not None and total.total_of.is_whole and spree is None:
            return found | self._of_a_whole(items, mg, each, pieces, often, one, assumed)
        days, a_day = often.days, often.a_day
        if mg is not None and pieces is not None:
            mg = mg * pieces.value
        if spree is not None and spree.days is not None:
            occasions = days or Interval.exactly(total.periods if total else DAYS_A_YEAR)
            length = spree.days
            if mg is not None and not (a_day or (total and not total.total_of.is_whole)):  # type: ignore[union-attr]
                mg = Interval(mg.low / length.high, mg.mid / length.mid, mg.high / length.low, mg.open_above)
            days = _capped(occasions * length)
            assumed.append(Message("the days of a spree are read as days on which it was taken"))
        if total is not None:  # “1 g a day”: the amount is that of the day, in however many doses
            days = days or Interval.exactly(DAYS_A_YEAR)
            found["doses_per_day"] = a_day
        elif a_day is not None:
            days = days or Interval.exactly(DAYS_A_YEAR)
            found["doses_per_day"] = a_day if often.is_counted else None
            mg = mg * a_day if mg is not None else None
            if "per_kg" in found:
                found["per_kg"] = found["per_kg"] * a_day  # type: ignore[operator]
        elif often.course is not None and days is not None:
            found["doses_per_day"] = often.course
            mg = mg * often.course if mg is not None else None
        if often.course is not None and days is None:
            found |= self._course(often.course, spans)
        else:
            found["sessions_per_year"] = days
        if mg is None and "per_kg" not in found and not amounts and like is not None:
            mg = like.mg_per_session
            if not self._has_own_words(items, like):
                found["mg_per_session"] = mg
            return found
        found["mg_per_session"] = mg
        return found

    def _has_own_words(self, items: Sequence[Constituent], like: UsePattern) -> bool:
        """Whether a phase without an amount is of another route or form than the one before it."""
        own = self._words(items, [])
        return any(name in own and own[name] != getattr(like, name) for name in ("route", "form", "substance"))

    def _one_amount(self, weighed: Sequence[tuple[Amount, bool]], often: _Often) -> tuple[Amount | None, Amount | None]:
        """The amount, and that of one occasion where a total is told beside it."""
        if not weighed:
            return None, None
        each = [amount for amount, is_each in weighed if is_each]
        rest = [amount for amount, is_each in weighed if not is_each]
        if each and rest and often.total is not None:
            return rest[0], each[0]
        both = [*rest, *each]
        if len({amount.value for amount in both}) > 1:
            raise PatternError(
                Message(
                    "“{text}” has two amounts for one “how often”. Write one pattern a line, each with how often.",
                    text=self._text,
                )
            )
        return both[0], None

    def _note_unweighed(
        self, amounts: Sequence[tuple[Amount, bool]], weighed: Sequence[tuple[Amount, bool]], assumed: list[Message]
    ) -> None:
        if weighed or any(amount.per_kg for amount, _ in amounts):
            return
        for amount, _ in amounts:
            if amount.uncounted:
                assumed.append(
                    Message(
                        "“{text}” has no fixed weight: days are counted, and the amount stays unknown until it is "
                        "written in mg or g",
                        text=amount.uncounted,
                    )
                )

    def _without_rate(
        self,
        mg: Interval | None,
        pieces: Count | None,
        spans: Sequence[Span],
        like: UsePattern | None,
        one: Amount | None,
    ) -> dict[str, object]:
        """A course that ends by itself (“8 x 56 mg over 4 weeks”), or a later phase of another amount only."""
        is_course = pieces is not None and mg is not None and (bool(spans) or (one is not None and one.is_session))
        if is_course and pieces is not None:
            return {"mg_per_session": mg, **self._course(pieces.value, spans)}
        if like is not None and like.sessions_per_year is not None and mg is not None:
            return {"sessions_per_year": like.sessions_per_year, "doses_per_day": like.doses_per_day}
        raise self._no_frequency(())

    def _course(self, count: Interval, spans: Sequence[Span]) -> dict[str, object]:
        """So many sessions in all."""
        sessions = count.mid if count.is_exact else count.high
        if sessions != int(sessions) or sessions < 1:
            raise self._no_frequency(())
        found: dict[str, object] = {"course_sessions": int(sessions), "is_current": False}
        span = next((one for one in spans if one.months is not None), None)
        if span is not None and span.months is not None:
            years = span.months / MONTHS_A_YEAR
            rate = Interval(count.low / years.high, count.mid / years.mid, count.high / years.low)
            found["sessions_per_year"] = _capped(rate)
        return found

    def _of_a_whole(
        self,
        items: Sequence[Constituent],
        mg: Interval | None,
        each: Amount | None,
        pieces: Count | None,
        often: _Often,
        one: Amount | None,
        assumed: list[Message],
    ) -> dict[str, object]:
        """“3 g a week”: the amount of a whole week, on days that are told or not; “2 x 1 g a week”: two of them."""
        total = often.total
        assert total is not None  # noqa: S101 - for the type checker
        assert total.total_of is not None  # noqa: S101 - for the type checker
        days = often.days
        if pieces is not None and days is None and often.a_day is None and not (one is None or mg is None):
            assumed.append(
                Message("“{text}” is read as so many times, each on a day of its own", text=self._whole_text(items))
            )
            found = self._with_rate(_Often(), Rate(occasions=pieces.value * total.periods), items[0])
            per_day = mg * found.a_day if found.a_day is not None else mg
            return {"mg_per_session": per_day, "sessions_per_year": found.days}
        if mg is None:
            return {"sessions_per_year": days, "doses_per_day": often.a_day}
        amount = mg * pieces.value if pieces else mg
        if days is not None:
            year = amount * total.periods
            spread = Interval(year.low / days.high, year.mid / days.mid, year.high / days.low, year.open_above)
            return {"mg_per_session": spread, "sessions_per_year": days, "doses_per_day": often.a_day}
        if each is not None and each.value is not None:
            year = amount * total.periods
            low, mid, high = year.low / each.value.high, year.mid / each.value.mid, year.high / each.value.low
            return {"mg_per_session": each.value, "sessions_per_year": _capped(Interval(low, mid, high))}
        if often.a_day is not None:
            days = Interval.exactly(DAYS_A_YEAR)
            return {"mg_per_session": amount * total.periods / DAYS_A_YEAR, "sessions_per_year": days}
        assumed.append(
            Message(
                "“{text}” is read as the amount of a whole {period}",
                text=self._whole_text(items),
                period=Message(total.total_of.id),
            )
        )
        return {"mg_per_year": amount * total.periods, "periods_per_year": float(total.periods)}

    def _whole_text(self, items: Sequence[Constituent]) -> str:
        """From the amount to the period, in the person's own words."""
        places = [item for item in items if isinstance(item.what, Amount | Rate)]
        return self._reader.raw(places[0].first, places[-1].after)

    # When

    def _when(
        self, clause: _Clause, spans: Sequence[Span], found: dict[str, object], assumed: list[Message]
    ) -> dict[str, object]:
        """Since when, until when and for how long."""
        when: dict[str, object] = {}
        said = [item.what for item in clause.items if isinstance(item.what, Dates)]
        is_marked_over = any(
            isinstance(item.what, Mark) and item.what.kind in (K.STOPPED, K.CLEAN) for item in clause.items
        )
        today = self._reader.at.date()
        last_day: dt.date | None = None
        until = next((one for one in said if one.until is not None), None)
        since = next((one for one in said if one.since is not None), None)
        ago = next((one.is_start_ago for one in said if one.is_start_ago is not None), None)
        if any(one.is_open for one in said) and not clause.is_past and not is_marked_over:
            raise PatternError(
                Message("“{text}” can say how long, or when it was. Write “for” or “until” before the time.",
                        text=self._text)
            )  # fmt: skip
        is_over = is_marked_over or any(one.is_over for one in said)
        is_to_now = any(span.is_last for span in spans) or since is not None
        if clause.is_past and not is_over and not is_to_now:
            is_over = True
        if until is not None and until.until is not None:
            first, last = until.until
            end = dt.date(last.year, 12, 31) if (first.month, last.month) == (1, 12) and first.day == 1 else last
            end = min(end, today)
            if first.day == 1 and last.day == 28:
                assumed.append(Message("until {year} is read as the end of {year}", year=until.until_text))
            when["end"] = last_day = end
            if end == today and until.until_text:
                is_over = first <= today
        if is_over:
            when["is_current"] = False
            if "end" not in when and not found.get("course_sessions"):
                assumed.append(Message("when it ended is not known"))
        months = self._months(clause, spans)
        end = last_day or today
        if since is not None and since.since is not None:
            first, last = since.since
            if first > end:
                raise PatternError(
                    Message(
                        "“{text}” lies after {end}. Give a year that has been.", text=self._text, end=end.isoformat()
                    )
                )
            if first < FIRST_MADE:
                raise too_long(self._text)
            longest, shortest = (end - first).days, max(0, (end - last).days)
            months = months or Interval.of(shortest, longest) * (MONTHS_A_YEAR / DAYS_A_YEAR)
        elif ago is not None and months is None:
            left = max(0, (today - end).days)
            if ago.high > left:
                low, mid, high = (max(0.0, one - left) for one in (ago.low, ago.mid, ago.high))
                months = Interval(low, mid, high) * (MONTHS_A_YEAR / DAYS_A_YEAR)
        if months is not None:
            when["months"] = months
            if months.low * DAYS_A_YEAR / MONTHS_A_YEAR > (end - FIRST_MADE).days:
                raise too_long(self._text)
        return when

    def _months(self, clause: _Clause, spans: Sequence[Span]) -> Interval | None:
        if clause.weeks is not None:
            return Interval.exactly(clause.weeks * MONTHS_A_YEAR / 52)
        told = [span.months for span in spans if span.months is not None]
        if len(set(told)) > 1:
            raise PatternError(
                Message("“{text}” has two lengths. Write one pattern a line, each with how long.", text=self._text)
            )
        return told[0] if told else None

    def _refuse_impossible(self, items: Sequence[Constituent], found: dict[str, object]) -> None:
        a_day = found.get("doses_per_day")
        if isinstance(a_day, Interval) and a_day.low > MOST_DOSES_A_DAY:
            raise PatternError(
                Message("“{text}” is more than {most} doses a day. Check the numbers.",
                        text=self._text, most=MOST_DOSES_A_DAY)
            )  # fmt: skip
        most = self._knowledge.reading_limits.most_a_day.value * 1000
        amount = found.get("mg_per_session")
        if isinstance(amount, Interval) and amount.low > most:
            raise PatternError(
                Message("“{text}” comes to {amount} g on one day, more than anybody is known to take. Check the "
                        "amount and its unit.", text=self._text, amount=f"{amount.low / 1000:g}")
            )  # fmt: skip
        year = found.get("mg_per_year")
        if isinstance(year, Interval) and year.low > most * DAYS_A_YEAR:
            raise PatternError(
                Message("“{text}” comes to {amount} g a year, more than anybody is known to take. Check the amount and "
                        "its unit.", text=self._text, amount=f"{year.low / 1000:g}")
            )  # fmt: skip

    # The whole

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


def _is_separator(item: Constituent) -> bool:
    if not isinstance(item.what, Mark):
        return False
    return item.what.kind == K.AND or (
        item.what.kind == "punctuation" and item.what.readings["sign"] in (",", ";", ".", "/")
    )


def _is_punctuation(item: Constituent) -> bool:
    return isinstance(item.what, Mark) and item.what.kind in ("punctuation", K.FILLER, K.THE)


def _since_core(items: Sequence[Constituent]) -> Sequence[Constituent]:
    """The constituents after the last amount or rate."""
    places = [place for place, one in enumerate(items) if isinstance(one.what, Amount | Rate)]
    return items[places[-1] + 1 :] if places else items


def _clash(one: Rate, other: Rate, *, has_and: bool) -> bool:
    """Whether two rates cannot be said of one pattern."""
    if one.days is not None or one.occasions is not None:
        mine = one.days or one.occasions
        theirs = other.days or (other.occasions if other.periods >= 0 else None)
        return theirs is not None and (has_and or mine != theirs)
    if one.a_day is not None and other.a_day is not None:
        return has_and or one.a_day != other.a_day
    if one.total_of is not None and other.total_of is not None:
        return one != other
    return one.periods < 0 and other.periods < 0


def _repeats(often: _Often) -> bool:
    """Whether a rate says that something comes back after a while, and is not on every day."""
    if often.total is not None and often.total.total_of is not None and often.total.total_of.is_whole:
        return True
    return often.days is not None and often.days.high < DAYS_A_YEAR


def _last_counted(items: Sequence[Constituent]) -> Amount | Rate | None:
    for item in reversed(items):
        if isinstance(item.what, Rate) and item.what.is_counted:
            return item.what
        if isinstance(item.what, Amount) and item.what.value is not None:
            return item.what
    return None


def _wider(one: Interval, other: Interval) -> Interval:
    low, high = min(one.low, other.low), max(one.high, other.high)
    return msgspec.structs.replace(Interval.of(low, high), open_above=one.open_above or other.open_above)


def _wider_amount(amount: Amount, by: Interval) -> Amount:
    return amount._replace(value=_wider(amount.value, by) if amount.value is not None else None)


def _capped(sessions: Interval) -> Interval:
    """Sessions are using days, so a year has at most 365 of them (“3 times a day” is every day)."""
    low, mid, high = (min(value, DAYS_A_YEAR) for value in (sessions.low, sessions.mid, sessions.high))
    return Interval(low, mid, high, sessions.open_above and high < DAYS_A_YEAR)


def _as_needed(found: dict[str, object]) -> dict[str, object]:
    """No more than what was said: the lower ends are open."""
    open_below = {
        name: Interval.of(0, value.high)
        for name, value in found.items()
        if name in ("sessions_per_year",) and isinstance(value, Interval)
    }
    return found | open_below


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
