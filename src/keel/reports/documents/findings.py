"""A finding as a line of a paper."""

from collections.abc import Mapping

from keel.findings import Finding, Severity
from keel.messages import Message

_WORDS: Mapping[Severity, Message] = {
    Severity.BLOCK: Message("Stop"),
    Severity.HOLD: Message("Ask first"),
    Severity.WARN: Message("Take care"),
    Severity.NOTE: Message("Worth knowing"),
}


def finding_line(finding: Finding) -> Message:
    """“Ask first: the summary”."""
    return Message("{severity}: {summary}", severity=_WORDS[finding.severity], summary=finding.summary)
