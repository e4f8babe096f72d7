"""Names of the top-level elements of the R4 resources that Keel reads.

A resource with any other element is a different version or a slip of the pen (STU3's `notGiven` turns the meaning
round), so it is reported and not read. Checked against fhir.resources in the tests.
"""

_ANY = "resourceType id meta implicitRules language"
_DOMAIN = f"{_ANY} text contained extension modifierExtension"

_OF = {
    "AllergyIntolerance": (
        "identifier clinicalStatus verificationStatus type category criticality code patient encounter onsetDateTime "
        "onsetAge onsetPeriod onsetRange onsetString recordedDate recorder asserter lastOccurrence note reaction"
    ),
    "Bundle": "identifier type timestamp total link entry signature",
    "Condition": (
        "identifier clinicalStatus verificationStatus category severity code bodySite subject encounter onsetDateTime "
        "onsetAge onsetPeriod onsetRange onsetString abatementDateTime abatementAge abatementPeriod abatementRange "
        "abatementString recordedDate recorder asserter stage evidence note"
    ),
    "FamilyMemberHistory": (
        "identifier instantiatesCanonical instantiatesUri status dataAbsentReason patient date name relationship sex "
        "bornPeriod bornDate bornString ageAge ageRange ageString estimatedAge deceasedBoolean deceasedAge "
        "deceasedRange deceasedDate deceasedString reasonCode reasonReference note condition"
    ),
    "Medication": "identifier code status manufacturer form amount ingredient batch",
    "MedicationAdministration": (
        "identifier instantiates partOf status statusReason category medicationCodeableConcept medicationReference "
        "subject context supportingInformation effectiveDateTime effectivePeriod performer reasonCode reasonReference "
        "request device note dosage eventHistory"
    ),
    "MedicationDispense": (
        "identifier partOf status statusReasonCodeableConcept statusReasonReference category "
        "medicationCodeableConcept medicationReference subject context supportingInformation performer location "
        "authorizingPrescription type quantity daysSupply whenPrepared whenHandedOver destination receiver note "
        "dosageInstruction substitution detectedIssue eventHistory"
    ),
    "MedicationRequest": (
        "identifier status statusReason intent category priority doNotPerform reportedBoolean reportedReference "
        "medicationCodeableConcept medicationReference subject encounter supportingInformation authoredOn requester "
        "performer performerType recorder reasonCode reasonReference instantiatesCanonical instantiatesUri basedOn "
        "groupIdentifier courseOfTherapyType insurance note dosageInstruction dispenseRequest substitution "
        "priorPrescription detectedIssue eventHistory"
    ),
    "MedicationStatement": (
        "identifier basedOn partOf status statusReason category medicationCodeableConcept medicationReference subject "
        "context effectiveDateTime effectivePeriod dateAsserted informationSource derivedFrom reasonCode "
        "reasonReference note dosage"
    ),
    "Observation": (
        "identifier basedOn partOf status category code subject focus encounter effectiveDateTime effectivePeriod "
        "effectiveTiming effectiveInstant issued performer valueQuantity valueCodeableConcept valueString "
        "valueBoolean valueInteger valueRange valueRatio valueSampledData valueTime valueDateTime valuePeriod "
        "dataAbsentReason interpretation note bodySite method specimen device referenceRange hasMember derivedFrom "
        "component"
    ),
    "Patient": (
        "identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address maritalStatus "
        "multipleBirthBoolean multipleBirthInteger photo contact communication generalPractitioner "
        "managingOrganization link"
    ),
    "Questionnaire": (
        "url identifier version name title derivedFrom status experimental subjectType date publisher contact "
        "description useContext jurisdiction purpose copyright approvalDate lastReviewDate effectivePeriod code item"
    ),
    "RiskAssessment": (
        "identifier basedOn parent status method code subject encounter occurrenceDateTime occurrencePeriod condition "
        "performer reasonCode reasonReference basis prediction mitigation note"
    ),
    "Substance": "identifier status category code description instance ingredient",
    "QuestionnaireResponse": (
        "identifier basedOn partOf questionnaire status subject encounter authored author source item"
    ),
}

ELEMENTS: dict[str, frozenset[str]] = {
    name: frozenset(f"{_ANY if name == 'Bundle' else _DOMAIN} {own}".split()) for name, own in _OF.items()
}


def unknown_elements(resource_type: str, keys: set[str]) -> list[str]:
    """The keys that R4 does not have in that resource, sorted; `_name` is the sibling of a primitive `name`."""
    known = ELEMENTS[resource_type]
    return sorted(key for key in keys if key.removeprefix("_") not in known)
