"""The facts that strategy cards may ask about, gathered from a record, its medicine check and what was told beside.

| fact | value |
|---|---|
| `lanes` | `non_medical`, `medical`: where ketamine is or was taken |
| `used_in_6_months` | whether it is current, in any lane |
| `days_per_week` | using days a week, an interval, outside treatment |
| `urinary_symptoms` | from the bladder questions |
| `other_drugs` | ids of drug-groups.csv, from the medicines typed and from `SelfReport` |
| `age_years`, `pregnant` | from the person |
| `cramps`, `pain`, `nose`, `near_water`, `drives` | from `SelfReport`; also from the warning signs |
| `low_mood` | from `SelfReport`; also from the warning signs, or a PHQ-9 that reaches its cut-off |
| `thoughts_of_suicide` | from `SelfReport`; also from item 9 of a PHQ-9 |
| the other fields of `SelfReport` | as told |

What nobody said is missing and stays so: None is not “no”.
"""

import datetime as dt

import msgspec

from keel.assessment.interactions.groups import drug_groups
from keel.assessment.picture import Picture
from keel.assessment.symptoms import symptom_facts
from keel.exposure.facts import heaviest, lanes_of
from keel.exposure.ledger import fold
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.record import Record
from keel.record.selection import answered, newest_sittings, sittings

MOOD = "phq-9"
SIGNS = "warning-signs"
OF_SIGN = {
    "cramps": ("cramps",),
    "dull": ("pain",),
    "low": ("low_mood",),
    "nose": ("nose",),
    "water": ("near_water", "drives"),
}
"""Items of the warning signs and the facts that they say."""
THOUGHTS_ITEM = "9"


class SelfReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may say about how they use, each None (or empty) where nobody asked.

    `other_drugs` and `dependent_on` are ids of drug-groups.csv.
    """

    other_drugs: tuple[str, ...] = ()
    dependent_on: tuple[str, ...] = ()
    alone: bool | None = None
    near_water: bool | None = None
    drives: bool | None = None
    pain: bool | None = None
    cramps: bool | None = None
    nose: bool | None = None
    low_mood: bool | None = None
    thoughts_of_suicide: bool | None = None
    wants_change: bool | None = None
    had_break: bool | None = None
    shares_equipment: bool | None = None
    hard_experience: bool | None = None


def strategy_facts(
    record: Record, picture: Picture, self_report: SelfReport, *, at: dt.datetime, knowledge: Knowledge
) -> dict[str, Fact]:
    """The facts of a record at a time, its Picture, and what was told beside it, by name."""
    symptoms = symptom_facts(record, at=at, knowledge=knowledge)
    ledger = fold(record.doses, at=at, knowledge=knowledge, weight_kg=record.person.weight_kg)
    lanes = lanes_of(record.patterns, ledger, at=at, symptoms=symptoms)
    of_lanes = {name: heaviest(lane) for name, lane in lanes.items()}
    used = {name: told for name, told in of_lanes.items() if told["used_in_6_months"] is not None}
    current = [told["used_in_6_months"] for told in used.values()]
    facts: dict[str, Fact] = {
        **msgspec.structs.asdict(self_report),
        "lanes": tuple(used),
        "used_in_6_months": any(current) if current else None,
        "days_per_week": used["non_medical"]["days_per_week"] if "non_medical" in used else None,
        "urinary_symptoms": symptoms.urinary_symptoms,
        "other_drugs": tuple(dict.fromkeys((*self_report.other_drugs, *drug_groups(picture.interactions, knowledge)))),
        "age_years": record.person.age_at(at),
        "pregnant": record.person.is_pregnant,
    }
    facts |= _signs(record, facts, at)
    return facts | _mood(picture, record, facts)


def _signs(record: Record, facts: dict[str, Fact], at: dt.datetime) -> dict[str, Fact]:
    """What was answered with yes in the newest warning signs; a no to one of them denies no fact of a card."""
    given = newest_sittings(record, at).get(SIGNS, ())
    answered_yes = (fact for item, names in OF_SIGN.items() if answered(given, [item]) for fact in names)
    return dict.fromkeys((fact for fact in answered_yes if facts[fact] is None), True)


def _mood(picture: Picture, record: Record, facts: dict[str, Fact]) -> dict[str, Fact]:
    """Low mood and thoughts of suicide from the PHQ-9, where they were not told: its cut-off, and its item 9."""
    scores = [score for score in picture.scores if score.instrument == MOOD]
    reached = [cutoff.reached for score in scores for cutoff in score.cutoffs if cutoff.reached is not None]
    given = [one.items.get(THOUGHTS_ITEM) for one in sittings(record, picture.as_of, MOOD)]
    thoughts = [answer > 0 for answer in given if isinstance(answer, int)]
    found: dict[str, Fact] = {}
    if facts["low_mood"] is None and reached:
        found["low_mood"] = any(reached)
    if facts["thoughts_of_suicide"] is None and thoughts:
        found["thoughts_of_suicide"] = any(thoughts)
    return found
