"""What a reader gives back: records, what was met and not understood, and the counts that add up."""

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from keel.interop.errors import one_line
from keel.messages import EMPTY, Message, joined
from keel.record import ReadingNote, Record

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


class Format(StrEnum):
    """The formats that Keel recognises by their content."""

    KEEL_RECORD = "keel-record"
    KEEL_PEOPLE = "keel-people"
    FHIR_BUNDLE = "fhir-bundle"
    FHIR_RESOURCE = "fhir-resource"
    FHIR_NDJSON = "fhir-ndjson"
    JOURNAL = "journal"
    OPENNEURO = "openneuro-participants"
    DOSES_TABLE = "doses-table"
    OMOP = "omop-tables"
    C_CDA = "c-cda"


class Totals(msgspec.Struct, frozen=True):
    """How many things the file held (resources, entries, rows): each was understood or is in a note.

    `read` is the sum of the other two. A thing that was understood may still have a note about a part of it.
    """

    read: int = 0
    understood: int = 0
    reported: int = 0


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A file as read: its format, a record for each person, notes that belong to no person, and the counts."""

    format: Format
    records: tuple[Record, ...]
    notes: tuple[ReadingNote, ...] = ()
    totals: Totals = Totals()


class Notebook:
    """Collects notes while a file is read; equal ones are counted together, with every place."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._places: dict[tuple[str, str], dict[str, None]] = {}

    def note(self, what: Message, *, where: str = "", reason: Message = EMPTY, count: int = 1) -> None:
        """Writes down something that was met and not taken as a fact."""
        key = one_line(what), one_line(reason)
        self._counts[key] = self._counts.get(key, 0) + count
        places = self._places.setdefault(key, {})
        if where:
            places.setdefault(_place(one_line(where)))

    def notes(self) -> tuple[ReadingNote, ...]:
        """The notes in the order in which they were first written."""
        return tuple(
            ReadingNote(what=what, count=count, where=next(iter(places), EMPTY), reason=reason, places=tuple(places))
            for (what, reason), count in self._counts.items()
            for places in [self._places[what, reason]]
        )


def _place(where: str) -> Message:
    return where if isinstance(where, Message) else joined("", [where] if where else [])


def left_out(notes: Iterable[ReadingNote], *what: str) -> int:
    """How many things the notes say were left out for those reasons, for the totals."""
    return sum(note.count for note in notes if note.what in what)
