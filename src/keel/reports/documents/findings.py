"""What papers say alike: a finding as a line, a weight with its day."""

import datetime as dt
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


def weight_words(kg: float, weighed_on: dt.date | None) -> Message:
    """A weight, and when it was measured as far as that is known."""
    if weighed_on is None:
        return Message("{kg} kg, day not on record", kg=kg)
    return Message("{kg} kg, weighed on {day}", kg=kg, day=weighed_on.isoformat())
