"""What can be wrong with a question to a protocol.

ProtocolError
├── UnknownProtocol       an id that no protocol has
├── UnknownPhase          a phase without rules in that protocol
├── UnknownJurisdiction   a jurisdiction that is not a code
├── UnknownRoute          a route that the protocol does not have
├── NoDose                a protocol in which no dose is given
├── DoesNotFit            a dose that is more than the volume it is to be made up to
└── FactRefused           a fact with a name or a value that it cannot have
"""

from collections.abc import Iterable

from keel.messages import Message, Numeral, joined, listed


class ProtocolError(Exception):
    """Something wrong with a question to a protocol; trying again does not help."""


class UnknownProtocol(ProtocolError):
    """No protocol of that name."""

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        super().__init__(
            Message("No protocol is called “{wanted}”. Use one of {known}.", wanted=wanted, known=listed(sorted(known)))
        )


class UnknownPhase(ProtocolError):
    """A phase in which the protocol has no rule."""

    def __init__(self, protocol: str, phase: str, known: Iterable[str]) -> None:
        super().__init__(
            Message(
                "{protocol} has no rules of the phase “{phase}”. Use one of {known}.",
                protocol=protocol,
                phase=phase,
                known=listed(sorted(known)),
            )
        )


class UnknownJurisdiction(ProtocolError):
    """A jurisdiction that is not written as a code: rules of another one would go unread."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            Message(
                "“{wanted}” is not a valid jurisdiction. Write US, EU, UK, or a country or region as CA or AU-TAS.",
                wanted=wanted,
            )
        )


class UnknownRoute(ProtocolError):
    """A route by which the protocol gives nothing."""

    def __init__(self, protocol: str, route: str, known: Iterable[str]) -> None:
        super().__init__(
            Message(
                "{protocol} has no route “{route}”. Use one of {known}.",
                protocol=protocol,
                route=route,
                known=listed(known),
            )
        )


class NoDose(ProtocolError):
    """A protocol in which no dose is given."""

    def __init__(self, protocol: str, dosing: Iterable[str]) -> None:
        super().__init__(
            Message("In {protocol} no dose is given. Use one of {known}.", protocol=protocol, known=listed(dosing))
        )


class DoesNotFit(ProtocolError):
    """A dose whose millilitres at a strength are more than the volume that it is to be made up to."""

    def __init__(self, mg: float, ml: float, volume_ml: float) -> None:
        super().__init__(
            Message(
                "{mg} mg at that strength are {ml} mL, which do not fit into {volume} mL. "
                "State a larger volume or a stronger solution.",
                mg=Numeral(f"{mg:g}"),
                ml=Numeral(f"{ml:g}"),
                volume=Numeral(f"{volume_ml:g}"),
            )
        )


class FactRefused(ProtocolError):
    """A fact that is not in the catalogue, or whose value it cannot take."""

    def __init__(self, name: str, problem: Message, fix: Message) -> None:
        self.name, self.problem, self.fix = name, problem, fix
        super().__init__(joined(" ", (problem, fix)))
