"""The check of the cards: the first step calls somebody, every opening is a rule, ids are used once; and overlays."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from keel.knowledge.emergency_cards.shape import REVIEWERS, EmergencyCard
from keel.knowledge.overlay_guard import HEADER, changed
from keel.knowledge.problem import Problem, error
from keel.knowledge.protocols import Protocol, facts_of

_OWN = {*HEADER, "reviews", "drugs", "changed_on", "steps", "consider"}


def card_problems(emergency_cards: Mapping[str, EmergencyCard], protocols: Mapping[str, Protocol]) -> Iterator[Problem]:
    """Cards that do not begin with a call, name a step twice, or are opened by what no protocol has."""
    rules = {rule.id: rule for protocol in protocols.values() for rule in protocol.rules}
    for card in emergency_cards.values():
        where = f"emergency-cards/{card.id}"
        if not card.steps or not card.steps[0].calls:
            yield error("emergency-cards", where, "the first step must call somebody: write `calls`.")
        counted = Counter(step.id for step in (*card.steps, *card.consider))
        for name in (name for name, count in counted.items() if count > 1):
            yield error("emergency-cards", where, f"two steps are called “{name}”. Give each a name of its own.")
        for opening in card.opened_by:
            rule = rules.get(opening.rule)
            if rule is None:
                yield error("emergency-cards", where, f"no protocol has a rule “{opening.rule}”. Name one.")
                continue
            for fact in set(opening.facts) - set(facts_of(rule)):
                yield error("emergency-cards", where, f"rule {opening.rule} does not ask about “{fact}”.")


def card_overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to a card that it may not.

    A clinic signs, adds drug boxes, and says or adds steps in its own words; then the version is another one, so that
    nobody's signature stands under words that they did not see.
    """
    if foreign := changed(below, above, _OWN):
        yield f"“{foreign[0]}” cannot be changed by an overlay. Sign, add drugs, or change and add steps."
    for box in above.get("drugs", ()):
        signed = {one.get("by", "").casefold() for one in box.get("signed", ()) if one.get("by") and one.get("on")}
        if len(signed) < REVIEWERS:
            yield f"drugs {box.get('id', '?')}: a drug box needs `signed` by {REVIEWERS} people, each with by and on."
    says_more = any(above.get(key, below.get(key)) != below.get(key) for key in ("steps", "consider", "drugs"))
    if says_more and above.get("version", below["version"]) == below["version"]:
        yield "steps or drugs are changed, so `version` must be another one, which two clinicians sign."
