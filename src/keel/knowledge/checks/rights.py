"""The licence gate and mistyped codes: no item text without the right to it, every LOINC check digit right."""

import re
from collections.abc import Iterator

from keel.knowledge.base import Knowledge
from keel.knowledge.checks.problem import Problem, error
from keel.knowledge.instruments.check import is_loinc
from keel.knowledge.instruments.shape import wording_problems
from keel.knowledge.kinds import Place, entries, places
from keel.knowledge.reading.codes import ReadingCode

_LOINC = re.compile(r"^\d{1,7}-\d$")


def licence_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Instruments whose official words are in the repository without a licence that frees them."""
    for instrument in knowledge.instruments.values():
        for problem in wording_problems(instrument):
            yield error("licence", f"instruments/{instrument.id}", problem)


def loinc_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """LOINC codes with a wrong check digit, wherever they stand."""
    for entry in entries(knowledge):
        for place in places(entry):
            code = _loinc_at(place)
            if code and not is_loinc(code):
                yield error("loinc", place, f"the check digit of {code} is wrong. Look the code up at loinc.org.")


def _loinc_at(place: Place) -> str:
    if isinstance(place.value, ReadingCode):
        return place.value.code if "loinc" in place.value.system.lower() else ""
    under_loinc = "loinc" in place.path.split(".")
    return place.value if under_loinc and isinstance(place.value, str) and _LOINC.match(place.value) else ""
