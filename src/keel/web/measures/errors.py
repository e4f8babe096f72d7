"""What keeps a form from being sent, answered or an alert from going on.

MeasuresError
├── FormRefused       the text says what to change
└── FormOver          the link takes no more answers; `why` is a word of `Over`
"""

from enum import StrEnum


class Over(StrEnum):
    """Why a link takes no answers."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    ENDED = "ended"
    ANSWERED = "answered"


class MeasuresError(Exception):
    """Something about a form or an alert that cannot be done."""


class FormRefused(MeasuresError):
    """It cannot be sent or noted as it is; `field` is the field of the form that it is about."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class FormOver(MeasuresError):
    """The link takes no answers."""

    def __init__(self, why: Over) -> None:
        super().__init__(str(why))
        self.why = why
