"""Patterns of use made at random from the words of a language, each with its figures summed slowly and by itself.

The sums know nothing of the reader: fractions, and every using day of a year is added one by one. 52 weeks and 365 days
make a year (harms reference 10.3, note vi).
"""

import datetime as dt
import random
from fractions import Fraction
from typing import NamedTuple

from keel.exposure import PatternError, parse_pattern, summarise
from keel.knowledge import load
from keel.knowledge.reading import WordKind
from keel.quantities import Interval
from keel.record import Record

A_YEAR = {"day": 365, "night": 365, "week": 52, "fortnight": 26, "month": 12, "year": 1}
MG = {"mg": 1, "g": 1000, "oz": Fraction("28349.523125")}
"""The ounce: NIST Handbook 44, appendix C."""
FRAMES = {
    "en": {
        "per": ["a", "per", "/"],
        "times": ["times", "x"],
        "every": ["every"],
        "for": ["for", "for about", "x", "over the course of"],
        "then": ["then", "followed by", "after that"],
        "and": ["and", "plus", "as well as"],
        "past": ["used to take", "used to do", "previously"],
        "now": ["now", "currently", "these days"],
        "stopped": "stopped {} ago",
        "on": "on ",
        "more": ["more than", "at least", "over"],
        "less": ["up to", "no more than", "at most"],
        "between": "between {} and {}",
        "join": ["to", "-", "or"],
        "except": ["except on {}", "but not on {}", "not {}"],
        "on and off": ["{} days on, {} days off", "{} days on {} off"],
        "shared": ["{} between {} of us", "{} between {}"],
        "parts": ["in the morning", "at noon", "in the evening", "at bedtime"],
        "an hour": "{} per hour for {} hours",
    },
    "es": {
        "per": ["por", "al", "a la"],
        "times": ["veces"],
        "every": ["cada"],
        "for": ["durante", "por", "durante unos"],
        "then": ["luego", "después", "seguido de"],
        "and": ["y", "y también", "además"],
        "past": ["antes", "solía tomar", "antes tomaba"],
        "now": ["ahora", "actualmente", "y ahora"],
        "stopped": "lo dejé hace {}",
        "on": "los ",
        "more": ["más de", "al menos"],
        "less": ["hasta", "como mucho"],
        "between": "entre {} y {}",
        "join": ["a", "-", "o"],
        "except": ["excepto los {}", "menos los {}", "salvo los {}"],
        "on and off": ["{} días sí y {} no", "{} días sí, {} días no"],
        "shared": ["{} entre {}"],
        "parts": ["por la mañana", "al mediodía", "por la tarde", "por la noche"],
        "an hour": "{} por hora durante {} horas",
    },
}
"""Words of the language that stand in a sentence; each is checked to be one of its file."""


class Told(NamedTuple):
    """A text, and what it means: low and high of each figure; None where the words leave it open."""

    text: str
    days: tuple[Fraction, Fraction] | None
    mg_per_year: tuple[Fraction, Fraction]
    cumulative_mg: tuple[Fraction, Fraction] | None


class _Phase(NamedTuple):
    words: str
    days: tuple[Fraction, Fraction] | None
    year: tuple[Fraction, Fraction]
    ever: tuple[Fraction, Fraction] | None


