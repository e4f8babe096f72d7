"""The record of a session on paper: who, by which rules, what was asked, given, read, seen, handed over and corrected.

Everything is of the session at a time; each row has the time at which it happened and, where that is another minute,
the time at which it was entered. The curve is marked as a model's.
"""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from keel.assessment.session.event_words import drawn_up, event_words, plan_words
from keel.assessment.session.events import (
    AdverseEvent,
    AlarmAcknowledged,
    AlarmFact,
    AlarmPaused,
    Checked,
    CriteriaChecked,
    DeviceGiven,
    DissociationScored,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EmergencyStep,
    Ending,
    HandedOver,
    Held,
    Note,
    Overridden,
    Plain,
    RateChanged,
    RiskAssessed,
    SedationScored,
    SelfTested,
    Started,
    VitalsRecorded,
    minutes_between,
)
from keel.assessment.session.plan import newest_plan
from keel.assessment.session.prediction import predicted_course
from keel.assessment.session.state import SessionState
from keel.assessment.session.view import SessionView
from keel.messages import Catalogue, Message, Name, Numeral, in_language, joined, listed
from keel.reports.charts import Chart, of_session, on_paper
from keel.reports.charts.render import spec_to_svg
from keel.reports.documents.findings import finding_line, weight_words
from keel.reports.documents.handover import Row
from keel.reports.documents.paper import Drawing, Paper, PaperPart, Table

_CURVE_STEP_MIN = 2
_NOT_ON_RECORD = Message("not on record")
_NONE = Message("None was recorded.")
_SLACK_S = 60
_EVENT_COLUMNS = (Message("Time"), Message("Entered at"), Message("What"), Message("By"))
_EVENT_WIDTHS = (1, 1.2, 8, 1.8)
_GATE = Checked | Held | Overridden | RiskAssessed
_DOSE = Started | DoseStarted | RateChanged | DosePaused | DoseResumed | DoseStopped | DeviceGiven
_READINGS = VitalsRecorded | SedationScored | DissociationScored
_ALARMS = AlarmAcknowledged | AlarmPaused | AlarmFact | SelfTested
_HAPPENED = AdverseEvent | EmergencyStep | Note
_LEAVING = CriteriaChecked | Ending


class RecordHead(msgspec.Struct, frozen=True, kw_only=True):
    """What the session itself does not know: person and place, the names of its authors, its rules, who prints it.

    `overlays` are the names of the clinic's own files of rules, `rules` the hash of those that the session keeps.
    """

    person: str
    number: str
    clinic: str
    room: str = ""
    session: str = ""
    people: Mapping[str, str] = msgspec.field(default_factory=dict)
    overlays: tuple[str, ...] = ()
    rules: str = ""
    printed_by: str = ""
    mark: str = ""


