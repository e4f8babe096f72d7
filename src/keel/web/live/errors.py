"""What can be wrong with a write into a session.

SessionRefused           it cannot stand; the text says how to fix it, nothing was written
└── GateHolds            the gate of the moment does not let the deed; `reasons` are its findings
"""

from collections.abc import Sequence

from keel.findings import Finding
from keel.messages import Message


class SessionRefused(Exception):
    """What did not happen. The text is a message for the screen."""

    def __init__(self, text: Message) -> None:
        super().__init__(text)
        self.text = text


class GateHolds(SessionRefused):
    """A deed that the gate holds or blocks."""

    def __init__(self, text: Message, reasons: Sequence[Finding]) -> None:
        super().__init__(text)
        self.reasons = tuple(reasons)
