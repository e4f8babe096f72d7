"""The book: the fold of its lines into balances by lot, what was taken out, counts, and discrepancies.

A discrepancy opens by itself: two people have counted something else than the book says, or what was taken out was not
given, wasted and returned as a whole by the end of its day. It stays until somebody who gave and counted nothing of it
closes it. What was written after the day was over does not undo it.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from keel.assessment.stock import moves
from keel.assessment.stock.moves import StockMove

ZERO = Decimal(0)
_SETTLES = moves.Explain | moves.ReportLoss | moves.Close | moves.Correct


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the book: when it happened, when it was written, by whom, and what was moved."""

    number: int
    at: dt.datetime
    recorded_at: dt.datetime
    by: str
    move: StockMove


class Opening(msgspec.Struct, kw_only=True):
    """What was taken out of the cupboard, and what became of it."""

    line: Line
    lot: int
    issued: Decimal
    used: Decimal = ZERO
    used_in_time: Decimal = ZERO
    hands: set[str] = msgspec.field(default_factory=set)

    @property
    def left(self) -> Decimal:
        """What is neither given nor wasted nor back."""
        return self.issued - self.used


class Discrepancy(msgspec.Struct, kw_only=True):
    """A difference, who had it in hand, and what was found out. `difference` is found minus expected."""

    id: str
    lot: int
    since: dt.datetime
    difference: Decimal
    hands: set[str]
    explained: list[Line] = msgspec.field(default_factory=list)
    reported: list[Line] = msgspec.field(default_factory=list)
    corrected: list[Line] = msgspec.field(default_factory=list)
    closed: Line | None = None

    @property
    def is_explained(self) -> bool:
        """Whether the newest word on it says so."""
        newest = self.explained[-1].move if self.explained else None
        return isinstance(newest, moves.Explain) and newest.is_explained


class Lot(msgspec.Struct, kw_only=True):
    """A delivery and what is left of it in the cupboard."""

    number: int
    received: moves.Receive
    balance: Decimal
    first_count: Line | None = None
    counted_at: dt.datetime | None = None
    hands: set[str] = msgspec.field(default_factory=set)


class Book(msgspec.Struct, kw_only=True):
    """The book at a time; `unconfirmed` are lines whose witness has not said so yet."""

    lots: dict[int, Lot] = msgspec.field(default_factory=dict)
    openings: dict[int, Opening] = msgspec.field(default_factory=dict)
    discrepancies: dict[str, Discrepancy] = msgspec.field(default_factory=dict)
    unconfirmed: dict[int, Line] = msgspec.field(default_factory=dict)
    balances: dict[int, Decimal] = msgspec.field(default_factory=dict)
    """The balance of its lot after each line."""

    @property
    def open_discrepancies(self) -> list[Discrepancy]:
        """Those that nobody has closed."""
        return [one for one in self.discrepancies.values() if one.closed is None]


def book(lines: Iterable[Line], *, at: dt.datetime, zone: dt.tzinfo) -> Book:
    """The book as it stands at a time, the days being those of a zone."""
    found, about = Book(), list[Line]()
    for line in lines:
        if isinstance(line.move, _SETTLES):
            about.append(line)
        _move(found, line, zone)
    for opening in found.openings.values():
        _left_over(found, opening, at, zone)
    for line in about:
        _settle(found, line)
    return found


def _move(found: Book, line: Line, zone: dt.tzinfo) -> None:
    move = line.move
    if isinstance(move, moves.Receive):
        amount = Decimal(move.amount)
        found.lots[line.number] = Lot(number=line.number, received=move, balance=amount)
        found.balances[line.number] = amount
        return
    if isinstance(move, moves.Confirm):
        found.unconfirmed.pop(move.of, None)
        return
    if isinstance(move, moves.Explain | moves.ReportLoss | moves.Close):
        return
    lot = found.lots[move.lot]
    if isinstance(move, moves.Count):
        _count(found, lot, line, Decimal(move.amount))
    else:
        lot.first_count = None  # something moved between two counts: both count anew
        lot.hands.add(line.by)
        _take(found, lot, line, zone)
    if getattr(move, "witness", ""):
        found.unconfirmed[line.number] = line
    found.balances[line.number] = lot.balance


def _take(found: Book, lot: Lot, line: Line, zone: dt.tzinfo) -> None:
    match line.move:
        case moves.Issue(amount=amount):
            lot.balance -= Decimal(amount)
            found.openings[line.number] = Opening(line=line, lot=lot.number, issued=Decimal(amount), hands={line.by})
        case moves.Give(amount=amount, of=of) | moves.Waste(amount=amount, of=of) if of is not None:
            _use(found.openings[of], line, Decimal(amount), zone)
        case moves.Return(amount=amount, of=of):
            _use(found.openings[of], line, Decimal(amount), zone)
            lot.balance += Decimal(amount)
        case moves.Correct(amount=amount):
            lot.balance += Decimal(amount)
        case moves.Give(amount=amount) | moves.Waste(amount=amount) | moves.Transfer(amount=amount):
            lot.balance -= Decimal(amount)
        case moves.Destroy(amount=amount):
            lot.balance -= Decimal(amount)


def _use(opening: Opening, line: Line, amount: Decimal, zone: dt.tzinfo) -> None:
    opening.used += amount
    opening.hands.add(line.by)
    if line.recorded_at.astimezone(zone).date() <= opening.line.at.astimezone(zone).date():
        opening.used_in_time += amount


def _count(found: Book, lot: Lot, line: Line, amount: Decimal) -> None:
    """The first of two counts is kept; the second is held against it and against the book."""
    first = lot.first_count
    if first is None or first.by == line.by or not isinstance(first.move, moves.Count):
        lot.first_count = line
        return
    lot.first_count = None
    if amount == Decimal(first.move.amount) == lot.balance:
        lot.counted_at, lot.hands = line.at, set()
        return
    name = f"count-{line.number}"
    found.discrepancies[name] = Discrepancy(
        id=name,
        lot=lot.number,
        since=line.at,
        difference=(amount if amount != lot.balance else Decimal(first.move.amount)) - lot.balance,
        hands={*lot.hands, first.by, line.by},
    )


def _left_over(found: Book, opening: Opening, at: dt.datetime, zone: dt.tzinfo) -> None:
    day = opening.line.at.astimezone(zone).date()
    if opening.used_in_time == opening.issued or at.astimezone(zone).date() <= day:
        return
    name = f"opened-{opening.line.number}"
    found.discrepancies[name] = Discrepancy(
        id=name,
        lot=opening.lot,
        since=dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone),
        difference=opening.used_in_time - opening.issued,
        hands=set(opening.hands),
    )


def _settle(found: Book, line: Line) -> None:
    move = line.move
    if not isinstance(move, _SETTLES) or move.of not in found.discrepancies:
        return
    one = found.discrepancies[move.of]
    match move:
        case moves.Explain():
            one.explained.append(line)
        case moves.Correct():
            one.corrected.append(line)
        case moves.ReportLoss():
            one.reported.append(line)
        case moves.Close():
            one.closed = line
