"""Turns what a session notices about itself into findings; verbs and texts are `knowledge/data/session-rules`."""

from collections.abc import Sequence

from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge


class Says:
    """Called with a rule id and the parts of its text: the finding."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._rules = {rule.id: rule for rule in knowledge.session_rules["session"].rules}

    def __call__(self, rule_id: str, /, *, why: Sequence[Reason] = (), **parts: str) -> Finding:
        known = self._rules[rule_id]
        return Finding(
            rule=rule_id,
            severity=Severity(known.severity),
            summary=known.text.format(**parts),
            why=tuple(why) or tuple(Reason(name, value) for name, value in parts.items() if value),
            confidence=Certainty.DEFAULT,
            next_step=known.next_step.format(**parts),
        )
