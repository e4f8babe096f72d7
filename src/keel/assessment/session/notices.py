"""What a session notices about itself: verbs and texts are the rules of `knowledge/data/session-rules`."""

from collections.abc import Sequence

from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge
from keel.messages import FactName, Message, listed


class Notice:
    """One notice: the id of its rule, and the parts of its text by name.

    >>> Notice("KEEL-TWO-DOSES", event="e7").parts
    {'event': 'e7'}
    """

    def __init__(self, rule: str, /, **parts: str) -> None:
        self.rule, self.parts = rule, parts

    def finding(self, knowledge: Knowledge) -> Finding:
        """The finding: the rule's verb, its text filled with the parts, and the parts as reasons."""
        known = next(rule for rule in knowledge.session_rules["session"].rules if rule.id == self.rule)
        return Finding(
            rule=self.rule,
            subject="session",
            severity=Severity(known.severity),
            summary=Message(known.text, **self.parts),
            why=tuple(Reason(FactName(name), _plain(value)) for name, value in self.parts.items() if value),
            confidence=Certainty.DEFAULT,
            next_step=Message(known.next_step, **self.parts),
        )


def shortened(names: Sequence[str], most: int) -> Message:
    """The names, of many the first ones and how many more there are."""
    shown = listed(names[:most])
    return Message("{names} and {count} more", names=shown, count=len(names) - most) if len(names) > most else shown


def _plain(value: str) -> str:
    return value if isinstance(value, Message) else str(value)
