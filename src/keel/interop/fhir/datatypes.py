"""The FHIR R4 data types that the resources of Keel use, decoded strictly: types, dates, and no unknown element.

`more_*` are the siblings of primitive elements (`_value`), which hold extensions of them.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, field

NONE = Raw()

Date = Annotated[str, Meta(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
DateTime = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
        r"(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$"
    ),
]
Instant = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$"
    ),
]

ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
INDIVIDUAL_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-individual-sex"
ORDINAL_VALUES = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


class Extension(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An extension; only the values that Keel asks for are decoded."""

    url: str
    value_code: str | None = None
    value_decimal: float | None = None
    value_integer: int | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_coding: "Coding | None" = None


class Element(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Anything in a resource; an element that R4 does not have is refused."""

    id: str | None = None
    extension: tuple[Extension, ...] = ()

    @property
    def absent_reason(self) -> str:
        """Why the value is not there, where the sender says so by extension."""
        return next((more.value_code or "" for more in self.extension if more.url == ABSENT_REASON), "")


class Coding(Element, frozen=True, kw_only=True):
    """A code in a system."""

    system: str = ""
    version: str = ""
    code: str = ""
    display: str = ""
    user_selected: bool | None = None
    more_system: Raw = field(default=NONE, name="_system")
    more_version: Raw = field(default=NONE, name="_version")
    more_code: Raw = field(default=NONE, name="_code")
    more_display: Raw = field(default=NONE, name="_display")
    more_user_selected: Raw = field(default=NONE, name="_userSelected")

    @property
    def ordinal(self) -> float | None:
        """The score that the sender attached to an answer."""
        return next((more.value_decimal for more in self.extension if more.url in ORDINAL_VALUES), None)


class CodeableConcept(Element, frozen=True, kw_only=True):
    """A thing by codes, by words, or both."""

    coding: tuple[Coding, ...] = ()
    text: str = ""
    more_text: Raw = field(default=NONE, name="_text")

    @property
    def words(self) -> str:
        """The best words for it: its text, else a display, else a code."""
        displays = (coding.display for coding in self.coding if coding.display)
        return self.text or next(displays, "") or next((coding.code for coding in self.coding), "")

    @property
    def texts(self) -> tuple[str, ...]:
        """All words for it."""
        return tuple(text for text in (self.text, *(coding.display for coding in self.coding)) if text)

    @property
    def codes(self) -> dict[str, str]:
        """Code system to code, the first of each."""
        codes: dict[str, str] = {}
        for coding in self.coding:
            if coding.code:
                codes.setdefault(coding.system, coding.code)
        return codes

    def has(self, *codes: str) -> bool:
        """Whether one of the codes is among its own, whatever the system."""
        return any(coding.code in codes for coding in self.coding)


class Quantity(Element, frozen=True, kw_only=True):
    """A number with its unit: `code` in UCUM where `system` says so, else the words of `unit`."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    system: str = ""
    code: str = ""
    more_value: Raw = field(default=NONE, name="_value")
    more_comparator: Raw = field(default=NONE, name="_comparator")
    more_unit: Raw = field(default=NONE, name="_unit")
    more_system: Raw = field(default=NONE, name="_system")
    more_code: Raw = field(default=NONE, name="_code")

    @property
    def ucum(self) -> str:
        """The unit as a code, or as written where no code came."""
        return self.code if self.code and self.system in (UCUM, "") else self.unit or self.code


class Period(Element, frozen=True, kw_only=True):
    """From when to when."""

    start: DateTime | None = None
    end: DateTime | None = None
    more_start: Raw = field(default=NONE, name="_start")
    more_end: Raw = field(default=NONE, name="_end")


class Range(Element, frozen=True, kw_only=True):
    """Between two quantities."""

    low: Quantity | None = None
    high: Quantity | None = None


class ReferenceRange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A range that the laboratory printed beside a value; elements that Keel has no use for are passed over."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: CodeableConcept | None = None

    @property
    def is_normal(self) -> bool:
        """Whether it is the range of normal: so called, or not called anything."""
        return self.type is None or any(coding.code == "normal" for coding in self.type.coding)


class Ratio(Element, frozen=True, kw_only=True):
    """One quantity per another."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Reference(Element, frozen=True, kw_only=True):
    """A pointer to another resource, or only words."""

    reference: str = ""
    type: str = ""
    identifier: Raw = NONE
    display: str = ""
    more_reference: Raw = field(default=NONE, name="_reference")
    more_type: Raw = field(default=NONE, name="_type")
    more_display: Raw = field(default=NONE, name="_display")


class Medium(Element, frozen=True, kw_only=True):
    """Common to parts of resources: a modifier that Keel does not know forbids reading the part."""

    modifier_extension: tuple[Any, ...] = ()
