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
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from keel.assessment.harms.liver_tests import liver_facts
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.scoring import score_sitting
from keel.assessment.interactions.groups import drug_groups
from keel.assessment.interactions.report import InteractionsReport
from keel.assessment.symptoms import symptom_facts
from keel.exposure import Exposure
from keel.exposure.phases import is_recent
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.record import Answers, Condition, Record
from keel.record.selection import (
    answered,
    any_yes,
    concepts_present,
    doses_taken,
    newest_sittings,
    standing_conditions,
    told_sequences,
)

SIGNS = "warning-signs"
CRITERIA, SCALE, CODES = "dsm-5-ketamine", "sds", "icd-11-ketamine"
PARACETAMOL = "paracetamol"
_RECENT_DAYS = 180
Sittings = Mapping[str, Sequence[Answers]]
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
    newest, standing = newest_sittings(record, at), standing_conditions(record, at, knowledge)
    lanes = _lanes(record, at)
    return {
        **lanes,
        "band": exposure.band.id if exposure.band and exposure.band.lane == "non_medical" else None,
        "days_in_28": exposure.days_in_28 if lanes["non_medical"] is not None else None,
        "urinary_symptoms": symptom_facts(record, at=at, knowledge=knowledge).urinary_symptoms,
        "signs_asked": SIGNS in newest,
        **liver_facts(record, at, knowledge),
        **_counted(newest, knowledge, is_treatment=lanes["clinic_only"] is True),
        "icd11_code": _icd11(standing, knowledge),
        "other_drugs": drug_groups(interactions, knowledge),
        **_paracetamol(interactions),
        **_said(newest, concepts_present(record, at, knowledge), knowledge),
    }


def _lanes(record: Record, at: dt.datetime) -> dict[str, Fact]:
    """Where ketamine was taken; None for all where nothing of it is known."""
    if not doses_taken(record, at) and not record.patterns:
        return {"non_medical": None, "non_medical_now": None, "clinic_only": None}
    outside = doses_taken(record, at, medical=False)
    told_outside = told_sequences(record.patterns, medical=False)
    since = at - dt.timedelta(days=_RECENT_DAYS)
    is_current = any(dose.start >= since for dose in outside) or any(is_recent(phases, at) for phases in told_outside)
    return {
        "non_medical": bool(outside or told_outside),
        "non_medical_now": is_current,
        "clinic_only": not (outside or told_outside),
    }


def _said(newest: Sittings, present: frozenset[str], knowledge: Knowledge) -> dict[str, bool | None]:
    """A yes to any of the items makes the fact, or a concept that is present; a no to all of them is its denial."""
    said: dict[str, list[bool]] = {}
    for subject in knowledge.harms.values():
        for rule in subject.answers:
            is_yes = answered(newest.get(rule.instrument, ()), rule.items)
            said.setdefault(rule.fact, []).extend([] if is_yes is None else [is_yes])
        for listed in subject.conditions:
            said.setdefault(listed.fact, []).extend([True] if present & set(listed.concepts) else [])
    return {fact: any_yes(each) for fact, each in said.items()}


def _counted(newest: Sittings, knowledge: Knowledge, *, is_treatment: bool) -> dict[str, Fact]:
    """Criteria met (at least, where some were left out) and the SDS total; in treatment tolerance is not counted."""
    given = {"taken_as_prescribed": "yes"} if is_treatment else {}
    return {
        "dsm_criteria": _total(newest.get(CRITERIA, ()), knowledge, given, at_least=True),
        "sds_total": _total(newest.get(SCALE, ()), knowledge, {}, at_least=False),
    }


def _total(
    sittings: Iterable[Answers], knowledge: Knowledge, given: Mapping[str, str], *, at_least: bool
) -> int | float | None:
    """The highest total of the sittings; None where none has any."""
    totals: list[int | float | None] = []
    for sitting in sittings:
        with suppress(AnswersRefused):
            score = score_sitting(sitting, given=given, knowledge=knowledge)
            totals.append(score.bounds.least if score.total is None and at_least else score.total)
    return max((total for total in totals if total is not None), default=None)


def _icd11(standing: Iterable[Condition], knowledge: Knowledge) -> str | None:
    """The code of the table that a standing condition carries, also where it is written with a further digit."""
    codes = sorted((code.code for code in knowledge.instruments[CODES].codes), key=len, reverse=True)
    written = [code for one in standing for code in one.codes.values()]
    return next((code for code in codes for one in written if one.startswith(code)), None)


def _paracetamol(interactions: InteractionsReport) -> dict[str, Fact]:
    """Medicines in which paracetamol was recognised for sure; None where no medicine was named."""
    if not interactions.items:
        return {"paracetamol_products": None, "paracetamol_in": None}
    holding = [item.input for item in interactions.items if item.how in _SURE and PARACETAMOL in item.substances]
    each = {name.casefold(): name for name in holding}
    return {"paracetamol_products": len(each), "paracetamol_in": tuple(each.values())}
