"""Which protective strategies to show a person: cards of data/strategies chosen by the facts of a record.

Pure, as all of `assessment`. Start at `choose.py` (the choice), then `facts.py` (what the cards may ask about).
"""

from keel.assessment.interactions.groups import drug_groups
from keel.assessment.strategies.choose import Advice, Card, strategies_for
from keel.assessment.strategies.facts import SelfReport, strategy_facts

__all__ = ["Advice", "Card", "SelfReport", "drug_groups", "strategies_for", "strategy_facts"]
