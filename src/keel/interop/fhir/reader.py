"""Reads FHIR R4: a Bundle, a single resource or NDJSON. Every resource becomes a fact or is reported.

Strict decoding: a resource with a wrong type, an impossible date, two values of a choice or an element that R4 does
not have is not read in part; it is reported with the place and the reason.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, cast
from urllib.parse import unquote

import msgspec

from keel.interop import json_text
from keel.interop.errors import ReadError, shown
from keel.interop.fhir.conditions import read_allergy, read_condition, read_family_history
from keel.interop.fhir.datatypes import INDIVIDUAL_SEX, Extension, Reference
from keel.interop.fhir.decoding import decoded
from keel.interop.fhir.directory import Ambiguous, Directory, contained
from keel.interop.fhir.envelope import Item, plain_name, resource_of, unfold
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.medications import Kind, MedicationReader
from keel.interop.fhir.observations import ObservationReader, find_panels
from keel.interop.fhir.own import PERSON, told, told_word
from keel.interop.fhir.people import Context, Draft
from keel.interop.fhir.questionnaires import ResponseReader
from keel.interop.fhir.resources import (
    READ,
    AllergyIntolerance,
    Condition,
    FamilyMemberHistory,
    Identifier,
    Medication,
    MedicationAdministration,
    Observation,
    Patient,
    Questionnaire,
    QuestionnaireResponse,
    Resource,
    RiskAssessment,
    Substance,
)
from keel.interop.fhir.risk import read_risk
from keel.interop.fhir.sittings import InstrumentCodes
from keel.interop.plausibility import why_impossible
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals
from keel.interop.times import read_moment
from keel.knowledge import Knowledge
from keel.knowledge.reading import CodeKind
from keel.messages import Message
from keel.record import Precision, Pregnancy, Sex

R = TypeVar("R", bound=Resource)

_CONDITIONAL = re.compile(r"(?:.*/)?Patient\?identifier=(?:([^|&]*)\|)?([^|&]+)")
"""A reference by an identifier, as a transaction may have it."""
FIRST = ("Patient", "Observation", "QuestionnaireResponse", "Condition", "AllergyIntolerance", "RiskAssessment")
"""What is read before medications, whose doses per kilogram need a weight."""
HELPERS = ("Medication", "Questionnaire", "Substance")
"""Read when another resource refers to them."""


def read_fhir(
    values: Iterable[tuple[str, bytes]],
    *,
    form: Format,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
) -> Reading:
    """The records of all people in the values, each a place in the file and the JSON of a resource or bundle."""
    return _Reader(values, form, Context(at, knowledge), progress or (lambda done, of: None)).reading()


class _Reader:
    def __init__(
        self,
        values: Iterable[tuple[str, bytes]],
        form: Format,
        context: Context,
        progress: Progress,
    ) -> None:
        self._form, self._context, self._progress = form, context, progress
        self._notes = Notebook()
        self._file = unfold(values, self._notes, context.knowledge.reading_codes)
        self._directory = Directory(self._file.items)
        self._drafts: dict[str, Draft] = {}
        self._identified_by: dict[Identifier, set[str]] = {}
        self._who_has: dict[bytes, Item | None] = {}
        self._replaced = self._replacements()
        self._reported, self._done = self._file.reported, 0
        codes = InstrumentCodes(context.knowledge)
        panels = find_panels(self._all(Observation, having=b'"hasMember"'), self._directory, codes)
        self._observations = ObservationReader(panels, codes, self._directory, context)
        self._responses = ResponseReader(self._all(Questionnaire), self._directory, context)
        given = self._all(MedicationAdministration)
        self._medications = MedicationReader(given, self._directory, self._file.bodies, context)

    def reading(self) -> Reading:
        """Reads everything: patients first, medications after what was measured, helpers last."""
        types = {item.type for item in self._file.items}
        for name in FIRST:
            self._take_all(name)
        for draft in self._drafts.values():
            draft.settle_body()
        for name in (*sorted(types - {*FIRST, *HELPERS}), *HELPERS):
            self._take_all(name)
        return Reading(
            format=self._form,
            records=tuple(draft.record(self._form) for draft in self._drafts.values()),
            notes=self._notes.notes(),
            totals=Totals(self._file.read, self._file.read - self._reported, self._reported),
        )

    def _all(self, shape: type[R], having: bytes = b"") -> Iterator[tuple[Item, R]]:
        """Every resource of a type that can be decoded and has those bytes in it, before its turn to be read."""
        for item in self._file.items:
            if item.type == shape.__name__ and having in self._file.bodies[item.key]:
                try:
                    yield item, cast(R, decoded(item, self._file.bodies[item.key]))
                except NotTaken:
                    continue  # reported when it is its turn

    def _take_all(self, name: str) -> None:
        for item in self._file.items:
            if item.type == name:
                self._take(item)
                self._done += 1
                self._progress(self._done, len(self._file.items))

    def _take(self, item: Item) -> None:
        try:
            if item.type not in READ:
                if item.names_ketamine:
                    raise NotTaken(Message("not a resource that Keel reads, though it names ketamine"))
                raise NotTaken(Message("not a resource that Keel reads"))
            self._give(item, decoded(item, self._file.bodies[item.key]))
        except NotTaken as error:
            self._reported += 1
            notes = draft.notes if (draft := self._known_draft(item)) else self._notes
            notes.note(resource_of(item.type), where=item.where, reason=error.reason)
        except Ambiguous as name:
            self._reported += 1
            both = Message("two resources of the file answer to {name}", name=shown(name))
            self._notes.note(resource_of(item.type), where=item.where, reason=both)
        if item.type not in HELPERS:
            self._file.bodies.pop(item.key, None)

    def _give(self, item: Item, resource: Resource) -> None:
        """Hands a decoded resource to the reader of its type."""
        if isinstance(resource, (Medication, Questionnaire, Substance)):
            if item.key not in self._directory.used | self._responses.used:
                raise NotTaken(Message("nothing in the file that Keel reads refers to it"))
        elif isinstance(resource, Patient):
            self._person_of_file(item, resource)
        elif isinstance(resource, Observation):
            self._observations.read(item, resource, self._person(item, resource.subject, resource))
        elif isinstance(resource, QuestionnaireResponse):
            self._responses.read(item, resource, self._person(item, resource.subject, resource))
        elif isinstance(resource, Condition):
            read_condition(resource, item.id, self._person(item, resource.subject, resource), self._context)
        elif isinstance(resource, FamilyMemberHistory):
            read_family_history(resource, item.id, self._person(item, resource.patient, resource))
        elif isinstance(resource, RiskAssessment):
            read_risk(item, resource, self._person(item, resource.subject, resource), self._context)
        elif isinstance(resource, AllergyIntolerance):
            read_allergy(resource, item.id, self._person(item, resource.patient, resource), self._context)
        else:
            medication = cast(Kind, resource)
            self._medications.read(item, medication, self._person(item, medication.subject, resource))

    def _replacements(self) -> dict[str, str]:
        """The key of each Patient that another of the file replaces, to that of the last that does."""
        by: dict[str, str] = {}
        for item, patient in self._all(Patient, having=b'"link"'):
            for link in patient.link:
                other = self._linked(link.other, item)
                if other and link.type == "replaced-by":
                    by[item.key] = other.key
                elif other and link.type == "replaces":
                    by.setdefault(other.key, item.key)
        last = {}
        for key, other_key in by.items():
            seen = {key}
            while other_key in by and other_key not in seen:
                seen.add(other_key)
                other_key = by[other_key]
            if other_key not in seen:  # two that replace each other are left as they are
                last[key] = other_key
        return last

    def _linked(self, reference: Reference, item: Item) -> Item | None:
        if not reference.reference and bytes(reference.identifier):
            return self._with_identifier(bytes(reference.identifier))
        try:
            found = self._directory.find(reference.reference, item) if reference.reference else None
        except Ambiguous:
            return None
        return found if found and found.type == "Patient" else None

    def _with_identifier(self, written: bytes) -> Item | None:
        """The one Patient of the file who has an identifier; looked for once, before any is read."""
        if written not in self._who_has:
            try:
                wanted = json_text.decode(written, Identifier)
            except ReadError:
                wanted = Identifier()
            people = self._all(Patient, having=b'"identifier"') if wanted.value else ()
            found = [one for one, patient in people if wanted in patient.identifier]
            self._who_has[written] = found[0] if len(found) == 1 else None
        return self._who_has[written]

    def _person_of_file(self, item: Item, patient: Patient) -> None:
        """A Patient resource; one that another replaces gives its facts to that one."""
        key = self._replaced.get(item.key, item.key)
        for identifier in patient.identifier:
            self._identified_by.setdefault(identifier, set()).add(key)
        draft = self._draft(item.key, item.id)
        if key != item.key:
            reason = Message("{name} replaces it; what is told of either is told of that person", name=shown(key))
            draft.notes.note(Message("person's record that was replaced"), where=item.where, reason=reason)
            return
        self._patient(item.id or item.key, patient, draft, item.where)
        for link in patient.link:
            if link.type != "replaces" or self._linked(link.other, item) is None:
                name = shown(link.other.reference or link.other.display)
                reason = Message("{name}: what is told there is not known here", name=name)
                draft.notes.note(Message("another record of the same person"), where=item.where, reason=reason)

    def _draft(self, key: str, name: str) -> Draft:
        key = self._replaced.get(key, key)
        if key not in self._drafts:
            self._drafts[key] = Draft(name or key, self._context)
        return self._drafts[key]

    def _known_draft(self, item: Item) -> Draft | None:
        """The person of a resource that is not read, where the file has that person."""
        if item.type == "Patient":
            return self._drafts.get(self._replaced.get(item.key, item.key))
        if not item.patient:
            return None
        try:
            found = self._directory.find(item.patient, item)
        except Ambiguous:
            return None
        key = found.key if found else plain_name(item.patient)
        return self._drafts.get(self._replaced.get(key, key))

    def _person(self, item: Item, reference: Reference | None, resource: Resource) -> Draft:
        """The draft of the person whom a resource is about; NotTaken where it does not say who."""
        if reference is not None and not reference.reference and bytes(reference.identifier):
            return self._identified(reference)
        if reference is not None and (asked := _CONDITIONAL.fullmatch(unquote(reference.reference))):
            return self._of_identifier(
                Identifier(asked.group(1) or "", asked.group(2)), any_system=asked.group(1) is None
            )
        if reference is None or not reference.reference:
            raise NotTaken(Message("it does not say by a reference whom it is about"))
        if reference.reference.startswith("#"):
            return self._contained_person(item, reference, resource)
        found = self._directory.find(reference.reference, item)
        if found and found.type != "Patient":
            raise NotTaken(Message("it is about a {type}, not about a person", type=found.type))
        if found:
            return self._draft(found.key, found.id)
        name = plain_name(reference.reference)
        type_name, _, local = name.rpartition("/")
        if not name.startswith("urn:") and type_name.rpartition("/")[2] != "Patient":
            raise NotTaken(Message("it is about {name}, not about a person", name=shown(name)))
        if name not in self._drafts:
            what = Message("person without a Patient resource")
            self._draft(name, local).notes.note(what, where=item.where, reason=Message("{name}", name=name))
        return self._drafts[name]

    def _identified(self, reference: Reference) -> Draft:
        """The person of the file who has that identifier."""
        try:
            identifier = json_text.decode(reference.identifier, Identifier)
        except ReadError as error:
            raise NotTaken(error.problem) from None
        return self._of_identifier(identifier)

    def _of_identifier(self, identifier: Identifier, *, any_system: bool = False) -> Draft:
        """The person of an identifier, in a search without a system of whatever system."""
        alike = [one for one in self._identified_by if one.value == identifier.value] if any_system else [identifier]
        known = {key for one in alike for key in self._identified_by.get(one, ())}
        if len(known) > 1:
            raise NotTaken(Message("several people of the file have the identifier of its subject"))
        if not known or not identifier.value:
            raise NotTaken(Message("nobody in the file has the identifier of its subject"))
        return self._drafts[next(iter(known))]

    def _contained_person(self, item: Item, reference: Reference, resource: Resource) -> Draft:
        body = contained(resource, reference.reference, "Patient")
        if body is None:
            reason = Message("its subject {reference} is not contained in it", reference=shown(reference.reference))
            raise NotTaken(reason)
        try:
            patient = json_text.decode(body, Patient)
        except ReadError as error:
            raise NotTaken(Message("its contained patient cannot be read: {reason}", reason=error.problem)) from None
        key = f"{item.key}{reference.reference}"
        draft = self._draft(key, patient.id)
        self._patient(patient.id, patient, draft, item.where)
        return draft

    def _patient(self, name: str, patient: Patient, draft: Draft, where: str) -> None:
        """Puts what the Patient resource says into the draft."""
        if patient.deceased_boolean or patient.deceased_date_time:
            what, reason = Message("person recorded as deceased"), Message("the picture is of the time before")
            draft.notes.note(what, where=where, reason=reason)
        if patient.active is False:
            what, reason = Message("person's record not in use"), Message("Patient.active is false")
            draft.notes.note(what, where=where, reason=reason)
        born, age = _birth(patient.birth_date, self._context, draft, where)
        sex = Sex(patient.gender) if patient.gender else _sex_told(patient, self._context.knowledge)
        countries = {address.country for address in patient.address if re.fullmatch("[A-Z]{2}", address.country)}
        own = patient.extension
        draft.person = msgspec.structs.replace(
            draft.person,
            id=next((one.value for one in patient.identifier if one.system == PERSON), name),
            sex=sex,
            birth_date=born,
            age_years=self._size(own, "age-years", draft, where, otherwise=age),
            weight_kg=self._size(own, "weight-kg", draft, where),
            height_cm=self._size(own, "height-cm", draft, where),
            pregnancy=told_word(own, "pregnancy", Pregnancy.NOT_ASKED),
            country=countries.pop() if len(countries) == 1 else "",
        )

    def _size(
        self, own: Sequence[Extension], name: str, draft: Draft, where: str, otherwise: float | None = None
    ) -> float | None:
        """The person's age, weight or height as Keel wrote it, where it can be."""
        size = told(own, name, otherwise=None)
        if size is None:
            return otherwise
        problem = why_impossible(name.partition("-")[0], float(size), self._context.knowledge.reading_limits)
        if problem:
            reason = Message("{problem} Not used.", problem=problem)
            draft.notes.note(Message("value that cannot be"), where=where, reason=reason)
        return None if problem else float(size)


