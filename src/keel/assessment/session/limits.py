"""The limits of a running session that one vital sign alone meets, as they stand in the rules of its protocol."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from keel.assessment.session.vitals import SIGNS
from keel.knowledge.conditions import Condition
from keel.knowledge.protocols import Protocol, Rule

_SIGNS = frozenset(name for names in SIGNS.values() for name in names)
_COMPARE = {
    ">": lambda one, limit: one > limit,
    ">=": lambda one, limit: one >= limit,
    "<": lambda one, limit: one < limit,
    "<=": lambda one, limit: one <= limit,
}


class Limit(NamedTuple):
    """One limit of a rule: the rule speaks where the sign compares so with the value."""

    sign: str
    op: str
    value: float
    rule: Rule

    def is_met(self, value: float) -> bool:
        """Whether a value of the sign lies beyond it."""
        return bool(_COMPARE[self.op](value, self.value))


def limits_of(protocol: Protocol) -> tuple[Limit, ...]:
    """Every limit of the rules of a running session."""
    rules = protocol.rules_of(*protocol.gates.running)
    return tuple(limit for rule in rules for limit in _alone(rule.when, rule, protocol))


def beyond(signs: Mapping[str, float], limits: Iterable[Limit]) -> set[str]:
    """The signs that lie beyond a limit."""
    return {one.sign for one in limits if one.sign in signs and one.is_met(signs[one.sign])}


def _alone(when: Condition, rule: Rule, protocol: Protocol) -> Iterator[Limit]:
    """The comparisons of one sign that meet a condition by themselves."""
    for part in when.any or (when,):
        value = protocol.number(part.cut) if part.cut else part.value
        if part.fact in _SIGNS and part.op in _COMPARE and isinstance(value, int | float):
            yield Limit(part.fact, part.op, float(value), rule)
