"""How long a text may be that is to be one amount, time, number or unit: looked at before any pattern is."""

from keel.messages import Message
from keel.quantities.errors import QuantityError

LONGEST = 100
"""Characters of one amount as written. “1 hour and 30 minutes” has 21."""
SHOWN = 20
"""Characters that a refusal quotes of a longer text."""


def refuse_long(text: str, *, example: str = "35 mg") -> None:
    """QuantityError for a text that is longer than any amount."""
    if len(text) > LONGEST:
        raise QuantityError(
            Message(
                "“{beginning}…” has {count} characters; an amount has at most {most}. Write for example “{example}”.",
                beginning=text[:SHOWN].strip(),
                count=len(text),
                most=LONGEST,
                example=example,
            )
        )
