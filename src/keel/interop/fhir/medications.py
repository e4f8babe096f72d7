"""Medications: what was given becomes a dose, what is ordered or said to be taken a medicine.

Only an administration, or a statement with a time and an amount, is a dose; an order never is.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, cast

import msgspec

from keel.exposure import ExposureError, parse_pattern
from keel.interop import json_text
from keel.interop.dose_amount import DoseAmount
from keel.interop.errors import ReadError
from keel.interop.fhir.amounts import Strength, amount_given, amount_stated
from keel.interop.fhir.datatypes import CodeableConcept, Reference
from keel.interop.fhir.decoding import decoded
from keel.interop.fhir.directory import Directory, contained
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import When, moment_of, when
from keel.interop.fhir.own import told, told_word
from keel.interop.fhir.people import Context, Draft
from keel.interop.fhir.resources import (
    Ingredient,
    Medication,
    MedicationAdministration,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Resource,
    Substance,
)
from keel.interop.fhir.statements import has_unknown_end, pattern_of
from keel.interop.times import Moment
from keel.interop.vocabulary import Coding, coded_route, family_substance, nothing_known, sounds_like_family
from keel.knowledge import Knowledge
from keel.messages import Message, text_of
from keel.quantities import Form, QuantityError, UnitError, convert
from keel.record import TAKEN, Dose, Medicine, Precision, Setting

Kind = MedicationAdministration | MedicationStatement | MedicationRequest | MedicationDispense

NOT_HAPPENED = {
    "entered-in-error": Message("its status is entered-in-error: taken back by its sender"),
    "not-done": Message("its status is not-done: it was not given"),
    "not-taken": Message("its status is not-taken: it is said not to be taken"),
    "cancelled": Message("its status is cancelled"),
    "draft": Message("its status is draft: nobody has ordered it yet"),
    "declined": Message("its status is declined: it was not handed over"),
    "preparation": Message("its status is preparation: it was not handed over yet"),
}
MEDICINE_STATUS = {"completed": "stopped", "intended": "planned", "unknown": "active", "in-progress": "active"}
"""How a resource's status stands in a record, where it is not the same word; “unknown” is checked as if active."""
GIVEN = ("completed", "in-progress", "stopped", "on-hold")
HOSPITAL = ("inpatient", "outpatient")


class Named(NamedTuple):
    """Which medication: its best words, codes, the id where it is one of the family, and its strength.

    `may_be_family` is true where it is not recognised and some word or code of it holds a stem of the family.
    """

    text: str
    codes: dict[str, str]
    family: str | None
    may_be_family: bool
    strength: Strength | None


