"""What can be wrong with the facts.

KnowledgeError
├── UnknownId        an id that no file holds
└── FactsFileError   a file that does not read: names file, key and fix
    └── OverlayRefused   an overlay that loosens what it may not
"""

from keel.messages import Message, Name, joined, listed


class KnowledgeError(Exception):
    """Something about the knowledge files; trying again does not help."""


class UnknownId(KnowledgeError, KeyError):
    """An id that no knowledge file holds."""

    def __init__(self, kind: str, wanted: str, near: list[str]) -> None:
        self.kind, self.wanted, self.near = kind, wanted, near
        problem = Message("No {kind} is called “{wanted}”.", kind=Name(kind), wanted=wanted)
        super().__init__(joined(" ", (problem, Message("Near: {names}.", names=listed(near)))) if near else problem)

    def __str__(self) -> str:
        return str(self.args[0])


class FactsFileError(KnowledgeError):
    """A knowledge file that cannot be read: the text names the file, the key and how to fix it."""


class OverlayRefused(FactsFileError):
    """An overlay that loosens what the data do not let it loosen, or that does not say who and why."""
