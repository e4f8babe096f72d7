"""Texts for people: none makes a claim that it must not, and those for everybody can be read by most."""

from collections.abc import Iterator

from keel.knowledge.base import Knowledge
from keel.knowledge.evidence.shape import Claim, Use, Verdict
from keel.knowledge.kinds import Fact, FactPart, facts, parts
from keel.knowledge.problem import Problem, error
from keel.knowledge.texts.readability import grade
from keel.knowledge.texts.readability_es import grade_es
from keel.knowledge.texts.shape import plain
from keel.knowledge.texts.wording import offences

# Works are named by their own titles, the rules hold the sentences that they refuse, and translations those that others
# made; `checks/pages.py` looks at them together with their English.
_NOT_OURS = ("sources", "wording")
# Conflicts quote both sides; what Keel makes of them is its own.
_QUOTED = {"conflicts": ("question", "one_side", "other_side")}


def texts(fact: Fact) -> Iterator[FactPart]:
    """The texts of a fact that Keel itself says; what it quotes in order to judge is left out."""
    if fact.kind in _NOT_OURS or _is_judged(fact.value):
        return
    quoted = _QUOTED.get(fact.kind, ())
    for part in parts(fact):
        if isinstance(part.value, str) and part.value.count(" ") >= 2 and part.field not in quoted:
            yield part


def _is_judged(value: object) -> bool:
    return (isinstance(value, Claim) and value.verdict is not Verdict.OWN) or getattr(value, "use", None) is Use.NEVER


def wording_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Sentences that claim what must not be claimed, and examples of the rules that go the wrong way."""
    for rules in knowledge.wording.values():
        for fact in facts(knowledge):
            for part in texts(fact):
                for offence in offences(plain(part.value), rules):
                    yield error("must-not-claim", part, f"{offence.rule}: “{offence.sentence}” must not be said.")
        for rule in rules.rules:
            where = f"wording/{rules.id} {rule.id}"
            for sentence in rule.refused:
                if rule.id not in {offence.rule for offence in offences(sentence, rules)}:
                    yield error("must-not-claim", where, f"lets “{sentence}” pass, which it should refuse.")
            for sentence in rule.allowed:
                if offences(sentence, rules):
                    yield error("must-not-claim", where, f"refuses “{sentence}”, which it should let pass.")


_GRADES = {"en": grade, "es": grade_es}


def reading_level_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Texts for everybody that ask for more schooling than their limit."""
    for limit in knowledge.reading_levels.values():
        for fact in facts(knowledge):
            if fact.kind != limit.kind or (limit.prefix and not fact.id.startswith(limit.prefix)):
                continue
            said = [
                plain(part.value)
                for part in parts(fact)
                if part.field in limit.fields and isinstance(part.value, str) and part.path.startswith(limit.within)
            ]
            text = "\n".join(said)
            if len(text.split()) < limit.least_words:
                continue
            if (found := _GRADES[limit.lang](text)) > limit.highest_grade:
                yield error(
                    "reading-level",
                    f"{fact.kind}/{fact.id}",
                    f"{', '.join(limit.fields)} read at grade {found:.1f}, the limit is {limit.highest_grade:g}. "
                    "Use shorter sentences and plainer words.",
                )
