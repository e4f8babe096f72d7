"""What keeps a message from being queued, or from going out.

OutboxError
├── MessageRefused     it is not queued: the text says what to change
└── DeliveryFailed     it did not go out; `is_final` where trying again cannot help
"""


class OutboxError(Exception):
    """A message that does not leave."""


class MessageRefused(OutboxError):
    """The message cannot be sent to anybody as it is."""


class DeliveryFailed(OutboxError):
    """The way out did not take the message."""

    def __init__(self, why: str, *, is_final: bool) -> None:
        super().__init__(why)
        self.is_final = is_final
