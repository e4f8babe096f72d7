"""The simple limits of a running session for a page that has no connection: the same rules, the same numbers.

A rule is simple where one vital sign alone meets it. All others wait for the server, and the page says so.
"""

from collections.abc import Iterator
from typing import Any

from keel.assessment.session.vitals import SIGNS
from keel.knowledge.conditions import Condition
from keel.knowledge.protocols import Protocol
from keel.messages import Message
from keel.web.language.rendering import plain

_SIGNS = frozenset(name for names in SIGNS.values() for name in names)
_COMPARE = (">", ">=", "<", "<=")


def local_limits(protocol: Protocol) -> list[dict[str, Any]]:
    """Each limit: sign, comparison, value, verb, what it says and what to do, in the words of the page; worst first."""
    order = ("block", "hold", "warn", "note")
    found = [
        {
            "sign": test.fact,
            "op": test.op,
            "value": value,
            "severity": rule.severity,
            "says": plain(Message(rule.text)),
            "next": plain(Message(rule.next_step)) if rule.next_step else "",
        }
        for rule in protocol.rules_of(*protocol.gates.running)
        for test, value in _alone(rule.when, protocol)
    ]
    return sorted(found, key=lambda one: order.index(one["severity"]))


def _alone(when: Condition, protocol: Protocol) -> Iterator[tuple[Condition, float]]:
    """The comparisons of one sign that meet a condition by themselves."""
    for part in when.any or (when,):
        value = protocol.number(part.cut) if part.cut else part.value
        if part.fact in _SIGNS and part.op in _COMPARE and isinstance(value, int | float):
            yield part, float(value)
