"""Risk assessments: how high a clinician judged the risk of suicide, and why."""

from keel.interop.fhir.datatypes import CodeableConcept
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import when
from keel.interop.fhir.own import RISK
from keel.interop.fhir.people import RISK_LEVEL, SUICIDE, Context, Draft, risk_level
from keel.interop.fhir.resources import WITHDRAWN, RiskAssessment
from keel.interop.record_file.shape import RISKS
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.record import RiskAssessment as Judgement
from keel.record import RiskLevel


def read_risk(item: Item, risk: RiskAssessment, draft: Draft, context: Context) -> None:
    """Adds an assessment of the risk of suicide; NotTaken for one of another risk, or one that was withdrawn.

    A level that is not understood is kept in its words, so that the person is asked again and nothing is lost.
    """
    if risk.status in WITHDRAWN:
        raise NotTaken(Message("its status is {status}: no fact, or one taken back", status=risk.status))
    concepts = [risk.code, risk.method, *(one.outcome for one in risk.prediction)]
    named = [text for concept in concepts if concept for text in concept.texts]
    coded = any(coding.code == RISK_LEVEL[1] for concept in concepts if concept for coding in concept.coding)
    own = [coding.code for concept in concepts if concept for coding in concept.coding if coding.system == RISK]
    if not coded and not own and not any(SUICIDE in text.casefold() for text in named):
        raise NotTaken(Message("a risk of something else than suicide: Keel has no use for it"))
    last = when(risk.occurrence_date_time, risk.occurrence_period, at=context.at).last
    at = last.at if last else None
    levels = [one.qualitative_risk for one in risk.prediction if one.qualitative_risk]
    read = [level for concept in levels if (level := level_of(concept, context.knowledge))]
    if len(read) != len(levels) or not levels:
        words = "; ".join(concept.words for concept in levels if concept.words) or "no level"
        draft.measurements.append(risk_level(words, at, item.id))
    reasons = [*(one.rationale for one in risk.prediction), *(one.text for one in risk.note)]
    by = risk.performer.display or risk.performer.reference if risk.performer else ""
    if read and len(read) == len(levels):
        draft.risk_assessments.append(
            Judgement(
                level=max(read, key=list(RiskLevel).index),
                risk=next((one for one in own if one in RISKS), RISKS[0]),
                by=by,
                reason=" ".join(filter(None, map(str.strip, reasons))),
                at=at,
                id=item.id,
            )
        )


def level_of(concept: CodeableConcept, knowledge: Knowledge) -> RiskLevel | None:
    """The level that a concept names in words or by a code that is a word; None where it names none, or two."""
    words = [*concept.texts, *(coding.code for coding in concept.coding)]
    rows = [knowledge.reading_codes.named(CodeKind.RISK_LEVEL, word) for word in words]
    known = {row.means for row in rows if row}
    return RiskLevel(known.pop()) if len(known) == 1 else None
