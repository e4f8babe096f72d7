"""Answers to questionnaires, gathered from responses and from single observations into sittings.

A questionnaire may come twice: as a QuestionnaireResponse and as observations derived from it. Both land in one
sitting, so that nothing is scored twice.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from keel.assessment.instruments import AnswersRefused, score_instrument
from keel.interop.errors import shown
from keel.interop.fhir.datatypes import LOINC
from keel.interop.reading import Notebook
from keel.interop.times import BEFORE_ALL, Moment
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument, Item, ItemKind
from keel.messages import Message, Numeral
from keel.record import Answers, Precision

STATES = {
    "asked-declined": "declined",
    "not-asked": "not_asked",
    "not-applicable": "not_asked",
    "not-performed": "not_asked",
}
"""Reasons for having no answer that are more than “unanswered”: FHIR's data-absent-reason to Keel's state."""


class AnswerSent(NamedTuple):
    """One answer as it came: codes (system and code), words, a number, or why there is none."""

    codes: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    number: float | None = None
    absent: str = ""


def _item(instrument: Instrument, item: Item) -> Message:
    return Message("{instrument} item {id}", instrument=instrument.name, id=item.id)


def _total(instrument: Instrument) -> Message:
    return Message("{instrument} total", instrument=instrument.name)


class InstrumentCodes:
    """LOINC codes of instruments: whole panels, totals and items."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.panels: dict[str, Instrument] = {}
        self.totals: dict[str, Instrument] = {}
        self.items: dict[str, list[tuple[Instrument, Item]]] = {}
        for instrument in knowledge.instruments.values():
            if instrument.loinc.panel:
                self.panels[instrument.loinc.panel] = instrument
            if instrument.loinc.total:
                self.totals[instrument.loinc.total] = instrument
            for item in instrument.items:
                if item.loinc:
                    self.items.setdefault(item.loinc, []).append((instrument, item))


class Sitting(NamedTuple):
    """To which sitting an answer belongs: what keeps it together, when it was, and the id of the first resource."""

    group: str
    moment: Moment | None
    id: str


class _OpenSitting:
    def __init__(self, instrument: Instrument, at: dt.datetime | None, name: str) -> None:
        self.instrument, self.at, self.id = instrument, at, name
        self.items: dict[str, int | str] = {}
        self.total: float | None = None


