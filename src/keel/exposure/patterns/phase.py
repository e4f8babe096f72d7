"""One phase of a pattern: how much, how often, when, and how, from the constituents of a clause."""

import datetime as dt
from collections.abc import Iterable, Sequence

from keel.exposure.errors import PatternError
from keel.exposure.grammar.constituents import (
    DAYS_A_YEAR,
    MG,
    MONTHS_A_YEAR,
    Age,
    Amount,
    Constituent,
    Count,
    Dates,
    Label,
    Mark,
    Rate,
    Span,
    Weight,
    Wider,
    capped,
    too_long,
)
from keel.exposure.grammar.reader import Reader
from keel.exposure.grammar.tokens import Token, folded
from keel.exposure.patterns.clauses import Clause, is_small
from keel.exposure.patterns.often import Often, OftenReader, last_counted, repeats, widened_by
from keel.knowledge import Knowledge
from keel.knowledge.reading import FrequencyPhrase, PeriodWord, WordKind
from keel.messages import Message
from keel.quantities import Form, Interval
from keel.record import Setting, UsePattern

FIELDS = ("substance", "route", "setting", "form")
MOST_DOSES_A_DAY = 24
"""More doses than one every hour of the day are a slip. A default."""
LONGEST_SPREE = 14
"""Days over which one amount is spread, where nobody says that it was taken daily. A default."""
FIRST_MADE = dt.date(1962, 1, 1)
"""Nobody can have used ketamine for longer than it exists (evidence register, A01)."""
K = WordKind


