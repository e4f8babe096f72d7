"""What surrounds a dose, and what a stay is made of: the shapes of data/therapies/*.toml and data/programmes/*.toml."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition, Verb
from keel.knowledge.documents import Document, Id
from keel.knowledge.protocols.shape import Cut
from keel.knowledge.surveillance.shape import WatchItem


class CareItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing in words: to be talked about, agreed on, kept in mind."""

    id: Id
    text: str
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""


class CareVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of visit, and what is talked about in it. Minutes are those of the published frames."""

    id: Id
    phase: Literal["preparation", "dosing", "integration"]
    title: str
    least_min: int
    most_min: int
    checklist: tuple[CareItem, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT


class CareGate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What must be there before a dose: it speaks where `when` is met, and where what it asks about is not known."""

    id: Id
    severity: Verb
    when: Condition
    text: str
    next_step: str
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""


class CareContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A contact that is due `hours` or `months` after something. A visit of the phase `met_by` counts as made."""

    id: Id
    title: str
    hours: int = 0
    months: int = 0
    met_by: str = ""
    asks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""


class CareMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A text to be sent or read out, `hours` after (below zero: before) what it is about.

    Slots: clinic, day, time, emergency. It names no drug, diagnosis or kind of visit.
    """

    id: Id
    moment: Literal["before", "during", "after"]
    hours: int = 0
    title: str
    text: str


class CareDocument(Document, frozen=True, kw_only=True):
    """What is around the doses of a protocol: contacts, and texts that are sent or read out."""

    protocol: str
    cuts: dict[str, Cut]
    contacts: tuple[CareContact, ...]
    messages: tuple[CareMessage, ...]

    @property
    def texts(self) -> Iterator[str]:
        """Every text that a page shows."""
        yield self.title
        yield from _words(self.contacts, self.messages)


class TherapyFrame(CareDocument, frozen=True, kw_only=True):
    """Assisted therapy: visits, gates before a dose, contacts after it, kinds of touch, texts.

    `never_only_here` is what may never stand in a therapist’s private notes alone.
    """

    visits: tuple[CareVisit, ...]
    gates: tuple[CareGate, ...]
    touch: tuple[CareItem, ...]
    never_only_here: tuple[CareItem, ...]

    @property
    def texts(self) -> Iterator[str]:
        """Every text that a page shows."""
        yield from super().texts
        yield from _words(self.visits, self.gates, self.touch, self.never_only_here)
        yield from _words(*(visit.checklist for visit in self.visits))


class DayBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the day: when it begins (HH:MM), what it is, and whether somebody notes who was there."""

    id: Id
    time: str
    title: str
    kind: Literal["group", "individual", "own"] = "own"


class StayPhase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a stay by the day, 1 being the first, and what is done in it."""

    id: Id
    title: str
    from_day: int
    to_day: int
    tasks: tuple[str, ...]
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT


class DiaryItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of a day, from `low` to `high`."""

    id: Id
    title: str
    low: float
    high: float
    unit: str = ""


class RecoveryProgramme(CareDocument, frozen=True, kw_only=True):
    """A stay or a programme by the day: its day, phases, diary, what is looked at and when, contacts and outcomes.

    `grid` is looked at on intake, weekly where its id is in `weekly`, at discharge and at each of `outcomes`; an item
    without `names`, `measures` and `instruments` is noted on the page of the programme. `protocol` has the gates.
    """

    blocks: tuple[DayBlock, ...]
    phases: tuple[StayPhase, ...]
    diary: tuple[DiaryItem, ...]
    grid: tuple[WatchItem, ...]
    weekly: tuple[str, ...]
    outcomes: tuple[CareContact, ...]
    sources: tuple[str, ...] = ()

    @property
    def texts(self) -> Iterator[str]:
        """Every text that a page shows."""
        yield from super().texts
        yield from _words(self.blocks, self.phases, self.diary, self.outcomes)
        yield from (item.what for item in self.grid)


def _words(*groups: tuple[msgspec.Struct, ...]) -> Iterator[str]:
    for item in (item for group in groups for item in group):
        for name in ("title", "text", "next_step", "note"):
            if text := getattr(item, name, ""):
                yield text
        for name in ("asks", "tasks"):
            yield from getattr(item, name, ())
