"""The simple limits of a running session for a page that has no connection: the same rules, the same numbers.

A rule is simple where one vital sign alone meets it. All others wait for the server, and the page says so.
"""

from typing import Any

from keel.assessment.session.limits import limits_of
from keel.knowledge.protocols import Protocol
from keel.messages import Message
from keel.web.language.rendering import plain


def local_limits(protocol: Protocol) -> list[dict[str, Any]]:
    """Each limit: sign, comparison, value, verb, what it says and what to do, in the words of the page; worst first."""
    order = ("block", "hold", "warn", "note")
    found = [
        {
            "sign": one.sign,
            "op": one.op,
            "value": one.value,
            "severity": one.rule.severity,
            "says": plain(Message(one.rule.text)),
            "next": plain(Message(one.rule.next_step)) if one.rule.next_step else "",
        }
        for one in limits_of(protocol)
    ]
    return sorted(found, key=lambda one: order.index(one["severity"]))