class MedicationReader:
    """Reads medication resources of a file into drafts."""

    def __init__(
        self,
        administrations: Iterable[tuple[Item, MedicationAdministration]],
        directory: Directory,
        bodies: Mapping[str, bytes],
        context: Context,
    ) -> None:
        self._directory, self._bodies, self._context = directory, bodies, context
        self._counted = {item.key for item, given in administrations if _tells_an_amount(given)}

    def read(self, item: Item, resource: Kind, draft: Draft) -> None:
        """Adds a dose, a pattern or a medicine to the draft; NotTaken where it did not happen."""
        if resource.status in NOT_HAPPENED:
            raise NotTaken(NOT_HAPPENED[resource.status])
        if _is_modified(resource):
            raise NotTaken(Message("its dosage has a modifier that changes its meaning"))
        self._refuse_counted(item, resource)
        named = self._named(item, resource)
        if isinstance(resource, MedicationAdministration):
            self._administration(item, resource, named, draft)
        elif isinstance(resource, MedicationStatement):
            self._statement(item, resource, named, draft)
        elif isinstance(resource, MedicationRequest):
            self._request(item, resource, named, draft)
        else:
            handed = when(resource.when_handed_over, at=self._context.at)
            self._medicine(item, resource.status if resource.status == "stopped" else "active", named, draft, handed)

    def _refuse_counted(self, item: Item, resource: Kind) -> None:
        """NotTaken for a part of an administration, or what is told after one: the dose is counted there."""
        wholes: tuple[Reference, ...] = ()
        if isinstance(resource, MedicationAdministration):
            wholes = resource.part_of
        elif isinstance(resource, MedicationStatement):
            wholes = resource.part_of + resource.derived_from
        for reference in wholes:
            found = self._directory.find(reference.reference, item)
            if found and found.key in self._counted and found.key != item.key:
                raise NotTaken(Message("it belongs to an administration in the file, where the dose is counted"))

    def _named(self, item: Item, resource: Kind) -> Named:
        concept, reference = resource.medication_codeable_concept, resource.medication_reference
        if concept is not None and reference is not None:
            raise NotTaken(Message("two of {name}[x] are there", name="medication"))
        medication = self._referenced(item, resource, reference) if reference else None
        known = [concept] if concept else []
        if medication is not None and medication.code:
            known.append(medication.code)
        ingredients = medication.ingredient if medication else ()
        holders = (resource, medication) if medication else ()
        contents = [(part, self._content(item, part, holders)) for part in ingredients]
        parts = [concept for _, concept in contents if concept]
        texts = [text for part in (*known, *parts) for text in part.texts]
        if reference and reference.display:
            texts.append(reference.display)
        if not texts and not any(part.codes for part in known):
            raise NotTaken(Message("it does not say which medicine"))
        codings = [Coding(coding.system, coding.code) for part in (*known, *parts) for coding in part.coding]
        first = known[0] if known else CodeableConcept()
        knowledge = self._context.knowledge
        family = family_substance(codings, texts, knowledge)
        if not family and nothing_known(codings, texts, knowledge):
            raise NotTaken(Message("it says “{text}”: no medicine", text=first.words or texts[0]))
        strength = _strength_of(contents, knowledge) if contents else Strength.in_words(texts)
        return Named(
            text=first.words or texts[0],
            codes=first.codes,
            family=family,
            may_be_family=not family and sounds_like_family([*texts, *(one.code for one in codings)], knowledge),
            strength=strength,
        )

    def _content(self, item: Item, part: Ingredient, holders: Iterable[Resource]) -> CodeableConcept | None:
        """What an ingredient is: told there, or by a substance or medication that is contained or in the file."""
        reference = part.item_reference
        if part.item_codeable_concept or reference is None:
            return part.item_codeable_concept
        if reference.reference.startswith("#"):
            for shape in (Substance, Medication):
                bodies = (contained(holder, reference.reference, shape.__name__) for holder in holders)
                with suppress(ReadError):
                    if body := next((body for body in bodies if body), None):
                        return cast(Substance | Medication, json_text.decode(body, shape)).code
        found = self._directory.find(reference.reference, item) if reference.reference else None
        if found and found.type in (Substance.__name__, Medication.__name__):
            with suppress(NotTaken):
                return cast(Substance | Medication, decoded(found, self._bodies[found.key])).code
        return CodeableConcept(text=reference.display) if reference.display else None

    def _referenced(self, item: Item, resource: Kind, reference: Reference) -> Medication | None:
        """The medication that is meant; None where it is not in the file, and then its display may name it."""
        if not reference.reference.startswith("#"):
            found = self._directory.find(reference.reference, item)
            if found is None or found.type != "Medication":
                return None
            try:
                return cast(Medication, decoded(found, self._bodies[found.key]))
            except NotTaken as error:
                reason = Message("the medication it refers to cannot be read: {reason}", reason=error.reason)
                raise NotTaken(reason) from None
        body = contained(resource, reference.reference, "Medication")
        try:
            return json_text.decode(body, Medication) if body else None
        except ReadError as error:
            reason = Message("the medication it contains cannot be read: {reason}", reason=error.problem)
            raise NotTaken(reason) from None

    def _medicine(
        self, item: Item, status: str, named: Named, draft: Draft, time: When, *, until: dt.date | None = None
    ) -> None:
        """Adds a medicine; one that is not taken now is said to be, for it is not checked.

        `until` is its last day where that may lie ahead: until then it is taken, whatever its status.
        """
        is_to_come = until is not None and until > self._context.at.date()
        if status not in TAKEN and not is_to_come:
            reason = Message("its status is {status}; not checked as one that is taken now", status=status)
            draft.notes.note(Message("medicine that is not taken now"), where=item.where, reason=reason)
        draft.medicines.append(
            Medicine(
                text=named.text,
                status=status,
                codes=named.codes,
                started=_day(time.start),
                stopped=until or _day(time.end),
                id=item.id,
            )
        )

    def _request(self, item: Item, request: MedicationRequest, named: Named, draft: Draft) -> None:
        if request.do_not_perform:
            raise NotTaken(Message("it asks that the medicine is not given"))
        if request.intent in ("proposal", "option"):
            raise NotTaken(Message("its intent is {intent}: nobody has ordered it", intent=request.intent))
        at = self._context.at
        ordered = when(request.authored_on, at=at)
        status = MEDICINE_STATUS.get(request.status, request.status)
        supplied = _supplied_until(request, ordered)
        if request.status == "completed" and supplied and supplied > at:
            status = "active"
            reason = Message(
                "what was handed over lasts until {day}: checked as if taken", day=supplied.date().isoformat()
            )
            draft.notes.note(Message("order that is completed"), where=item.where, reason=reason)
        used_up = supplied.date() if supplied and request.status == "completed" else None
        self._medicine(item, status, named, draft, ordered, until=used_up)

    def _administration(self, item: Item, given: MedicationAdministration, named: Named, draft: Draft) -> None:
        if given.status == "unknown":
            raise NotTaken(Message("its status is unknown: nobody knows whether it was given"))
        if given.effective_date_time and given.effective_period:
            raise NotTaken(Message("two of {name}[x] are there", name="effective"))
        time = when(given.effective_date_time, given.effective_period, at=self._context.at)
        if named.family is None:
            if named.may_be_family:
                reason = Message("its name is near to one of the family; kept as a medicine that was administered")
                what = Message("given, not recognised as ketamine, not counted")
                draft.notes.note(what, where=item.where, reason=reason)
            last = _day(time.last)
            if last is not None and last < self._context.at.date() - dt.timedelta(days=1):
                reason = Message("given before yesterday; not checked as one that is taken now")
                draft.notes.note(Message("medicine that was given"), where=item.where, reason=reason)
            draft.medicines.append(
                Medicine(
                    text=named.text,
                    status="administered",
                    codes=named.codes,
                    started=_day(time.start),
                    stopped=_day(time.last),
                    id=item.id,
                )
            )
            return
        if time.start is None:
            raise NotTaken(Message("it does not say when it was given"))
        amount = amount_given(given.dosage, time, named.strength, draft.weight_near(time.start.at))
        if given.status != "completed":
            amount = amount.perhaps_less()
            reason = Message(
                "its status is {status}: anything up to the amount written may have been given", status=given.status
            )
            draft.notes.note(Message("dose not completed"), where=item.where, reason=reason)
        route = given.dosage.route if given.dosage else None
        is_clinic = given.context or (given.category and given.category.has(*HOSPITAL))
        setting = Setting.CLINIC if is_clinic else Setting.UNKNOWN
        self._dose(item, given, named.family, time, amount, route, draft, setting=setting)

    def _statement(self, item: Item, said: MedicationStatement, named: Named, draft: Draft) -> None:
        if said.effective_date_time and said.effective_period:
            raise NotTaken(Message("two of {name}[x] are there", name="effective"))
        if len(said.dosage) == 1 and told(said.dosage[0].extension, "pattern", otherwise=False):
            self._pattern(item, said, named.family or "unknown", draft)
            return
        time = when(said.effective_date_time, said.effective_period, at=self._context.at)
        status = MEDICINE_STATUS.get(said.status, said.status)
        if said.status == "unknown":
            what, reason = Message("status unknown"), Message("the medicine is checked as if it were taken")
            draft.notes.note(what, where=item.where, reason=reason)
        is_use = named.family is not None and said.status not in ("intended", "on-hold", "unknown")
        if is_use and said.dosage and self._use(item, said, named, time, draft):
            return
        if is_use and said.dosage:
            reason = Message("a statement without a time and an amount, or how often, is a medicine and not a dose")
            if len(said.dosage) > 1:
                reason = Message("its dosages cannot be added up to the use of a day; kept as a medicine")
            draft.notes.note(Message("use without an amount and a time"), where=item.where, reason=reason)
        end = moment_of(said.effective_period.end) if said.effective_period else None
        until = _day(end) if end and end.at > self._context.at else None
        self._medicine(item, told(said.extension, "status", otherwise=status), named, draft, time, until=until)

    def _pattern(self, item: Item, said: MedicationStatement, family: str, draft: Draft) -> None:
        """Takes use that Keel wrote as the words of a pattern; substance and route where these do not say."""
        dosage, (at, knowledge) = said.dosage[0], self._context
        try:
            phases = parse_pattern(dosage.text, at=at, knowledge=knowledge)
        except (ExposureError, QuantityError) as error:
            raise NotTaken(text_of(error)) from None
        shared: dict[str, Any] = {} if family == "unknown" else {"substance": family}
        if dosage.route:
            shared["route"] = self._route(item, dosage.route, draft)
        for phase in phases:
            setting = told_word(said.extension, "setting", phase.setting)
            form = told_word(said.extension, "form", phase.form)
            draft.patterns.append(msgspec.structs.replace(phase, id=item.id, setting=setting, form=form, **shared))

    def _use(self, item: Item, said: MedicationStatement, named: Named, time: When, draft: Draft) -> bool:
        """Takes a statement on ketamine as a pattern or as one dose; False where it is neither."""
        weight = None if time.start is None else draft.weight_near(time.start.at)
        amounts = [amount_stated(dosage, named.strength, weight) for dosage in said.dosage]
        at, knowledge = self._context
        is_over = said.status in ("completed", "stopped")
        route = said.dosage[0].route
        is_one_way = all(_same_way(dosage.route, route) for dosage in said.dosage)
        pattern = pattern_of(said.dosage, amounts, time, at=at, knowledge=knowledge, is_over=is_over)
        if pattern is not None and is_one_way:
            if is_over and has_unknown_end(said.dosage, time):
                reason = Message("how long it went on is not known: anything from a day to all the time since")
                draft.notes.note(Message("use that is over, without its end"), where=item.where, reason=reason)
            for reason in dict.fromkeys(one.why_unknown for one in amounts if one.why_unknown):
                draft.notes.note(Message("amount not known"), where=item.where, reason=reason)
            found = self._route(item, route, draft)
            draft.patterns.append(
                msgspec.structs.replace(pattern, substance=named.family or "unknown", route=found, id=item.id)
            )
            return True
        is_once = len(said.dosage) == 1 and (said.effective_period is None or _is_within_a_day(time))
        if pattern is not None or time.start is None or not is_once or not amounts[0].is_told:
            return False
        self._dose(item, said, named.family or "unknown", time, amounts[0], route, draft)
        return True

    def _dose(
        self,
        item: Item,
        source: MedicationAdministration | MedicationStatement,
        substance: str,
        time: When,
        amount: DoseAmount,
        route: CodeableConcept | None,
        draft: Draft,
        *,
        setting: Setting = Setting.UNKNOWN,
    ) -> None:
        if time.start is None:
            raise NotTaken(Message("it does not say when it was taken"))
        if amount.why_unknown:
            draft.notes.note(Message("amount not known"), where=item.where, reason=amount.why_unknown)
        if amount.is_estimate:
            reason = Message("by the strength that the name of the mixture says; please check it")
            draft.notes.note(Message("amount reckoned from a volume"), where=item.where, reason=reason)
        certainty = amount.certainty(is_measured=isinstance(source, MedicationAdministration))
        draft.doses.append(
            Dose(
                substance=substance,
                route=self._route(item, route, draft),
                start=time.start.at,
                end=time.end.at if time.end else None,
                amount_mg=amount.mg,
                per_kg=amount.per_kg,
                form=told_word(source.extension, "form", Form.NOT_STATED),
                certainty=told_word(source.extension, "certainty", certainty),
                setting=told_word(source.extension, "setting", setting),
                devices=told(source.extension, "devices", otherwise=None),
                precision=time.start.precision,
                id=item.id,
                origin=str(item.where),
            )
        )

    def _route(self, item: Item, route: CodeableConcept | None, draft: Draft) -> str:
        codings = [Coding(coding.system, coding.code) for coding in route.coding] if route else []
        found = coded_route(codings, route.texts if route else (), self._context.knowledge)
        if found is None:
            quoted = Message("“{text}”", text=route.words) if route and route.words else None
            what = Message("route {word}", word=quoted) if quoted else Message("route")
            reason = Message("not told, or not one that Keel knows; kept as unknown")
            draft.notes.note(what, where=item.where, reason=reason)
        return found or "unknown"


