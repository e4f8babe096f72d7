"""What answers and conditions say of the bladder: the symptom facts that the band rules ask for."""

import datetime as dt

from keel.exposure import SymptomFacts
from keel.exposure.banding import BAND_SET
from keel.knowledge import Knowledge
from keel.knowledge.concepts import State
from keel.record import Record
from keel.record.selection import (
    answered,
    any_yes,
    concepts_named,
    newest_sittings,
)

_SETTLED = (State.PRESENT, State.REMISSION, State.PAST, State.RESOLVED, State.DENIED)


def symptom_facts(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> SymptomFacts:
    """Urinary symptoms, red flags and known uropathy at `at`; None where nobody asked.

    The newest sitting of each instrument counts. Symptoms are denied only when every question was answered “no”.
    """
    rules, newest = knowledge.criteria[BAND_SET], newest_sittings(record, at)
    said = [(rule, answered(newest.get(rule.instrument, ()), rule.items)) for rule in rules.answers]
    symptoms = [is_yes for rule, is_yes in said if rule.fact == "urinary_symptoms" and is_yes is not None]
    named = [one for _, one in concepts_named(record, at, knowledge)]
    present = {one.concept for one in named if one.state is State.PRESENT}
    settled = [(one.concept, one.state is not State.DENIED) for one in named if one.state in _SETTLED]
    uropathy, flagged = (
        [rule for rule in rules.conditions if rule.fact == fact] for fact in ("known_uropathy", "red_flags")
    )
    flags = [rule.says for rule in flagged if present & set(rule.concepts)]
    flags += [rule.says for rule, is_yes in said if rule.fact == "red_flags" and is_yes]
    return SymptomFacts(
        urinary_symptoms=any_yes(symptoms),
        known_uropathy=any_yes(is_had for rule in uropathy for name, is_had in settled if name in rule.concepts),
        red_flags=tuple(dict.fromkeys(flags)),
    )
