"""Observations: vitals, laboratory values, scores, panels, pregnancy status."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from keel.interop.answers import STATES, AnswerSent, yes_or_no
from keel.interop.errors import shown
from keel.interop.fhir.datatypes import LOINC, CodeableConcept, Coding, Quantity, Reference
from keel.interop.fhir.decoding import only_one
from keel.interop.fhir.directory import Ambiguous, Directory
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.moments import When, when
from keel.interop.fhir.people import SUICIDE, Context, Draft, risk_level
from keel.interop.fhir.resources import WITHDRAWN, Observation, ObservationPart
from keel.interop.fhir.sittings import InstrumentCodes, Sitting
from keel.interop.kept_units import in_kept_unit
from keel.interop.plausibility import impossible_measure
from keel.interop.times import Moment
from keel.knowledge.instruments import Instrument
from keel.knowledge.reading import CodeKind, CodeTable, ReadingCode
from keel.messages import Message, text_of
from keel.quantities import UnitError
from keel.record import Measurement, Pregnancy

CLINICAL = ("laboratory", "vital-signs", "exam", "imaging", "procedure")
"""Categories of observation whose words are findings."""
_LONGEST_NAME = 200
_MOST_WORDS = 4
"""Words of the longest name of a measure."""
_PRESSURE = re.compile(r"(?:(?:bp|rr|ta|nibp)\s*:?\s*)?(\d{2,3})\s*/\s*(\d{2,3})\s*(?:mm\s*\[?hg\]?)?", re.IGNORECASE)
_END_OF_TIME = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)


class Panels(NamedTuple):
    """To which sitting each member of an instrument's panel belongs."""

    of_member: dict[str, tuple[Instrument, Sitting]]


def find_panels(
    observations: Iterable[tuple[Item, Observation]], directory: Directory, codes: InstrumentCodes
) -> Panels:
    """The members of every panel that is an instrument."""
    members: dict[str, tuple[Instrument, Sitting]] = {}
    for item, observation in observations:
        instrument = next(
            (codes.panels[code] for code in _loinc(observation.code.coding) if code in codes.panels), None
        )
        if instrument is None or observation.status in WITHDRAWN:
            continue
        moment = _effective_unchecked(observation)
        sitting = Sitting(_group(item, observation, directory), moment, item.id)
        members[item.key] = (instrument, sitting)
        for reference in observation.has_member:
            found = _found(reference, item, directory)
            if found:
                members[found.key] = (instrument, sitting)
    return Panels(members)


