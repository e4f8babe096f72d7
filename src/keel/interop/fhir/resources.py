"""The R4 resources that Keel reads, with the elements that it uses; others are allowed by name (`elements.py`)."""

from typing import Any, Literal

import msgspec
from msgspec import Raw, field

from keel.interop.fhir.datatypes import (
    NONE,
    CodeableConcept,
    Coding,
    Date,
    DateTime,
    Element,
    Extension,
    Instant,
    Medium,
    Period,
    Quantity,
    Range,
    Ratio,
    Reference,
    ReferenceRange,
)

WITHDRAWN = ("entered-in-error", "cancelled", "registered")
"""Statuses of an observation or a judgement that is no fact, or one taken back."""


class Resource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every resource has. `implicit_rules` and a modifier extension change the meaning and forbid reading."""

    id: str = ""
    implicit_rules: str = ""
    modifier_extension: tuple[Any, ...] = ()
    contained: tuple[Raw, ...] = ()


class Identifier(msgspec.Struct, frozen=True):
    """A number under which others know a person."""

    system: str = ""
    value: str = ""


class Address(msgspec.Struct, frozen=True):
    """Where somebody lives; only the country is decoded."""

    country: str = ""


class PatientLink(msgspec.Struct, frozen=True, kw_only=True):
    """Another record of the same person, and what the two are to each other."""

    other: Reference
    type: Literal["replaced-by", "replaces", "refer", "seealso"]


class Patient(Resource, frozen=True, kw_only=True):
    """A person; names are not decoded, of addresses only the country."""

    identifier: tuple[Identifier, ...] = ()
    address: tuple[Address, ...] = ()
    link: tuple[PatientLink, ...] = ()
    extension: tuple[Extension, ...] = ()
    gender: Literal["male", "female", "other", "unknown"] | None = None
    birth_date: Date | None = None
    active: bool | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: DateTime | None = None


class ObservationPart(Medium, frozen=True, kw_only=True):
    """The value of an observation or of a component of one, and its code."""

    code: CodeableConcept
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    value_sampled_data: Raw = NONE
    value_time: str | None = None
    value_date_time: DateTime | None = None
    value_period: Period | None = None
    data_absent_reason: CodeableConcept | None = None
    reference_range: tuple[ReferenceRange, ...] = ()


class Component(ObservationPart, frozen=True, kw_only=True):
    """A part of an observation, such as the systolic pressure."""

    interpretation: Raw = NONE
    more_value_string: Raw = field(default=NONE, name="_valueString")
    more_value_boolean: Raw = field(default=NONE, name="_valueBoolean")
    more_value_integer: Raw = field(default=NONE, name="_valueInteger")
    more_value_time: Raw = field(default=NONE, name="_valueTime")
    more_value_date_time: Raw = field(default=NONE, name="_valueDateTime")


class Observation(Resource, frozen=True, kw_only=True):
    """Something measured, answered or seen."""

    status: Literal[
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
    ]
    code: CodeableConcept
    category: tuple[CodeableConcept, ...] = ()
    subject: Reference | None = None
    focus: tuple[Reference, ...] = ()
    effective_date_time: DateTime | None = None
    effective_period: Period | None = None
    effective_instant: Instant | None = None
    effective_timing: Raw = NONE
    performer: tuple[Reference, ...] = ()
    device: Reference | None = None
    has_member: tuple[Reference, ...] = ()
    derived_from: tuple[Reference, ...] = ()
    component: tuple[Component, ...] = ()
    value_quantity: Quantity | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_range: Range | None = None
    value_ratio: Ratio | None = None
    value_sampled_data: Raw = NONE
    value_time: str | None = None
    value_date_time: DateTime | None = None
    value_period: Period | None = None
    data_absent_reason: CodeableConcept | None = None
    reference_range: tuple[ReferenceRange, ...] = ()


class Answer(Medium, frozen=True, kw_only=True):
    """One answer to a question, with questions that follow from it."""

    value_boolean: bool | None = None
    value_decimal: float | None = None
    value_integer: int | None = None
    value_date: Date | None = None
    value_date_time: DateTime | None = None
    value_time: str | None = None
    value_string: str | None = None
    value_uri: str | None = None
    value_attachment: Raw = NONE
    value_coding: Coding | None = None
    value_quantity: Quantity | None = None
    value_reference: Reference | None = None
    item: tuple["Question", ...] = ()
    more_value_boolean: Raw = field(default=NONE, name="_valueBoolean")
    more_value_decimal: Raw = field(default=NONE, name="_valueDecimal")
    more_value_integer: Raw = field(default=NONE, name="_valueInteger")
    more_value_date: Raw = field(default=NONE, name="_valueDate")
    more_value_date_time: Raw = field(default=NONE, name="_valueDateTime")
    more_value_time: Raw = field(default=NONE, name="_valueTime")
    more_value_string: Raw = field(default=NONE, name="_valueString")
    more_value_uri: Raw = field(default=NONE, name="_valueUri")


class Question(Medium, frozen=True, kw_only=True):
    """A question of a response, or a group of them."""

    link_id: str
    definition: str = ""
    text: str = ""
    answer: tuple[Answer, ...] = ()
    item: tuple["Question", ...] = ()
    more_link_id: Raw = field(default=NONE, name="_linkId")
    more_definition: Raw = field(default=NONE, name="_definition")
    more_text: Raw = field(default=NONE, name="_text")


class QuestionnaireResponse(Resource, frozen=True, kw_only=True):
    """A questionnaire filled in."""

    status: Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"]
    questionnaire: str = ""
    subject: Reference | None = None
    authored: DateTime | None = None
    item: tuple[Question, ...] = ()


class CodeOffered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The code of an answer that a questionnaire offers, with its words and its score where the form has them."""

    system: str = ""
    code: str = ""
    display: str = ""
    extension: tuple[Extension, ...] = ()


