"""The emergency cards of a clinic, with the names that its people have put under them."""

import msgspec

from keel import knowledge
from keel.knowledge.emergency_cards import CardReview, EmergencyCard
from keel.web.clinic.models import Clinic
from keel.web.live.adoption import standing


def cards_of(clinic: Clinic) -> tuple[EmergencyCard, ...]:
    """The cards in their order. Who signed the decision on them has signed the version of each that is there now."""
    cards = sorted(knowledge.load().emergency_cards.values(), key=lambda card: card.order)
    signed = [
        (row, fact.id)
        for one in standing(clinic)
        if "emergency_cards" in one.decision.topic.kinds
        for row in one.signatures
        for fact in one.decision.rows
    ]
    return tuple(
        msgspec.structs.replace(
            card,
            reviews=(
                *card.reviews,
                *(
                    CardReview(by=row.by.get_full_name(), on=row.at.date(), role=row.role, version=card.version)
                    for row, name in signed
                    if name == card.id
                ),
            ),
        )
        for card in cards
    )