def _sex_told(patient: Patient, knowledge: Knowledge) -> Sex:
    """The sex that US Core's extension gives."""
    for extension in patient.extension:
        coding = extension.value_coding
        if extension.url == INDIVIDUAL_SEX and coding:
            row = knowledge.reading_codes.coded(CodeKind.SEX, coding.system, coding.code)
            return Sex(row.means) if row else Sex.UNKNOWN
    return Sex.UNKNOWN


def _birth(text: str | None, context: Context, draft: Draft, where: str) -> tuple[dt.date | None, float | None]:
    """Birth date, or the age in years where only a year or month is known; neither where nobody is that old."""
    if text is None:
        return None, None
    try:
        moment = read_moment(text)
    except ReadError as error:
        raise NotTaken(error.problem) from None
    if moment.at > context.at:
        raise NotTaken(Message("the birth date lies in the future"))
    years = float(context.at.year - moment.at.year)
    if problem := why_impossible("age", years, context.knowledge.reading_limits):
        reason = Message("{problem} Not used.", problem=problem)
        draft.notes.note(Message("birth date that cannot be"), where=where, reason=reason)
        return None, None
    if moment.precision is Precision.DAY:
        return moment.at.date(), None
    what, reason = Message("birth date known only in part"), Message("the age may be a year too high")
    draft.notes.note(what, where=where, reason=reason)
    return None, years
