"""What answers and conditions say of the bladder: the symptom facts that the band rules ask for."""

import datetime as dt

from keel.exposure import SymptomFacts
from keel.exposure.banding import BAND_SET
from keel.knowledge import Knowledge
from keel.record import Record
from keel.record.selection import (
    answered,
    any_yes,
    conditions_at,
    is_plain,
    names_any,
    newest_sittings,
    standing_conditions,
)


def symptom_facts(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> SymptomFacts:
    """Urinary symptoms, red flags and known uropathy at `at`; None where nobody asked.

    The newest sitting of each instrument counts. Symptoms are denied only when every question was answered “no”.
    """
    rules, newest = knowledge.criteria[BAND_SET], newest_sittings(record, at)
    said = [(rule, answered(newest.get(rule.instrument, ()), rule.items)) for rule in rules.answers]
    symptoms = [is_yes for rule, is_yes in said if rule.fact == "urinary_symptoms" and is_yes is not None]
    standing = standing_conditions(record, at, knowledge)
    plain = [one for one in conditions_at(record, at) if is_plain(one, knowledge)]
    uropathy, flagged = (
        [rule for rule in rules.conditions if rule.fact == fact] for fact in ("known_uropathy", "red_flags")
    )
    flags = [rule.says for rule in flagged if any(names_any(one, rule.words) for one in standing)]
    flags += [rule.says for rule, is_yes in said if rule.fact == "red_flags" and is_yes]
    return SymptomFacts(
        urinary_symptoms=any_yes(symptoms),
        known_uropathy=any_yes(one.present for rule in uropathy for one in plain if names_any(one, rule.words)),
        red_flags=tuple(dict.fromkeys(flags)),
    )