class ObservationReader:
    """Reads observations of a file into drafts."""

    def __init__(self, panels: Panels, codes: InstrumentCodes, directory: Directory, context: Context) -> None:
        self._panels, self._codes, self._directory, self._context = panels, codes, directory, context

    def read(self, item: Item, observation: Observation, draft: Draft) -> None:
        """Adds what was observed to the draft; NotTaken where it is not a fact about the person."""
        if observation.status in WITHDRAWN:
            raise NotTaken(Message("its status is {status}: no fact, or one taken back", status=observation.status))
        if observation.focus:
            raise NotTaken(Message("it is about somebody or something else than its subject (focus)"))
        time = _effective(observation, self._context)
        parts = self._parts(observation)
        if not parts and not observation.has_member and not observation.data_absent_reason:
            raise NotTaken(Message("it has no value"))
        _note_missing_members(item, observation, self._directory, draft)
        panel = self._panel(observation)
        sitting = self._sitting(item, observation, time.last)
        taken: list[Measurement] = []
        for part, name in parts:
            if pair := self._pressures(part):
                taken += pair
            elif self._is_of_two(part.code, item, draft) or not self._score(part, item, sitting, draft):
                taken.append(self._measured(part, name, item, draft))
        is_result = (
            any(part is observation for part, _ in parts) and self._meaning(observation.code.coding)[0] is not None
        )
        if panel is not None and not is_result and not observation.data_absent_reason:
            draft.sittings.open(panel, sitting)
        if time.last is None and any(one.number is not None for one in taken):
            reason = Message("kept as it came; not used, because nobody says when it was measured")
            draft.notes.note(Message("value without a time"), where=item.where, reason=reason)
        draft.measurements += _finished(taken, item, observation, time.last)
        pregnancy = self._pregnancy(observation, item, draft)
        if pregnancy is not None and time.last is not None:
            draft.pregnancy.append((time.last.at, pregnancy))

    def _panel(self, observation: Observation) -> Instrument | None:
        """The instrument whose whole the observation is."""
        panels = self._codes.panels
        return next((panels[code] for code in _loinc(observation.code.coding) if code in panels), None)

    def _sitting(self, item: Item, observation: Observation, moment: Moment | None) -> Sitting:
        """The sitting of the panel that it is a member of, else one of its own time."""
        if item.key in self._panels.of_member:
            return self._panels.of_member[item.key][1]
        alone = f"at {moment.at.isoformat()}" if moment else item.key
        return Sitting(_group(item, observation, self._directory, default=alone), moment, item.id)

    def _is_of_two(self, code: CodeableConcept, item: Item, draft: Draft) -> bool:
        """Whether the codes and words of a panel or total name more than one instrument: then it is nobody's score."""
        named = self._codes.named(_loinc(code.coding), code.texts)
        if len(named) < 2:
            return False
        reason = Message(
            "its code and its name are of {names}; shown as it came, and not scored", names=", ".join(named)
        )
        draft.notes.note(Message("one result of two instruments"), where=item.where, reason=reason)
        return True

    def _parts(self, observation: Observation) -> Sequence[tuple[ObservationPart | Observation, str]]:
        """The observation itself where it has a value or a reason for none, and its components."""
        own = _value_name(observation)
        if own and any(
            set(_loinc(part.code.coding)) & set(_loinc(observation.code.coding)) for part in observation.component
        ):
            raise NotTaken(Message("a component repeats the code of the whole, which has a value too (obs-7)"))
        parts: list[tuple[ObservationPart | Observation, str]] = []
        if own or (observation.data_absent_reason and not observation.component and not observation.has_member):
            parts.append((observation, own or ""))
        for part in observation.component:
            if part.modifier_extension:
                raise NotTaken(Message("a component has a modifier that changes its meaning"))
            parts.append((part, _value_name(part) or ""))
        return parts

    def _score(self, part: ObservationPart | Observation, item: Item, sitting: Sitting, draft: Draft) -> bool:
        """Takes an answer or a total of an instrument; False where it is not one that can be read.

        In a panel only the answers and the total of its own instrument are its own.
        """
        of_panel = self._panels.of_member.get(item.key, (None, None))[0]
        for code in _loinc(part.code.coding):
            total = self._codes.totals.get(code)
            questions = self._codes.items.get(code, [])
            owners = [total] if total else [owner for owner, _ in questions]
            if of_panel and owners and of_panel.id not in (owner.id for owner in owners):
                reason = Message(
                    "{owner} under the panel of {panel}; shown as it came, and not scored",
                    owner=owners[0].name,
                    panel=of_panel.name,
                )
                draft.notes.note(Message("result of another instrument"), where=item.where, reason=reason)
                return False
            said = _said(part)
            if total and said.number is not None:
                draft.sittings.total(total, said.number, sitting, where=item.where)
                return True
            if total and not said.absent:
                reason = Message("{answer} is not a number; not scored", answer=shown(" ".join(said.words)))
                draft.notes.note(Message("{instrument} total", instrument=total.name), where=item.where, reason=reason)
            mine = [question for question in questions if of_panel is None or question[0].id == of_panel.id]
            if len(mine) == 1:
                draft.sittings.answer(mine[0], said, sitting, where=item.where)
                return True
        return False

    def _measured(self, part: ObservationPart | Observation, name: str, item: Item, draft: Draft) -> Measurement:
        """The part as a measurement, without what it shares with its siblings."""
        row, coding = self._meaning(part.code.coding)
        if row is None and self._tells_of_suicide(part):
            return risk_level(f"{part.code.words}: {' '.join(_said(part).words)}".strip(": "), None, "")
        if name == "value_string" and row is None and not _is_clinical(part):
            raise NotTaken(Message("its value is free text that Keel has no use for; it was not kept"))
        value, unit = self._value(part, name, row, draft, item)
        if row is not None and row.means == "blood_pressure" and isinstance(value, float):
            reason = Message("one value for two pressures; kept as it came, and not used")
            draft.notes.note(Message("blood pressure"), where=item.where, reason=reason)
        absent = _absent(part) if value is None else ""
        self._note_unused(part, value, row, item, draft)
        if problem := impossible_measure(value, unit, row, self._context.knowledge.reading_limits):
            reason = Message("{problem} Not used.", problem=problem)
            draft.notes.note(Message("value that cannot be"), where=item.where, reason=reason)
            value, unit, absent = None, "", "error"
        if value is None and not absent:
            raise NotTaken(Message("its value is of a kind that Keel does not keep"))
        return Measurement(
            code=coding.code if coding else "",
            system=coding.system if coding else "",
            name=part.code.words,
            value=value,
            unit=unit,
            absent=absent,
            upper_limit=_upper_limit(part, unit, row) if isinstance(value, float) else None,
        )

    def _note_unused(
        self,
        part: ObservationPart | Observation,
        value: float | str | bool | None,
        row: ReadingCode | None,
        item: Item,
        draft: Draft,
    ) -> None:
        """Names a reading of something that Keel uses, and that it cannot use: under another code, or in words."""
        table = self._context.knowledge.reading_codes
        if row and row.unit and isinstance(value, str) and not part.value_quantity:
            reason = Message("{value} is no number; kept as it came, and not used", value=shown(value))
            draft.notes.note(Message(row.title), where=item.where, reason=reason)
        named = next((one for text in part.code.texts if (one := _named_measure(text, table))), None)
        if row is None and named is not None and isinstance(value, float):
            reason = Message("its name is that of a measure and its code is not known; kept as it came, and not used")
            draft.notes.note(Message(named.title), where=item.where, reason=reason)

    def _pressures(self, part: ObservationPart | Observation) -> tuple[Measurement, ...]:
        """Both pressures of a blood pressure that is written as “142/88 mmHg”; none where it is written otherwise."""
        row, _ = self._meaning(part.code.coding)
        written = _PRESSURE.fullmatch((part.value_string or "").strip())
        if written is None or row is None or row.means != "blood_pressure":
            return ()
        table, limits = self._context.knowledge.reading_codes, self._context.knowledge.reading_limits
        rows = [table.named(CodeKind.MEASURE, name) for name in ("systolic", "diastolic")]
        pair = [(one, float(said)) for one, said in zip(rows, written.groups(), strict=True) if one is not None]
        if any(impossible_measure(value, one.unit, one, limits) for one, value in pair):
            return ()
        return tuple(
            Measurement(code=one.code, system=one.system, name=one.title, value=value, unit=one.unit)
            for one, value in pair
        )

    def _tells_of_suicide(self, part: ObservationPart | Observation) -> bool:
        """Whether it is about suicide by its words, under a code that Keel does not know, and does not say no."""
        is_named = any(SUICIDE in text.casefold() for text in part.code.texts)
        return is_named and not part.data_absent_reason and yes_or_no(_said(part), self._context.knowledge) is not False

    def _meaning(self, codings: Sequence[Coding]) -> tuple[ReadingCode | None, Coding | None]:
        """The first code that Keel has a meaning for, else the first from LOINC, else the first."""
        for coding in codings:
            row = self._context.knowledge.reading_codes.coded(CodeKind.MEASURE, coding.system, coding.code)
            if row:
                return row, coding
        coded = [coding for coding in codings if coding.code]
        return None, next((coding for coding in coded if coding.system == LOINC), coded[0] if coded else None)

    def _value(
        self, part: ObservationPart | Observation, name: str, row: ReadingCode | None, draft: Draft, item: Item
    ) -> tuple[float | str | bool | None, str]:
        if part.value_quantity is not None:
            return self._quantity(part.value_quantity, row, draft, item)
        if part.value_codeable_concept is not None:
            return part.value_codeable_concept.words or None, ""
        if part.value_range is not None:
            low, high = (_in_words(end) for end in (part.value_range.low, part.value_range.high))
            return f"{low} to {high}", ""
        if part.value_ratio is not None:
            return f"{_in_words(part.value_ratio.numerator)} : {_in_words(part.value_ratio.denominator)}", ""
        if part.value_integer is not None:
            return float(part.value_integer), "1"
        if part.value_boolean is not None:
            return part.value_boolean, ""
        return (part.value_string or part.value_time or part.value_date_time or None), ""

    def _quantity(
        self, quantity: Quantity, row: ReadingCode | None, draft: Draft, item: Item
    ) -> tuple[float | str | None, str]:
        if quantity.value is None:
            return None, ""
        if quantity.comparator:
            what = Message("value with “{sign}”", sign=quantity.comparator)
            reason = Message("kept as words: Keel does not reckon with a bound")
            draft.notes.note(what, where=item.where, reason=reason)
            return _in_words(quantity), ""
        try:
            measured = in_kept_unit(quantity.value, quantity.ucum, row)
        except UnitError as error:
            raise NotTaken(text_of(error)) from None
        if not measured.unit_known:
            unit = Message("unit {unit}", unit=shown(quantity.ucum))
            what = unit if quantity.ucum else Message("value without a unit")
            reason = Message("not known to Keel; the value was kept as it came")
            draft.notes.note(what, where=item.where, reason=reason)
        return measured.value, measured.unit

    def _pregnancy(self, observation: Observation, item: Item, draft: Draft) -> Pregnancy | None:
        """The answer to whether pregnant; None where that is not what was observed, or is not understood."""
        row, _ = self._meaning(observation.code.coding)
        if row is None or row.means != "pregnancy_status":
            return None
        if observation.data_absent_reason:  # who was asked and did not say is not somebody whom nobody asked
            draft.has_unread_pregnancy |= STATES.get(_absent(observation)) != "not_asked"
            return None
        table, said = self._context.knowledge.reading_codes, _said(observation)
        coded = [table.coded(CodeKind.PREGNANCY, system, code) for system, code in said.codes]
        known = {one.means for one in coded if one} or {
            one.means for word in said.words if (one := table.named(CodeKind.PREGNANCY, word.strip(" .!")))
        }
        if len(known) == 1:
            return Pregnancy(known.pop())
        is_yes = yes_or_no(said, self._context.knowledge)
        if is_yes is not None:
            return Pregnancy.PREGNANT if is_yes else Pregnancy.NOT_PREGNANT
        told = next(iter(said.words), next((code for _, code in said.codes), said.number))
        reason = Message("{answer} is not an answer to it; not understood", answer=shown(told))
        draft.notes.note(Message("pregnancy status"), where=item.where, reason=reason)
        draft.has_unread_pregnancy = True
        return None


