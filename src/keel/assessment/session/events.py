"""The events of a session and the session itself, as values; `interop/session_file` reads them from a file.

Every event has an id made by the client, the time at which it happened (with its offset) and an actor. The same event
may be sent twice. Amounts are text with their unit. A fact in `facts` is true, false, a number, a word, or null for
not asked; names are those of clinical-facts.csv.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from keel.record import MEDICINE_STATUSES, Dose, Pregnancy, Review, Sex

Time = Annotated[
    dt.datetime, Meta(tz=True, description="ISO 8601 with offset.", examples=["2026-11-21T09:30:00+01:00"])
]
Amount = Annotated[str, Meta(min_length=1, description="An amount with its unit.", examples=["35 mg", "0.5 mg/kg"])]
Duration = Annotated[str, Meta(min_length=1, description="A time with its unit.", examples=["40 min"])]
Rate = Annotated[str, Meta(min_length=1, description="A rate with its unit.", examples=["52.5 mg/h"])]
Name = Annotated[str, Meta(min_length=1)]
Value = bool | int | float | str | None
Facts = Annotated[
    dict[str, Value],
    Meta(
        description="Facts by name; null is not asked.", examples=[{"escort_confirmed": True, "acutely_unwell": None}]
    ),
]


class WeightBasis(StrEnum):
    """Which weight a dose per kilogram is made by."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is ordered: dose, over how long or by how many devices.

    `weight_basis` is the weight that an amount per kilogram is made by; `chosen_by` and `reason` say who chose it and
    why. `course_sessions` is how many sessions the course has, `course_started` its first day where there were earlier
    courses.
    """

    dose: Amount | None = None
    over: Duration | None = None
    devices: Annotated[int, Meta(ge=1, le=10)] | None = None
    weight_basis: WeightBasis | None = None
    chosen_by: str = ""
    reason: str = ""
    course_sessions: Annotated[int, Meta(ge=1, le=1000)] | None = None
    course_started: dt.date | None = None


class Event(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    """What all events share. `recorded_at` is when it was entered, where that is known; `text` a free remark.

    `told_at` is the time that a device gave which was ahead of the server's; the event then happened when it came.

    What was written on paper first names the `sheet` by its number, and in `seen_by` who wrote it there.
    """

    id: Annotated[str, Meta(min_length=1, max_length=200, description="Made by the client, once for each event.")]
    at: Time
    by: Annotated[str, Meta(min_length=1, max_length=200, description="Who did or saw it.")]
    recorded_at: Time | None = None
    told_at: Time | None = None
    text: str = ""
    sheet: str = ""
    seen_by: str = ""

    @property
    def kind(self) -> str:
        """The `type` of the event as it stands in a file."""
        return str(self.__struct_config__.tag)


def minutes_between(start: dt.datetime, end: dt.datetime) -> float:
    """Minutes from start to end, whatever their offsets."""
    return (end.astimezone(dt.UTC) - start.astimezone(dt.UTC)).total_seconds() / 60


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """The session begins; the plan may come with it."""

    plan: Plan | None = None


class Checked(Event, frozen=True, kw_only=True, tag="checked"):
    """Answers to questions of the gate, a contact made, or medicines told since.

    A question that is `denied` was asked and answered “no”.
    """

    facts: Facts = msgspec.field(default_factory=dict)
    denied: Annotated[
        tuple[str, ...],
        Meta(description="Questions answered “no” in one act, each by name.", examples=[["avm", "aneurysmal_disease"]]),
    ] = ()
    medicines: Annotated[
        tuple[Name, ...],
        Meta(description="Medicines or drugs told now, as typed; they are checked with those of the session."),
    ] = ()


class Held(Event, frozen=True, kw_only=True, tag="held"):
    """Somebody puts the session on hold. It lasts until an override names this event."""

    reason: Name


class Overridden(Event, frozen=True, kw_only=True, tag="overridden"):
    """A prescriber passes a hold, with name and reason. `rule` is the rule, or the id of a `held` event.

    `exception` names an exception that the source of the rule makes, by its id.
    """

    rule: Name
    name: Name
    reason: Name
    role: Annotated[str, Meta(description="Only “prescriber” counts.", examples=["prescriber"])] = ""
    in_person: Annotated[bool, Meta(description="The prescriber sees the person; some rules ask for it.")] = False
    exception: Annotated[str, Meta(examples=["three-more"])] = ""


class DoseStarted(Event, frozen=True, kw_only=True, tag="dose_started"):
    """A dose begins: its whole amount, and how fast. For devices it states the plan; the devices count.

    What was drawn up is for the record alone: `strength` and `lot` of the vial, `dilution` and `pump` in words, and
    `checked_by`, who looked at all of it beside `by`.
    """

    amount: Amount
    over: Duration | None = None
    rate: Rate | None = None
    strength: Annotated[str, Meta(examples=["10 mg/mL"])] = ""
    lot: str = ""
    dilution: Annotated[str, Meta(examples=["35 mg in 50 mL of saline"])] = ""
    pump: str = ""
    checked_by: str = ""


class RateChanged(Event, frozen=True, kw_only=True, tag="rate_changed"):
    """The pump runs at another rate from here; after a pause it runs again."""

    rate: Rate


class DosePaused(Event, frozen=True, kw_only=True, tag="dose_paused"):
    """The pump stands still until `dose_resumed`, or until it gets a rate by `rate_changed`.

    `given` is what the pump says was given so far.
    """

    given: Amount | None = None
    reason: str = ""


class DoseResumed(Event, frozen=True, kw_only=True, tag="dose_resumed"):
    """The pump runs again after a pause, at `rate` or at the rate that it had. What is left runs on; nothing is new."""

    rate: Rate | None = None


class DoseStopped(Event, frozen=True, kw_only=True, tag="dose_stopped"):
    """The infusion has ended, by plan or not. `given` is what the pump says was given.

    `remaining` is what was left, `wasted` what of it was thrown away, before the eyes of `witness`.
    """

    given: Amount | None = None
    reason: str = ""
    remaining: Amount | None = None
    wasted: Amount | None = None
    witness: str = ""


class DeviceGiven(Event, frozen=True, kw_only=True, tag="device_given"):
    """One spray device was used. Without `amount` it is one device of the protocol."""

    amount: Amount | None = None
    observed: Annotated[bool, Meta(description="Staff watched directly.")] | None = None
    lot: str = ""
    checked_by: str = ""


class VitalsRecorded(Event, frozen=True, kw_only=True, tag="vitals_recorded"):
    """A set of vital signs: mm[Hg], beats and breaths a minute, per cent. What is left out was not measured.

    Oxygen saturation is on air unless `on_oxygen`. `symptoms` lists what there is, in any words or as chest_pain,
    severe_headache, visual_loss, dyspnoea, confusion; an empty list says that all five were asked about and there are
    none. Words that are not understood are asked about; they deny nothing. seizure and
    focal_neurological_signs stand until an adverse event of that name is resolved. `device` is the monitor that sent
    the set; without it a person read the values.
    """

    sbp: float | None = None
    dbp: float | None = None
    hr: float | None = None
    rr: float | None = None
    spo2: float | None = None
    on_oxygen: bool | None = None
    symptoms: tuple[str, ...] | None = None
    device: str = ""


class SedationScored(Event, frozen=True, kw_only=True, tag="sedation_scored"):
    """MOAA/S, the version from 0 to 5."""

    moaas: Annotated[int, Meta(ge=0, le=5)]


class DissociationScored(Event, frozen=True, kw_only=True, tag="dissociation_scored"):
    """A total of the CADSS-6 or the CADSS (23 items), or a clinician's word: none, mild, moderate, severe."""

    cadss6: Annotated[float, Meta(ge=0, le=24)] | None = None
    cadss: Annotated[float, Meta(ge=0, le=92)] | None = None
    dissociation: Annotated[str, Meta(pattern="^(none|mild|moderate|severe)$")] | None = None


