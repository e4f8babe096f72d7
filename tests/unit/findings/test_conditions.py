"""Conditions in three values: a missing fact never passes and never fails."""

import pytest

from keel.findings import Truth, evaluate
from keel.knowledge import Number
from keel.knowledge.conditions import Condition
from keel.quantities import Interval

CUTS = {"cut": Number(value=3, unit="d/wk")}


def truth(condition, facts, end="mid"):
    return evaluate(condition, facts, CUTS, end).truth


def over(op=">=", fact="days"):
    return Condition(fact=fact, op=op, cut="cut")


@pytest.mark.parametrize(
    ("op", "at_cut", "above"),
    [(">", False, True), (">=", True, True), ("<", False, False), ("<=", True, False)],
)
def test_the_operator_decides_what_happens_on_the_cut(op, at_cut, above):
    assert truth(over(op), {"days": 3}) is (Truth.MET if at_cut else Truth.NOT_MET)
    assert truth(over(op), {"days": 3.1}) is (Truth.MET if above else Truth.NOT_MET)


@pytest.mark.parametrize("facts", [{}, {"days": None}])
def test_a_missing_fact_is_not_known(facts):
    verdict = evaluate(over(), facts, CUTS)
    assert verdict.truth is Truth.NOT_KNOWN
    assert verdict.missing == ("days",)


@pytest.mark.parametrize(
    # Kleene’s strong three-valued logic: (left, right) -> (all, any)
    ("left", "right", "all_of", "any_of"),
    [
        (5, 5, Truth.MET, Truth.MET),
        (5, 1, Truth.NOT_MET, Truth.MET),
        (5, None, Truth.NOT_KNOWN, Truth.MET),
        (1, 1, Truth.NOT_MET, Truth.NOT_MET),
        (1, None, Truth.NOT_MET, Truth.NOT_KNOWN),
        (None, None, Truth.NOT_KNOWN, Truth.NOT_KNOWN),
    ],
)
def test_all_and_any_follow_three_valued_logic(left, right, all_of, any_of):
    parts = (over(fact="left"), over(fact="right"))
    facts = {"left": left, "right": right}
    assert truth(Condition(all=parts), facts) is all_of
    assert truth(Condition(any=parts), facts) is any_of
    assert truth(Condition(all=parts[::-1]), facts) is all_of


def test_an_interval_is_read_at_the_end_that_is_asked_for():
    facts = {"days": Interval(2, 3, 4)}
    assert truth(over(), facts, "low") is Truth.NOT_MET
    assert truth(over(), facts, "mid") is Truth.MET
    assert truth(over(), facts, "high") is Truth.MET


def test_given_and_missing_ask_about_the_fact_itself():
    assert truth(Condition(fact="flags", op="given"), {"flags": ("blood",)}) is Truth.MET
    assert truth(Condition(fact="flags", op="given"), {"flags": ()}) is Truth.NOT_MET
    assert truth(Condition(fact="weight", op="missing"), {}) is Truth.MET


def test_a_condition_without_a_threshold_is_refused():
    with pytest.raises(ValueError, match="either `value` or `cut`"):
        Condition(fact="days", op=">=")
    with pytest.raises(ValueError, match="exactly one"):
        Condition()
