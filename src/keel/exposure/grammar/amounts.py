"""Reads amounts: milligrams, milligrams per kilogram, pieces with their weight, measures without one."""

import msgspec

from keel.exposure.grammar.constituents import (
    MG,
    Amount,
    Count,
    Mark,
    Read,
)
from keel.exposure.grammar.cursor import K, once
from keel.exposure.grammar.numbers import NumberReader, interval
from keel.exposure.grammar.tokens import FRACTION, NUMBER, Token, folded
from keel.messages import Message
from keel.quantities import Interval


class AmountReader(NumberReader):
    """Amounts, by the place at which they begin."""

    @once
    def mass(self, at: int) -> Read[Amount] | None:
        """An amount with its unit: “1-2 g”, “half a gram to a gram”, “0.5 mg/kg”, “more than 2 g”, “gram”."""
        start = at
        found = self._one_mass(at)
        if found is None:
            return None
        amount, after = found
        other = None
        is_change = self.is_at(start - 1, K.CHANGED) and start > 0  # “from 2 g to 1 g” is no range
        if not is_change and (self.is_at(after, K.JOIN) or (self.is_at(start, K.BETWEEN) and self.is_at(after, K.AND))):
            other = self._one_mass(after + 1)
        if other and amount.value and other[0].value and other[0].per_kg == amount.per_kg and not amount.is_most:
            both, after = other
            assert both.value is not None  # noqa: S101 - for the type checker
            least = amount.value.low if both.is_most else min(amount.value.low, both.value.low)
            most = max(amount.value.high, both.value.high)
            amount = amount._replace(value=interval(least, most), assumed=(*amount.assumed, *both.assumed))
        elif other is None and amount.value and (more := self._or_number(after)):
            number, after = more
            most = number.high * MG[amount.unit]
            amount = amount._replace(value=interval(amount.value.low, most))
        amount, after = self._after_mass(amount, after)
        if amount.is_most and amount.value:
            said = Message("“{text}” is read as anything from nothing to that", text=self.raw(start, after))
            amount = amount._replace(assumed=(*amount.assumed, said))
        elif amount.value and amount.value.open_above:
            said = Message("“{text}” is read as at least that: totals are at least what is shown",
                           text=self.raw(start, after))  # fmt: skip
            amount = amount._replace(assumed=(*amount.assumed, said))
        return amount, after

    def _or_number(self, at: int) -> Read[Interval] | None:
        """“a gram or two”: a number that has its unit from what stands before it."""
        if not self.is_at(at, K.JOIN) or self.is_at(at, K.UNTIL) or not self.tokens[at].text.isalpha():
            return None
        counted = self.count(at + 1)
        if counted is None or self.is_at(counted[1], "unit", K.TIMES, "period", "adverb", K.PIECE, "uncounted"):
            return None
        if self.is_at(counted[1], K.PER) and not self.is_at(counted[1], K.EVERY):
            return None
        return counted[0].value, counted[1]

    def _after_mass(self, amount: Amount, after: int) -> Read[Amount]:
        """A comparison that stands behind: “1 g or more”, “2 g max”."""
        if amount.value is None:
            return amount, after
        if self.is_at(after, K.OR_MORE) and not self.begins(after + 1):
            return amount._replace(value=msgspec.structs.replace(amount.value, open_above=True)), after + 1
        if self.is_at(after, K.OR_LESS) and not self.begins(after + 1):
            return amount._replace(value=Interval.of(0, amount.value.high), is_most=True), after + 1
        return amount, after

    def _one_mass(self, at: int) -> Read[Amount] | None:
        start = at
        is_another = self.is_at(at, K.ANOTHER)
        counted = self.count(at + is_another, one=True)
        if counted is None and self.is_at(at + is_another, K.BETWEEN):
            counted = self.count(at + is_another + 1, one=True)
        if counted is None:
            compared = self.skip(at + is_another, K.ABOUT, K.MORE, K.LESS)
            if not self.is_at(compared, "unit"):
                return None
            counted = Count(Interval.exactly(1)), compared
            if any(self.is_at(place, K.MORE) and not self.is_at(place, K.ABOUT) for place in range(at, compared)):
                counted = Count(Interval(1, 1, 1, open_above=True)), compared
        number, after = counted
        # “half a gram”, “a quarter of a gram”, “2 and a half grams”
        after_of = self.skip(after, K.OF) if not self.is_at(after, "unit") else after
        if self.is_at(after - 1, "part", FRACTION) and self.is_at(after_of, K.ONE) and self.is_at(after_of + 1, "unit"):
            after_of += 1
        if self.is_at(after_of, "unit"):
            unit = str(self.value(after_of, "unit"))
            after = after_of + 1
        elif is_another and (before := [place for place in self.units if place < at]):
            unit = self.units[max(before)]
        else:
            return None
        self.units[start] = unit
        value = number.value * MG[unit]
        if self.is_at(after, K.HALF_MORE):
            value, after = value + Interval.exactly(MG[unit] / 2), after + 1
        per_kg = self.is_at(after, K.PER) and self.is_at(after + 1, "body_weight")
        after += 2 * per_kg
        return Amount(value, per_kg=per_kg, assumed=number.assumed, is_most=number.is_most, unit=unit), after

    def amount(self, at: int) -> Read[Amount] | None:
        """An amount with the pieces that it is taken in, or pieces whose weight is not said."""
        ways = (self._pieces_of_mass, self._mass_times, self.mass, self._pieces, self._shared, self._part_of_mass)
        found = max((read for way in ways if (read := way(at))), key=lambda read: read[1], default=None)
        return found and (self._by_daypart(at) or found)

    def dayparts(self, at: int) -> Read[list[str]] | None:
        """“in the morning”, “at breakfast and at bedtime”, “8 am”: the parts of a day, each with its hour."""
        found: list[str] = []
        after = joined = at
        while True:
            at = joined
            while self.is_at(at, K.FILLER, K.THE, K.EVERY, K.PER) and not self.is_at(at, K.ONE, "daypart"):
                at += 1
            hour = self.is_at(at, NUMBER) and self.is_at(at + 1, "daypart") and not self.is_at(at + 1, "period")
            if not self.is_at(at + hour, "daypart"):
                return (found, after) if found else None
            part = f"{self.value(at + hour, 'daypart')}{self.raw(at, at + hour)}"
            if not found or (joined > after and part not in found):  # “every evening before bed” is one
                found.append(part)
            after = at + hour + 1
            joined = self._between_dayparts(after)

    def doses_of_day(self, at: int, after: int, count: int) -> Message:
        """Says that parts of a day are doses of it."""
        return Message("“{text}” is read as {count} doses on one day", text=self.raw(at, after), count=count)

    def _between_dayparts(self, at: int) -> int:
        while self.is_at(at, K.AND, K.THEN) or self.is_sign(at, ",;/"):
            at += 1
        return at

    def _by_daypart(self, at: int) -> Read[Amount] | None:
        """“100 mg in the morning and 200 mg at night”: their mean, and how many doses they are on a day."""
        start = at
        amounts: list[Amount] = []
        named: list[str] = []
        while True:
            weighed = self._pieces_of_mass(at) or self.mass(at)
            if weighed is None and amounts and amounts[-1].pieces and (more := self.count(at)):
                weighed = (
                    amounts[-1]._replace(pieces=more[0]),
                    more[1],
                )  # “a 100 mg troche in the morning and 2 at night”
            if weighed is None:
                break
            words, after = self._pieces_end(weighed[1])
            parts = self.dayparts(after)
            if parts is None:
                break
            routes = tuple(str(word.readings["route"]) for word in words if "route" in word.readings)
            amount = weighed[0]._replace(routes=(*weighed[0].routes, *routes))
            amounts += [amount] * len(parts[0])
            named += parts[0]
            last, end = after, parts[1]
            at = self._between_dayparts(end)
        values = [one.value * (one.pieces.value if one.pieces else 1.0) for one in amounts if one.value]
        is_alike = len({(one.routes, one.per_kg) for one in amounts}) == 1
        if len(amounts) < 2 or not is_alike or len(set(named)) < len(named) or len(values) < len(amounts):
            return None
        self.doses[last] = float(len(amounts))
        said = self.doses_of_day(start, end, len(amounts))
        assumed = dict.fromkeys(told for one in amounts for told in one.assumed)
        mean = sum(values[1:], values[0]) / len(values)
        return amounts[0]._replace(value=mean, pieces=None, assumed=(*assumed, said)), last

    def _shared(self, at: int) -> Read[Amount] | None:
        """“2 g between 4 of us”, “split a gram with a friend”: one of so many equal parts."""
        start = at
        is_shared = self.is_at(at, K.SHARED)
        whole_at = self.to_number(at + is_shared, K.FILLER)
        whole = self._pieces_of_mass(whole_at) or self.mass(whole_at)
        if whole is None or whole[0].value is None:
            return None
        (amount, after), value = whole, whole[0].value
        at = after + self.is_at(after, K.FILLER)
        if self.is_at(after, K.BETWEEN):
            people, others = self.count(after + 1), 0
        elif is_shared and at > after:
            people, others = self.count(at, one=True), 1
        else:
            return None
        if people is None or (others and not self.is_at(people[1], K.PEOPLE)) or people[0].value.low + others < 2:
            return None
        after = people[1] + self.is_at(people[1], K.PEOPLE)
        value = value / (people[0].value + Interval.exactly(others))
        said = Message("“{text}” is read as equal parts, of which one was taken", text=self.raw(start, after))
        return amount._replace(value=value, assumed=(*amount.assumed, said)), after

    def _part_of_mass(self, at: int) -> Read[Amount] | None:
        """“20 lines a gram”: what one piece weighs."""
        counted = self.count(at)
        if counted is None or counted[0].value.low <= 0 or not self._is_piece(counted[1]):
            return None
        unit = self.skip(counted[1] + 1, K.PER, K.FROM)
        weight = self.mass(unit) if unit > counted[1] + 1 and self.is_at(unit, "unit") else None
        if weight is None or weight[0].value is None:
            return None
        amount, after = weight
        return amount._replace(value=weight[0].value / counted[0].value, uncounted=self.raw(at, after)), after

    def _mass_times(self, at: int) -> Read[Amount] | None:
        """“56 mg x 8”: the number of pieces behind their weight."""
        weight = self.mass(at)
        times = self.skip(weight[1], K.PIECE) if weight else at
        if weight is None or not self.is_at(times, K.TIMES) or self.is_at(times, K.SESSION):
            return None
        counted = self.count(times + 1)
        if counted is None or self.is_at(counted[1], "period", "unit", K.TIMES, "body_weight", "adverb"):
            return None
        if self.is_at(self.skip(counted[1], K.PER, K.EVERY), "period"):
            return None  # “1 g x 3 a week” is three times
        after = counted[1] + self.is_at(counted[1], K.PIECE)
        return weight[0]._replace(pieces=counted[0], assumed=(*weight[0].assumed, *counted[0].assumed)), after

    def each_piece(self, at: int) -> Read[Mark] | None:
        """“10 mg per spray”, “30 mg a bump”: the amount before it is that of one."""
        is_of_one = self.is_at(at - 1, "unit") and self.is_at(at, K.PER) and self.is_at(at + 1, K.PIECE, "uncounted")
        if not at or not is_of_one:
            return None
        piece = self.tokens[at + 1]
        return Mark(K.EACH_TIME, piece.readings | {"piece_of": folded(piece.text)}), at + 2

    def _is_piece(self, at: int) -> bool:
        return self.is_at(at, K.PIECE, K.SESSION, "uncounted")

    def _pieces_end(self, at: int) -> Read[list[Token]]:
        """The words of a piece: “sublingual troches”, “Spravato”."""
        found: list[Token] = []
        while self.is_at(at, K.PIECE, K.SESSION, "uncounted", "route", "substance", "form", "pharmacy_form", "setting"):
            found.append(self.tokens[at])
            at += 1
        return found, at

    def _pieces_of_mass(self, at: int) -> Read[Amount] | None:
        """“2 x 100 mg troches”, “8 infusions of 35 mg”, “1/2-2 troches of 200 mg”, “half a 200 mg troche”."""
        counted = self.count(at)
        if counted is None:
            return None
        number, after = counted
        is_session = False
        words: list[Token] = []
        if self.is_at(after, K.TIMES) and not self.is_at(after, K.SESSION):
            after += 1
        elif self.is_at(after, K.PIECE, K.SESSION):
            is_session = self.is_at(after, K.SESSION)
            if self.is_at(after + 1, K.PER) and self.is_at(after + 2, "unit"):
                return None  # “20 lines a gram” says what one weighs
            words, after = self._pieces_end(after)
        else:
            # “2 100 mg troches”, “half of a 200 mg troche”: a number of pieces before their weight
            beside = self.skip(after, K.OF)
            beside = beside if self.is_at(beside + 1, "unit") else self.skip(beside, K.ONE)
            weight = self.mass(beside) if not self.is_at(after, "unit") else None
            if weight is None or self.is_at(beside, "unit") or not self.is_at(weight[1], K.PIECE):
                return None
        after = self.skip(after, K.OF)
        if not self.is_at(after + 1, "unit"):
            after = self.skip(after, K.ONE)
        weight = self.mass(after)
        if weight is None or weight[0].pieces:
            return None
        amount, after = weight
        behind = [*words]
        if self.is_at(after, K.PIECE, K.SESSION):
            is_session |= self.is_at(after, K.SESSION)
        routes = tuple(str(word.readings["route"]) for word in behind if "route" in word.readings)
        assumed = (*number.assumed, *amount.assumed)
        return amount._replace(pieces=number, is_session=is_session, routes=routes, assumed=assumed), after

    def _pieces(self, at: int) -> Read[Amount] | None:
        """“2 troches”, “a few bumps”, “lines”: no weight is said."""
        counted = self.count(at, one=True)
        start = at
        number, after = counted or (None, at)
        if counted and self.is_at(after, K.OF) and self.is_at(after + 1, K.ONE):
            after += 2
        elif counted and self.is_at(after - 1, "part", FRACTION) and self.is_at(after, K.ONE):
            after += 1
        after = self.skip(after, K.OF) if counted else after
        if counted is None or number is None:
            # A piece without a number only describes (“lozenge”, “bag”); a measure without a weight is an amount.
            if not self.is_at(at, "uncounted"):
                return None
            after = at
        elif self.is_at(after, "route") and any(self.is_at(place, K.PIECE) for place in range(at)):
            return Amount(None, pieces=number), after  # “100 mg troche, 1 SL”
        elif self.is_at(after, "weekday", "period") or not self.is_at(after, "uncounted", K.PIECE):
            return None
        names = self.tokens[after]
        words, after = self._pieces_end(after)
        routes = tuple(str(word.readings["route"]) for word in words if "route" in word.readings)
        return (
            Amount(
                None,
                pieces=number,
                uncounted=self.raw(start, after) if "uncounted" in names or counted else "",
                routes=routes,
                assumed=number.assumed if number else (),
            ),
            after,
        )
