"""The shape of a Keel record file, as people write it, and its JSON Schema.

Amounts are text with their unit (“35 mg”, “0.5 mg/kg”, “70 kg”), times carry an offset or the record a time zone.
Every key is optional but those that make a fact a fact; a key that is not known is refused, so that a misspelt one
is not lost.
"""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from keel.messages import Message
from keel.quantities import Form
from keel.record import MEDICINE_STATUSES, DoseCertainty, Precision, Pregnancy, ReviewKind, RiskLevel, Setting, Sex

S = TypeVar("S", bound=msgspec.Struct)

Amount = Annotated[
    str,
    Meta(description="An amount with its unit.", examples=["35 mg", "0.5 mg/kg", "1-2 g"]),
]
Time = Annotated[
    str,
    Meta(
        description="ISO 8601. A time of day needs an offset, or the record a timezone. A date, month or year will do.",
        examples=["2026-11-21T09:30+01:00", "2026-11-21", "2026-11", "2026"],
    ),
]
Date = Annotated[str, Meta(description="A whole date.", examples=["1992-05-17"])]
Codes = Annotated[dict[str, str], Meta(description="Code system to code.", examples=[{"RxNorm": "2201623"}])]
Identifier = Annotated[str, Meta(description="Your own name for this fact; the same fact twice counts once.")]


RISKS = ("suicide", "warning signs")
"""The risks of which an assessment may be: those that `look_back` of an instrument names."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An object of the file; unknown keys are refused."""


class AmountRange(Entry, frozen=True, kw_only=True):
    """An amount that is not quite known. `mid` is the working value, half way where it is left out."""

    low: Amount
    high: Amount
    mid: Amount | None = None


class PersonEntry(Entry, frozen=True, kw_only=True):
    """Whom the record is about; no names."""

    id: Annotated[str, Meta(description="Any identifier of yours, no name.")] = ""
    age: Annotated[float | str | None, Meta(description="Years.", examples=[34, "34 years"])] = None
    birth_date: Date | None = None
    sex: Sex = Sex.UNKNOWN
    weight: Annotated[str | None, Meta(description="Body weight with its unit.", examples=["70 kg"])] = None
    height: Annotated[str | None, Meta(description="Height with its unit.", examples=["178 cm"])] = None
    pregnancy: Pregnancy = Pregnancy.NOT_ASKED
    country: Annotated[str, Meta(description="ISO 3166 code of two letters, to find services near.")] = ""


class DoseEntry(Entry, frozen=True, kw_only=True):
    """One dose that was taken or given. A missing or null amount is an unknown amount, not none."""

    substance: Annotated[str, Meta(description="What was taken.", examples=["racemic", "esketamine", "ketamine"])]
    start: Time
    amount: Amount | AmountRange | None = None
    route: Annotated[str, Meta(description="How it was taken.", examples=["iv", "nasal", "snorted"])] = "unknown"
    form: Form = Form.NOT_STATED
    end: Time | None = None
    over: Annotated[str | None, Meta(description="How long it took.", examples=["40 min"])] = None
    certainty: DoseCertainty | None = None
    setting: Setting = Setting.UNKNOWN
    devices: Annotated[int, Meta(description="Spray devices used.", ge=1, le=100)] | None = None
    precision: Annotated[Precision | None, Meta(description="How exactly the start is known.")] = None
    origin: Annotated[str, Meta(description="Where the fact comes from.")] = ""
    id: Identifier = ""


class PatternEntry(Entry, frozen=True, kw_only=True):
    """A repeated way of using, in words."""

    text: Annotated[
        str, Meta(description="How much, how often, how long.", examples=["400 mg weekly for 3 years, snorted"])
    ]
    substance: Annotated[str | None, Meta(description="What was taken, where the words do not say.")] = None
    route: Annotated[str | None, Meta(description="How it was taken, where the words do not say.")] = None
    setting: Setting | None = None
    form: Form | None = None
    id: Identifier = ""


class MeasurementEntry(Entry, frozen=True, kw_only=True):
    """One value measured. `what` is a name that Keel knows; for anything else give `code` and `system`."""

    what: Annotated[str, Meta(description="A name that Keel knows.", examples=["weight", "systolic", "ALT"])] = ""
    code: Annotated[str, Meta(description="A LOINC code, or one of `system`.", examples=["8480-6"])] = ""
    system: Annotated[
        str | None,
        Meta(description="The code system as an address; LOINC where it is left out, “” where unknown."),
    ] = None
    name: Annotated[str, Meta(description="The name in words.")] = ""
    value: Annotated[
        float | str | bool | None,
        Meta(description="Text with its unit, or a number with `unit` beside it.", examples=["142 mmHg", 142]),
    ] = None
    unit: Annotated[
        str | None, Meta(description="UCUM; “1” for a count or score, “” where none was sent.", examples=["mm[Hg]"])
    ] = None
    text: Annotated[str | None, Meta(description="The value in words, kept as it is.", examples=["positive"])] = None
    at: Time | None = None
    by: str = ""
    device: str = ""
    absent: Annotated[str, Meta(description="Why there is no value.")] = ""
    upper_limit: Annotated[
        float | str | None,
        Meta(description="The laboratory’s upper limit of normal: with its unit, or in that of the value."),
    ] = None
    id: Identifier = ""


class MedicineEntry(Entry, frozen=True, kw_only=True):
    """A medicine or other drug, as typed."""

    text: str
    status: Annotated[
        str,
        Meta(
            description="How it stands; active, taken and unknown are checked.",
            extra_json_schema={"enum": list(MEDICINE_STATUSES)},
        ),
    ] = "active"
    codes: Codes = {}
    started: Date | None = None
    stopped: Date | None = None
    id: Identifier = ""


