"""Reads lengths and dates: how long, since when, until when."""

import datetime as dt

from keel.exposure.errors import PatternError
from keel.exposure.grammar.constituents import (
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    Count,
    Dates,
    Mark,
    Read,
    Span,
    too_long,
)
from keel.exposure.grammar.cursor import MOST_SKIPPED, K, once
from keel.exposure.grammar.numbers import NumberReader
from keel.exposure.grammar.tokens import DATE, FRACTION, NUMBER
from keel.knowledge.reading import PeriodWord, TimeOfYear
from keel.messages import Message
from keel.quantities import Interval

OF_A_YEAR = {
    below: PeriodWord(id=name, words=(), per_year=per_year, is_whole=name != "day")
    for below, name, per_year in (("7", "day", 365), ("52", "week", 52), ("12", "month", 12))
}
"""How clinicians write lengths: 3/7 are days, 3/52 weeks, 3/12 months."""


class TimeReader(NumberReader):
    """Lengths and dates, by the place at which they begin."""

    def span(self, at: int) -> Read[Span] | None:
        """“for about 3 years”, “x 5 years”, “the last 3 months”, “3 years”, “for years”, “3 days in a row”."""
        start = at
        if self.is_at(at, K.LONG) and not self.is_at(at, "period"):
            return Span(None), at + 1
        if self.is_at(at, K.AFTER) and (length := self._length(at + 1)):
            whole, after = length
            return Span(whole * (MONTHS_A_YEAR / DAYS_A_YEAR), ends=True), after
        spree = self.is_at(at, K.SPREE)
        is_one = self.is_at(at, K.MORE) or self.is_at(at + 1, K.ONE)
        if spree and is_one and (weekend := self._over_a_weekend(at)):
            return weekend
        if self.is_at(last := self.skip(at, K.LENGTH, K.THE), K.LAST_YEAR) and last > at:
            return Span(Interval.exactly(MONTHS_A_YEAR), is_last=True), last + 1
        at = self.skip(at, K.LENGTH, K.SPREE)
        is_bare = at == start
        at += not is_bare and self.is_sign(at, ":")
        end = at + MOST_SKIPPED
        while (
            at < end
            and self.is_at(at, K.THE, K.LAST, K.ABOUT, K.FILLER)
            and not self.is_at(at, NUMBER, "vague", "period")
        ):
            if self.is_at(at, K.ONE) and self.is_at(at + 1, "period", "part"):
                break
            at += 1
        is_last = any(self.is_at(place, K.LAST) for place in range(start, at))
        if is_bare and at > start and not is_last and not self.is_at(start, K.ABOUT):
            return None
        counted = self._periods(at, one=not is_bare or is_last, is_last=is_last, is_bare=is_bare)
        if counted is None or counted[0][1].id == "hour":
            return None
        (value, period), after = counted
        if self.is_at(after, K.LAST):
            is_last, after = True, after + 1
        is_row = self.is_at(after, K.IN_A_ROW)
        after += is_row
        if is_bare and not period.is_whole and not is_row and not is_last:
            return None
        if value.high <= 0:
            raise PatternError(
                Message("“{text}” has no length. Write for example “for 3 years”.", text=self.raw(start, after))
            )
        months = value * (MONTHS_A_YEAR / period.per_year)
        days = None if period.is_whole else value
        return Span(months, days, is_row=is_row, is_bare=is_bare, is_last=is_last, can_be_spree=spree or is_row), after

    def _over_a_weekend(self, at: int) -> Read[Span] | None:
        """“over a weekend”: an amount that was spread over its days."""
        after = self.skip(at + 1, K.THE, K.ONE)
        period = self.period(after)
        if period is None or period.days_high == 1:
            return None
        return Span(None, Interval.of(period.days_low, period.days_high), can_be_spree=True), after + 1

    def duration(self, at: int) -> Read[Mark] | None:
        """“over 40 minutes”, “/1 h”: how long one dose took, which changes no figure."""
        start = at
        at = self.skip(at, K.LENGTH, K.SPREE, K.PER, K.ABOUT, K.MORE)
        counted = self.count(at, one=True)
        if counted is None:
            return None
        period = self.period(counted[1])
        is_rate = self.is_at(counted[1] + 1, K.PER) and self.is_at(counted[1] + 2, "period")
        is_hour = period is not None and period.id == "hour" and at > start and not is_rate
        if not (is_hour or self.is_at(counted[1], K.MINUTE)):
            return None
        return Mark(K.FILLER, {"hours": counted[0].value} if is_hour else {}), counted[1] + 1

    @once
    def _date(self, at: int) -> Read[tuple[dt.date, dt.date]] | None:
        """The first and the last day that a date leaves open: “2022”, “March 2024”, “2022-03”, “03/2024”."""
        at = self.skip(at, K.THE, K.ABOUT)
        if self.is_at(at, DATE):
            return self._written_date(self.tokens[at].text), at + 1
        if self.is_at(at, "month"):
            month, after = int(self.number_of(at, "month")), at + 1
            after = self.skip(after, K.OF, K.THE) if self.is_year(self.skip(after, K.OF, K.THE)) else after
            if self.is_year(after):
                return self._month(int(self.number_of(after, NUMBER)), month), after + 1
            year = self.at.year if month <= self.at.month else self.at.year - 1
            return self._month(year, month), after
        if self.is_year(at):
            year = int(self.number_of(at, NUMBER))
            return (dt.date(year, 1, 1), dt.date(year, 12, 28)), at + 1
        if self.is_at(at, K.LAST) and (period := self.period(at + 1)) is not None and period.id in ("week", "month"):
            back = dt.timedelta(days=round(DAYS_A_YEAR / period.per_year))
            return (self.at.date() - 2 * back, self.at.date() - back), at + 2
        season = self.skip(at, K.LAST)
        if self.is_at(season, "time_of_year"):
            return self._time_of_year(season, is_last=season > at)
        if self.is_at(at, K.LAST_YEAR):
            return (dt.date(self.at.year - 1, 1, 1), dt.date(self.at.year - 1, 12, 28)), at + 1
        return None

    def _time_of_year(self, at: int, *, is_last: bool) -> Read[tuple[dt.date, dt.date]]:
        """“last summer”, “Christmas”, “spring 2024”: the latest, or that of the year, in both halves of the world."""
        time = self.value(at, "time_of_year")
        assert isinstance(time, TimeOfYear)  # noqa: S101 - for the type checker
        after = self.skip(at + 1, K.OF, K.THE, K.LAST, K.FROM)
        after = after if self.is_year(after) else self.skip(at + 1, K.LAST)
        is_last |= self.is_at(at + 1, K.LAST)
        today = self.at.date()
        years = [today.year - 2, today.year - 1, today.year]
        if self.is_year(after):
            years, after = [int(self.number_of(after, NUMBER))], after + 1
        spans = []
        for months in (0, 6) if time.is_season else (0,):
            begun = [(_day(year, time.first, months), _day(year, time.last, months)) for year in years]
            begun = [
                (first, last if last >= first else _day(last.year + 1, time.last, months)) for first, last in begun
            ]
            spans.append(max((one for one in begun if one[is_last] <= today), default=begun[0]))
        return (min(first for first, _ in spans), max(last for _, last in spans)), after

    def _month(self, year: int, month: int) -> tuple[dt.date, dt.date]:
        return dt.date(year, month, 1), dt.date(year, month, 28)

    def _written_date(self, text: str) -> tuple[dt.date, dt.date]:
        wrong = Message("“{text}” names no month. Write for example “since 2022-03”.", text=text)
        try:
            if "-" in text:
                parts = [int(part) for part in text.split("-")]
                if len(parts) == 3:
                    return dt.date(*parts), dt.date(*parts)
                return self._month(*parts)
            parts = [int(part) for part in text.split("/")]
            if len(parts) == 2:
                return self._month(parts[1], parts[0])
            day, month, year = parts
            days = [dt.date(year, one, other) for one, other in ((month, day), (day, month)) if 1 <= one <= 12]
            return min(days), max(days)
        except (ValueError, TypeError) as error:
            raise PatternError(wrong) from error

    def _ago(self, at: int) -> Read[Interval] | None:
        """“6 months ago”, “hace 6 meses”: in days."""
        is_before = self.is_at(at, K.AGO)
        found = self._length(at + is_before)
        if found is None:
            return None
        days, after = found
        if is_before:
            return days, after
        return (days, after + 1) if self.is_at(after, K.AGO) else None

    @once
    def _length(self, at: int) -> Read[Interval] | None:
        """A number of periods, in days."""
        counted = self._periods(self.skip(at, K.LENGTH, K.ABOUT), one=True)
        if counted is None:
            return None
        (value, period), after = counted
        return value * (DAYS_A_YEAR / period.per_year), after

    def _periods(
        self, at: int, *, one: bool, is_last: bool = False, is_bare: bool = False
    ) -> Read[tuple[Interval, PeriodWord]] | None:
        """A number of periods: “about 3 years”, “half a year”, “2 and a half years”, “last year”; “3/52”, of weeks."""
        if (
            self.is_at(at, FRACTION)
            and not is_bare
            and (short := OF_A_YEAR.get(self.tokens[at].text.partition("/")[2]))
        ):
            return (Interval.exactly(float(self.tokens[at].text.partition("/")[0])), short), at + 1
        counted = self.count(at, one=one)
        if counted is None and is_last and self.is_at(at, "period"):
            counted = Count(Interval.exactly(1)), at
        if counted is None:
            return None
        number, after = counted
        after = self.skip(after, K.LAST, K.OF) if not self.is_at(after, "period") else after
        if self.is_at(after, K.ONE) and self.is_at(after + 1, "period") and self.is_at(after - 1, "part", FRACTION):
            after += 1
        period = self.period(after)
        if period is None or period.days_high > 1:
            return None
        value, after = number.value, after + 1
        if self.is_at(after, K.HALF_MORE):
            value, after = value + Interval.exactly(0.5), after + 1
        return (value, period), after

    def _day_ago(self, days: float, text: str) -> dt.date:
        try:
            return (self.at - dt.timedelta(days=days)).date()
        except OverflowError as error:
            raise too_long(text) from error

    def dates(self, at: int) -> Read[Dates] | None:
        """When it began or ended: “since March 2024”, “between 2019 and 2021”, “stopped 6 months ago”, “until 2020”."""
        ways = (self._stopped, self._since, self._until, self._from_to, self._just_ago, self._within)
        found = [read for way in ways if (read := way(at))]
        return max(found, key=lambda read: read[1], default=None)

    def _stopped(self, at: int) -> Read[Dates] | None:
        """“stopped 6 months ago”, “clean since 2021”, “stopped last month after …”."""
        found = self._over_since(at)
        return (found[0], found[1] + self.is_at(found[1], K.AFTER)) if found else None

    def _over_since(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.STOPPED, K.CLEAN):
            return None
        is_clean = self.is_at(at, K.CLEAN)
        after = self.to_number(at + 1, K.FILLER, K.OF, K.THE, K.ABOUT, K.UNTIL, K.FROM, K.LENGTH)
        ago = self._ago(after) or (self._length(self.to_number(after, K.LAST)) if is_clean else None)
        if ago is not None:
            days = ago[0]
            text = self.raw(at, ago[1])
            last = self._day_ago(days.low, text)
            return Dates(until=(self._day_ago(days.mid, text), last), is_over=True), ago[1]
        date = self._date(after)
        if date is not None and date[0][0] > self.at.date():
            raise self._lies_after(at, date[1])
        if date is not None:
            return Dates(until=date[0], until_text=self.raw(after, date[1]), is_over=True), date[1]
        return (Dates(is_over=True), at + 1) if not is_clean else None

    def _just_ago(self, at: int) -> Read[Dates] | None:
        """“3 years ago” by itself: it is over since then. “until 3 months ago” as well."""
        start = at
        at = self.skip(at, K.UNTIL)
        clean = self._length(at)
        if clean is not None and self.is_at(clean[1], K.CLEAN):  # “2 years since I last used”
            days, after = clean
            text = self.raw(start, after)
            return Dates(until=(self._day_ago(days.mid, text), self._day_ago(days.low, text)), is_over=True), after + 1
        ago = self._ago(at)
        if ago is None:
            return None
        text = self.raw(start, ago[1])
        if self.is_at(ago[1], K.CLEAN):  # “hace un año que no consumo”
            return (
                Dates(until=(self._day_ago(ago[0].mid, text), self._day_ago(ago[0].low, text)), is_over=True),
                ago[1] + 1,
            )
        if at == start and self.is_at(at, K.AGO) and self.is_at(ago[1], K.THAT):
            return Dates(is_start_ago=ago[0]), ago[1] + 1
        until = (self._day_ago(ago[0].mid, text), self._day_ago(ago[0].low, text))
        return Dates(until=until, is_over=True, is_open=at == start and self.is_at(at, K.AGO)), ago[1]

    def _since(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.FROM, K.STARTED):
            return None
        after = self.to_number(at + 1, K.THE, K.ABOUT, K.FILLER, K.FROM)
        ago = self._ago(after)
        if ago is not None:
            return Dates(is_start_ago=ago[0]), ago[1]
        date = self._date(after)
        if date is None:
            return None
        (first, last), after = date
        if first > self.at.date():
            raise self._lies_after(at, after)
        if self.is_at(after, K.UNTIL, K.JOIN, K.AND) and (end := self._date(after + 1)):
            return self._range((first, last), end[0], at, after + 1, end[1])
        return Dates(since=(first, last)), after

    def _range(
        self, since: tuple[dt.date, dt.date], until: tuple[dt.date, dt.date], at: int, until_at: int, after: int
    ) -> Read[Dates]:
        if since[0] > until[1]:
            raise self._lies_after(at, after, until[1])
        return Dates(since=since, until=until, until_text=self.raw(until_at, after), is_over=True), after

    def _from_to(self, at: int) -> Read[Dates] | None:
        """“between 2019 and 2021”, “2019-2021”."""
        start = at
        at += self.is_at(at, K.BETWEEN)
        first = self._date(at)
        if first is None or not self.is_at(first[1], K.AND, K.JOIN, K.UNTIL):
            return None
        last = self._date(first[1] + 1)
        if last is None and self.is_at(first[1] + 1, K.NOW) and first[0][0] <= self.at.date():
            return Dates(since=first[0]), first[1] + 2
        if last is None:
            return None
        return self._range(first[0], last[0], start, first[1] + 1, last[1])

    def _within(self, at: int) -> Read[Dates] | None:
        """“in 2019”, “during March 2024”, “last year”: all of it, and over unless it is not over yet."""
        after = self.skip(at, K.LENGTH, K.THE)
        if after == at and not self.is_at(at, K.LAST_YEAR):
            return None
        if self.is_at(after, K.LAST) or (after > at and self.is_at(after, K.LAST_YEAR)):
            return None
        date = self._date(after)
        if date is None:
            return None
        (first, last), after = date
        if first > self.at.date():
            raise self._lies_after(at, after)
        end = _last_day(last)
        is_over = end < self.at.date()
        return Dates(since=(first, first), until=(end, end) if is_over else None, is_over=is_over), after

    def _until(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.UNTIL):
            return None
        start = self.skip(at + 1, K.FILLER, K.ABOUT, K.THE)
        date = self._date(start)
        if date is None:
            return None
        return Dates(until=date[0], until_text=self.raw(start, date[1]), is_over=True), date[1]

    def _lies_after(self, at: int, after: int, end: dt.date | None = None) -> PatternError:
        day = (end or self.at.date()).isoformat()
        return PatternError(
            Message("“{text}” lies after {end}. Give a year that has been.", text=self.raw(at, after), end=day)
        )


def _day(year: int, day: str, months: int) -> dt.date:
    """A day `MM-DD` of a year, so many months later or earlier in it."""
    month, number = (int(part) for part in day.split("-"))
    month = (month + months - 1) % 12 + 1
    return dt.date(year, month, min(number, 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31))


def _last_day(day: dt.date) -> dt.date:
    """The last day of the year or month whose 28th day this is; the day itself for another."""
    if day.day != 28:
        return day
    if day.month == 12:
        return dt.date(day.year, 12, 31)
    return dt.date(day.year, day.month + 1, 1) - dt.timedelta(days=1)
