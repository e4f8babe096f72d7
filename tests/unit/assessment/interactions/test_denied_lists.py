"""A denial reaches over the commas of its list, and no further: neither a taken medicine is lost nor a denied one held.

HZ-MED: “not recognised” is not “safe”; a medicine that is denied is not taken, one that follows a verb or an amount is.
"""

import pytest

from keel.assessment.interactions.check import check_recorded
from keel.knowledge import load

NOT, TAKEN = "not_taken", "interaction"


def found(*texts):
    return [str(one.status) for one in check_recorded(texts, knowledge=load()).items]


@pytest.mark.parametrize(
    "text",
    [
        "denies alcohol, benzos, cannabis",
        "Denies: alcohol, benzodiazepines, cannabis",
        "patient denies any alcohol, opioids or cannabis",
        "denied alcohol, cocaine and cannabis",
        "niega alcohol, benzodiacepinas, cannabis",
        "niega consumo de alcohol, cannabis y cocaína",
        "negó alcohol, cannabis, cocaína",
        "no alcohol, benzos or cannabis",
        "sin alcohol, cannabis ni cocaína",
    ],
)
def test_every_name_of_a_denied_list_is_not_taken(text):
    assert found(text) == [NOT] * 3


@pytest.mark.parametrize(
    "text",
    [
        "denies alcohol, takes diazepam",
        "denies alcohol, diazepam 5 mg",
        "denies alcohol, but diazepam",
        "denies alcohol, now on diazepam",
        "denies alcohol, diazepam daily",
        "denies alcohol; diazepam",
        "denies alcohol\ndiazepam",
        "Denies alcohol. Takes diazepam",
        "no alcohol, diazepam",
        "niega alcohol, diazepam 5 mg",
        "niega alcohol, pero diazepam",
    ],
)
def test_what_is_said_to_be_taken_ends_the_denial(text):
    assert found(text) == [NOT, TAKEN]


def test_it_does_not_come_back_after_it_has_ended_and_never_crosses_entries():
    assert found("denies alcohol, diazepam 5 mg, cannabis") == [NOT, TAKEN, TAKEN]
    assert found("denies alcohol", "diazepam") == [NOT, TAKEN]
    assert found("diazepam, denies alcohol, cannabis") == [TAKEN, NOT, NOT]
    assert found("no alcohol, diazepam 5 mg or cannabis") == [NOT, TAKEN, TAKEN]


def test_an_unknown_word_is_said_and_neither_denied_nor_an_end():
    assert found("denies alcohol, zork, cannabis") == [NOT, "not_recognised", NOT]
