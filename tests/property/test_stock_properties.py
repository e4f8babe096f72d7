"""The book of controlled drugs over random days: what was received is always somewhere (HZ-REM-05)."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from keel.assessment.stock import moves
from keel.assessment.stock.book import Line, book
from keel.assessment.stock.refusals import refusal
from keel.knowledge import load

START = dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC)
STEP = dt.timedelta(hours=5)
PRODUCTS = dict(load().stock_products)
VIALS = moves.Receive(product="ketamine-50", lot="K1", expiry=dt.date(2030, 1, 1), amount="100", from_name="Pharmacy")
amounts = st.decimals("0.1", "40", places=1).map(str)
people = st.sampled_from(("alice", "bob", "tom"))
told = st.tuples(
    people, st.sampled_from(("issue", "give", "waste", "return", "transfer", "count")), amounts, st.booleans()
)


def move_of(kind, amount, opening):
    """A move of some kind; of what was taken out where there is such a thing."""
    of = {"of": opening} if opening else {}
    match kind:
        case "issue":
            return moves.Issue(lot=1, amount=amount, to="Room 1")
        case "give":
            return moves.Give(lot=1, amount=amount, patient="H-1", **of)
        case "waste":
            return moves.Waste(lot=1, amount=amount, witness="nina", reason="rest", **of)
        case "return" if opening:
            return moves.Return(lot=1, amount=amount, of=opening)
        case "count":
            return moves.Count(lot=1, amount=amount)
    return moves.Transfer(lot=1, amount=amount, to_name="another place")


@given(st.lists(told, max_size=25))
def test_given_wasted_gone_and_left_are_what_was_received(days):
    """Slow twin: the sum of the amounts of all lines that took something out for good, and what is left."""
    lines, gone = [Line(number=1, at=START, recorded_at=START, by="alice", move=VIALS)], Decimal(0)
    for turn, (by, kind, amount, of_opening) in enumerate(days, start=1):
        at = START + turn * STEP
        found = book(lines, at=at, zone=dt.UTC)
        openings = [number for number, one in found.openings.items() if one.left > 0]
        move = move_of(kind, amount, openings[-1] if of_opening and openings else None)
        if refusal(move, found, by=by, today=at.date(), products=PRODUCTS) is None:
            lines.append(Line(number=len(lines) + 1, at=at, recorded_at=at, by=by, move=move))
            gone += Decimal(amount) if isinstance(move, moves.Give | moves.Waste | moves.Transfer) else 0
    found = book(lines, at=START + 40 * STEP, zone=dt.UTC)
    outside = sum((one.left for one in found.openings.values()), Decimal(0))
    assert found.lots[1].balance + outside + gone == Decimal(100)
    assert found.lots[1].balance >= 0
    for number, one in found.openings.items():
        is_open = f"opened-{number}" in found.discrepancies
        assert is_open or one.left == 0  # nothing stays outside over night without a word
