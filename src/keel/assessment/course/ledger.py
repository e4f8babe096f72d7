"""Every dose and told pattern of a person, by who tells of it, each molecule and route apart."""

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from keel.exposure import summarise
from keel.exposure.ledger import UsingDay, fold
from keel.exposure.multiples import REFERENCE
from keel.exposure.totals import route_text, substance_text
from keel.knowledge import Knowledge
from keel.messages import Message, joined, plural
from keel.quantities import Figure, Interval
from keel.record import Dose, Record, Setting, UsePattern
from keel.record.selection import doses_taken, told_sequences

OF_A_SESSION = "session "
"""How the origin of a dose begins that a session of this clinic gave."""
YEAR_DAYS = 365


class Teller(StrEnum):
    """Who tells of a dose, the surest first."""

    HERE = "here"
    CLINIC = "clinic"
    HOME = "home"
    OWN = "own"
    NOT_SAID = "not_said"

    @property
    def words(self) -> Message:
        """Who says so, in words."""
        return _TELLERS[self]


_TELLERS = {
    Teller.HERE: Message("given here, written in its session"),
    Teller.CLINIC: Message("given in a clinic, as recorded or reported"),
    Teller.HOME: Message("prescribed and taken at home"),
    Teller.OWN: Message("the person’s own use, as told"),
    Teller.NOT_SAID: Message("nobody said where"),
}


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """Doses of one substance by one route, told by one: how many, of how many the amount is not known, milligrams.

    `mg` is all of them, `mg_year` those of the last 365 days, `times_reference` that beside a year of the reference
    course; None where no amount is known.
    """

    teller: Teller
    what: Message
    doses: int
    unknown: int
    first: dt.date
    last: dt.date
    mg: Interval | None
    mg_year: Interval | None
    times_reference: Interval | None

    @property
    def amount(self) -> Message:
        """“1,456 mg in 18 doses, 812 mg of it in the last 365 days”."""
        doses = plural("{count} dose", "{count} doses", count=self.doses)
        said = [Message("{mg} mg in {doses}", mg=Figure(self.mg), doses=doses) if self.mg else doses]
        if self.unknown:
            said.append(
                plural("of {count} the amount is not known", "of {count} the amount is not known", count=self.unknown)
            )
        if self.mg_year:
            said.append(Message("{mg} mg in the last {days} days", mg=Figure(self.mg_year), days=YEAR_DAYS))
        if self.times_reference:
            said.append(Message("{times} times the reference course", times=Figure(self.times_reference, 3)))
        return joined("; ", said)


class ToldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern as it was told, and what it comes to by substance and route; no row of doses holds it."""

    teller: Teller
    text: str
    amounts: tuple[Message, ...]


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Doses with a date, then patterns that were told. The two may tell of the same use, and are never added."""

    rows: tuple[LedgerRow, ...]
    told: tuple[ToldRow, ...]


def teller_of(dose: Dose) -> Teller:
    """Who tells of a dose: a session of this clinic, somebody who wrote that it was in a clinic, or the person."""
    is_here = dose.setting is Setting.CLINIC and dose.origin.startswith(OF_A_SESSION)
    return Teller.HERE if is_here else _BY_SETTING[dose.setting]


_BY_SETTING = {
    Setting.CLINIC: Teller.CLINIC,
    Setting.PRESCRIBED_HOME: Teller.HOME,
    Setting.NON_MEDICAL: Teller.OWN,
    Setting.UNKNOWN: Teller.NOT_SAID,
}


def ledger_of(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Ledger:
    """The ledger of a record at a time. Milligrams of different routes or molecules are never added."""
    groups: dict[tuple[Teller, str, str], list[Dose]] = {}
    for dose in doses_taken(record, at):
        groups.setdefault((teller_of(dose), dose.substance, dose.route), []).append(dose)
    order = list(Teller)
    rows = sorted(groups.items(), key=lambda one: (order.index(one[0][0]), one[0][1:]))
    return Ledger(
        rows=tuple(row for key, doses in rows for row in _row(key, doses, record, at, knowledge)),
        told=tuple(_told(one, record, at, knowledge) for one in told_sequences(record.patterns)),
    )


def _told(phases: tuple[UsePattern, ...], record: Record, at: dt.datetime, knowledge: Knowledge) -> ToldRow:
    alone = Record(person=record.person, patterns=phases)
    found = summarise(alone, at=at, knowledge=knowledge)
    amounts = (Message("{what}: {amount}", what=one.name, amount=one.text) for one in found.by_route)
    return ToldRow(teller=_BY_SETTING[phases[-1].setting], text=phases[0].text, amounts=tuple(amounts))


def _row(
    key: tuple[Teller, str, str], doses: list[Dose], record: Record, at: dt.datetime, knowledge: Knowledge
) -> Iterator[LedgerRow]:
    teller, substance, route = key
    ledger = fold(doses, at=at, knowledge=knowledge, weight_kg=record.person.weight_kg)
    if not ledger.days:
        return
    ever = _sum(ledger.days)
    year = _sum(ledger.within(YEAR_DAYS, at))
    yield LedgerRow(
        teller=teller,
        what=joined(", ", (substance_text(substance), route_text(route, knowledge))),
        doses=sum(day.doses for day in ledger.days),
        unknown=sum(day.unknown_doses for day in ledger.days),
        first=ledger.days[0].day,
        last=ledger.days[-1].day,
        mg=ever,
        mg_year=year,
        times_reference=year / knowledge.courses[REFERENCE].mg_per_year.value if year else None,
    )


def _sum(days: Iterable[UsingDay]) -> Interval | None:
    amounts = [mg for day in days for mg in day.mg.values()]
    return sum(amounts[1:], amounts[0]) if amounts else None
