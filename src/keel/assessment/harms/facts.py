"""What the rules of data/harms may ask about, gathered from a record; what nobody said or measured is None.

| fact | value |
|---|---|
| `non_medical`, `non_medical_now` | ketamine outside treatment ever, and in the last 6 months (an unstated one too) |
| `clinic_only` | all that is known was supervised or prescribed |
| `band`, `days_in_28` | the band of use outside treatment; using days in the last 28 |
| `urinary_symptoms` | from the bladder questions |
| `signs_asked` | whether the warning signs were answered at all |
| `liver_tested`, `liver_times`, `liver_test`, `alp_u_per_l` | see `liver_tests.py` |
| `dsm_criteria`, `sds_total`, `icd11_code` | counted, scored, recorded |
| `other_drugs` | ids of drug-groups.csv among the medicines named |
| `paracetamol_products`, `paracetamol_in` | how many medicines named hold it, and which |
| facts of `answers` and `conditions` in data/harms | a yes to any of the items; a condition that is listed |
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from keel.assessment.diagnoses import is_plain
from keel.assessment.harms.liver_tests import liver_facts
from keel.assessment.instruments import AnswersRefused, score_instrument
from keel.assessment.interactions import InteractionsReport
from keel.assessment.interactions.groups import drug_groups
from keel.assessment.symptoms import NO, YES, symptom_facts
from keel.exposure import Exposure
from keel.exposure.phases import is_recent, sequences
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.record import Answers, Condition, Record

SIGNS = "warning-signs"
CRITERIA, SCALE, CODES = "dsm-5-ketamine", "sds", "icd-11-ketamine"
PARACETAMOL = "paracetamol"
_RECENT_DAYS = 180
_SURE = ("exact", "synonym", "product")


def harm_facts(
    record: Record,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    exposure: Exposure,
    interactions: InteractionsReport,
) -> dict[str, Fact]:
    """The facts of a record at `at`, by name; of each questionnaire the newest sitting counts."""
    sittings = _newest(record.answers, at)
    lanes = _lanes(record, at)
    listed = _listed(record, at, knowledge)
    return {
        **lanes,
        "band": exposure.band.id if exposure.band and exposure.band.lane == "non_medical" else None,
        "days_in_28": exposure.days_in_28 if lanes["non_medical"] is not None else None,
        "urinary_symptoms": symptom_facts(record, knowledge).urinary_symptoms,
        "signs_asked": SIGNS in sittings,
        **liver_facts(record, at),
        **_counted(sittings, knowledge, is_treatment=lanes["clinic_only"] is True),
        "icd11_code": _icd11(record.conditions, at, knowledge),
        "other_drugs": drug_groups(interactions, knowledge),
        **_paracetamol(interactions),
        **_joined(_answered(sittings, knowledge), listed),
    }


def _newest(answers: Iterable[Answers], at: dt.datetime) -> dict[str, Answers]:
    known = [sitting for sitting in answers if sitting.at is None or sitting.at <= at]
    ordered = sorted(known, key=lambda one: one.at.isoformat() if one.at else "")
    return {sitting.instrument: sitting for sitting in ordered}


def _lanes(record: Record, at: dt.datetime) -> dict[str, Fact]:
    """Where ketamine was taken; None for all where nothing of it is known."""
    taken = [dose for dose in record.doses if dose.start <= at]
    told = sequences(record.patterns)
    if not taken and not told:
        return {"non_medical": None, "non_medical_now": None, "clinic_only": None}
    outside = [dose for dose in taken if not dose.setting.is_medical]
    told_outside = [phases for phases in told if not all(phase.setting.is_medical for phase in phases)]
    since = at - dt.timedelta(days=_RECENT_DAYS)
    is_current = any(dose.start >= since for dose in outside) or any(is_recent(phases, at) for phases in told_outside)
    return {
        "non_medical": bool(outside or told_outside),
        "non_medical_now": is_current,
        "clinic_only": not (outside or told_outside),
    }


def _answered(sittings: Mapping[str, Answers], knowledge: Knowledge) -> dict[str, bool | None]:
    """A yes to any of the items makes the fact, a no to all of them its denial."""
    found: dict[str, bool | None] = {}
    for subject in knowledge.harms.values():
        for rule in subject.answers:
            sitting = sittings.get(rule.instrument)
            given = [sitting.items.get(item) for item in rule.items] if sitting else []
            if any(answer in YES for answer in given):
                found[rule.fact] = True
            else:
                found[rule.fact] = False if given and all(answer in NO for answer in given) else None
    return found


def _listed(record: Record, at: dt.datetime, knowledge: Knowledge) -> dict[str, bool | None]:
    """Active conditions that make a fact; one that was denied or is over makes none."""
    found: dict[str, bool | None] = {}
    for subject in knowledge.harms.values():
        for rule in subject.conditions:
            found.setdefault(rule.fact, None)
            for condition in record.conditions:
                if _is_active(condition, at, knowledge) and any(word in condition.text.lower() for word in rule.words):
                    found[rule.fact] = True
    return found


def _is_active(condition: Condition, at: dt.datetime, knowledge: Knowledge) -> bool:
    is_known = condition.onset is None or condition.onset <= at.date()
    is_said = condition.present and is_plain(condition, knowledge)
    return is_said and condition.status in ("active", "recurrence", "relapse") and is_known


def _joined(answered: Mapping[str, bool | None], listed: Mapping[str, bool | None]) -> dict[str, Fact]:
    """Both ways to a fact: a yes of one is never undone by a no of the other."""
    names = dict.fromkeys((*answered, *listed))
    return {name: True if listed.get(name) else answered.get(name) for name in names}


def _counted(sittings: Mapping[str, Answers], knowledge: Knowledge, *, is_treatment: bool) -> dict[str, Fact]:
    """Criteria met (at least, where some were left out) and the SDS total; in treatment tolerance is not counted."""
    given = {"taken_as_prescribed": "yes"} if is_treatment else {}
    return {
        "dsm_criteria": _total(sittings.get(CRITERIA), knowledge, given, at_least=True),
        "sds_total": _total(sittings.get(SCALE), knowledge, {}, at_least=False),
    }


def _total(
    sitting: Answers | None, knowledge: Knowledge, given: Mapping[str, str], *, at_least: bool
) -> int | float | None:
    if sitting is None:
        return None
    try:
        score = score_instrument(
            sitting.instrument, sitting.items, total=sitting.total, given=given, knowledge=knowledge
        )
    except AnswersRefused:
        return None
    return score.bounds.least if score.total is None and at_least else score.total


def _icd11(conditions: Iterable[Condition], at: dt.datetime, knowledge: Knowledge) -> str | None:
    """The code of the table that an active condition carries, also where it is written with a further digit."""
    codes = sorted((code.code for code in knowledge.instruments[CODES].codes), key=len, reverse=True)
    written = [code for one in conditions if _is_active(one, at, knowledge) for code in one.codes.values()]
    return next((code for code in codes for one in written if one.startswith(code)), None)


def _paracetamol(interactions: InteractionsReport) -> dict[str, Fact]:
    """Medicines in which paracetamol was recognised for sure; None where no medicine was named."""
    if not interactions.items:
        return {"paracetamol_products": None, "paracetamol_in": None}
    holding = [item.input for item in interactions.items if item.how in _SURE and PARACETAMOL in item.substances]
    each = {name.casefold(): name for name in holding}
    return {"paracetamol_products": len(each), "paracetamol_in": tuple(each.values())}
