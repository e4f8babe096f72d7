"""What answers and conditions say of the bladder: the symptom facts that the band rules ask for."""

from collections.abc import Iterator

from keel.assessment.diagnoses import is_plain
from keel.exposure import SymptomFacts
from keel.exposure.banding import BAND_SET
from keel.knowledge import Knowledge
from keel.record import Answers, Condition, Record

YES = (1, "1", "yes", True)
NO = (0, "0", "no", False)


def symptom_facts(record: Record, knowledge: Knowledge) -> SymptomFacts:
    """Urinary symptoms, red flags and known uropathy; None where nobody asked.

    The newest sitting of each instrument counts. Symptoms are denied only when every question was answered “no”.
    """
    rules = knowledge.criteria[BAND_SET]
    sittings: dict[str, Answers] = {}
    for answers in sorted(record.answers, key=lambda one: one.at.isoformat() if one.at else ""):
        sittings[answers.instrument] = answers
    symptoms: bool | None = None
    flags = _flagged(record, knowledge)
    for rule in rules.answers:
        sitting = sittings.get(rule.instrument)
        given = [sitting.items.get(item) for item in rule.items] if sitting else []
        if rule.fact == "red_flags" and any(answer in YES for answer in given):
            flags.append(rule.says)
        if rule.fact == "urinary_symptoms" and given:
            symptoms = True if any(answer in YES for answer in given) else symptoms
            symptoms = False if symptoms is None and all(answer in NO for answer in given) else symptoms
    return SymptomFacts(
        urinary_symptoms=symptoms,
        known_uropathy=_known_uropathy(record, knowledge),
        red_flags=tuple(dict.fromkeys(flags)),
    )


def _known_uropathy(record: Record, knowledge: Knowledge) -> bool | None:
    said = [condition.present for condition, _ in _listed(record, knowledge, "known_uropathy")]
    return said[0] if said else None


def _flagged(record: Record, knowledge: Knowledge) -> list[str]:
    """Red flags among the active conditions; one that was denied or is over is none."""
    listed = _listed(record, knowledge, "red_flags")
    return [says for condition, says in listed if condition.present and condition.status == "active"]


def _listed(record: Record, knowledge: Knowledge, fact: str) -> Iterator[tuple[Condition, str]]:
    """Conditions whose words make a fact of the band rules, with the words of the flag."""
    for rule in knowledge.criteria[BAND_SET].conditions:
        for condition in record.conditions:
            is_meant = any(word in condition.text.lower() for word in rule.words)
            is_said = is_plain(condition, knowledge) and condition.status != "entered-in-error"
            if rule.fact == fact and is_meant and is_said:
                yield condition, rule.says
