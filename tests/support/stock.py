"""The book of controlled drugs in tests: a delivery, and a count that finds less."""

from support.clock import START

RECEIPT = {
    "kind": "receive",
    "product": "ketamine-50",
    "lot": "K1",
    "expiry": "2036-06-30",
    "amount": "20",
    "from_name": "Harbour Pharmacy",
}


def line(people, clinic, by, told, *, key=None, at=START):
    """Writes a line of the book."""
    from keel.web.rems.stock import write_move

    key = key or f"{by}-{sorted(told.items())}"[:60]
    return write_move(by=people[by], clinic=clinic, told=told, key=key, happened_at=at, at=at)


def short_of_one(people, clinic):
    """20 mL are received, two count 19: the discrepancy is `count-3`."""
    line(people, clinic, "alice", RECEIPT)
    for by in ("alice", "bob"):
        line(people, clinic, by, {"kind": "count", "lot": 1, "amount": "19"})
