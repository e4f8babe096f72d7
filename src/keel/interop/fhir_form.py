"""A form of a programme as FHIR R4: a `Questionnaire` by its fields, and a `QuestionnaireResponse` by its answers.

What nobody has answered has no answer there: FHIR says nothing of it, and neither does Keel.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from keel.assessment.session.form_fields import FieldAnswer
from keel.interop.json_text import without_empty
from keel.knowledge.documents import Document
from keel.knowledge.sessions import FormField

Json = dict[str, Any]
BASE = "urn:keel:form"
_TYPES = {"text": "string", "number": "decimal", "date": "date", "yes_no": "boolean", "choice": "choice"}
_VALUES = {"text": "String", "number": "Decimal", "date": "Date", "yes_no": "Boolean", "choice": "String"}


def form_bundle(
    document: Document,
    asked: Sequence[FormField],
    answered: Sequence[FieldAnswer],
    *,
    patient: str,
    author: str = "",
    authored: dt.datetime | dt.date | None = None,
) -> Json:
    """The form and its answers in one Bundle. `author` signed it on `authored`; without them it is in progress."""
    form = without_empty(
        {
            "resourceType": "Questionnaire",
            "id": document.id,
            "url": f"{BASE}:{document.id}",
            "version": document.version,
            "title": document.title,
            "status": "active" if document.status == "active" else "draft",
            "subjectType": ["Patient"],
            "item": _grouped(asked, _question),
        }
    )
    response = without_empty(
        {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": f"{BASE}:{document.id}|{document.version}",
            "status": "completed" if author else "in-progress",
            "subject": {"identifier": {"value": patient}},
            "authored": authored.isoformat() if authored else None,
            "author": {"display": author} if author else None,
            "item": _grouped([one for one in answered if one.value is not None], _answer),
        }
    )
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"{BASE}:{document.id}", "resource": form}, {"resource": response}],
    }


def _grouped(fields: Iterable[Any], item: Any) -> list[Json]:
    """One group a section, in the order of the form."""
    return [
        {"linkId": f"section-{section}", "text": section, "type": "group", "item": [item(one) for one in some]}
        if item is _question
        else {"linkId": f"section-{section}", "item": [item(one) for one in some]}
        for section, some in groupby(fields, key=lambda one: one.section)
    ]


def _question(field: FormField) -> Json:
    return without_empty(
        {
            "linkId": field.id,
            "text": field.label,
            "type": _TYPES[field.kind],
            "required": field.required or None,
            "answerOption": [{"valueString": one} for one in field.choices],
        }
    )


def _answer(field: FieldAnswer) -> Json:
    return {"linkId": field.id, "answer": [{f"value{_VALUES[field.kind]}": field.value}]}
