"""What Keel writes into FHIR where R4 has no place for it, and reads back: own extensions and own code systems.

Other programs may pass over them: each stands beside the elements of R4 that say the same as far as R4 can.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from keel.interop.errors import shown
from keel.interop.fhir.datatypes import Extension
from keel.interop.fhir.errors import NotTaken
from keel.messages import Message

T = TypeVar("T")
W = TypeVar("W", bound=StrEnum)

EXTENSION = "urn:keel:extension:"
"""Before the name of each: age-years, weight-kg, height-cm and pregnancy of a person; setting, certainty, form, devices
and mid of a dose; pattern of a dosage whose text is a pattern; status of a medicine or condition in Keel's word.
"""
PERSON = "urn:keel:person"
"""The system of an identifier that cannot stand as an id of FHIR."""
RISK = "urn:keel:risk"
INSTRUMENT = "urn:keel:instrument"


def extension(name: str, **value: Any) -> dict[str, Any]:
    """The extension of that name with its value, as `valueCode="clinic"`."""
    return {"url": EXTENSION + name, **value}


def told(extensions: Iterable[Extension], name: str, *, otherwise: T) -> Any | T:
    """The value of the own extension of that name; `otherwise` where it is not there."""
    found = next((one for one in extensions if one.url == EXTENSION + name), None)
    if found is None:
        return otherwise
    values = (found.value_code, found.value_decimal, found.value_integer, found.value_string, found.value_boolean)
    return next((value for value in values if value is not None), otherwise)


def told_word(extensions: Iterable[Extension], name: str, otherwise: W) -> W:
    """The same for a word of a kind; NotTaken for one that is not of it."""
    word = told(extensions, name, otherwise=otherwise)
    try:
        return type(otherwise)(word)
    except ValueError:
        raise NotTaken(Message("its {name} cannot be {word}", name=name, word=shown(word))) from None