class AnswerOffered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An answer that a questionnaire offers; the score stands on it or on its code."""

    extension: tuple[Extension, ...] = ()
    value_coding: CodeOffered | None = None


class QuestionAsked(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A question of a questionnaire, for the codes of its answers' places and what each of them counts."""

    link_id: str
    code: tuple[Coding, ...] = ()
    answer_option: tuple[AnswerOffered, ...] = ()
    item: tuple["QuestionAsked", ...] = ()


class Questionnaire(Resource, frozen=True, kw_only=True):
    """A questionnaire: only its names, what maps its `linkId`s to codes, and the answers that it offers."""

    url: str = ""
    version: str = ""
    title: str = ""
    code: tuple[Coding, ...] = ()
    item: tuple[QuestionAsked, ...] = ()


class Ingredient(Medium, frozen=True, kw_only=True):
    """What a medication contains."""

    item_codeable_concept: CodeableConcept | None = None
    item_reference: Reference | None = None
    is_active: bool | None = None
    strength: Ratio | None = None
    more_is_active: Raw = field(default=NONE, name="_isActive")


class Medication(Resource, frozen=True, kw_only=True):
    """A medication by name and content."""

    code: CodeableConcept | None = None
    ingredient: tuple[Ingredient, ...] = ()


class Substance(Resource, frozen=True, kw_only=True):
    """What an ingredient is."""

    code: CodeableConcept | None = None


class AdministrationDosage(Medium, frozen=True, kw_only=True):
    """How much was given, and how."""

    text: str = ""
    site: CodeableConcept | None = None
    route: CodeableConcept | None = None
    method: CodeableConcept | None = None
    dose: Quantity | None = None
    rate_ratio: Ratio | None = None
    rate_quantity: Quantity | None = None
    more_text: Raw = field(default=NONE, name="_text")


class MedicationAdministration(Resource, frozen=True, kw_only=True):
    """A medication that was given, or not."""

    status: Literal["in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"]
    category: CodeableConcept | None = None
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    part_of: tuple[Reference, ...] = ()
    subject: Reference
    context: Reference | None = None
    effective_date_time: DateTime | None = None
    effective_period: Period | None = None
    dosage: AdministrationDosage | None = None
    extension: tuple[Extension, ...] = ()


class Repeat(Element, frozen=True, kw_only=True):
    """How often. A period with a maximum, a day of the week or a time of day leaves the frequency open."""

    bounds_period: Period | None = None
    bounds_duration: Quantity | None = None
    bounds_range: Range | None = None
    count: int | None = None
    count_max: int | None = None
    duration: float | None = None
    duration_max: float | None = None
    duration_unit: str = ""
    frequency: int | None = None
    frequency_max: int | None = None
    period: float | None = None
    period_max: float | None = None
    period_unit: str = ""
    day_of_week: tuple[str, ...] = ()
    time_of_day: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    offset: int | None = None


class Timing(Medium, frozen=True, kw_only=True):
    """When."""

    event: tuple[DateTime, ...] = ()
    repeat: Repeat | None = None
    code: CodeableConcept | None = None


class DoseAndRate(Medium, frozen=True, kw_only=True):
    """How much at a time, or how fast."""

    type: CodeableConcept | None = None
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None
    rate_quantity: Quantity | None = None
    rate_range: Range | None = None
    rate_ratio: Ratio | None = None


class Dosage(Medium, frozen=True, kw_only=True):
    """How a medication is to be taken, or is said to be."""

    sequence: int | None = None
    text: str = ""
    additional_instruction: tuple[CodeableConcept, ...] = ()
    patient_instruction: str = ""
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: CodeableConcept | None = None
    site: CodeableConcept | None = None
    route: CodeableConcept | None = None
    method: CodeableConcept | None = None
    dose_and_rate: tuple[DoseAndRate, ...] = ()
    max_dose_per_period: Ratio | None = None
    max_dose_per_administration: Quantity | None = None
    max_dose_per_lifetime: Quantity | None = None
    more_text: Raw = field(default=NONE, name="_text")
    more_patient_instruction: Raw = field(default=NONE, name="_patientInstruction")


