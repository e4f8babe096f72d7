"""Every questionnaire that Keel gives out as FHIR comes back as answers, item by item."""

from typing import Any

import pytest

from keel.interop.fhir_questionnaire import questionnaire
from keel.knowledge import load
from keel.knowledge.instruments import Instrument, Item, ItemKind
from support.fhir import DANA, bundle, patient
from support.reading import read

ASKED = [instrument for instrument in load().instruments.values() if instrument.items]


def answer(instrument: Instrument, item: Item, place: int) -> tuple[dict[str, Any], int | str]:
    """An answer to an item in the form's own code, and what it must come back as."""
    (question,) = [one for one in questionnaire(instrument)["item"] if one["linkId"] == item.id]
    if item.kind is ItemKind.TEXT:
        return {"valueString": "words"}, "words"
    if question["type"] == "choice":
        place %= len(question["answerOption"])
        return dict(question["answerOption"][place]), int(instrument.choices(item)[place].value)
    low, high = instrument.limits(item)
    value = int(low if low is not None else high if high is not None else 3)
    return ({"valueInteger": value} if question["type"] == "integer" else {"valueDecimal": value}), value


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("instrument", ASKED, ids=lambda instrument: instrument.id)
def test_what_the_form_offers_comes_back(instrument: Instrument, place: int):
    if any(choice.value != int(choice.value) for item in instrument.items for choice in instrument.choices(item)):
        pytest.skip("its answers are not whole numbers")
    answers = {item.id: answer(instrument, item, place) for item in instrument.items}
    form = questionnaire(instrument)
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "status": "completed",
        "questionnaire": f"{form['url']}|{instrument.version}",
        "subject": DANA,
        "item": [{"linkId": name, "answer": [told]} for name, (told, _) in answers.items()],
    }
    for file in (bundle(patient(), response), bundle(patient(), form, response)):
        (sitting,) = read(file).records[0].answers
        assert (sitting.instrument, sitting.items) == (
            instrument.id,
            {name: value for name, (_, value) in answers.items()},
        )