def _tells_an_amount(given: MedicationAdministration) -> bool:
    dosage = given.dosage
    return given.status in GIVEN and bool(dosage and (dosage.dose or dosage.rate_quantity or dosage.rate_ratio))


def _is_modified(resource: Kind) -> bool:
    if isinstance(resource, MedicationAdministration):
        return bool(resource.dosage and resource.dosage.modifier_extension)
    return isinstance(resource, MedicationStatement) and any(one.modifier_extension for one in resource.dosage)


def _supplied_until(request: MedicationRequest, ordered: When) -> dt.datetime | None:
    """When what was ordered is used up; None where nobody says, or not in a unit of time."""
    dispense = request.dispense_request
    lasts = dispense.expected_supply_duration if dispense else None
    if dispense is None or lasts is None or lasts.value is None or ordered.start is None:
        return None
    begun = moment_of(dispense.validity_period.start) if dispense.validity_period else None
    try:
        times = 1 + max(0, dispense.number_of_repeats_allowed or 0)
        return (begun or ordered.start).at + dt.timedelta(days=times * convert(lasts.value, lasts.ucum, "d"))
    except (UnitError, OverflowError):
        return None


def _is_within_a_day(time: When) -> bool:
    """Whether it began and ended within a day, both known to the minute: what was taken then was taken once."""
    start, end = time
    if start is None or end is None or {start.precision, end.precision} != {Precision.MINUTE}:
        return False
    return end.at - start.at <= dt.timedelta(days=1)


def _strength_of(
    contents: Sequence[tuple[Ingredient, CodeableConcept | None]], knowledge: Knowledge
) -> Strength | None:
    """The strength of the one ingredient there is, or of the one of the family beside what dilutes it."""
    active = [part for part, _ in contents]
    if len(active) > 1:
        active = [
            part
            for part, concept in contents
            if concept
            and part.is_active is not False
            and family_substance([Coding(one.system, one.code) for one in concept.coding], concept.texts, knowledge)
        ]
    return Strength.of(active[0].strength) if len(active) == 1 and active[0].strength else None


def _same_way(route: CodeableConcept | None, other: CodeableConcept | None) -> bool:
    return (route.words if route else "") == (other.words if other else "")


def _day(moment: Moment | None) -> dt.date | None:
    return moment.at.date() if moment and moment.precision in (Precision.DAY, Precision.MINUTE) else None
