"""Reads how often: counts in a period, gaps, weekdays, adverbs, shorthand, open phrases."""

from collections.abc import Callable

import msgspec

from keel.exposure.errors import PatternError
from keel.exposure.grammar.amounts import AmountReader
from keel.exposure.grammar.constituents import (
    DAYS_A_YEAR,
    HOURS_A_DAY,
    WEEKS_A_YEAR,
    Rate,
    Read,
    capped,
    no_unit,
)
from keel.exposure.grammar.cursor import K, once
from keel.exposure.grammar.tokens import ORDINAL
from keel.knowledge.reading import FrequencyPhrase, PeriodWord, TwoMeanings
from keel.messages import Message
from keel.quantities import Interval

WEEKEND = (6, 7)
MOST_UNCOUNTED = 24
"""“3 a week” counts days; a bare number above this and above the days of the period is an amount without its unit."""


class RateReader(AmountReader):
    """Rates, by the place at which they begin."""

    def rate(self, at: int) -> Read[Rate] | None:
        """How often: the longest of all ways in which it can be said."""
        ways: list[Callable[[int], Read[Rate] | None]] = [
            self._frequency,
            self._shorthand,
            self._every,
            self._weekdays,
            self._counted,
            self._adverb,
            self._whole_of,
            self._bare_weekends,
            self._working_days,
            self._times_behind,
            self._compared,
            self._except,
            self._on_and_off,
            self._lasts,
            self._unsaid,
            self._of_dayparts,
        ]
        found = max((read for way in ways if (read := way(at))), key=lambda read: read[1], default=None)
        if (
            found
            and found[0].days
            and self.is_at(found[1], K.OTHER)
            and not self.is_at(found[1] + 1, "period", "weekday")
        ):
            return found[0]._replace(days=found[0].days / 2), found[1] + 1  # “sábados alternos”
        return found

    def _working_days(self, at: int) -> Read[Rate] | None:
        if not self.is_at(at, K.WORKING_DAYS):
            return None
        return Rate(days=Interval.exactly(5 * WEEKS_A_YEAR), weekdays=(1, 2, 3, 4, 5)), at + 1

    def _except(self, at: int) -> Read[Rate] | None:
        """“except Sundays”, “not on weekends”, “weekends off”: the other days of the week."""
        after = self.skip(at + 1, K.OF, K.THE, K.EVERY, K.FILLER) if self.is_at(at, K.EXCEPT) else at
        days = self._weekday_set(after)
        period = self.period(after)
        if days is not None:
            left, end = days
        elif period is not None and period.id == "weekend":
            left, end = set(WEEKEND), after + 1
        else:
            return None
        if after == at:
            if not self.is_at(end, K.OFF):
                return None
            end += 1
        taken = tuple(day for day in range(1, 8) if day not in left)
        return Rate(days=Interval.exactly(len(taken) * WEEKS_A_YEAR), weekdays=taken, is_limit=True), end

    def _on_and_off(self, at: int) -> Read[Rate] | None:
        """“5 days on 2 off”, “two weeks on, two weeks off”: the part of all days on which it is taken."""
        on = self.count(at, one=True)
        if on is None:
            return None
        period = self.period(on[1])
        after = on[1] + (period is not None)
        if not self.is_at(after, K.ON) or (period is not None and period.id == "hour"):
            return None
        off_at = after + 1 + self.is_sign(after + 1, ",/;")
        off = self.count(self.to_number(off_at, K.AND, K.THEN, K.FILLER), one=True)
        if off is None:
            return None
        other = self.period(off[1]) or period
        end = off[1] + (self.period(off[1]) is not None)
        if not self.is_at(end, K.OFF) or off[0].value.low <= 0 or on[0].value.low <= 0:
            return None
        each = [one.per_year if one else DAYS_A_YEAR for one in (period or other, other)]
        times = (off[0].value / each[1]) / (on[0].value / each[0]) + Interval.exactly(1)
        days = Interval.exactly(DAYS_A_YEAR) / times
        is_whole = any(one is not None and one.is_whole for one in (period, other))
        return Rate(days=days, is_limit=True, is_gap=is_whole, is_counted=is_whole), end + 1

    def _lasts(self, at: int) -> Read[Rate] | None:
        """“lasts me 3 days”: the time in which the amount beside it is used up."""
        if not self.is_at(at, K.LASTS):
            return None
        counted = self.count(self.to_number(at + 1, K.FILLER, K.ABOUT), one=True)
        period = self.period(counted[1]) if counted else None
        if counted is None or period is None or period.id == "hour" or counted[0].value.low <= 0:
            return None
        low, mid, high = counted[0].value.low, counted[0].value.mid, counted[0].value.high
        whole = msgspec.structs.replace(period, is_whole=True)
        fewest = period.per_year / high
        return Rate(total_of=whole, periods=fewest, used_up=Interval(1, high / mid, high / low)), counted[1] + 1

    def _times_behind(self, at: int) -> Read[Rate] | None:
        """“x2 weekly”, “x 3 a day”: the count behind the sign."""
        if not self.is_at(at, K.TIMES) or self.is_at(at, K.SESSION):
            return None
        counted = self.count(at + 1)
        if counted is None:
            return None
        number, after = counted
        adverb = self.period(after, "adverb")
        per = self.skip(after, K.PER, K.EVERY)
        period = adverb or (self.period(per) if per > after else None)
        if period is None:
            is_course = not self.is_at(after, "unit", "period", "body_weight", K.TIMES, K.PIECE, K.SESSION, "uncounted")
            told = Rate(occasions=number.value, periods=-1.0, is_counted=True, assumed=number.assumed)
            return (told, after) if is_course and number.value.is_exact else None
        rate = self._in_period(number.value, period, is_counted=True)._replace(assumed=number.assumed)
        return rate, after + 1 if adverb else per + 1

    def _compared(self, at: int) -> Read[Rate] | None:
        """“less than monthly”, “more than weekly”: one end is open."""
        is_more, is_less, after = self.compared(at)
        period = self.period(after, "adverb") if after > at else None
        if period is None or not (is_more or is_less):
            return None
        each = self._each(period, Interval.exactly(1))
        days = each.days or Interval.exactly(DAYS_A_YEAR)
        if is_less:
            return Rate(days=Interval.of(0, days.high), is_most=True), after + 1
        return Rate(days=msgspec.structs.replace(days, open_above=days.high < DAYS_A_YEAR)), after + 1

    def _unsaid(self, at: int) -> Read[Rate] | None:
        return (Rate(), at + 1) if self.is_at(at, K.UNSAID_OFTEN) else None

    def _frequency(self, at: int) -> Read[Rate] | None:
        if self.is_at(at, "two_meanings"):
            two = self.value(at, "two_meanings")
            assert isinstance(two, TwoMeanings)  # noqa: S101 - for the type checker
            raise PatternError(
                Message(
                    "“{text}” can mean “{one}” or “{other}”. Write which.",
                    text=self.tokens[at].text,
                    one=Message(two.one),
                    other=Message(two.other),
                )
            )
        if not self.is_at(at, "frequency"):
            return None
        phrase = self.value(at, "frequency")
        assert isinstance(phrase, FrequencyPhrase)  # noqa: S101 - for the type checker
        assumed = (Message(phrase.assumes),) if phrase.assumes else ()
        return Rate(days=Interval(phrase.low, phrase.mid, phrase.high), assumed=assumed), at + 1

    def _shorthand(self, at: int) -> Read[Rate] | None:
        if not self.is_at(at, "shorthand"):
            return None
        return Rate(a_day=Interval.exactly(self.number_of(at, "shorthand"))), at + 1

    def _of_dayparts(self, at: int) -> Read[Rate] | None:
        """“at night”, “morning and night”: so many doses a day."""
        parts = self.dayparts(at)
        if parts is None:
            return None
        (named, after), count = parts, self.doses.get(at)
        assumed = (self.doses_of_day(at, after, len(named)),) if count is None and len(named) > 1 else ()
        return Rate(a_day=Interval.exactly(count or float(len(named))), assumed=assumed), after

    def _in_period(self, count: Interval, period: PeriodWord, *, is_counted: bool) -> Rate:
        """Occasions counted in a period."""
        if period.id == "hour":
            return Rate(a_day=count * HOURS_A_DAY, is_counted=is_counted, is_hourly=True)
        if not period.is_whole:
            return Rate(a_day=count, is_counted=is_counted)
        return Rate(occasions=count * period.per_year, is_counted=is_counted)

    def _each(self, period: PeriodWord, gap: Interval) -> Rate:
        """Something in each of so many periods."""
        if period.id == "hour":
            a_day = Interval.exactly(HOURS_A_DAY) / gap
            if gap.low >= HOURS_A_DAY:
                return Rate(days=a_day * DAYS_A_YEAR)
            return Rate(a_day=a_day, is_hourly=True)
        if not period.is_whole and gap == Interval.exactly(1):
            return Rate(a_day=Interval.exactly(1), is_every_day=True)
        days = Interval.of(period.days_low, period.days_high) * period.per_year / gap
        return Rate(
            days=days, assumed=(Message(period.assumes),) if period.assumes else (), is_gap=period.days_high == 1
        )

    def _every(self, at: int) -> Read[Rate] | None:
        """“every 2 weeks”, “q3days”, “every other week”, “every third Monday”, “alternate weekends”."""
        start = at
        if self.is_at(at, K.EVERY):
            at = self.skip(at + 1, K.ABOUT)
        elif not self.is_at(at, K.OTHER):
            return None
        gap = Interval.exactly(1)
        assumed: tuple[Message, ...] = ()
        if self.is_at(at, K.OTHER):
            gap, at = Interval.exactly(2), at + 1
        elif self.is_at(at, ORDINAL) and (self.is_at(at + 1, "period", "weekday") or self.is_at(at + 1, K.OTHER)):
            gap, at = Interval.exactly(self.number_of(at, ORDINAL)), at + 1
        elif (counted := self.count(at)) is not None and self.is_at(counted[1], "period", "weekday"):
            gap, at = counted[0].value, counted[1]
            assumed = counted[0].assumed
        period = self.period(at)
        if gap.low <= 0:
            raise PatternError(
                Message("“{text}” has no length. Write for example “every 2 weeks”.", text=self.raw(start, at + 1))
            )
        if period is not None:
            rate = self._each(period, gap)
            return rate._replace(assumed=(*assumed, *rate.assumed)), at + 1
        days = self._weekday_set(at)
        if days is None:
            return None
        number, after = days
        return Rate(days=Interval.exactly(len(number) * WEEKS_A_YEAR / gap.mid), weekdays=tuple(sorted(number))), after

    @once
    def _weekday_set(self, at: int) -> Read[set[int]] | None:
        """Days of the week: “mon wed fri”, “Friday and Saturday nights”, “mon-fri”, “los viernes y los sábados”."""
        if not self.is_at(at, "weekday"):
            return None
        found = {int(self.number_of(at, "weekday"))}
        last, at = int(self.number_of(at, "weekday")), at + 1
        while True:
            period = self.period(at)
            nights = at + (self.is_at(at, "daypart") or (period is not None and not period.is_whole))
            between = nights
            is_range = self.is_at(between, K.JOIN) and not self.is_at(between, K.AND)
            while self.is_at(between, K.AND, K.JOIN, K.THE) or self.is_sign(between, ",/&+"):
                between += 1
            between = self.skip(between, K.EVERY, K.THE)
            if self.is_at(between, "weekday") or (
                self.is_at(between, K.FILLER) and between > nights and self.is_at(between + 1, "weekday")
            ):
                between += not self.is_at(between, "weekday")
                day = int(self.number_of(between, "weekday"))
                if is_range:
                    step = last
                    while step != day:
                        step = step % 7 + 1
                        found.add(step)
                found.add(day)
                last, at = day, between + 1
                continue
            return found, nights

    def _weekdays(self, at: int) -> Read[Rate] | None:
        """“Fridays”, “on Tuesdays and Thursdays”, “the first Saturday of the month”."""
        start = at
        at = self.skip(at, K.THE, K.OF)
        nth = self.is_at(at, ORDINAL) and self.is_at(at + 1, "weekday")
        days = self._weekday_set(at + nth)
        if days is None:
            return None
        number, after = days
        month = self.skip(after, K.OF, K.THE, K.EVERY, K.PER, K.FILLER)
        period = self.period(month)
        if nth and month > after and period is not None and period.id == "month":
            return Rate(days=Interval.exactly(period.per_year * len(number)), weekdays=tuple(sorted(number))), month + 1
        if nth or (at > start and self.is_at(start, K.OF)):
            return None
        if month > after and self.is_at(after, K.PER, K.EVERY) and period is not None and period.id == "week":
            after = month + 1
        return Rate(days=Interval.exactly(len(number) * WEEKS_A_YEAR), weekdays=tuple(sorted(number))), after

    def _counted(self, at: int) -> Read[Rate] | None:
        """“3 times a week”, “3x/wk”, “twice weekly”, “once or twice a month”, “5 days a week”, “3 a week”, “once”."""
        start = at
        counted = self.occasions(at)
        if counted is None:
            return None
        number, after = counted
        value = number.value
        told = Rate(assumed=number.assumed, is_counted=True, is_most=number.is_most)
        day = self.period(after)
        if day is not None and self.is_at(start, K.SPREE) and self.is_at(start, K.MORE):
            return None  # “over 3 days every month” is how the amount was spread
        if day is not None and not number.is_occasions and day.id != "hour":
            return self._days_of(start, value, day, after + 1, told)
        if self.is_at(after, "adverb"):
            period = self.period(after, "adverb")
            assert period is not None  # noqa: S101 - for the type checker
            if not number.is_occasions:
                return None
            return self._in_period(value, period, is_counted=True)._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), after + 1
        per = self.skip(after, K.PER, K.EVERY)
        period = self.period(per)
        if period is not None and (per > after or number.is_occasions):
            gap = Interval.exactly(1)
            most = max(MOST_UNCOUNTED, DAYS_A_YEAR / period.per_year)
            is_number = 1 <= value.high <= most and value.low == int(value.low)
            if not number.is_occasions and not is_number:
                raise no_unit(self.raw(start, after))
            rate = self._in_period(value / gap.mid, period, is_counted=True)
            return rate._replace(assumed=number.assumed, is_counted=True, is_most=number.is_most), per + 1
        if per > after and number.is_occasions and (gaps := self.count(per)) and self.is_at(gaps[1], "period"):
            # “once every 3 weeks”, “twice every 10 days”
            period = self.period(gaps[1])
            assert period is not None  # noqa: S101 - for the type checker
            return self._per_gap(value, gaps[0].value, period, self.raw(start, gaps[1] + 1))._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), gaps[1] + 1
        if per > after and number.is_occasions and self.is_at(per, K.OTHER, ORDINAL) and self.is_at(per + 1, "period"):
            gap = Interval.exactly(2 if self.is_at(per, K.OTHER) else self.number_of(per, ORDINAL))
            period = self.period(per + 1)
            assert period is not None  # noqa: S101 - for the type checker
            return self._per_gap(value, gap, period, self.raw(start, per + 2))._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), per + 2
        if per > after and number.is_occasions and self.is_at(after, K.EVERY) and (days := self._weekday_set(per)):
            if value == Interval.exactly(1):
                return told._replace(days=Interval.exactly(len(days[0]) * WEEKS_A_YEAR)), days[1]
            return told._replace(days=Interval.exactly(len(days[0]) * WEEKS_A_YEAR), a_day=value), days[1]
        if number.is_occasions and not self.is_at(after, "unit"):
            return told._replace(occasions=value, periods=-1.0), self.skip(after, K.COUNTER_END)
        return None

    def _per_gap(self, value: Interval, gap: Interval, period: PeriodWord, words: str) -> Rate:
        if gap.low <= 0:
            raise PatternError(Message("“{text}” has no length. Write for example “every 2 weeks”.", text=words))
        each = self._each(period, gap)
        if each.a_day is not None:
            return Rate(a_day=each.a_day * value)
        return Rate(occasions=value * period.per_year / gap)

    def _days_of(self, start: int, value: Interval, day: PeriodWord, after: int, told: Rate) -> Read[Rate] | None:
        """“5 days a week”, “3 nights weekly”, “2 weekends a month”."""
        if self.is_at(after, "adverb"):
            period, end = self.period(after, "adverb"), after + 1
        else:
            per = self.skip(after, K.PER, K.EVERY, K.OF)
            period, end = (self.period(per), per + 1) if per > after else (None, after)
        if period is None or not period.is_whole or period.days_high > 1:
            return None
        if day.is_whole and day.days_high == 1:  # “one week a month”
            if day.per_year <= period.per_year or not value.is_exact:
                return None
            days = value * (DAYS_A_YEAR / day.per_year) * period.per_year
            return told._replace(days=capped(days), is_limit=True, is_gap=True), end
        most = round(DAYS_A_YEAR / period.per_year) if period.id != "month" else 31
        if day.days_high > 1:
            most = max(1, round(WEEKS_A_YEAR / period.per_year + 0.5))
        if value.high > most:
            raise PatternError(
                Message(
                    "“{text}”: a {period} has {most} days at most.",
                    text=self.raw(start, end),
                    period=Message(period.id),
                    most=most * (2 if day.days_high > 1 else 1),
                )
            )
        days = value * Interval.of(day.days_low, day.days_high) * period.per_year
        assumed = (*told.assumed, *((Message(day.assumes),) if day.assumes else ()))
        return told._replace(days=capped(days), assumed=assumed), end

    def _adverb(self, at: int) -> Read[Rate] | None:
        period = self.period(at, "adverb")
        return (self._each(period, Interval.exactly(1)), at + 1) if period is not None else None

    def _whole_of(self, at: int) -> Read[Rate] | None:
        """“a day”, “per week”, “/night”, “per 2 weeks”: what the amount beside it is the whole of."""
        if not self.is_at(at, K.PER) or self.is_at(at, K.EVERY):
            return None
        after = at + 1
        counted = self.count(after) if not self.is_at(at, K.LENGTH) else None
        number = 1.0
        if counted is not None and self.is_at(counted[1], "period") and counted[0].value.is_exact:
            number, after = counted[0].value.mid, counted[1]
        period = self.period(after)
        if period is None or number <= 0 or self.is_at(after + 1, K.IN_A_ROW):
            return None
        if period.id == "hour":
            return Rate(a_day=Interval.exactly(HOURS_A_DAY / number), is_hourly=True), after + 1
        if not period.is_whole and number != 1:
            return self._each(period, Interval.exactly(number)), after + 1
        return Rate(total_of=period, periods=period.per_year / number), after + 1

    def _bare_weekends(self, at: int) -> Read[Rate] | None:
        """“at weekends”, “weekends only”."""
        period = self.period(at)
        if period is None or period.days_high == 1:
            return None
        return self._each(period, Interval.exactly(1)), at + 1