class AdverseEvent(Event, frozen=True, kw_only=True, tag="adverse_event"):
    """Something untoward: `what` is a name such as vomiting, syncope, pump_fault, asks_to_stop, or any words.

    The same `what` with `resolved` ends it.
    """

    what: Name
    resolved: bool = False
    serious: bool = False


class Note(Event, frozen=True, kw_only=True, tag="note"):
    """A remark; it changes nothing else."""


class CriteriaChecked(Event, frozen=True, kw_only=True, tag="criteria_checked"):
    """Answers to discharge criteria."""

    criteria: Facts


CLINICIANS = ("prescriber", "nurse", "therapist")
"""Roles whose assessment of suicide risk counts."""


class RiskAssessed(Event, frozen=True, kw_only=True, tag="risk_assessed"):
    """A clinician has assessed suicide risk: what was answered until then is closed, and `level` stands instead.

    Nothing else closes a yes: no later “no”, no correction.
    """

    level: Annotated[str, Meta(pattern="^(none|low|moderate|high)$")]
    name: Name
    role: Annotated[str, Meta(description="A clinician's role counts.", examples=["prescriber", "nurse", "therapist"])]
    reason: Name

    @property
    def is_by_clinician(self) -> bool:
        """Whether name, role and reason are those of an assessment that counts."""
        return self.role.strip().casefold() in CLINICIANS and bool(self.name.strip() and self.reason.strip())


