"""Why a resource is not read; caught by the reader, which reports it."""

from keel.messages import Message


class NotTaken(Exception):
    """A resource that does not become a fact; the message is the reason, shown to people."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason
