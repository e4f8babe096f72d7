"""The emergency cards of a clinic, with the names that its people have put under them, and its own drugs on them."""

import hashlib
from collections.abc import Iterator

import msgspec

from keel import knowledge
from keel.knowledge.adoption import Decision
from keel.knowledge.emergency_cards import REVIEWERS, CardReview, DrugBox, EmergencyCard
from keel.knowledge.protocols.shape import Signature
from keel.knowledge.topics import Topic
from keel.web.clinic.models import Clinic
from keel.web.live.adoption import Standing, signed, stand, standing
from keel.web.live.models import Adoption

_DRUGS = Topic(id="drugs", title="Drugs on an emergency card", does="", names=REVIEWERS)


def cards_of(clinic: Clinic) -> tuple[EmergencyCard, ...]:
    """The cards in their order. Who signed the decision on them has signed the version of each that is there now."""
    names = [
        (row, fact.id)
        for one in standing(clinic)
        if "emergency_cards" in one.decision.topic.kinds
        for row in one.signatures
        for fact in one.decision.rows
    ]
    return tuple(
        msgspec.structs.replace(
            card,
            reviews=(*card.reviews, *(_review(row, card) for row, name in names if name == card.id)),
            drugs=(*card.drugs, *_boxes(drugs)),
        )
        for card, drugs in drugs_standing(clinic)
    )


def drugs_standing(clinic: Clinic) -> list[tuple[EmergencyCard, Standing]]:
    """Each card of the knowledge, in their order, with how the clinic's own drugs on it stand."""
    rows = signed(clinic)
    cards = sorted(knowledge.load().emergency_cards.values(), key=lambda card: card.order)
    return [(card, stand(decision := drugs_decision(card), rows.get(decision.id, ()))) for card in cards]


def drugs_decision(card: EmergencyCard) -> Decision:
    """The decision on the clinic's own drugs of a card; another version of the card is asked again."""
    digest = hashlib.sha256(f"{card.id} {card.version}".encode()).hexdigest()
    return Decision(id=f"drugs/{card.id}", topic=_DRUGS, protocol="", rows=(), digest=digest)


def _review(row: Adoption, card: EmergencyCard) -> CardReview:
    return CardReview(by=row.by.get_full_name(), on=row.at.date(), role=row.role, version=card.version)


def _boxes(drugs: Standing) -> Iterator[DrugBox]:
    """The boxes that two people have signed."""
    if drugs.is_in_force:
        names = tuple(Signature(by=row.by.get_full_name(), on=row.at.date(), role=row.role) for row in drugs.signatures)
        for number, box in enumerate(drugs.signatures[-1].changes.get("drugs", ())):
            yield DrugBox(id=f"own-{number}", signed=names, **box)
