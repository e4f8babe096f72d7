"""Computes again what the evidence states: claims that are arithmetic, counts and percentages, Wilson intervals."""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping

from keel.knowledge.evidence.shape import Claim
from keel.knowledge.problem import Problem, error

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# The normal quantile of a two-sided 95% interval.
_Z95 = 1.959963984540054


def evaluate(formula: str) -> float:
    """The value of a formula of numbers, + - * / ** and brackets; ValueError for anything else.

    >>> evaluate("20800 * 0.45 / 910")
    10.285714285714286
    """
    try:
        return _value(ast.parse(formula, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, OverflowError) as wrong:
        raise ValueError(f"“{formula}” cannot be computed") from wrong


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError("only numbers, + - * / ** and brackets are allowed")


def wilson(share: float, of: int) -> tuple[float, float]:
    """The Wilson 95% interval of a proportion `share` observed among `of`, as proportions.

    Wilson EB, J Am Stat Assoc 1927;22:209-212.

    >>> low, high = wilson(12 / 14, 14)
    >>> round(100 * low), round(100 * high)
    (60, 96)
    """
    centre = share + _Z95**2 / (2 * of)
    half = _Z95 * math.sqrt(share * (1 - share) / of + _Z95**2 / (4 * of**2))
    scale = 1 + _Z95**2 / of
    return (centre - half) / scale, (centre + half) / scale


def agrees(computed: float, printed: float) -> bool:
    """Whether a computed number is the printed one at the precision of print.

    >>> agrees(22.857, 22.86), agrees(22.857, 22.8)
    (True, False)
    """
    digits = len(f"{printed:.10f}".rstrip("0").partition(".")[2])
    return abs(computed - printed) <= 0.5 * 10.0**-digits + 1e-9


def arithmetic_problems(claims: Mapping[str, Claim]) -> Iterator[Problem]:
    """Claims whose figure does not follow from their formula or counts."""
    for claim in claims.values():
        where = f"claims/{claim.id}"
        for message in (*_formula(claim), *_share(claim), *_interval(claim)):
            yield error("arithmetic", where, message)


def _formula(claim: Claim) -> Iterator[str]:
    if not claim.formula:
        return
    if claim.value is None:
        yield "has a formula and no value. Write the result into `value`."
        return
    try:
        computed = evaluate(claim.formula)
    except ValueError as wrong:
        yield f"formula: {wrong}."
        return
    if not agrees(computed, claim.value):
        yield f"{claim.formula} is {computed:.6g}, the row says {claim.value:g}. Fix the one that is wrong."


def _share(claim: Claim) -> Iterator[str]:
    if claim.count is None or claim.of is None or claim.value is None or claim.unit != "%":
        return
    computed = 100 * claim.count / claim.of
    if not agrees(computed, claim.value) and "mismatch" not in claim.flag:
        yield (
            f"{claim.count} of {claim.of} is {computed:.4g}%, the row says {claim.value:g}%. "
            "Fix it, or write “mismatch” with the reason into `flag` when the source prints it so."
        )


def _interval(claim: Claim) -> Iterator[str]:
    if claim.interval not in ("wilson", "assumed"):
        return
    if claim.of is None or claim.value is None or claim.low is None or claim.high is None:
        yield "a Wilson interval needs `value`, `of`, `low` and `high`."
        return
    if (claim.count is None) != (claim.interval == "assumed"):
        yield "an interval is `wilson` with the printed `count`, and `assumed` where only a percentage was printed."
        return
    share = claim.count / claim.of if claim.count is not None else claim.value / 100
    for name, computed, printed in zip(("low", "high"), wilson(share, claim.of), (claim.low, claim.high), strict=True):
        if not agrees(100 * computed, printed):
            yield f"{name} end of the Wilson interval is {100 * computed:.4g}%, the row says {printed:g}%."
