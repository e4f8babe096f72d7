"""Instruments as FHIR R4 `Questionnaire` resources.

Official wording goes out only where the licence frees it, with its notice as `copyright`; other instruments go out as
numbered items without words. An answer without a LOINC code has one of Keel's own code system. A branch that hangs on
answers becomes `enableWhen`; FHIR cannot say one that hangs on facts beside them (such as age): it is left out.
"""

from typing import Any

from keel.interop.json_text import without_empty
from keel.knowledge.instruments import Choice, Clause, Condition, Form, Instrument, Item, ItemKind

LOINC = "http://loinc.org"
LOCAL = "urn:keel:instrument"
"""The base of Keel's own identifiers; a site that publishes its own passes another."""

_ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_LEAST = "http://hl7.org/fhir/StructureDefinition/minValue"
_MOST = "http://hl7.org/fhir/StructureDefinition/maxValue"

Json = dict[str, Any]


def questionnaire(instrument: Instrument, *, base: str = LOCAL, scores: bool = False) -> Json:
    """The instrument as a Questionnaire, ready for JSON.

    `linkId` is the item id, so that a response can be scored as it comes. With `scores` each answer carries its number
    (`ordinalValue`); forms that show it to the person who answers may sway them, so it is left out unless asked for.
    """
    maker = _Maker(instrument, base, scores)
    described = f"{instrument.purpose} Licence: {instrument.rights.terms} {instrument.rights.needs}"
    return without_empty(
        {
            "resourceType": "Questionnaire",
            "id": instrument.id,
            "url": f"{base}:{instrument.id}" if base.startswith("urn:") else f"{base}/{instrument.id}",
            "version": instrument.version,
            "name": "".join(part.capitalize() for part in instrument.id.replace(".", "-").split("-")),
            "title": instrument.title,
            "status": "active" if instrument.status == "active" else "draft",
            "subjectType": ["Patient"],
            "description": described.strip(),
            "copyright": instrument.rights.notice or f"{instrument.rights.holder}. {instrument.rights.terms}",
            "code": [_loinc(instrument.loinc.panel)] if instrument.loinc.panel else [],
            "item": [*maker.headings(), *maker.questions(), *maker.totals()],
        }
    )


def answer_value(instrument: Instrument | None, name: str, answer: int | str) -> Json:
    """An answer to an item or scale of that name, as a response to the Questionnaire has it."""
    item = next((one for one in instrument.items if one.id == name), None) if instrument else None
    if instrument and item:
        choice = next((one for one in instrument.choices(item) if one.value == answer), None)
        if choice:
            return {"valueCoding": _Maker(instrument, LOCAL, scores=False)._coding(item, choice)}
    return {"valueString": answer} if isinstance(answer, str) else {"valueInteger": answer}


class _Maker:
    def __init__(self, instrument: Instrument, base: str, scores: bool) -> None:
        self.instrument, self.base, self.scores = instrument, base, scores

    def headings(self) -> list[Json]:
        """Instructions and stem as lines to show; for an instrument that is only named, that nothing is asked."""
        shown = {"instructions": self.instrument.instructions, "stem": self.instrument.stem}
        if self.instrument.form is Form.NAMED:
            shown["named-only"] = f"{self.instrument.name} is named here; its questions are not. See the description."
        return [{"linkId": name, "text": words, "type": "display"} for name, words in shown.items() if words]

    def questions(self) -> list[Json]:
        """One entry an item, in order."""
        return [without_empty(self._question(item)) for item in self.instrument.items]

    def totals(self) -> list[Json]:
        """Scores that are entered as numbers, or the total as a field that is filled by whoever scores."""
        entered = [scale for scale in self.instrument.scales if not scale.items or scale.id == "total"]
        return [
            without_empty(
                {
                    "linkId": scale.id,
                    "text": scale.title,
                    "type": "decimal",
                    "code": [_loinc(self.instrument.loinc.total)]
                    if scale.id == "total" and self.instrument.loinc.total
                    else [],
                    "readOnly": True if scale.items or scale.scales else None,
                    "extension": _limits(scale.least, scale.most, "valueDecimal"),
                }
            )
            for scale in entered
        ]

    def _question(self, item: Item) -> Json:
        choices = self.instrument.choices(item)
        enable, behaviour = self._enable(item.asked_when)
        question: Json = {
            "linkId": item.id,
            "code": [_loinc(item.loinc)] if item.loinc else [],
            "text": item.text or f"{self.instrument.name} item {item.id}{f': {item.theme}' if item.theme else ''}",
            "enableWhen": enable,
            "enableBehavior": behaviour,
        }
        if item.kind is ItemKind.TEXT:
            return question | {"type": "text"}
        if not choices:
            kind = "integer" if item.kind is ItemKind.CHOICE else "decimal"
            return question | {
                "type": kind,
                "extension": _limits(*self.instrument.limits(item), f"value{kind.title()}"),
            }
        return question | {"type": "choice", "answerOption": [self._option(item, choice) for choice in choices]}

    def _option(self, item: Item, choice: Choice) -> Json:
        option: Json = {"valueCoding": self._coding(item, choice)}
        if self.scores:
            option["extension"] = [{"url": _ORDINAL, "valueDecimal": choice.value}]
        return option

    def _coding(self, item: Item, choice: Choice) -> Json:
        if choice.loinc:
            return {"system": LOINC, "code": choice.loinc, "display": choice.label}
        system = f"{self.base}:{self.instrument.id}:{item.answers}"
        return without_empty(
            {"system": system, "code": f"{choice.value:g}", "display": self.instrument.label(item, choice)}
        )

    def _enable(self, condition: Condition | None) -> tuple[list[Json], str | None]:
        """`enableWhen` of a branch, and whether any or all of it must hold. Facts beside the answers are left out."""
        if condition is None:
            return [], None
        clauses = [clause for clause in condition.any or condition.all if clause.items and not clause.given]
        tests = [test for clause in clauses for test in self._tests(clause)]
        return tests, ("any" if len(tests) > 1 else None)

    def _tests(self, clause: Clause) -> list[Json]:
        if clause.state:
            return [{"question": name, "operator": "exists", "answerBoolean": False} for name in clause.items]
        items = [item for item in self.instrument.items if item.id in clause.items]
        return [
            {"question": item.id, "operator": "=", "answerCoding": self._coding(item, choice)}
            for item in items
            for choice in self.instrument.choices(item)
            if _passes(clause, choice.value)
        ]


def _passes(clause: Clause, value: float) -> bool:
    return (
        (clause.equals is None or value == clause.equals)
        and (clause.at_least is None or value >= clause.at_least)
        and (clause.at_most is None or value <= clause.at_most)
    )


def _loinc(code: str) -> Json:
    return {"system": LOINC, "code": code}


def _limits(least: float | None, most: float | None, kind: str) -> list[Json]:
    ends = ((_LEAST, least), (_MOST, most))
    number = int if kind == "valueInteger" else float
    return [{"url": url, kind: number(end)} for url, end in ends if end is not None]