class _Writer:
    """Puts a session into parts of a paper, in one language."""

    def __init__(self, view: SessionView, state: SessionState, head: RecordHead, catalogue: Catalogue | None) -> None:
        self.view, self.state, self.head, self.catalogue = view, state, head, catalogue

    def say(self, text: str | Numeral) -> str:
        return in_language(text, self.catalogue)

    def row(self, name: Message, value: str | Numeral | None) -> Row:
        return Row(self.say(name), self.say(value or _NOT_ON_RECORD))

    def part(self, heading: Message, *, remark: str = "", **parts: object) -> PaperPart:
        return PaperPart(heading=self.say(heading), remark=self.say(remark) if remark else "", **parts)  # type: ignore[arg-type]

    def clock(self, moment: dt.datetime | None) -> str:
        """A time of day where the clinic is; with its day where that is not the day of the session."""
        if moment is None:
            return "–"
        there, began = moment.astimezone(self.view.at.tzinfo), self.view.timeline.began or self.view.at
        is_same_day = there.date() == began.astimezone(self.view.at.tzinfo).date()
        return there.strftime("%H:%M" if is_same_day else "%Y-%m-%d %H:%M")

    def name(self, username: str) -> str:
        return self.head.people.get(username, username)

    def entered(self, event: Plain) -> str:
        """When it was entered, where that is more than a minute from when it happened."""
        late = event.recorded_at is not None and abs((event.recorded_at - event.at).total_seconds()) > _SLACK_S
        return self.clock(event.recorded_at) if late else ""

    def events(self, kinds: object) -> list[Plain]:
        return [one for one in self.view.events if isinstance(one, kinds)]  # type: ignore[arg-type]

    def table(self, columns: Sequence[Message], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> Table | None:
        written = tuple(tuple(row) for row in rows)
        return Table(columns=tuple(map(self.say, columns)), rows=written, widths=tuple(widths)) if written else None

    def listing(self, heading: Message, kinds: object, *, none: Message) -> PaperPart:
        """The events of some kinds, each with both times and its author."""
        rows = [
            (self.clock(one.at), self.entered(one), self.say(event_words(one, self.view.knowledge)), self.name(one.by))
            for one in self.events(kinds)
        ]
        table = self.table(_EVENT_COLUMNS, rows, _EVENT_WIDTHS)
        return self.part(heading, table=table, remark="" if table else none)

    # ---------------------------------------------------------------------------------------------------- the parts

    def parts(self) -> Iterator[PaperPart]:
        yield self.who()
        yield self.rules()
        yield self.listing(
            Message("Asked before the dose, holds and who passed them"), _GATE, none=Message("Nothing was asked.")
        )
        yield self.passed()
        yield self.dose()
        yield self.readings()
        yield from self.curve()
        yield self.alarms()
        yield self.listing(Message("Events and notes"), _HAPPENED, none=_NONE)
        yield self.listing(Message("Handovers"), HandedOver, none=_NONE)
        yield self.leaving()
        yield self.corrections()
        yield self.remarks()

    def who(self) -> PaperPart:
        person, told = self.view.person, self.view.session.person
        age = person.age_at(self.view.at)
        weight = weight_words(person.weight_kg, told.weighed_on) if person.weight_kg else None
        devices = sorted({one.device for one in self.view.events if isinstance(one, VitalsRecorded) and one.device})
        ended = self.view.left_at
        rows = (
            self.row(Message("Person"), f"{self.head.person} ({self.head.number})"),
            self.row(Message("Age, sex"), joined(", ", (_years(age), Name(str(person.sex))))),
            self.row(Message("Weight"), weight),
            self.row(Message("Height"), Message("{cm} cm", cm=person.height_cm) if person.height_cm else None),
            self.row(Message("Clinic and room"), ", ".join(filter(None, (self.head.clinic, self.head.room)))),
            self.row(Message("Session"), self.head.session or self.view.session.id),
            self.row(Message("Began"), self.moment(self.view.timeline.began)),
            self.row(Message("Ended"), self.moment(ended) if ended else Message("not ended")),
            self.row(Message("Devices that sent readings"), ", ".join(devices) or Message("none")),
        )
        return self.part(Message("Who and where"), rows=rows)

    def moment(self, moment: dt.datetime | None) -> str | None:
        there = moment.astimezone(self.view.at.tzinfo) if moment else None
        return there.isoformat(" ", timespec="minutes") if there else None

    def rules(self) -> PaperPart:
        protocol, state = self.view.protocol, self.state
        rows = (
            self.row(
                Message("Protocol"),
                joined(", ", (Name(protocol.title), Message("version {version}", version=protocol.version))),
            ),
            self.row(Message("Jurisdiction"), state.jurisdiction),
            self.row(Message("The clinic’s own rules"), ", ".join(self.head.overlays) or Message("none")),
            self.row(Message("Facts, hash"), state.knowledge_hash[:16]),
            self.row(Message("Rules of this session, hash"), self.head.rules[:16]),
            self.row(Message("Defaults that no clinic has confirmed"), str(len(state.unconfirmed))),
        )
        return self.part(Message("Rules"), rows=rows)

    def passed(self) -> PaperPart:
        rows = [
            (self.clock(one.at), self.say(one.finding.summary), f"{one.name} ({self.say(Name(one.role))})", one.reason)
            for one in self.state.passed
        ]
        columns = (Message("Time"), Message("Hold"), Message("Passed by"), Message("Reason"))
        table = self.table(columns, rows, (1, 5, 2.4, 3))
        return self.part(
            Message("Holds that were passed"), table=table, remark="" if table else Message("None was passed.")
        )

    def dose(self) -> PaperPart:
        dose, weight = self.state.dose, self.view.order.weight_kg
        plan = newest_plan(self.view.session.plan, self.view.events)
        given = self.state.given_mg
        per_kg = (
            Message(
                "{mg} mg, {per_kg} mg/kg of {kg} kg",
                mg=Numeral(f"{given:.4g}"),
                per_kg=Numeral(f"{given / weight:.3g}"),
                kg=weight,
            )
            if given is not None and weight
            else Message("{mg} mg", mg=Numeral(f"{given:.4g}"))
            if given is not None
            else Message("not known")
        )
        route = self.view.knowledge.routes.get(self.view.route)
        drawn = [words for one in self.events(DoseStarted) if isinstance(one, DoseStarted) for words in drawn_up(one)]
        rows = (
            self.row(
                Message("Drug and route"),
                listed(
                    (
                        Name(self.view.knowledge.substances[self.view.protocol.substance].title),
                        *([Message(route.title)] if route else ()),
                    )
                ),
            ),
            self.row(Message("Ordered"), joined("; ", plan_words(plan)) if plan else None),
            self.row(Message("Drawn up"), joined("; ", drawn) if drawn else None),
            self.row(Message("Began, ended"), f"{self.clock(dose.started_at)} – {self.clock(dose.ended_at)}"),
            self.row(Message("Given"), per_kg),
        )
        listing = self.listing(Message("Dose"), _DOSE, none=Message("No dose was begun."))
        return msgspec.structs.replace(listing, rows=rows)

    def readings(self) -> PaperPart:
        """One line a time: what was read or scored within that minute by one author stands together."""
        lines: dict[tuple[str, str, str, str], dict[str, str]] = {}
        for event in self.events(_READINGS):
            source = (
                event.device if isinstance(event, VitalsRecorded) and event.device else self.say(Message("by hand"))
            )
            key = (self.clock(event.at), self.entered(event), source, self.name(event.by))
            if isinstance(event, SedationScored | DissociationScored):
                key = next((one for one in lines if (one[0], one[3]) == (key[0], key[3])), key)
            lines.setdefault(key, {}).update(_values(event))
        rows = [
            (key[0], key[1], *(self.say(values.get(name, "–")) for name in _COLUMNS), key[2], key[3])
            for key, values in lines.items()
        ]
        columns = (Message("Time"), Message("Entered at"), *_COLUMNS.values(), Message("Source"), Message("By"))
        table = self.table(columns, rows, (1, 1.2, 1.4, 1, 1, 1, 1.1, 1, 1.5, 1.6, 1.6))
        remark = Message("Pressure in mmHg, oxygen in %, the others a minute. A dash was not measured.")
        return self.part(Message("Vital signs and scales"), table=table, remark=remark if table else _NONE)

    def curve(self) -> Iterator[PaperPart]:
        if self.state.predicted.ng_per_ml is None:
            yield self.part(Message("Predicted concentration"), remark=self.state.predicted.unknown)
            return
        last = minutes_between(self.view.dose.first_at or self.view.at, self.view.left_at or self.view.at)
        minutes = np.arange(0.0, 60 * math.ceil(max(last, 1.0) / 60) + 1, _CURVE_STEP_MIN)
        course = predicted_course(self.view, list(minutes))
        if course is None:
            return
        chart = Chart(of_session(course), self.view.knowledge, catalogue=self.catalogue, anchors=False)
        drawing = Drawing(spec_to_svg(on_paper(chart.spec(width=900, height=200))), self.say(chart.alt()))
        yield self.part(
            Message("Predicted concentration: a model, not a measurement"), drawing=drawing, remark=chart.caption()
        )

    def alarms(self) -> PaperPart:
        """What the watcher raised and what was done about it; without a watcher the sets that were out of range."""
        if self.events(AlarmFact):
            return self.listing(Message("Alarms and answers to them"), _ALARMS, none=_NONE)
        titles = {rule.id: rule.title for rule in self.view.protocol.rules}
        raised = [
            (self.clock(one.at), "", self.say(listed(Name(titles.get(rule, rule)) for rule in one.rules)), "Keel")
            for one in self.state.history or ()
        ]
        listing = self.listing(Message("Out of range, and answers to alarms"), _ALARMS, none=_NONE)
        answers = listing.table.rows if listing.table else ()
        table = self.table(_EVENT_COLUMNS, sorted((*raised, *answers)), _EVENT_WIDTHS)
        return msgspec.structs.replace(listing, table=table, remark="" if table else listing.remark)

    def leaving(self) -> PaperPart:
        clock, state = self.state.observation, self.state
        required = (
            Message("{count} min after {moment}", count=Numeral(f"{clock.required_min:g}"), moment=clock.counted_from)
            if clock.required_min is not None
            else None
        )
        open_ones = [self.say(finding_line(one)) for one in state.reasons if one.subject != "phase"]
        rows = (
            self.row(Message("Observation asked for"), required),
            self.row(Message("Over at"), self.clock(clock.over_at)),
        )
        listing = self.listing(Message("Leaving"), _LEAVING, none=Message("The person has not left."))
        return msgspec.structs.replace(listing, rows=rows, items=tuple(open_ones))

    def corrections(self) -> PaperPart:
        rows = [
            (
                self.clock(one.at),
                self.say(event_words(one.was, self.view.knowledge)),
                self.say(event_words(one.now, self.view.knowledge)) if one.now else self.say(Message("taken away")),
                one.reason,
                self.name(one.by),
            )
            for one in self.state.corrections
        ]
        columns = (Message("Time"), Message("Was"), Message("Is now"), Message("Reason"), Message("By"))
        table = self.table(columns, rows, (1, 4, 4, 3, 1.8))
        return self.part(Message("Corrections"), table=table, remark="" if table else Message("None was made."))

    def remarks(self) -> PaperPart:
        """What a reader should know beside all that: checks that were missed, late entries, clocks, order."""
        items = [self.say(finding_line(one)) for one in self.state.alarms]
        return self.part(Message("What Keel noticed"), items=tuple(items), remark="" if items else Message("Nothing."))


_COLUMNS: Mapping[str, Message] = {
    "bp": Message("Pressure"),
    "hr": Message("Pulse"),
    "spo2": Message("Oxygen"),
    "rr": Message("Breaths"),
    "on_oxygen": Message("Air or oxygen"),
    "moaas": Message("MOAA/S"),
    "dissociation": Message("Dissociation"),
}


def _values(event: Plain) -> Iterator[tuple[str, str]]:
    if isinstance(event, VitalsRecorded):
        if event.sbp is not None or event.dbp is not None:
            yield "bp", "/".join("–" if one is None else f"{one:g}" for one in (event.sbp, event.dbp))
        yield from (
            (name, f"{value:g}") for name in ("hr", "spo2", "rr") if (value := getattr(event, name)) is not None
        )
        if event.on_oxygen is not None:
            yield "on_oxygen", Message("oxygen") if event.on_oxygen else Message("air")
    elif isinstance(event, SedationScored):
        yield "moaas", str(event.moaas)
    elif isinstance(event, DissociationScored):
        scores = (("CADSS-6", event.cadss6), ("CADSS", event.cadss))
        said = [f"{name} {value:g}" for name, value in scores if value is not None]
        yield "dissociation", listed([*said, *([Name(event.dissociation)] if event.dissociation else [])])


def _years(age: float | None) -> Message:
    return _NOT_ON_RECORD if age is None else Message("{age} years", age=int(age))


def session_record(
    view: SessionView, state: SessionState, head: RecordHead, *, catalogue: Catalogue | None = None
) -> Paper:
    """The record of a session as a paper; `state` is the fold of the view."""
    writer = _Writer(view, state, head, catalogue)
    say = writer.say
    began = writer.moment(view.timeline.began) or say(_NOT_ON_RECORD)
    footer = Message(
        "Record of session {id}, as of {time}, printed by {name}. Facts {hash}. Keel is no alarm system.",
        id=head.session or view.session.id or _NOT_ON_RECORD,
        time=view.at.isoformat(" ", timespec="minutes"),
        name=head.printed_by or _NOT_ON_RECORD,
        hash=state.knowledge_hash[:12],
    )
    return Paper(
        language=catalogue.language if catalogue else "en",
        title=say(Message("Record of a ketamine session")),
        lead=f"{head.person} ({head.number}), {head.clinic}, {began}",
        parts=tuple(writer.parts()),
        mark=head.mark,
        footer=say(footer),
        page=say(Message("Page")),
        is_wide=True,
    )
