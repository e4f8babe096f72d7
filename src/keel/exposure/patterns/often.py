"""How often: all that one clause says of it, taken together."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from keel.exposure.errors import PatternError
from keel.exposure.grammar.constituents import (
    DAYS_A_YEAR,
    HOURS_A_DAY,
    Amount,
    Constituent,
    Count,
    Mark,
    Rate,
    Wider,
    capped,
)
from keel.exposure.grammar.numbers import NumberReader
from keel.messages import Message
from keel.quantities import Figure, Interval


class Often(NamedTuple):
    """How often, from all that one clause says of it."""

    days: Interval | None = None
    a_day: Interval | None = None
    total: Rate | None = None
    course: Interval | None = None
    course_text: str = ""
    is_said: bool = False
    is_counted: bool = False
    assumed: tuple[Message, ...] = ()


class OftenReader:
    """Joins the rates of a clause."""

    def __init__(self, reader: NumberReader) -> None:
        self._reader = reader

    def raw(self, item: Constituent) -> str:
        """A constituent in the person’s own words."""
        return self._reader.raw(item.first, item.after)

    def often(self, items: Sequence[Constituent]) -> Often:
        """How often, over all rates of a phase."""
        often = Often()
        rates = [item.what for item in items if isinstance(item.what, Rate)]
        if all(rate.is_limit and rate.is_gap for rate in rates):  # “2 weeks on, 2 weeks off” alone
            return often
        has_each = any(rate.a_day and rate.a_day.high > 1 for rate in rates)
        if has_each and any(rate.is_every_day for rate in rates):  # “1 g daily, 3 times a day”
            often = often._replace(assumed=(Message("the amount is read as that of each dose of the day"),))
        for place, item in enumerate(items):
            what = item.what
            if isinstance(what, Rate):
                often = self._with_rate(often, self._in_hours(what, item, items), item)
            elif isinstance(what, Wider):
                often = self._with_wider(often, what, items, place)
        return often

    def _in_hours(self, rate: Rate, item: Constituent, items: Sequence[Constituent]) -> Rate:
        """“20 mg/h for 10 hours”, “every 2 hours for 6 hours”; a whole day and night where nobody says how long."""
        if not rate.is_hourly or rate.a_day is None:
            return rate
        told = [one for one in items if isinstance(one.what, Mark) and "hours" in one.what.readings]
        hours = told[0].what.readings["hours"] if told else None  # type: ignore[union-attr]
        if not isinstance(hours, Interval) or hours.high * rate.a_day.high < HOURS_A_DAY:
            return rate._replace(assumed=(*rate.assumed, Message("hours are read as those of a whole day and night")))
        doses = rate.a_day * hours / HOURS_A_DAY
        text = self._reader.raw(min(item.first, told[0].first), max(item.after, told[0].after))
        said = Message("“{text}” is read as {count} doses on one day", text=text, count=Figure(doses))
        return rate._replace(a_day=doses, assumed=(*rate.assumed, said))

    def _with_rate(self, often: Often, rate: Rate, item: Constituent) -> Often:
        assumed = [*often.assumed, *rate.assumed]
        if rate.is_most:
            assumed.append(Message("“{text}” is read as anything from nothing to that", text=self.raw(item)))
        if any(one and one.open_above for one in (rate.days, rate.a_day, rate.occasions)):
            assumed.append(
                Message("“{text}” is read as at least that: totals are at least what is shown", text=self.raw(item))
            )
        for value in (rate.days, rate.a_day, rate.occasions):
            if value is not None and value.high <= 0:
                raise PatternError(Message("“{text}” is never. Write how often it is, or was.", text=self.raw(item)))
        often = often._replace(is_said=True, assumed=tuple(assumed))
        if rate.total_of is not None:
            return often._replace(total=rate)
        if rate.periods < 0:  # a number of occasions that is the whole of it
            return often._replace(course=rate.occasions, course_text=self.raw(item))
        if rate.a_day is not None and not (rate.is_every_day and often.a_day):  # “twice a day, every day”
            often = often._replace(a_day=rate.a_day, is_counted=not rate.is_every_day)
        days = rate.days
        if rate.occasions is not None:
            most = max(rate.occasions.high / DAYS_A_YEAR, 1.0)
            days = capped(rate.occasions)
            if most > 1:
                a_day = rate.occasions / days.mid if days.is_exact else Interval.of(1, most)
                often = often._replace(a_day=a_day, is_counted=True)
        return often._replace(days=days) if days is not None else often

    def _with_wider(self, often: Often, wider: Wider, items: Sequence[Constituent], place: int) -> Often:
        by = wider.by
        said = (*often.assumed, self.widened(items[place]))
        if isinstance(by, Amount):
            return often._replace(assumed=said)
        if isinstance(by, Count):
            last = last_counted(items[:place])
            if not isinstance(last, Rate):
                return often._replace(assumed=said)
            scale = (last.occasions or last.days or last.a_day or Interval.exactly(1)).high
            told = self._reader.count(self._first_of(items[:place], last))
            factor = scale / told[0].value.high if told and told[0].value.high else 1.0
            by = Rate(
                a_day=by.value * factor if last.a_day and not last.days else None,
                days=capped(by.value * factor) if not last.a_day or last.days else None,
            )
        if by.a_day is not None:
            base = often.a_day or Interval.exactly(1)
            often = often._replace(a_day=widened_by(base, by.a_day), is_counted=True)
        before = {day for one in items[:place] if isinstance(one.what, Rate) for day in one.what.weekdays}
        if by.weekdays and often.days is not None and before.isdisjoint(by.weekdays):  # “Fridays, sometimes Saturdays”
            by = by._replace(days=often.days + by.days if by.days else None)
        days = by.days or (capped(by.occasions) if by.occasions is not None and by.periods >= 0 else None)
        if days is not None and often.days is not None:
            often = often._replace(days=widened_by(often.days, days))
        return often._replace(assumed=said)

    def _first_of(self, items: Sequence[Constituent], what: object) -> int:
        return next(item.first for item in reversed(items) if item.what is what)

    def widened(self, item: Constituent) -> Message:
        return Message("“{text}” is read as the upper end of what was said before", text=self.raw(item))


def repeats(often: Often) -> bool:
    """Whether a rate says that something comes back after a while, and is not on every day."""
    if often.total is not None and often.total.total_of is not None and often.total.total_of.is_whole:
        return True
    return often.days is not None and often.days.high < DAYS_A_YEAR


def last_counted(items: Sequence[Constituent]) -> Amount | Rate | None:
    for item in reversed(items):
        if isinstance(item.what, Rate) and item.what.is_counted:
            return item.what
        if isinstance(item.what, Amount) and item.what.value is not None:
            return item.what
    return None


def widened_by(one: Interval, other: Interval) -> Interval:
    low, high = min(one.low, other.low), max(one.high, other.high)
    return msgspec.structs.replace(Interval.of(low, high), open_above=one.open_above or other.open_above)
