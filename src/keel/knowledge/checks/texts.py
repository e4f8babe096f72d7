"""Texts for people: none makes a claim that it must not, and those for everybody can be read by most."""

from collections.abc import Iterator

from keel.knowledge.base import Knowledge
from keel.knowledge.checks.problem import Problem, error
from keel.knowledge.evidence.shape import Claim, Use, Verdict
from keel.knowledge.kinds import Entry, Place, entries, places
from keel.knowledge.texts.readability import grade
from keel.knowledge.texts.readability_es import grade_es
from keel.knowledge.texts.shape import plain
from keel.knowledge.texts.wording import offences

# Works are named by their own titles, the rules hold the sentences that they refuse, and translations those that others
# made; `checks/pages.py` looks at them together with their English.
_NOT_OURS = ("sources", "wording")
# Conflicts quote both sides; what Keel makes of them is its own.
_QUOTED = {"conflicts": ("question", "one_side", "other_side")}


def texts(entry: Entry) -> Iterator[Place]:
    """The texts of an entry that Keel itself says; what it quotes in order to judge is left out."""
    if entry.kind in _NOT_OURS or _is_judged(entry.value):
        return
    quoted = _QUOTED.get(entry.kind, ())
    for place in places(entry):
        if isinstance(place.value, str) and place.value.count(" ") >= 2 and place.field not in quoted:
            yield place


def _is_judged(value: object) -> bool:
    return (isinstance(value, Claim) and value.verdict is not Verdict.OWN) or getattr(value, "use", None) is Use.NEVER


def wording_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Sentences that claim what must not be claimed, and examples of the rules that go the wrong way."""
    for rules in knowledge.wording.values():
        for entry in entries(knowledge):
            for place in texts(entry):
                for offence in offences(plain(place.value), rules):
                    yield error("must-not-claim", place, f"{offence.rule}: “{offence.sentence}” must not be said.")
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
        for entry in entries(knowledge):
            if entry.kind != limit.kind or (limit.prefix and not entry.id.startswith(limit.prefix)):
                continue
            said = [
                plain(place.value)
                for place in places(entry)
                if place.field in limit.fields and isinstance(place.value, str) and place.path.startswith(limit.within)
            ]
            text = "\n".join(said)
            if len(text.split()) < limit.least_words:
                continue
            if (found := _GRADES[limit.lang](text)) > limit.highest_grade:
                yield error(
                    "reading-level",
                    f"{entry.kind}/{entry.id}",
                    f"{', '.join(limit.fields)} read at grade {found:.1f}, the limit is {limit.highest_grade:g}. "
                    "Use shorter sentences and plainer words.",
                )
