"""What can go wrong in the pharmacology. Trying again helps with none of these.

PharmacologyError (ValueError)
├── RegimenError       a dose that cannot be: negative, not finite, overlapping, by an unknown substance
├── PersonError        a covariate that is missing where the model needs it, or impossible
├── NoModel            a route without a published model: says so and lists what is known
└── NotConverged       an individual update that found no answer
"""

from collections.abc import Sequence

from keel.messages import Message, joined


class PharmacologyError(ValueError):
    """A question that the engine refuses; the text says what is wrong and how to fix it."""


class RegimenError(PharmacologyError):
    """A list of doses or times that cannot be simulated."""


class PersonError(PharmacologyError):
    """A covariate that is missing where the model needs it, or that no person has."""


class NoModel(PharmacologyError):
    """No published model takes a dose by this route: there is no curve. `known` lists what is known instead."""

    def __init__(self, message: Message, known: Sequence[Message] = ()) -> None:
        self.known = tuple(known)
        super().__init__(joined(" ", (message, *known)))


class NotConverged(PharmacologyError):
    """A numerical search that found no answer; nothing that looks like one is returned."""
