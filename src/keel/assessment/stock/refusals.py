"""Why a line cannot be written into the book as it stands."""

import datetime as dt
from decimal import Decimal

from keel.assessment.stock import moves
from keel.assessment.stock.book import Book, Discrepancy
from keel.assessment.stock.moves import StockMove
from keel.knowledge.sessions import StockProduct
from keel.messages import Message, Numeral

_TWO = Message("The witness is another person than the one who writes.")


def refusal(
    move: StockMove, found: Book, *, by: str, today: dt.date, products: dict[str, StockProduct]
) -> Message | None:
    """Why a move by somebody is refused; None where it can stand."""
    if isinstance(move, moves.Receive):
        product = products.get(move.product)
        return Message("This product is not known.") if product is None else _amount(move.amount, product)
    if isinstance(move, moves.Confirm):
        return _confirm(move, found, by)
    if isinstance(move, moves.Explain | moves.ReportLoss | moves.Close):
        one = found.discrepancies.get(move.of)
        if one is None or one.closed is not None:
            return Message("This discrepancy is not open.")
        return _close(one, by) if isinstance(move, moves.Close) else None
    lot = found.lots.get(move.lot)
    if lot is None:
        return Message("There is no such lot.")
    if getattr(move, "witness", "") == by:
        return _TWO
    if isinstance(move, moves.Count):
        is_second = lot.first_count is not None and lot.first_count.by == by
        return Message("You have counted. A second person counts now.") if is_second else None
    problem = _amount(move.amount.removeprefix("-"), products.get(lot.received.product))
    if problem is not None:
        return problem
    is_taken_out = isinstance(move, moves.Issue | moves.Give) and getattr(move, "of", None) is None
    if is_taken_out and lot.received.expiry < today:
        return Message("This lot expired on {day}. It is destroyed, not given.", day=lot.received.expiry.isoformat())
    return _enough(move, found)


def _amount(amount: str, product: StockProduct | None) -> Message | None:
    value = Decimal(amount)
    if value == 0:
        return Message("Nothing is no amount. Write how much.")
    if product is not None and product.is_whole and value != value.to_integral_value():
        return Message("This is counted in whole devices.")
    return None


def _enough(move: StockMove, found: Book) -> Message | None:
    of = getattr(move, "of", None)
    if isinstance(move, moves.Correct):
        one = found.discrepancies.get(move.of)
        if one is None or one.closed is not None or one.lot != move.lot:
            return Message("This discrepancy is not open.")
        is_below = found.lots[move.lot].balance + Decimal(move.amount) < 0
        return Message("There would be less than nothing in the cupboard.") if is_below else None
    amount, lot = Decimal(getattr(move, "amount", "0")), getattr(move, "lot", 0)
    if of is None:
        holds = found.lots[lot].balance
        if amount <= holds:
            return None
        return Message("The book holds {amount}. Count this lot first, with a second person.", amount=_number(holds))
    opening = found.openings.get(of)
    if opening is None or opening.lot != lot:
        return Message("Nothing was taken out under this number.")
    if amount > opening.left:
        return Message("Only {amount} of what was taken out is left.", amount=_number(opening.left))
    return None


def _confirm(move: moves.Confirm, found: Book, by: str) -> Message | None:
    line = found.unconfirmed.get(move.of)
    if line is None:
        return Message("Nothing waits for a witness under this number.")
    return None if getattr(line.move, "witness", "") == by else Message("Another person was named as the witness.")


def _close(one: Discrepancy, by: str) -> Message | None:
    if by in one.hands:
        return Message("Somebody closes it who neither gave nor counted.")
    if not one.explained:
        return Message("Write first what was found out.")
    if not one.is_explained and not one.reported:
        return Message("What is not explained is reported before it is closed.")
    return None


def _number(value: Decimal) -> Numeral:
    return Numeral(f"{value.normalize():f}")