class AnswersEntry(Entry, frozen=True, kw_only=True):
    """One sitting of a questionnaire: answers by item, or a total that came without them."""

    instrument: Annotated[str, Meta(examples=["phq-9", "gad-7"])]
    items: Annotated[
        dict[str, bool | int | str],
        Meta(description="Item to number, yes or no, or not_asked, declined, unanswered, not_understood."),
    ] = {}
    total: float | None = None
    version: str = ""
    at: Time | None = None
    id: Identifier = ""


class ConditionEntry(Entry, frozen=True, kw_only=True):
    """A diagnosis or problem; `present` false where it was asked about and denied.

    `status` is a word: active, remission, resolved, past, suspected, family. `ended` is the day since when it is over.
    """

    text: str
    codes: Codes = {}
    status: str = "active"
    present: bool = True
    onset: Date | None = None
    ended: Date | None = None
    id: Identifier = ""


class RiskAssessmentEntry(Entry, frozen=True, kw_only=True):
    """What a clinician judged of a risk: with name, reason and time it closes what was told of it before."""

    level: RiskLevel
    risk: Annotated[str, Meta(description="Of what.", extra_json_schema={"enum": list(RISKS)})] = "suicide"
    by: Annotated[str, Meta(description="Who judged it.", examples=["Alice"])] = ""
    reason: Annotated[str, Meta(description="Why.")] = ""
    at: Time | None = None
    id: Identifier = ""


class ReviewEntry(Entry, frozen=True, kw_only=True):
    """A review of a course of treatment: of its response, or of total exposure."""

    of: ReviewKind
    on: Date
    by: Annotated[str, Meta(min_length=1, description="Who reviewed it.", examples=["Alice"])]
    responded: Annotated[bool | None, Meta(description="Whether there was a response; null for not said.")] = None


class RecordEntry(Entry, frozen=True, kw_only=True):
    """One person's facts."""

    person: PersonEntry = PersonEntry()
    doses: tuple[DoseEntry, ...] = ()
    patterns: tuple[str | PatternEntry, ...] = ()
    measurements: tuple[MeasurementEntry, ...] = ()
    medicines: tuple[str | MedicineEntry, ...] = ()
    answers: tuple[AnswersEntry, ...] = ()
    conditions: tuple[str | ConditionEntry, ...] = ()
    risk_assessments: tuple[RiskAssessmentEntry, ...] = ()
    reviews: tuple[ReviewEntry, ...] = ()
    timezone: Annotated[
        str | None,
        Meta(description="IANA zone of times that have no offset.", examples=["Europe/London"]),
    ] = None


class PeopleFile(Entry, frozen=True, kw_only=True):
    """Several people, each with a record of their own."""

    people: tuple[RecordEntry, ...]


def same_fields(shape: type[S], source: msgspec.Struct, **other: Any) -> S:
    """A value of `shape` with the fields that it shares by name with `source`, and `other` that are read or written."""
    shared = {*shape.__struct_fields__} & {*source.__struct_fields__} - other.keys()
    return shape(**{name: getattr(source, name) for name in shared} | other)


PERSON_NAMES = {
    "age_years": ("age", ""),
    "weight_kg": ("weight", "kg"),
    "height_cm": ("height", "cm"),
}
"""Other names of a person's keys, to ours and the unit that the name carries; for session files, too."""
SHAPES: dict[str, type[Entry]] = {
    "$": RecordEntry,
    "person": PersonEntry,
    "doses": DoseEntry,
    "amount": AmountRange,
    "patterns": PatternEntry,
    "measurements": MeasurementEntry,
    "medicines": MedicineEntry,
    "answers": AnswersEntry,
    "conditions": ConditionEntry,
    "risk_assessments": RiskAssessmentEntry,
    "reviews": ReviewEntry,
    "people": RecordEntry,
}
"""The name under which an object stands in the file, to its shape."""

HINTS = {
    "amount": Message(
        "Write the amount with its unit in quotation marks, for example “35 mg”, or null where nobody knows."
    ),
    "low": Message("Write the amount with its unit in quotation marks, for example “1 g”."),
    "high": Message("Write the amount with its unit in quotation marks, for example “2 g”."),
    "weight": Message("Write the weight with its unit in quotation marks, for example “70 kg”."),
    "height": Message("Write the height with its unit in quotation marks, for example “178 cm”."),
    "over": Message("Write the time with its unit in quotation marks, for example “40 min”."),
    "start": Message("Write a time in quotation marks, for example “2026-11-21T09:30+01:00”."),
    "at": Message("Write a time in quotation marks, for example “2026-11-21T09:30+01:00”."),
    "people": Message("Write a list of records, each with its own person."),
    "devices": Message("Write the number of spray devices used."),
} | {
    name: Message("Write one of {names}.", names=", ".join(words))
    for name, words in (
        ("sex", Sex),
        ("pregnancy", Pregnancy),
        ("form", Form),
        ("certainty", DoseCertainty),
        ("setting", Setting),
        ("precision", Precision),
        ("level", RiskLevel),
    )
}
"""The last name of a path, to how its value is written."""


def record_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a Keel record file: one record, or several under `people`."""
    (one, several), definitions = msgspec.json.schema_components(
        [RecordEntry, PeopleFile], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Keel record",
        "description": "One person's facts, or several people's under “people”.",
        "anyOf": [one, several],
        "$defs": definitions,
    }