class PhaseReader(OftenReader):
    """Phases of one text."""

    def __init__(self, reader: Reader, items: Sequence[Constituent], knowledge: Knowledge) -> None:
        super().__init__(reader)
        self._knowledge = knowledge
        weights = [item.what.kg for item in items if isinstance(item.what, Weight)]
        self._weight_kg = weights[0] if weights else None
        self._age = next(
            (item.what.years for item in items if isinstance(item.what, Age) and not item.what.is_start), None
        )
        self._text = reader.text.strip()

    def phase(self, clause: Clause, like: UsePattern | None, *, is_beside: bool) -> UsePattern:
        items = clause.items
        assumed: list[Message] = []
        often = self.often(items)
        assumed += often.assumed
        found: dict[str, object] = self._words(items, assumed, is_schedule=clause.is_labelled)
        amounts = self._amounts(items, assumed)
        spans = [item.what for item in items if isinstance(item.what, Span)]
        rates = [item.what for item in items if isinstance(item.what, Rate)]
        spans = [self._each_stretch(span, often, rates) for span in spans]
        is_daily = any(rate.is_every_day for rate in rates)
        if is_daily and any(rate.is_gap and not rate.is_counted for rate in rates) and not any(s.is_row for s in spans):
            raise self.two_rates()
        spree = next((one for one in spans if one.can_be_spree and one.days is not None and repeats(often)), None)
        if weekdays := tuple(dict.fromkeys(day for rate in rates for day in rate.weekdays)):
            found["weekdays"] = weekdays
        limit = next((rate for rate in rates if rate.is_limit), None)
        if any(isinstance(item.what, Mark) and item.what.kind == K.COUNTER_END for item in items) and (
            spree is None and often.days is not None and len(weekdays) != 1
        ):
            raise self._in_all_or_each()  # “2 g in total on Fridays and Saturdays”
        if limit and any(rate.total_of is not None and rate.total_of.is_whole for rate in rates):
            raise self.two_rates()  # “1 g a week, never on Sundays”
        found |= self._how_much_and_often(items, amounts, often, spree, spans, like, assumed, is_beside=is_beside)
        of_time: list[Message] = []
        found |= self._when(clause, [one for one in spans if one is not spree], found, of_time)
        assumed = [*of_time, *assumed]
        for item in items:
            if isinstance(item.what, Mark) and item.what.kind == K.ALONGSIDE:
                assumed.append(
                    Message(
                        "“{text}” is not counted here: write it among the medicines to see what the two do together",
                        text=self.raw(item),
                    )
                )
            if isinstance(item.what, Mark) and item.what.kind == K.NEEDED:
                found = _as_needed(found)
                assumed.append(Message("“{text}” is read as anything from nothing to that", text=self.raw(item)))
        self._refuse_impossible(items, found)
        unique = tuple(dict.fromkeys(assumed))
        return UsePattern(text=self._text, assumed=unique, **found)  # type: ignore[arg-type]

    def _each_stretch(self, span: Span, often: Often, rates: Sequence[Rate]) -> Span:
        """A length shorter than the time between two is that of each: “daily for 2 weeks every 3 months”."""
        if span.months is None or span.is_last or often.days is None or not repeats(often):
            return span
        days, gap = span.months * (DAYS_A_YEAR / MONTHS_A_YEAR), DAYS_A_YEAR / often.days.high
        is_daily = any(
            rate.is_every_day or rate.is_hourly or (rate.total_of and not rate.total_of.is_whole) for rate in rates
        )
        if not is_daily and span.days is not None and not span.can_be_spree and days.high < gap:
            raise self._in_all_or_each()  # “1 g for 5 days every 3 months”
        if not (days.high < gap if is_daily else span.can_be_spree and days.high <= LONGEST_SPREE < gap):
            return span
        return span._replace(days=days, can_be_spree=True, is_row=True)

    def _tokens_of(self, item: Constituent) -> Sequence[Token]:
        return self._reader.tokens[item.first : item.after]

    def _words(
        self, items: Sequence[Constituent], assumed: list[Message], *, is_schedule: bool = False
    ) -> dict[str, object]:
        """Route, setting, substance and form by their words; a word may speak for several of them (“Spravato”)."""
        found: dict[str, object] = {}
        pharmacy = None
        routes: list[Token] = []
        if is_schedule:
            found["setting"] = Setting.CLINIC
            assumed.append(Message("a schedule by weeks is read as treatment in a clinic"))
        for item in items:
            if isinstance(item.what, Age | Dates | Label | Weight):
                continue
            for token in self._tokens_of(item):
                is_named = not {K.PIECE, "uncounted"} & token.readings.keys()
                for name in FIELDS:
                    if name in token:
                        if name == "route" and is_named:
                            routes.append(token)
                        kind = {"setting": Setting, "form": Form}.get(name, str)
                        if name not in found or is_schedule:
                            found[name] = kind(str(token.readings[name]))
                if "pharmacy_form" in token:
                    pharmacy = pharmacy or token
        named = {str(one.readings["route"]) for one in routes}
        if len(named) > 1 and not named <= {"insufflated", "nasal"}:
            found["route"] = "unknown"
            assumed.append(
                Message(
                    "“{one}” and “{other}” are two ways of taking it: write one pattern for each",
                    one=routes[0].text,
                    other=routes[-1].text,
                )
            )
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
                    assumed.append(self.widened(item))
                    continue
                behind = next((one for one in items[place + 1 :] if not is_small(one)), None)
                is_each = bool(what.value and what.uncounted) or bool(
                    behind and isinstance(behind.what, Mark) and behind.what.kind == K.EACH_TIME
                )
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

    def _widening(self, items: Sequence[Constituent], place: int) -> Interval | None:
        """The milligrams by which “sometimes 2” or “sometimes 1 g” widens an amount; None where it is about a rate."""
        what = items[place].what
        assert isinstance(what, Wider)  # noqa: S101 - for the type checker
        if isinstance(what.by, Amount):
            return what.by.value
        last = last_counted(items[:place])
        if isinstance(what.by, Count) and isinstance(last, Amount) and last.unit:
            return what.by.value * MG[last.unit]
        return None

    def _how_much_and_often(
        self,
        items: Sequence[Constituent],
        amounts: Sequence[tuple[Amount, bool]],
        often: Often,
        spree: Span | None,
        spans: Sequence[Span],
        like: UsePattern | None,
        assumed: list[Message],
        *,
        is_beside: bool,
    ) -> dict[str, object]:
        """Amount a session, sessions a year and what goes with them."""
        per_kg = next((amount for amount, _ in amounts if amount.per_kg), None)
        is_counted = any(amount.pieces for amount, _ in amounts if amount.value is None)
        weighed = [
            (amount, is_each)
            for amount, is_each in amounts
            if amount.value is not None and not amount.per_kg and (is_counted or not amount.uncounted)
        ]
        found: dict[str, object] = {}
        if per_kg is not None and not weighed and per_kg.value is not None:
            if self._weight_kg is None:
                found["per_kg"] = per_kg.value * (per_kg.pieces.value if per_kg.pieces else 1.0)
            else:
                weighed = [(per_kg._replace(value=per_kg.value * self._weight_kg, per_kg=False), False)]
        one, each = self._one_amount(self._in_pieces(items, amounts, weighed), often)
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
                if not length.is_exact:
                    found["mg_per_year"] = mg * occasions
                mg = mg / length
            days = capped(occasions * length)
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
            assumed.append(Message("“{text}” is read as all the times that it was taken", text=often.course_text))
        else:
            found["sessions_per_year"] = days
        if mg is None and "per_kg" not in found and not amounts and like is not None:
            mg = like.mg_per_session
            if not self._has_own_words(items, like):
                found["mg_per_session"] = mg
                if is_beside:
                    assumed.append(Message("the amount of one pattern is read as that of the other beside it"))
            return found
        found["mg_per_session"] = mg
        return found

    def _has_own_words(self, items: Sequence[Constituent], like: UsePattern) -> bool:
        """Whether a phase without an amount is of another route or form than the one before it."""
        own = self._words(items, [])
        return any(name in own and own[name] != getattr(like, name) for name in ("route", "form", "substance"))

    def _in_pieces(
        self,
        items: Sequence[Constituent],
        amounts: Sequence[tuple[Amount, bool]],
        weighed: Sequence[tuple[Amount, bool]],
    ) -> Sequence[tuple[Amount, bool]]:
        """“28 mg nasal spray, 2 devices”, “2 troches, 100 mg each”: the weight of one piece, and their number apart."""
        self._refuse_other_pieces(items)
        counts = [one.pieces for one, _ in amounts if one.value is None and one.pieces]
        if not counts or len(weighed) != 1 or weighed[0][0].pieces or counts[0].value == Interval.exactly(1):
            return weighed
        (amount, is_each) = weighed[0]
        if len(counts) > 1:
            raise self._in_all_or_each()
        item = next(one for one in items if one.what is amount or one.what == amount)
        before = self._reader.tokens[item.first - 1] if item.first else ()
        is_of_one = K.OF in before or "pharmacy_form" in before  # “troche 100 mg”
        if not is_each and not is_of_one and not self._reader.is_at(item.after, "uncounted", K.PIECE, "route"):
            raise self._in_all_or_each()
        return [(amount._replace(pieces=counts[0]), False)]

    def _refuse_other_pieces(self, items: Sequence[Constituent]) -> None:
        """PatternError for what one piece holds without a number of them: “50 mg/ml weekly”, “50 mg/ml, 2 sprays”."""
        marks = (item.what for item in items if isinstance(item.what, Mark))
        one = next((str(mark.readings["piece_of"]) for mark in marks if "piece_of" in mark.readings), "")
        counted = [item for item in items if isinstance(item.what, Amount) and item.what.value is None]
        words = [folded(token.text) for item in counted for token in self._tokens_of(item)]
        if one and not any(word.startswith(one) or (word and one.startswith(word)) for word in words):
            raise PatternError(
                Message(
                    "“{text}” says what one {piece} holds. Write how many are taken each time, or how many mg.",
                    text=self._text,
                    piece=one,
                )
            )

    def _in_all_or_each(self) -> PatternError:
        return PatternError(
            Message("“{text}” can be that amount in all, or each. Write for example “2 x 100 mg”.", text=self._text)
        )

    def _one_amount(self, weighed: Sequence[tuple[Amount, bool]], often: Often) -> tuple[Amount | None, Amount | None]:
        """The amount, and that of one occasion where a total is told beside it."""
        if not weighed:
            return None, None
        each = [amount for amount, is_each in weighed if is_each]
        rest = [amount for amount, is_each in weighed if not is_each]
        if each and rest and often.total is not None:
            return rest[0], each[0]
        both = [*rest, *each]
        if len({amount.value for amount in both}) > 1 or (len(both) > 1 and not often.is_said):
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
        raise self.no_frequency(())

    def _course(self, count: Interval, spans: Sequence[Span]) -> dict[str, object]:
        """So many sessions in all."""
        sessions = count.mid if count.is_exact else count.high
        if sessions != int(sessions) or sessions < 1:
            raise self.no_frequency(())
        found: dict[str, object] = {"course_sessions": int(sessions), "is_current": False}
        span = next((one for one in spans if one.months is not None), None)
        if span is not None and span.months is not None:
            years = span.months / MONTHS_A_YEAR
            found["sessions_per_year"] = capped(count / years)
            if span.months.low > MONTHS_A_YEAR:  # “20 times over 2 years” is so many a year
                return {"sessions_per_year": found["sessions_per_year"]}
        return found

    def _of_a_whole(
        self,
        items: Sequence[Constituent],
        mg: Interval | None,
        each: Amount | None,
        pieces: Count | None,
        often: Often,
        one: Amount | None,
        assumed: list[Message],
    ) -> dict[str, object]:
        """“3 g a week”: the amount of a whole week, on days that are told or not; “2 x 1 g a week”: two of them."""
        total = often.total
        assert total is not None  # noqa: S101 - for the type checker
        assert total.total_of is not None  # noqa: S101 - for the type checker
        days = often.days
        if often.course is not None:
            raise self.two_rates()  # “5 g in a weekend, once”
        if pieces is not None and days is None and often.a_day is None and not (one is None or mg is None):
            assumed.append(
                Message("“{text}” is read as so many times, each on a day of its own", text=self._whole_text(items))
            )
            found = self._with_rate(Often(), Rate(occasions=pieces.value * total.periods), items[0])
            per_day = mg * found.a_day if found.a_day is not None else mg
            return {"mg_per_session": per_day, "sessions_per_year": found.days}
        if mg is None:
            return {"sessions_per_year": days, "doses_per_day": often.a_day}
        amount = mg * pieces.value if pieces else mg
        amount = amount * total.used_up if total.used_up else amount
        if days is not None and total.total_of.days_high > 1:
            return self._of_each_weekend(items, amount, days, total.total_of)
        if days is not None:
            if days.high < total.periods:
                raise self.two_rates()  # “3 g a week, once a month”
            year = amount * total.periods
            spread = year / days
            whole = {} if days.is_exact else {"mg_per_year": year}
            return {"mg_per_session": spread, "sessions_per_year": days, "doses_per_day": often.a_day, **whole}
        if each is not None and each.value is not None:
            told = self._with_rate(Often(), Rate(occasions=amount * total.periods / each.value), items[0])
            per_day = each.value * told.a_day if told.a_day is not None else each.value
            return {"mg_per_session": per_day, "sessions_per_year": told.days, "doses_per_day": told.a_day}
        if often.a_day is not None:
            days = Interval.exactly(DAYS_A_YEAR)
            return {"mg_per_session": amount * total.periods / DAYS_A_YEAR, "sessions_per_year": days}
        text = self._whole_text(items)
        if total.used_up:
            said = Message("“{text}” is read as all that is taken in that time", text=text)
        else:
            period = Message(total.total_of.id)
            said = Message("“{text}” is read as the amount of a whole {period}", text=text, period=period)
        assumed.append(said)
        return {"mg_per_year": amount * total.periods, "periods_per_year": float(total.periods)}

    def _of_each_weekend(
        self, items: Sequence[Constituent], amount: Interval, days: Interval, period: PeriodWord
    ) -> dict[str, object]:
        """“2 g a weekend, once a month”: spread over the days of each, however many weekends they are."""
        often = [item for item in items if isinstance(item.what, Rate) and item.what.total_of is None]
        words = [self._reader.period(place) for item in often for place in range(item.first, item.after)]
        tokens = [token for item in often for token in self._tokens_of(item)]
        phrases = [token.readings.get("frequency") for token in tokens]
        if any(isinstance(one, FrequencyPhrase) and one.days_each > 1 for one in phrases) or any(
            word is not None and word.id == period.id for word in words
        ):
            weekends = Interval.of(days.low / period.days_low, days.high / period.days_high)
        else:
            weekends, days = days, capped(days * Interval.of(period.days_low, period.days_high))
        year = amount * weekends
        return {"mg_per_session": year / days, "sessions_per_year": days, "mg_per_year": year}

    def _whole_text(self, items: Sequence[Constituent]) -> str:
        """From the amount to the period, in the person's own words."""
        places = [item for item in items if isinstance(item.what, Amount | Rate)]
        return self._reader.raw(places[0].first, places[-1].after)

    # When

    def _when(
        self, clause: Clause, spans: Sequence[Span], found: dict[str, object], assumed: list[Message]
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
        months = self._months(clause, spans) or self._since_age(clause, assumed)
        end = last_day or today
        if since is not None and since.since is not None:
            first, last = since.since
            if first > end:
                raise PatternError(
                    Message(
                        "“{text}” lies after {end}. Give a year that has been.", text=self._text, end=end.isoformat()
                    )
                )
            said_at = next(item for item in clause.items if item.what is since)
            if first != last and any("time_of_year" in token for token in self._tokens_of(said_at)):
                told = Message(
                    "“{text}” is read as {first} to {last}",
                    text=self.raw(said_at), first=first.isoformat(), last=last.isoformat(),
                )  # fmt: skip
                assumed.append(told)
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

    def _since_age(self, clause: Clause, assumed: list[Message]) -> Interval | None:
        """From the age at which it began to that of now, each a birthday away at most."""
        ages = [item.what for item in clause.items if isinstance(item.what, Age)]
        start = next((one for one in ages if one.is_start), None)
        if start is None:
            return None
        if self._age is None or self._age < start.years:
            assumed.append(Message("how long is not known: write the age now as well, for example “now 24”"))
            return None
        years = self._age - start.years
        return Interval(max(0.0, years - 1), years, years + 1) * MONTHS_A_YEAR

    def _months(self, clause: Clause, spans: Sequence[Span]) -> Interval | None:
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

    def two_rates(self) -> PatternError:
        return PatternError(
            Message("“{text}” says how often in two ways that do not fit. Write one pattern a line.", text=self._text)
        )

    def no_frequency(self, items: Iterable[Constituent]) -> PatternError:
        return PatternError(
            Message(
                "“{text}” does not say how often. Add for example “weekly”, “every 2 weeks” or “3 times a month”.",
                text=self._text,
            )
        )


def _wider_amount(amount: Amount, by: Interval) -> Amount:
    return amount._replace(value=widened_by(amount.value, by) if amount.value is not None else None)


def _as_needed(found: dict[str, object]) -> dict[str, object]:
    """No more than what was said: the lower ends are open."""
    open_below = {
        name: Interval.of(0, value.high)
        for name, value in found.items()
        if name in ("sessions_per_year",) and isinstance(value, Interval)
    }
    return found | open_below