def _named_measure(text: str, table: CodeTable) -> ReadingCode | None:
    """The measure that a text names by some of its words; the longest name there is."""
    words = re.findall(r"\w+", text[:_LONGEST_NAME].casefold())
    for length in range(min(len(words), _MOST_WORDS), 0, -1):
        for start in range(len(words) - length + 1):
            row = table.named(CodeKind.MEASURE, " ".join(words[start : start + length]))
            if row is not None and row.unit:
                return row
    return None


def _is_clinical(part: ObservationPart | Observation) -> bool:
    """Whether words are a finding (laboratory, examination) and not what somebody told about their life."""
    categories = part.category if isinstance(part, Observation) else ()
    return any(category.has(*CLINICAL) for category in categories)


def _upper_limit(part: ObservationPart | Observation, unit: str, row: ReadingCode | None) -> float | None:
    """The upper limit of normal in the unit of the value; None where there is none, or more than one to choose from."""
    ends = [one.high for one in part.reference_range if one.is_normal and one.high is not None]
    if len(ends) != 1 or ends[0].value is None or ends[0].comparator:
        return None
    try:
        # A limit without a unit of its own is in that of the value, as laboratories print it.
        measured = in_kept_unit(ends[0].value, ends[0].ucum or unit, row)
    except UnitError:
        return None
    return measured.value if measured.unit == unit and measured.value > 0 else None


