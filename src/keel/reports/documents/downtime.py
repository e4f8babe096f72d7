"""The packet for when the network is down: who is expected today, blank sheets to write sessions on, emergency cards.

A sheet has the columns of the record, a serial number and a key; what is written there is entered afterwards with both
times, the number of the sheet and who wrote it (live-session reference, section 7).
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from keel.knowledge.emergency_cards import EmergencyCard
from keel.messages import Catalogue, Message, in_language, joined
from keel.reports.documents.findings import weight_words
from keel.reports.documents.handover import Row
from keel.reports.documents.paper import Paper, PaperPart, Table

_NOT_ON_RECORD = Message("not on record")
_LINES = 15
"""Empty lines of a sheet: what one side of A4 holds at a height for a hand."""
_COLUMNS = (
    (Message("Time"), 1.1),
    (Message("Pressure"), 1.4),
    (Message("Pulse"), 1.0),
    (Message("Oxygen"), 1.0),
    (Message("Breaths"), 1.0),
    (Message("Air or oxygen"), 1.2),
    (Message("MOAA/S"), 1.1),
    (Message("Dissociation"), 1.4),
    (Message("Dose, rate, what happened, what was done"), 5.5),
    (Message("Initials"), 1.1),
)
_KEY = (
    Message("Time of day to the minute, one line for each time. What was not measured is a dash, never a guess."),
    Message("Pressure as 128/78 mmHg, oxygen in %, pulse and breaths a minute."),
    Message("MOAA/S 5 answers at once, 4 slowly, 3 when called loudly, 2 to mild shaking, 1 to pain, 0 not at all."),
    Message("Dose in mg with strength and lot; a second person checks it and signs beside it."),
    Message("A slip is struck through once, with initials; nothing is made unreadable."),
    Message("Enter it into Keel afterwards: both times, the number of the sheet, and who wrote it."),
)
_FIELDS = (
    Message("Name and number"),
    Message("Date, room"),
    Message("Weight, protocol, dose as ordered"),
    Message("Fasting since, escort, pregnancy"),
    Message("Gate checked by (two names)"),
    Message("Released by, time"),
)


class ExpectedPatient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is expected or here today: what must be known of them without a network.

    Empty is not on record; `holds` are the findings that block or hold now.
    """

    name: str
    number: str
    when: str
    age: float | None = None
    conditions: tuple[str, ...] = ()
    weight_kg: float | None = None
    weighed_on: dt.date | None = None
    plan: str = ""
    last_dose: str = ""
    holds: tuple[str, ...] = ()
    baseline: str = ""
    medicines: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """What the packet is made of. `stem` begins the number of each sheet; `call` is the number of emergencies."""

    clinic: str
    stem: str
    patients: tuple[ExpectedPatient, ...]
    sheets: int
    cards: tuple[EmergencyCard, ...]
    call: str
    printed_by: str
    mark: str = ""


class _Writer:
    def __init__(self, packet: Packet, catalogue: Catalogue | None) -> None:
        self.packet, self.catalogue = packet, catalogue

    def say(self, text: str) -> str:
        return in_language(text, self.catalogue)

    def row(self, name: Message, value: str) -> Row:
        return Row(self.say(name), self.say(value or _NOT_ON_RECORD))

    def patient(self, one: ExpectedPatient) -> PaperPart:
        weight = ""
        if one.weight_kg is not None:
            weight = weight_words(one.weight_kg, one.weighed_on)
        rows = (
            self.row(Message("Age"), Message("{age} years", age=int(one.age)) if one.age is not None else ""),
            self.row(Message("Conditions and allergies"), "; ".join(one.conditions)),
            self.row(Message("Weight"), weight),
            self.row(Message("Plan"), one.plan),
            self.row(Message("Last dose"), one.last_dose),
            self.row(Message("Values before a dose"), one.baseline),
            self.row(Message("Medicines and drugs"), "; ".join(one.medicines)),
            self.row(Message("Contacts"), "; ".join(one.contacts)),
        )
        holds = one.holds or (self.say(Message("Nothing holds by the record; the gate of the day was not asked.")),)
        return PaperPart(heading=f"{one.when} · {one.name} · {one.number}", rows=rows, items=holds, is_boxed=True)

    def sheet(self, number: int) -> PaperPart:
        serial = f"{self.packet.stem}-{number:02}"
        columns = tuple(self.say(name) for name, _ in _COLUMNS)
        return PaperPart(
            heading=self.say(Message("Session sheet {serial}", serial=serial)),
            rows=tuple(Row(self.say(name), "_" * 60) for name in _FIELDS),
            table=Table(columns=columns, widths=tuple(width for _, width in _COLUMNS), blank=_LINES),
            remark=" ".join(map(self.say, _KEY)),
            starts_sheet=True,
        )

    def card(self, card: EmergencyCard) -> PaperPart:
        say = self.say
        consider = (f"{say(Message('Consider'))}: {say(Message(step.text))}" for step in card.consider)
        boxes = tuple(Row(box.name, f"{box.dose} ({box.given_by})") for box in card.drugs)
        return PaperPart(
            heading=say(joined("", (Message("Emergency: "), Message(card.title)))),
            rows=(self.row(Message("Call"), self.packet.call), self.row(Message("Seen"), Message(card.seen)), *boxes),
            steps=tuple(say(Message(step.text)) for step in card.steps),
            items=tuple(consider),
            remark=say(signature_words(card)),
            starts_sheet=True,
            is_large=True,
        )

    def parts(self) -> Iterator[PaperPart]:
        yield from map(self.patient, self.packet.patients)
        yield from map(self.sheet, range(1, self.packet.sheets + 1))
        yield from map(self.card, self.packet.cards)


def signature_words(card: EmergencyCard) -> Message:
    """Version, day and who signed a card; that nobody did is said."""
    version = Message("Version {version} of {day}.", version=card.version, day=card.changed_on.isoformat())
    names = ", ".join(f"{one.by} ({one.on.isoformat()})" for one in card.signed)
    if card.is_signed:
        return joined(" ", (version, Message("Signed by {names}.", names=names)))
    if names:
        return joined(
            " ", (version, Message("Signed by {names} alone; a second clinician has not signed.", names=names))
        )
    return joined(" ", (version, Message("Not signed by a clinician yet.")))


def downtime_packet(packet: Packet, *, at: dt.datetime, catalogue: Catalogue | None = None) -> Paper:
    """The packet as a paper, as of a time where the clinic is."""
    writer = _Writer(packet, catalogue)
    say, time = writer.say, at.isoformat(" ", timespec="minutes")
    who = Message("{count} expected or here", count=len(packet.patients))
    return Paper(
        language=catalogue.language if catalogue else "en",
        title=say(Message("Downtime packet")),
        lead=", ".join((packet.clinic, time, say(who))),
        parts=tuple(writer.parts()),
        mark=packet.mark,
        footer=say(
            Message(
                "As of {time}, printed by {name}. Names and health: lock it up, and shred it when it is entered.",
                time=time,
                name=packet.printed_by,
            )
        ),
        page=say(Message("Page")),
        is_wide=True,
    )
