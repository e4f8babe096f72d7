"""What a text claims and must not: the rules of data/wording/ that it breaks."""

from keel.knowledge import load
from keel.knowledge.texts.wording import WordingRules, offences


def must_not_claim(text: str, rules: WordingRules | None = None) -> list[str]:
    """Ids of the rules that a text breaks, sorted; empty when it claims nothing that it must not.

    Without `rules` the packaged ones of every language are tried.
    """
    every = [rules] if rules else list(load().wording.values())
    return sorted({offence.rule for each in every for offence in offences(text, each)})
