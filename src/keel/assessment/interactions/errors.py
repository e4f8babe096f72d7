"""What can be wrong with a question about interactions. Trying again does not help; correcting the input does.

InteractionsError
├── UnknownForm     neither racemic nor esketamine
├── UnknownRoute    not one of Keel's routes
└── ListTooLong     more words than a medicine list has
"""

from keel.messages import Message, listed


class InteractionsError(ValueError):
    """A question that cannot be answered as it was put."""


class UnknownForm(InteractionsError):
    """A ketamine substance that is neither racemic nor esketamine."""

    def __init__(self, given: str) -> None:
        super().__init__(
            Message("“{input}” is not a form of ketamine. Say racemic or esketamine, or leave it out.", input=given)
        )


class UnknownRoute(InteractionsError):
    """A route that Keel does not know."""

    def __init__(self, given: str, known: tuple[str, ...]) -> None:
        super().__init__(
            Message(
                "“{input}” is not a route. Say one of {routes}, or leave it out.", input=given, routes=listed(known)
            )
        )


class ListTooLong(InteractionsError):
    """A text with more words than any medicine list has."""

    def __init__(self, words: int, most: int) -> None:
        super().__init__(
            Message(
                "The list has {count} words; at most {most} can be read at once. Paste the medicines only.",
                count=words,
                most=most,
            )
        )
