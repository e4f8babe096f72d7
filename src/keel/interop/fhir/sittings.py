"""Answers to questionnaires, gathered from responses and from single observations into sittings.

A questionnaire may come twice: as a QuestionnaireResponse and as observations derived from it. Both land in one
sitting, so that nothing is scored twice.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from keel.assessment.instruments import AnswersRefused, score_instrument
from keel.interop.answers import OWN_STATES, AnswerSent, answer_to, whole
from keel.interop.errors import shown
from keel.interop.reading import Notebook
from keel.interop.times import BEFORE_ALL, Moment
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument, Item
from keel.messages import Message, Numeral
from keel.record import Answers, Precision
from keel.record.selection import NOT_UNDERSTOOD


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
        self._names = [instrument.name for instrument in knowledge.instruments.values()]
        for instrument in knowledge.instruments.values():
            if instrument.loinc.panel:
                self.panels[instrument.loinc.panel] = instrument
            if instrument.loinc.total:
                self.totals[instrument.loinc.total] = instrument
            for item in instrument.items:
                if item.loinc:
                    self.items.setdefault(item.loinc, []).append((instrument, item))

    def named(self, codes: Sequence[str], texts: Iterable[str]) -> tuple[str, ...]:
        """The names of all instruments of which a code is the panel or the total, and that the words name beside them.

        Words that name the instrument of the code too say nothing against it; without a code nobody is named.
        """
        coded = [one for code in codes if (one := self.panels.get(code) or self.totals.get(code))]
        if not coded:
            return ()
        words = " ".join(texts)
        spoken = {name for name in self._names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", words, re.I)}
        spoken |= {wrong for one in coded for wrong in one.loinc.wrong_names if wrong in words.casefold()}
        names = [one.name for one in coded]
        return tuple(dict.fromkeys([*names, *([] if spoken & set(names) else sorted(spoken))]))


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
        self.is_doubled = False
        """Whether something came with two values: then no total is one of one sitting."""

    def dispute(self, scales: Iterable[str]) -> None:
        """Says of scales that what came for them does not agree."""
        self.is_doubled = True
        self.items |= dict.fromkeys(scales, NOT_UNDERSTOOD)


class Sittings:
    """The sittings of one person."""

    def __init__(self, knowledge: Knowledge, notes: Notebook) -> None:
        self._knowledge, self._notes = knowledge, notes
        self._open: dict[tuple[str, str], _OpenSitting] = {}

    def open(self, instrument: Instrument, sitting: "Sitting") -> None:
        """Says that a sitting came, whatever can be read of it: one without a single answer is then told, not lost."""
        self._open_for(instrument, sitting)

    def answer(self, question: tuple[Instrument, Item], said: AnswerSent, sitting: "Sitting", *, where: str) -> None:
        """Adds the answer to an item; what is not one of the item's answers counts as not understood, with a note.

        Two answers in one sitting may be two sittings: none is taken, and so there is no total, but for a question of
        safety the worse counts. Their order says nothing.
        """
        instrument, item = question
        value = answer_to(instrument, item, said, self._knowledge)
        if value is None:
            told = next(iter(said.words), next((code for _, code in said.codes), said.number))
            reason = Message("{answer} is not an answer to it; not understood", answer=shown(told))
            self._notes.note(_item(instrument, item), where=where, reason=reason)
            value = NOT_UNDERSTOOD
        gathered = self._open_for(instrument, sitting)
        before = gathered.items.setdefault(item.id, value)
        if before == value or value in _ABSENT:
            return
        if before in _ABSENT:
            gathered.items[item.id] = value
            return
        kept = max(before, value, key=_alarm) if item.safety else NOT_UNDERSTOOD
        gathered.items[item.id] = kept
        gathered.dispute(scale.id for scale in instrument.scales if item.id in scale.item_ids())
        first, second = str(before), str(value)
        reason = Message("answered {first} and {second} in one sitting; neither was taken", first=first, second=second)
        if item.safety:
            reason = Message(
                "answered {first} and {second} in one sitting; the worse was kept", first=first, second=second
            )
        self._notes.note(_item(instrument, item), where=where, reason=reason)

    def subscale(self, instrument: Instrument, scale: str, value: float, sitting: "Sitting", *, where: str) -> None:
        """Adds a number that was totalled elsewhere under the id of its scale."""
        number = whole(value)
        if number is None:
            what = Message("{instrument} {scale}", instrument=instrument.name, scale=scale)
            reason = Message("{value} is not a whole number; left out", value=Numeral(f"{value:g}"))
            self._notes.note(what, where=where, reason=reason)
        else:
            gathered = self._open_for(instrument, sitting)
            if gathered.items.setdefault(scale, number) != number:
                gathered.dispute([scale])
                what = Message("{instrument} {scale}", instrument=instrument.name, scale=scale)
                reason = Message("told with two values for one sitting; neither was taken")
                self._notes.note(what, where=where, reason=reason)

    def disputed(self, instrument: Instrument, scale: str, sitting: "Sitting") -> None:
        """Keeps that a scale was told as one of which what came does not agree."""
        self._open_for(instrument, sitting).dispute([scale])

    def total(self, instrument: Instrument, total: float, sitting: "Sitting", *, where: str) -> None:
        """Adds the total that the sender computed."""
        gathered = self._open_for(instrument, sitting)
        if gathered.total is not None and gathered.total != total:
            reason = Message(
                "told as {first} and {second} for one sitting; neither was taken",
                first=Numeral(f"{gathered.total:g}"),
                second=Numeral(f"{total:g}"),
            )
            self._notes.note(_total(instrument), where=where, reason=reason)
            gathered.is_doubled = True
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
        if not sitting.items and (sitting.total is None or sitting.is_doubled):
            return self._unread(sitting)
        total = None if sitting.is_doubled else sitting.total
        if sitting.items and total is not None and not self._fits(sitting):
            reason = Message("{total} does not fit the answers; the answers were kept", total=Numeral(f"{total:g}"))
            self._notes.note(_total(sitting.instrument), where=sitting.id, reason=reason)
            total = None
        return Answers(instrument=sitting.instrument.id, items=sitting.items, total=total, at=sitting.at, id=sitting.id)

    def _unread(self, sitting: _OpenSitting) -> Answers | None:
        """A sitting of which nothing could be read: told where the instrument asks about safety, else only noted."""
        instrument = sitting.instrument
        reason = Message("it came, and none of its answers could be read")
        self._notes.note(Message("{instrument}", instrument=instrument.name), where=sitting.id, reason=reason)
        items: dict[str, int | str] = dict.fromkeys(instrument.safety_items, NOT_UNDERSTOOD)
        return Answers(instrument=instrument.id, items=items, at=sitting.at, id=sitting.id) if items else None

    def _fits(self, sitting: _OpenSitting) -> bool:
        """Whether the sender's total can stand beside the items; the one checker decides."""
        try:
            score_instrument(sitting.instrument.id, sitting.items, total=sitting.total, knowledge=self._knowledge)
        except AnswersRefused:
            return False
        return True


_ABSENT = frozenset(OWN_STATES) - {NOT_UNDERSTOOD}
"""What an answer replaces without a word."""


def _alarm(answer: int | str) -> float:
    """How much an answer to a question of safety must not be lost: what is not understood may be a yes."""
    if isinstance(answer, int):
        return float(answer)
    return 0.5 if answer == NOT_UNDERSTOOD else -1.0