def _note_missing_members(item: Item, observation: Observation, directory: Directory, draft: Draft) -> None:
    for reference in observation.has_member:
        if _found(reference, item, directory) is None:
            reason = Message("{reference} is not there", reference=shown(reference.reference))
            draft.notes.note(Message("member of a panel"), where=item.where, reason=reason)


def _found(reference: Reference, item: Item, directory: Directory) -> Item | None:
    """The resource that is meant; None also where two answer, since then nobody knows which."""
    try:
        return directory.find(reference.reference, item)
    except Ambiguous:
        return None


def _group(item: Item, observation: Observation, directory: Directory, default: str = "") -> str:
    """What keeps a sitting together: the response that it comes from, else the panel itself."""
    for reference in observation.derived_from:
        found = _found(reference, item, directory)
        if found and found.type == "QuestionnaireResponse":
            return found.key
    return default or item.key


def _value_name(part: ObservationPart | Observation) -> str | None:
    """Which kind of value the part has; NotTaken for two, or for one beside a reason for having none (obs-6)."""
    name = only_one(part, "value_")
    if name and part.data_absent_reason:
        raise NotTaken(Message("it has a value and a reason for having none (obs-6)"))
    return name


def _effective_unchecked(observation: Observation) -> Moment | None:
    try:
        return _effective(observation, None).last
    except NotTaken:
        return None