class Sittings:
    """The sittings of one person."""

    def __init__(self, knowledge: Knowledge, notes: Notebook) -> None:
        self._knowledge, self._notes = knowledge, notes
        self._open: dict[tuple[str, str], _OpenSitting] = {}

    def answer(self, question: tuple[Instrument, Item], said: AnswerSent, sitting: "Sitting", *, where: str) -> bool:
        """Adds the answer to an item; False, with a note, where it is not one of the item's answers."""
        instrument, item = question
        value = answer_to(instrument, item, said)
        if value is None:
            told = next(iter(said.words), said.number if said.number is not None else "nothing")
            reason = Message("{answer} is not an answer to it; left unanswered", answer=shown(told))
            self._notes.note(_item(instrument, item), where=where, reason=reason)
            return False
        before = self._open_for(instrument, sitting).items.setdefault(item.id, value)
        if before != value:
            reason = Message(
                "answered {first} and {second} in one sitting; the first was kept", first=str(before), second=str(value)
            )
            self._notes.note(_item(instrument, item), where=where, reason=reason)
        return True

    def subscale(self, instrument: Instrument, scale: str, value: float, sitting: "Sitting", *, where: str) -> None:
        """Adds a number that was totalled elsewhere under the id of its scale."""
        whole = _whole(value)
        if whole is None:
            what = Message("{instrument} {scale}", instrument=instrument.name, scale=scale)
            reason = Message("{value} is not a whole number; left out", value=Numeral(f"{value:g}"))
            self._notes.note(what, where=where, reason=reason)
        else:
            self._open_for(instrument, sitting).items.setdefault(scale, whole)

    def total(self, instrument: Instrument, total: float, sitting: "Sitting", *, where: str) -> None:
        """Adds the total that the sender computed."""
        gathered = self._open_for(instrument, sitting)
        if gathered.total is not None and gathered.total != total:
            reason = Message(
                "told as {first} and {second} for one sitting; the first was kept",
                first=Numeral(f"{gathered.total:g}"),
                second=Numeral(f"{total:g}"),
            )
            self._notes.note(_total(instrument), where=where, reason=reason)
            return
        gathered.total = total

    def _open_for(self, instrument: Instrument, sitting: "Sitting") -> "_OpenSitting":
        """The sitting of that group, or one of the same instrument to the same second."""
        moment = sitting.moment
        exact = moment and moment.precision is Precision.MINUTE
        groups = (
            [sitting.group, f"at {moment.at.astimezone(dt.UTC).isoformat()}"] if moment and exact else [sitting.group]
        )
        known = next(
            (self._open[instrument.id, group] for group in groups if (instrument.id, group) in self._open), None
        )
        gathered = known or _OpenSitting(instrument, moment.at if moment else None, sitting.id)
        for group in groups:
            self._open.setdefault((instrument.id, group), gathered)
        return gathered

    def answers(self) -> tuple[Answers, ...]:
        """The sittings in order of time."""
        unique = dict.fromkeys(self._open.values())
        written = [answers for sitting in unique if (answers := self._written(sitting))]
        return tuple(sorted(written, key=lambda one: (one.at or BEFORE_ALL, one.instrument)))

    def _written(self, sitting: _OpenSitting) -> Answers | None:
        if not sitting.items and sitting.total is None:
            return None
        total = sitting.total
        if sitting.items and total is not None and not self._fits(sitting):
            reason = Message("{total} does not fit the answers; the answers were kept", total=Numeral(f"{total:g}"))
            self._notes.note(_total(sitting.instrument), where=sitting.id, reason=reason)
            total = None
        return Answers(instrument=sitting.instrument.id, items=sitting.items, total=total, at=sitting.at, id=sitting.id)

    def _fits(self, sitting: _OpenSitting) -> bool:
        """Whether the sender's total can stand beside the items; the one checker decides."""
        try:
            score_instrument(sitting.instrument.id, sitting.items, total=sitting.total, knowledge=self._knowledge)
        except AnswersRefused:
            return False
        return True


def answer_to(instrument: Instrument, item: Item, said: AnswerSent) -> int | str | None:
    """The item's own value for what was said; None where it is not one of its answers.

    A code decides, then the label of a choice, then a number within the item's range.
    """
    if said.absent:
        return STATES.get(said.absent, "unanswered")
    if item.kind is ItemKind.TEXT:
        return next(iter(said.words), None)
    choices = instrument.choices(item)
    labels = {word.strip().casefold() for word in said.words}
    for choice in choices:
        if choice.loinc and {(LOINC, choice.loinc), ("", choice.loinc)} & set(said.codes):
            return _whole(choice.value)
    for choice in choices:
        if choice.label and choice.label.casefold() in labels:
            return _whole(choice.value)
    number = _number(instrument, item, said)
    least, most = instrument.limits(item)
    if number is None or (choices and number not in [choice.value for choice in choices]):
        return None
    inside = (least is None or number >= least) and (most is None or number <= most)
    return _whole(number) if inside else None


def _number(instrument: Instrument, item: Item, said: AnswerSent) -> float | None:
    """The number that was said, or that a code of Keel's own system is (`fhir_questionnaire` writes them)."""
    own = (code for system, code in said.codes if system.endswith(f":{instrument.id}:{item.answers}"))
    return said.number if said.number is not None else _as_number([*own, *said.words])


def _whole(value: float) -> int | None:
    return int(value) if value == int(value) else None


def _as_number(words: Iterable[str]) -> float | None:
    for word in words:
        if word.strip().isdecimal() and len(word.strip()) < 10:
            return float(word)
    return None