class Speaker:
    """Says patterns in one language."""

    def __init__(self, language: str, seed: int) -> None:
        self.language, self.pick = language, random.Random(seed)  # noqa: S311 - texts, no secrets
        self.phrases = load().phrases[language]
        self.frame = FRAMES[language]

    def told(self) -> Told:
        """One pattern, or two of them after or beside one another, or one that is over."""
        kind = self.pick.random()
        if kind < 0.55:
            phase = self.phase()
            return Told(phase.words, phase.days, phase.year, phase.ever)
        if kind < 0.7:
            first, last = self.phase(length=True), self.phase(length=True)
            word = self.pick.choice(self.frame["then"])
            return Told(f"{first.words}, {word} {last.words}", last.days, last.year, _plus(first.ever, last.ever))
        if kind < 0.8:
            first, last = self.phase(length=True), self.phase(length=True)
            past, now = self.pick.choice(self.frame["past"]), self.pick.choice(self.frame["now"])
            words = f"{past} {first.words}, {now} {last.words}"
            return Told(words, last.days, last.year, _plus(first.ever, last.ever))
        if kind < 0.9:
            days = self.pick.sample(range(7), 2)
            one, other = (self.phase(weekdays=[day], length=False) for day in days)
            words = f"{one.words} {self.pick.choice(self.frame['and'])} {other.words}"
            return Told(words, _plus(one.days, other.days), _plus(one.year, other.year), None)
        phase = self.phase(length=True)
        count, unit = self.pick.randint(1, 9), self.pick.choice(["week", "month", "year"])
        words = f"{phase.words}, {self.frame['stopped'].format(f'{count} {self.period(unit, count)}')}"
        zero = (Fraction(0), Fraction(0))
        return Told(words, zero, zero, phase.ever)

    def phase(self, weekdays: list[int] | None = None, length: bool | None = None) -> _Phase:
        if weekdays is None and self.pick.random() < 0.25:
            ways = [self._of_a_day, self._of_a_day, self._of_a_period, self._of_parts, self._of_hours]
            return self.pick.choice(ways)(length)
        amount, mg = self.amount()
        pieces = self.pick.choice([1, 1, 1, 2, 3])
        said = f"{pieces} x {amount}" if pieces > 1 else amount
        often, days, doses = self.weekly(weekdays) if weekdays is not None else self.often()
        day = (mg[0] * pieces * doses[0], mg[1] * pieces * doses[1])
        year = (_summed(days[0], day[0]), _summed(days[1], day[1]))
        words = [said, often]
        if self.pick.random() < 0.3 and weekdays is None:
            words.reverse()
        return self._lasting(" ".join(words), days, year, length)

    def _lasting(
        self, words: str, days: tuple[Fraction, Fraction] | None, year: tuple[Fraction, Fraction], length: bool | None
    ) -> _Phase:
        """The phase with a length behind it, where it is to have one, and the total over it."""
        if not (length or (length is None and self.pick.random() < 0.5)):
            return _Phase(words, days, year, None)
        count, unit = self.pick.randint(1, 12), self.pick.choice(["month", "year"])
        words = f"{words} {self.pick.choice(self.frame['for'])} {self.number(count)} {self.period(unit, count)}"
        years = Fraction(count, A_YEAR[unit])
        return _Phase(words, days, year, (year[0] * years, year[1] * years))

    def _of_a_day(self, length: bool | None) -> _Phase:
        """“2 g a day, 5 days a week”: an amount of the whole day, and how many days."""
        amount, mg = self.amount()
        count, unit, per = self.pick.randint(1, 6), self.pick.choice(["week", "month"]), self.frame["per"]
        day, days = self.period("day", 1), self.period("day", count)
        words = f"{amount} {self.pick.choice(per)} {day}, {count} {days} {self.pick.choice(per)} {self.period(unit, 1)}"
        told = _days(count, unit)
        kind = self.pick.random()
        if kind < 0.25:
            left = self.weekly([self.pick.randrange(7)])[0].removeprefix(self.frame["on"])
            words, told = (
                f"{amount} {self.pick.choice(per)} {day} {self.pick.choice(self.frame['except']).format(left)}",
                Fraction(312),
            )
        elif kind < 0.5:
            on, off = self.pick.randint(1, 9), self.pick.randint(1, 9)
            words = (
                f"{amount} {self.pick.choice(per)} {day}, {self.pick.choice(self.frame['on and off']).format(on, off)}"
            )
            told = Fraction(365 * on, on + off)
        return self._lasting(words, (told, told), (_summed(told, mg[0]), _summed(told, mg[1])), length)

    def _of_parts(self, length: bool | None) -> _Phase:
        """“100 mg in the morning and 200 mg at night”: each part of the day with its own amount."""
        parts = sorted(self.pick.sample(range(4), self.pick.randint(2, 3)))
        amounts = [self.pick.choice([25, 50, 100, 150]) for _ in parts]
        said = [f"{mg} mg {self.frame['parts'][part]}" for mg, part in zip(amounts, parts, strict=True)]
        joined = self.pick.choice([", ", f" {self.frame['and'][0]} "]).join(said)
        day, days = sum(map(Fraction, amounts)), Fraction(365)
        return self._lasting(joined, (days, days), (_summed(days, day),) * 2, length)

    def _of_hours(self, length: bool | None) -> _Phase:
        """“20 mg per hour for 5 hours, weekly”: so much in each of so many hours."""
        mg, hours = self.pick.choice([10, 20, 35]), self.pick.randint(2, 12)
        often, days, _ = self.weekly([self.pick.randrange(7)])
        words = f"{self.frame['an hour'].format(f'{mg} mg', hours)} {often}"
        return self._lasting(words, days, (_summed(days[0], Fraction(mg * hours)),) * 2, length)

    def _of_a_period(self, length: bool | None) -> _Phase:
        """“3 g a week”: an amount of the whole week, on days that nobody told."""
        amount, mg = self.amount()
        unit = self.pick.choice(["week", "month", "year"])
        words = f"{amount} {self.pick.choice(self.frame['per'])} {self.period(unit, 1)}"
        periods = Fraction(A_YEAR[unit])
        return self._lasting(words, None, (_summed(periods, mg[0]), _summed(periods, mg[1])), length)

    def amount(self) -> tuple[str, tuple[Fraction, Fraction]]:
        """An amount in words, and its ends in milligrams."""
        unit = self.pick.choice(["mg", "g", "mg", "g", "mg", "g", "oz"])
        name = self.pick.choice(next(one.words for one in self.phrases.grammar.units if one.id == unit))
        low = self.pick.choice([25, 50, 100, 150, 400]) if unit == "mg" else self.pick.choice([1, 2, 3])
        kind = self.pick.random()
        if unit == "oz" or kind < 0.45:
            low = low if unit != "oz" else 1
            return f"{self.number(low) if unit == 'g' else low} {name}", (Fraction(low * MG[unit]),) * 2
        if kind < 0.55:
            people = self.pick.randint(2, 5)
            text = self.pick.choice(self.frame["shared"]).format(f"{low} {name}", people)
            return text, (Fraction(low * MG[unit], people),) * 2
        if kind < 0.7:
            half = Fraction(1, 2) if unit == "g" else Fraction(low)
            text = self.pick.choice(["0.5", ".5", "1/2", "½"]) if unit == "g" else str(low)
            return f"{text} {name}", (half * MG[unit],) * 2
        if kind < 0.9:
            high = low + self.pick.randint(1, 5)
            join = self.pick.choice(self.frame["join"])
            text = f"{low}-{high}" if join == "-" else f"{low} {join} {high}"
            if self.pick.random() < 0.5:
                text = self.frame["between"].format(low, high)
            return f"{text} {name}", (Fraction(low * MG[unit]), Fraction(high * MG[unit]))
        if kind < 0.95:
            return f"{self.pick.choice(self.frame['less'])} {low} {name}", (Fraction(0), Fraction(low * MG[unit]))
        return f"{self.pick.choice(self.frame['more'])} {low} {name}", (Fraction(low * MG[unit]),) * 2

    def number(self, value: int) -> str:
        """A whole number in digits or in a word of the language."""
        words = [word for one in self.phrases.grammar.numbers if one.value == value for word in one.words]
        words = [word for word in words if " " not in word and word not in ("single", "both", "ambos", "ambas")]
        return self.pick.choice([str(value), *words[:1]])

    def period(self, name: str, count: int = 2) -> str:
        """A word for a period: its first one for one of it, its second for several."""
        words = next(one.words for one in self.phrases.grammar.periods if one.id == name)
        return words[0 if count == 1 else 1]

    def often(self) -> tuple[str, tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
        """How often in words, using days a year and doses on one, both as low and high."""
        kind, once = self.pick.randrange(7), (Fraction(1), Fraction(1))
        per = self.pick.choice(self.frame["per"])
        if kind == 0:
            count, unit = self.pick.randint(2, 4), self.pick.choice(["week", "month"])
            times = self.pick.choice(self.frame["times"])
            return f"{self.number(count)} {times} {per} {self.period(unit, 1)}", (_days(count, unit),) * 2, once
        if kind == 1:
            low, unit = self.pick.randint(1, 3), self.pick.choice(["week", "month"])
            high = low + self.pick.randint(1, 3)
            times = self.pick.choice(self.frame["times"])
            return (
                f"{low}-{high} {times} {per} {self.period(unit, 1)}",
                (_days(low, unit), _days(high, unit)),
                once,
            )
        if kind == 2:
            gap, unit = self.pick.randint(2, 6), self.pick.choice(["day", "week", "month"])
            days = Fraction(A_YEAR[unit], gap)
            return f"{self.pick.choice(self.frame['every'])} {gap} {self.period(unit)}", (days, days), once
        if kind == 3:
            unit = self.pick.choice(["day", "week", "month", "year"])
            periods = {one.id: one for one in self.phrases.grammar.periods}
            adverbs = [word for word in periods[unit].adverbs if "/" not in word and "." not in word]
            return self.pick.choice(adverbs), (Fraction(A_YEAR[unit]),) * 2, once
        if kind == 4:
            count = self.pick.randint(2, 4)
            doses = (Fraction(count),) * 2
            times = self.pick.choice(self.frame["times"])
            return f"{self.number(count)} {times} {per} {self.period('day', 1)}", (Fraction(365),) * 2, doses
        if kind == 5:
            count, unit = self.pick.randint(2, 6), self.pick.choice(["week", "month"])
            days = self.period(self.pick.choice(["day", "night"]))
            return f"{self.number(count)} {days} {per} {self.period(unit, 1)}", (_days(count, unit),) * 2, once
        return self.weekly(sorted(self.pick.sample(range(7), self.pick.randint(1, 3))))

    def weekly(self, days: list[int]) -> tuple[str, tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
        """Named days of the week."""
        names = [self.phrases.grammar.weekdays[day].words[-1 if self.language == "es" else 1] for day in days]
        last = f" {self.frame['and'][0]} "
        text = self.frame["on"] + (", ".join(names[:-1]) + last + names[-1] if len(names) > 1 else names[0])
        return text, (Fraction(52 * len(days)),) * 2, (Fraction(1), Fraction(1))

    def words_are_of_the_language(self) -> bool:
        """Whether the words of the frames stand in the file of the language."""
        known = {word for words in self.phrases.grammar.words.values() for word in words}
        kinds = {"per": WordKind.PER, "times": WordKind.TIMES, "then": WordKind.THEN, "past": WordKind.PAST}
        return all(
            word in known and word in self.phrases.grammar.words[kind]
            for name, kind in kinds.items()
            for word in self.frame[name]
        )


def differences(told: Told, language: str, at: dt.datetime) -> dict[str, object] | None:
    """The figures of the reader that are not those of the slow sum, by name; None where it refuses the text."""
    try:
        patterns = parse_pattern(told.text, at=at, knowledge=load(), language=language)
    except PatternError:
        return None
    found = summarise(Record(patterns=patterns), at=at, knowledge=load())
    pairs = {
        "days": (found.sessions_per_year_range, told.days),
        "mg_per_year": (found.mg_per_year, told.mg_per_year),
        "cumulative_mg": (found.cumulative_mg, told.cumulative_mg),
    }
    return {name: (got, wanted) for name, (got, wanted) in pairs.items() if not _is_same(got, wanted)}


def _is_same(got: Interval | None, wanted: tuple[Fraction, Fraction] | None) -> bool:
    if got is None or wanted is None:
        return got is wanted
    ends = zip((got.low, got.high), wanted, strict=True)
    return all(abs(one - float(other)) <= 1e-9 * max(1.0, float(other)) for one, other in ends)


def _days(count: int, unit: str) -> Fraction:
    return min(Fraction(count * A_YEAR[unit]), Fraction(365))


def _summed(days: Fraction, mg: Fraction) -> Fraction:
    """The milligrams of each using day, one after the other; the last one may be a part of a day."""
    total = 0
    for _ in range(int(days)):
        total += mg.numerator
    return Fraction(total, mg.denominator) + (days - int(days)) * mg


def _plus(
    one: tuple[Fraction, Fraction] | None, other: tuple[Fraction, Fraction] | None
) -> tuple[Fraction, Fraction] | None:
    return None if one is None or other is None else (one[0] + other[0], one[1] + other[1])