class Discharged(Event, frozen=True, kw_only=True, tag="discharged"):
    """The person leaves; `name` is the clinician who releases."""

    name: Name


class LeftAgainstAdvice(Event, frozen=True, kw_only=True, tag="left_against_advice"):
    """The person goes though the gate does not let them: why, what they were told, and whom one tried to reach.

    It can be recorded at any minute: what is not written yet is shown as not said. `call_back_at` is when they are
    called; without it the next morning.
    """

    reason: str = ""
    told: str = ""
    contact_tried: str = ""
    call_back_at: Time | None = None


class Transferred(Event, frozen=True, kw_only=True, tag="transferred"):
    """The person is taken to a hospital: where to, and why."""

    to: Name
    reason: Name


class IllnessSeverity(StrEnum):
    """How ill a person is at a handover (I-PASS)."""

    STABLE = "stable"
    WATCHER = "watcher"
    UNSTABLE = "unstable"


class HandedOver(Event, frozen=True, kw_only=True, tag="handed_over"):
    """Responsibility goes from `by` to `to`; it has moved once the receiver has said it back (`synthesis`).

    In two steps: who hands over offers it, with `severity` and what to watch for (`text`); the receiver then takes it
    in an event of their own that names the offer in `accepts`. One event with both names is a handover on paper.
    """

    to: Name
    severity: IllnessSeverity | None = None
    synthesis: str = ""
    accepts: Annotated[str, Meta(description="The id of the offer that the receiver takes.")] = ""


class EmergencyStep(Event, frozen=True, kw_only=True, tag="emergency_step"):
    """A step of an emergency card was done."""

    card: Name
    step: Name


Occurrence = Annotated[int, Meta(ge=1, description="Which time it is that this rule alarms, from 1.")]


class DoseChecked(Event, frozen=True, kw_only=True, tag="dose_checked"):
    """Somebody has checked the dose against what is prepared: the amount, what the pump holds, its rate, the lot.

    Two people who check apart write two of them, each what they read themselves.
    """

    amount: Amount
    strength: Annotated[str, Meta(description="Strength of what is given.", examples=["1 mg/mL"])] = ""
    pump: Annotated[str, Meta(description="Rate on the pump.", examples=["52.5 mL/h"])] = ""
    lot: str = ""


class AlarmAcknowledged(Event, frozen=True, kw_only=True, tag="alarm_acknowledged"):
    """Somebody has seen an alarm; it stands all the same. Without `occurrence` it is the one that stood then."""

    rule: Name
    occurrence: Occurrence | None = None


class AlarmPaused(Event, frozen=True, kw_only=True, tag="alarm_paused"):
    """The sound of an alarm is paused for some minutes, at most as long as its priority allows; it stands all the same.

    Without `occurrence` it is the one that stood then.
    """

    rule: Name
    over: Duration
    occurrence: Occurrence | None = None


class Priority(StrEnum):
    """How soon an alarm needs somebody, most urgent first."""

    HIGH = "high"
    """At once: death or lasting harm unless somebody acts now."""
    MEDIUM = "medium"
    """Promptly."""
    LOW = "low"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """0 for high to 2 for low."""
        return list(Priority).index(self)


class AlarmFact(Event, frozen=True, kw_only=True):
    """What the watcher of a session writes of an alarm; nobody corrects it.

    `rule` is what speaks. Each occurrence has an end of its own, so that a return is a new one. The id tells session,
    rule, occurrence and kind: two who notice the same thing write one fact.
    """

    rule: Name
    occurrence: Occurrence


class AlarmRaised(AlarmFact, frozen=True, kw_only=True, tag="alarm_raised"):
    """A condition has begun to alarm."""

    priority: Priority


class AlarmChanged(AlarmFact, frozen=True, kw_only=True):
    """The alarm `was` goes on as this one: its rule gave way to another, or its priority changed."""

    priority: Priority
    was: Name
    was_occurrence: Occurrence


class AlarmWorsened(AlarmChanged, frozen=True, kw_only=True, tag="alarm_worsened"):
    """The condition is graver now: whoever has seen it before has not seen this."""


class AlarmEased(AlarmChanged, frozen=True, kw_only=True, tag="alarm_eased"):
    """The condition is less grave and still there: who has seen it before has seen this."""


