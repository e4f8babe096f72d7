"""Statements of others that are judged and not repeated: an amount that people take, or a price, that nobody traced."""

from keel.knowledge.evidence import Claim, Use, Verdict

TOPICS = ("exposure", "support")
"""Topics of which a figure without any source is not even quoted: amounts that people take, prices of programmes."""


def is_withheld(claim: Claim) -> bool:
    """Whether the words of a claim stay out of the pages; that it was judged, and how, is still shown."""
    is_untraced = claim.verdict is Verdict.NOT_FOUND and claim.use is Use.NEVER
    return is_untraced and claim.topic in TOPICS and bool(claim.figure)
