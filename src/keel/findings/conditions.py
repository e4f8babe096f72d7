"""When a rule speaks: conditions written as data, read against facts in three values.

A condition is met, not met, or not known because a fact is missing; a missing fact is never a pass. In TOML:

    when = { all = [
        { fact = "used_in_6_months", op = "is", value = true },
        { any = [ { fact = "days_per_week", op = ">=", cut = "f4" }, { fact = "red_flags", op = "given" } ] },
    ] }

`cut` names a number of the same document, which carries its unit, source and certainty; `value` stands for itself.
Facts that are intervals are read at their low, middle or high end, whichever the caller asks for.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from keel.findings.finding import Reason
from keel.knowledge import Number
from keel.knowledge.conditions import Condition, Scalar
from keel.messages import FactName, Name, listed
from keel.quantities import Interval

Fact = Scalar | Interval | Sequence[str] | None
Facts = Mapping[str, Fact]
End = Literal["low", "mid", "high"]


class Truth(StrEnum):
    """What is known of a condition."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"


class Verdict(msgspec.Struct, frozen=True):
    """What came of a condition: its truth, the facts that made it so, the cuts used, and the facts that are missing."""

    truth: Truth
    reasons: tuple[Reason, ...] = ()
    cuts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def evaluate(condition: Condition, facts: Facts, cuts: Mapping[str, Number], end: End = "mid") -> Verdict:
    """The verdict on a condition; intervals are read at `end`.

    `all` is not met as soon as one part is not met, `any` is met as soon as one part is: a missing fact matters only
    where it could change the answer.
    """
    if condition.fact:
        return _test(condition, facts, cuts, end)
    verdicts = [evaluate(part, facts, cuts, end) for part in condition.all or condition.any]
    decisive = Truth.NOT_MET if condition.all else Truth.MET
    deciding = [verdict for verdict in verdicts if verdict.truth is decisive]
    if deciding:
        return _joined(decisive, deciding)
    if any(verdict.truth is Truth.NOT_KNOWN for verdict in verdicts):
        return _joined(Truth.NOT_KNOWN, verdicts)
    return _joined(Truth.MET if condition.all else Truth.NOT_MET, verdicts)


def _joined(truth: Truth, verdicts: Sequence[Verdict]) -> Verdict:
    return Verdict(
        truth,
        tuple(dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons)),
        tuple(dict.fromkeys(cut for verdict in verdicts for cut in verdict.cuts)),
        tuple(dict.fromkeys(name for verdict in verdicts for name in verdict.missing)),
    )


def _test(condition: Condition, facts: Facts, cuts: Mapping[str, Number], end: End) -> Verdict:
    fact = facts.get(condition.fact)
    used = (condition.cut,) if condition.cut else ()
    if isinstance(fact, Interval):
        fact = getattr(fact, end)
    is_missing = fact is None or (isinstance(fact, Sequence) and not isinstance(fact, str) and not fact)
    shown: Scalar | None = (
        listed(Name(one) for one in fact) if isinstance(fact, Sequence) and not isinstance(fact, str) else fact
    )
    unit = cuts[condition.cut].unit if condition.cut else condition.unit
    reason = (Reason(FactName(condition.fact), shown, unit),)
    if condition.op in ("given", "missing"):
        is_met = is_missing is (condition.op == "missing")
        return Verdict(Truth.MET if is_met else Truth.NOT_MET, reason)
    if fact is None or is_missing:
        return Verdict(Truth.NOT_KNOWN, reason, used, (condition.fact,))
    wanted = cuts[condition.cut].value if condition.cut else condition.value
    return Verdict(Truth.MET if _compare(condition, fact, wanted) else Truth.NOT_MET, reason, used)


def _compare(condition: Condition, fact: Scalar | Sequence[str], wanted: Scalar | tuple[str, ...] | None) -> bool:
    if condition.op == "is":
        return fact == wanted
    if condition.op == "is_not":
        return fact != wanted
    if condition.op == "in":
        have = {fact} if isinstance(fact, str) else set(fact) if isinstance(fact, Sequence) else {fact}
        want = set(wanted) if isinstance(wanted, tuple) else {wanted}
        return bool(have & want)
    if not isinstance(fact, int | float) or not isinstance(wanted, int | float):
        raise TypeError(f"`{condition.fact}` {condition.op} {wanted!r} needs numbers, not {fact!r}")
    return {
        ">": fact > wanted,
        ">=": fact >= wanted,
        "<": fact < wanted,
        "<=": fact <= wanted,
    }[condition.op]