class AlarmEscalated(AlarmFact, frozen=True, kw_only=True, tag="alarm_escalated"):
    """Nobody has acknowledged it in time: it goes to the role `to` as well."""

    to: Name


class AlarmCleared(AlarmFact, frozen=True, kw_only=True, tag="alarm_cleared"):
    """Its cause has gone; a high one was acknowledged too."""


class SelfTested(Event, frozen=True, kw_only=True, tag="self_tested"):
    """Whether the watcher of alarms ran when the session began."""

    is_running: bool


Ending = Discharged | LeftAgainstAdvice | Transferred
"""Events with which the person is gone."""
Logged = (
    DoseChecked
    | HandedOver
    | EmergencyStep
    | AlarmAcknowledged
    | AlarmPaused
    | AlarmFact
    | SelfTested
    | LeftAgainstAdvice
    | Transferred
)
"""Events that change no gate of the dose and are shown as they stand."""

Plain = (
    Started
    | Checked
    | Held
    | Overridden
    | DoseStarted
    | RateChanged
    | DosePaused
    | DoseResumed
    | DoseStopped
    | DeviceGiven
    | VitalsRecorded
    | SedationScored
    | DissociationScored
    | AdverseEvent
    | Note
    | CriteriaChecked
    | RiskAssessed
    | Discharged
    | LeftAgainstAdvice
    | Transferred
    | HandedOver
    | EmergencyStep
    | DoseChecked
    | AlarmAcknowledged
    | AlarmPaused
    | AlarmRaised
    | AlarmWorsened
    | AlarmEased
    | AlarmEscalated
    | AlarmCleared
    | SelfTested
)


class Corrected(Event, frozen=True, kw_only=True, tag="corrected"):
    """The event `corrects` was wrong. `event` is what it should have been; null removes it. Nothing else changes."""

    corrects: Name
    reason: Name
    event: Plain | None = None


AnyEvent = Plain | Corrected


AgeYears = Annotated[float, Meta(description="Completed years.")]
AgeText = Annotated[str, Meta(description="Completed years, in words.", examples=["34 years"])]


class SessionPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is treated; no names. Weight and height are text with their unit."""

    id: str = ""
    age: AgeYears | AgeText | None = None
    birth_date: dt.date | None = None
    sex: Sex = Sex.UNKNOWN
    weight: Annotated[str, Meta(examples=["70 kg"])] | None = None
    weighed_on: dt.date | None = None
    previous_weight: Annotated[str, Meta(description="The weight before this one.", examples=["71 kg"])] | None = None
    height: Annotated[str, Meta(examples=["178 cm"])] | None = None
    pregnancy: Pregnancy = Pregnancy.NOT_ASKED
    country: Annotated[str, Meta(description="ISO 3166 code of two letters.")] = ""


class SessionMedicine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A medicine or other drug as typed; one that is stopped is not checked."""

    text: Name
    status: Annotated[str, Meta(extra_json_schema={"enum": list(MEDICINE_STATUSES)})] = "active"


class SessionCondition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A diagnosis as typed or sent; `status`, `present` and `ended` as in a record."""

    text: Name
    codes: dict[str, str] = msgspec.field(default_factory=dict)
    status: str = "active"
    present: bool = True
    onset: dt.date | None = None
    ended: dt.date | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One session: protocol, person, what was found at screening, and the events in any order.

    `medicines` are what the person takes beside it; they are checked before the first dose. `conditions` are diagnoses
    on record; they are facts of the gate. `jurisdiction` (US, EU, UK,
    AU-TAS) decides where rules differ; without it the country of the person does. `route` chooses among the routes of a
    protocol that has several. `last_dose_at` is the last dose before this session.

    `doses` is the ledger: every dose known before this session, from which sessions are counted; an empty list says
    that there was none, and null that nobody asked. `reviews` are those of the course. `timezone` is where the
    clinic is: days are its calendar days.
    """

    protocol: Name
    person: SessionPerson = SessionPerson()
    screening: Facts = msgspec.field(default_factory=dict)
    medicines: tuple[Name | SessionMedicine, ...] = ()
    conditions: tuple[Name | SessionCondition, ...] = ()
    events: tuple[AnyEvent, ...] = ()
    jurisdiction: str = ""
    route: str = ""
    plan: Plan | None = None
    last_dose_at: Time | None = None
    doses: tuple[Dose, ...] | None = None
    reviews: tuple[Review, ...] = ()
    timezone: Annotated[str, Meta(description="IANA zone of the clinic.", examples=["Europe/London"])] = ""
    questions: Annotated[dict[str, str], Meta(description="For people; not read.")] = msgspec.field(
        default_factory=dict
    )
    id: str = ""