def _effective(observation: Observation, context: Context | None) -> When:
    only_one(observation, "effective_")
    at = context.at if context else _END_OF_TIME
    return when(observation.effective_date_time or observation.effective_instant, observation.effective_period, at=at)


def _loinc(codings: Iterable[Coding]) -> list[str]:
    return [coding.code for coding in codings if coding.system == LOINC]


def _absent(part: ObservationPart | Observation) -> str:
    reason = part.data_absent_reason
    if reason:
        return next((coding.code for coding in reason.coding if coding.code), reason.text or "unknown")
    return part.value_quantity.absent_reason if part.value_quantity else ""


def _said(part: ObservationPart | Observation) -> AnswerSent:
    """The value as an answer to a question."""
    if part.data_absent_reason or _value_name(part) is None:
        return AnswerSent(absent=_absent(part) or "unknown")
    concept, quantity = part.value_codeable_concept, part.value_quantity
    if concept:
        ordinal = next((coding.ordinal for coding in concept.coding if coding.ordinal is not None), None)
        return AnswerSent(tuple((coding.system, coding.code) for coding in concept.coding), concept.texts, ordinal)
    if quantity and quantity.value is not None and not quantity.comparator:
        return AnswerSent(number=quantity.value)
    if part.value_boolean is not None:
        return AnswerSent(words=("yes" if part.value_boolean else "no",), number=float(part.value_boolean))
    if part.value_integer is not None:
        return AnswerSent(number=float(part.value_integer))
    text = (part.value_string or "").strip()
    return AnswerSent(words=(text,), number=float(text) if text.isdecimal() and len(text) < 10 else None)


def _in_words(quantity: Quantity | None) -> str:
    if quantity is None or quantity.value is None:
        return "?"
    return f"{quantity.comparator} {quantity.value:g} {quantity.ucum}".strip()


def _finished(
    taken: Sequence[Measurement], item: Item, observation: Observation, moment: Moment | None
) -> Iterable[Measurement]:
    """The measurements of one observation with its time, device and performer, and an id each.

    The device goes by its name, the performer by reference: a performer's name is somebody's name.
    """
    device = observation.device
    for number, one in enumerate(taken):
        yield msgspec.structs.replace(
            one,
            at=moment.at if moment else None,
            device=(device.display or device.reference) if device else "",
            by=next((reference.reference for reference in observation.performer if reference.reference), ""),
            id=f"{item.id}.{number}" if item.id and number else item.id,
        )
