"""Handovers: offered by one name, taken by another, who says back what was understood."""

from collections.abc import Iterable
from typing import NamedTuple

from keel.assessment.session.events import AnyEvent, HandedOver


class Handover(NamedTuple):
    """An offer, and the event in which its receiver said it back; None while nobody has."""

    offer: HandedOver
    taken: HandedOver | None


def handovers(events: Iterable[AnyEvent]) -> tuple[Handover, ...]:
    """The handovers among some events, in their order. Only who was named takes one, and only in words."""
    ours = [one for one in events if isinstance(one, HandedOver)]
    said = [one for one in ours if one.synthesis.strip()]
    return tuple(
        Handover(offer, offer if offer in said else next((one for one in said if _takes(one, offer)), None))
        for offer in ours
        if not offer.accepts
    )


def _takes(event: HandedOver, offer: HandedOver) -> bool:
    return event.accepts == offer.id and event.by.strip().casefold() == offer.to.strip().casefold()


def open_offer(events: Iterable[AnyEvent]) -> HandedOver | None:
    """The newest offer, where nobody has taken it yet; an older one is withdrawn by a newer."""
    last = next(reversed(handovers(events)), None)
    return last.offer if last and last.taken is None else None