class MedicationStatement(Resource, frozen=True, kw_only=True):
    """What somebody says is or was taken."""

    status: Literal["active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"]
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference
    effective_date_time: DateTime | None = None
    effective_period: Period | None = None
    part_of: tuple[Reference, ...] = ()
    derived_from: tuple[Reference, ...] = ()
    dosage: tuple[Dosage, ...] = ()
    extension: tuple[Extension, ...] = ()


class DispenseRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How long what is handed over lasts; the rest of an order to the pharmacy is passed over."""

    validity_period: Period | None = None
    expected_supply_duration: Quantity | None = None
    number_of_repeats_allowed: int | None = None


class MedicationRequest(Resource, frozen=True, kw_only=True):
    """An order or a plan: never a dose."""

    status: Literal["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"]
    intent: Literal[
        "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option"
    ]
    do_not_perform: bool = False
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference
    authored_on: DateTime | None = None
    dispense_request: DispenseRequest | None = None


class MedicationDispense(Resource, frozen=True, kw_only=True):
    """A medication handed over."""

    status: Literal[
        "preparation",
        "in-progress",
        "cancelled",
        "on-hold",
        "completed",
        "entered-in-error",
        "stopped",
        "declined",
        "unknown",
    ]
    medication_codeable_concept: CodeableConcept | None = None
    medication_reference: Reference | None = None
    subject: Reference | None = None
    when_handed_over: DateTime | None = None


class Condition(Resource, frozen=True, kw_only=True):
    """A diagnosis or problem."""

    extension: tuple[Extension, ...] = ()
    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    subject: Reference
    onset_date_time: DateTime | None = None
    onset_period: Period | None = None
    abatement_date_time: DateTime | None = None
    abatement_period: Period | None = None
    abatement_string: str | None = None
    abatement_age: Raw = NONE
    abatement_range: Raw = NONE


class FamilyCondition(Medium, frozen=True, kw_only=True):
    """What a relative had or has."""

    code: CodeableConcept
    outcome: CodeableConcept | None = None
    contributed_to_death: bool | None = None
    onset_age: Raw = NONE
    onset_range: Raw = NONE
    onset_period: Raw = NONE
    onset_string: str | None = None
    note: Raw = NONE


class FamilyMemberHistory(Resource, frozen=True, kw_only=True):
    """A relative's health."""

    extension: tuple[Extension, ...] = ()
    status: Literal["partial", "completed", "entered-in-error", "health-unknown"]
    patient: Reference
    relationship: CodeableConcept
    condition: tuple[FamilyCondition, ...] = ()


class AllergyIntolerance(Resource, frozen=True, kw_only=True):
    """Something that a person does not bear."""

    verification_status: CodeableConcept | None = None
    clinical_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    patient: Reference


class Annotation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A note; only its words are read."""

    text: str = ""


class Prediction(Medium, frozen=True, kw_only=True):
    """What is expected, how likely, and why."""

    outcome: CodeableConcept | None = None
    probability_decimal: float | None = None
    probability_range: Range | None = None
    qualitative_risk: CodeableConcept | None = None
    relative_risk: float | None = None
    when_period: Period | None = None
    when_range: Range | None = None
    rationale: str = ""


class RiskAssessment(Resource, frozen=True, kw_only=True):
    """A risk as somebody judged it."""

    status: Literal[
        "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
    ]
    code: CodeableConcept | None = None
    method: CodeableConcept | None = None
    subject: Reference
    occurrence_date_time: DateTime | None = None
    occurrence_period: Period | None = None
    performer: Reference | None = None
    prediction: tuple[Prediction, ...] = ()
    note: tuple[Annotation, ...] = ()


class Entry(Medium, frozen=True, kw_only=True):
    """An entry of a bundle."""

    link: Raw = NONE
    full_url: str = ""
    resource: Raw = NONE
    search: Raw = NONE
    request: "Request | None" = None
    response: "Response | None" = None
    more_full_url: Raw = field(default=NONE, name="_fullUrl")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction asks, or what was asked, of the resource at an address."""

    method: str = ""
    url: str = ""


class Response(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a server answered to a request, or when it came about."""

    last_modified: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where else to look."""

    relation: str = ""


class Bundle(Resource, frozen=True, kw_only=True):
    """Several resources."""

    type: str
    link: tuple[Link, ...] = ()
    entry: tuple[Entry, ...] = ()


READ: dict[str, type[Resource]] = {
    shape.__name__: shape
    for shape in (
        AllergyIntolerance,
        Condition,
        FamilyMemberHistory,
        Medication,
        MedicationAdministration,
        MedicationDispense,
        MedicationRequest,
        MedicationStatement,
        Observation,
        Patient,
        Questionnaire,
        QuestionnaireResponse,
        RiskAssessment,
        Substance,
    )
}
"""Resource type to shape, for what Keel reads beside the Bundle."""
