"""The book of controlled drugs: balances by hand, counts by two, discrepancies that open by themselves."""

import datetime as dt
from decimal import Decimal

import pytest

from keel.assessment.stock import moves
from keel.assessment.stock.book import Line, book
from keel.assessment.stock.refusals import refusal
from keel.knowledge import load

START = dt.datetime(2026, 11, 23, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PRODUCTS = dict(load().stock_products)
VIALS = moves.Receive(
    product="ketamine-50", lot="K1", expiry=dt.date(2027, 6, 30), amount="20", from_name="Harbour Pharmacy"
)
SPRAY = moves.Receive(
    product="esketamine-nasal-28", lot="E1", expiry=dt.date(2026, 11, 22), amount="4", from_name="Harbour Pharmacy"
)


def lines(*told):
    """Lines an hour apart; each is (by, move) or (by, move, hours)."""
    return [
        Line(number=number, at=when, recorded_at=when, by=one[0], move=one[1])
        for number, one in enumerate(told, start=1)
        if (when := START + (one[2] if len(one) > 2 else number) * HOUR)
    ]


def kept(*told, hours=12):
    return book(lines(*told), at=START + hours * HOUR, zone=dt.UTC)


def refused(move, found, by="bob"):
    return str(refusal(move, found, by=by, today=START.date(), products=PRODUCTS) or "")


def test_the_balance_by_hand():
    """20 in; 10 taken out, of which 0.7 given, 9.3 wasted: 10 are left in the cupboard, none outside."""
    found = kept(
        ("alice", VIALS),
        ("bob", moves.Issue(lot=1, amount="10", to="Room 1")),
        ("bob", moves.Give(lot=1, amount="0.7", patient="H-1", of=2, session="a1")),
        ("bob", moves.Waste(lot=1, amount="9.3", witness="alice", reason="rest of the vial", of=2)),
        hours=48,
    )
    assert found.lots[1].balance == Decimal(10)
    assert found.openings[2].left == 0
    assert found.discrepancies == {}
    assert list(found.unconfirmed) == [4]


def test_tenths_are_exact():
    """0.1 and 0.2 are 0.3: no binary fractions in a book."""
    given = [("bob", moves.Give(lot=1, amount=one, patient="H-1")) for one in ("0.1", "0.2")]
    assert kept(("alice", VIALS), *given).lots[1].balance == Decimal("19.7")


def test_what_was_taken_out_and_is_not_accounted_for_at_midnight_opens_by_itself():
    """HZ-REM-05; care reference, section 3: given + wasted + left = opened, else it opens by itself."""
    told = [("alice", VIALS), ("bob", moves.Issue(lot=1, amount="10", to="Room 1"))]
    told.append(("bob", moves.Give(lot=1, amount="0.7", patient="H-1", of=2)))
    assert kept(*told, hours=15).discrepancies == {}
    (one,) = kept(*told, hours=16).open_discrepancies  # START is 08:00: the day is over
    assert (one.id, one.difference) == ("opened-2", Decimal("-9.3"))
    late = ("bob", moves.Waste(lot=1, amount="9.3", witness="alice", reason="forgotten", of=2), 20)
    assert [one.id for one in kept(*told, late, hours=48).open_discrepancies] == ["opened-2"]


def test_two_count_and_a_difference_opens_a_discrepancy():
    found = kept(("alice", VIALS), ("bob", moves.Count(lot=1, amount="20")), ("tom", moves.Count(lot=1, amount="20")))
    assert found.discrepancies == {}
    assert found.lots[1].counted_at is not None
    found = kept(("alice", VIALS), ("bob", moves.Count(lot=1, amount="19")), ("tom", moves.Count(lot=1, amount="19")))
    (one,) = found.open_discrepancies
    assert (one.difference, one.hands) == (Decimal(-1), {"bob", "tom"})


def test_counts_that_differ_from_each_other_are_a_discrepancy_as_well():
    counts = [("bob", moves.Count(lot=1, amount="19")), ("tom", moves.Count(lot=1, amount="20"))]
    assert [one.difference for one in kept(("alice", VIALS), *counts).open_discrepancies] == [Decimal(-1)]


def test_one_person_does_not_count_for_two_and_a_move_in_between_begins_anew():
    found = kept(("alice", VIALS), ("bob", moves.Count(lot=1, amount="20")))
    assert "second person" in refused(moves.Count(lot=1, amount="20"), found)
    assert refused(moves.Count(lot=1, amount="20"), found, by="tom") == ""
    between = ("alice", moves.Give(lot=1, amount="1", patient="H-1"))
    found = kept(
        ("alice", VIALS), ("bob", moves.Count(lot=1, amount="20")), between, ("tom", moves.Count(lot=1, amount="19"))
    )
    assert found.discrepancies == {}
    assert found.lots[1].counted_at is None


def short(*more):
    counts = [("bob", moves.Count(lot=1, amount="19")), ("tom", moves.Count(lot=1, amount="19"))]
    given = ("nina", moves.Give(lot=1, amount="0", patient="H-1"))
    return kept(("alice", VIALS), given, *counts, *more)


def test_a_discrepancy_is_closed_by_somebody_else_and_never_silently():
    """By hand: bob and tom counted, nina gave; alice may, once it is explained, or reported where it is not."""
    close = moves.Close(of="count-4", reason="found")
    explained = ("bob", moves.Explain(of="count-4", is_explained=True, text="one vial was broken, not written"))
    unknown = ("bob", moves.Explain(of="count-4", is_explained=False, text="looked everywhere"))
    told = ("alice", moves.ReportLoss(of="count-4", to="the authority", number="L-7"))
    for by in ("bob", "tom", "nina"):
        assert "neither gave nor counted" in refused(close, short(explained), by=by)
    assert "what was found out" in refused(close, short(), by="alice")
    assert "reported before" in refused(close, short(unknown), by="alice")
    assert refused(close, short(unknown, told), by="alice") == ""
    assert refused(close, short(explained), by="alice") == ""
    closed = short(explained, ("alice", close))
    assert closed.open_discrepancies == []
    assert [one.id for one in closed.discrepancies.values()] == ["count-4"]
    assert "not open" in refused(close, closed, by="alice")


def test_a_correction_brings_the_book_to_what_is_there():
    found = short(("alice", moves.Correct(lot=1, amount="-1", of="count-4", witness="bob", reason="broken")))
    assert found.lots[1].balance == Decimal(19)
    assert len(found.discrepancies["count-4"].corrected) == 1
    assert "not open" in refused(moves.Correct(lot=1, amount="-1", of="count-9", witness="alice", reason="x"), found)


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (moves.Waste(lot=1, amount="1", witness="bob", reason="rest"), "another person"),
        (moves.Give(lot=1, amount="20.1", patient="H-1"), "The book holds 20"),
        (moves.Give(lot=1, amount="0", patient="H-1"), "how much"),
        (moves.Give(lot=9, amount="1", patient="H-1"), "no such lot"),
        (moves.Give(lot=2, amount="1", patient="H-1"), "expired"),
        (moves.Waste(lot=2, amount="0.5", witness="alice", reason="broken"), "whole devices"),
        (moves.Give(lot=1, amount="1", patient="H-1", of=2), "Nothing was taken out"),
        (moves.Confirm(of=1), "Nothing waits"),
    ],
)
def test_what_cannot_stand_is_refused_in_words(move, words):
    assert words in refused(move, kept(("alice", VIALS), ("alice", SPRAY)))


def test_only_the_witness_who_was_named_confirms():
    found = kept(("alice", VIALS), ("bob", moves.Waste(lot=1, amount="1", witness="alice", reason="broken")))
    assert "Another person" in refused(moves.Confirm(of=2), found, by="tom")
    assert refused(moves.Confirm(of=2), found, by="alice") == ""
