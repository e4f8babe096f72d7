"""Clinical protocols as data: who may be treated, what is checked when, when to stop, when to go home.

One TOML file of `data/protocols/` each. A rule has a phase, a condition over clinical facts, and one of four verbs:
`block` (cannot go on), `hold` (a prescriber decides, with a reason), `warn` (show, acknowledge, go on), `note`. The
condition describes when the rule speaks; a fact that is missing never counts as a pass. Numbers stand in `cuts`.

An overlay may tighten or confirm; what it may loosen, the file says (`may_loosen`). See `protocols_overlay.py`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition, Verb
from keel.knowledge.documents import Document, Id, Number

CHECKS: Mapping[str, str] = {
    "bp": "blood pressure",
    "hr": "pulse",
    "spo2": "oxygen",
    "rr": "breathing rate",
    "sedation": "sedation (MOAA/S)",
    "dissociation": "dissociation",
    "contact": "contact",
}
"""What a schedule may ask for, and its name."""


Alarm = Literal["", "none", "low", "medium", "high"]
"""How a rule alarms in a live session: as its verb says (empty), never, or with a priority of its own."""


def is_within(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    """Whether a day lies between two days, both included; None is open on that side."""
    return (first is None or first <= day) and (last is None or day <= last)


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who set or confirmed a value of a clinic, when, in which role and why."""

    by: str
    on: dt.date
    role: str = ""
    reason: str = ""


class Cut(Number, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number that rules and schedules use.

    `tighter` is the direction in which it is stricter; empty where neither is, and then a clinic cannot change it.
    `may_loosen` allows the other direction, down (or up) to `least` (or `most`) and only with name and reason.
    `confirmed` is a clinic's signature under a default; `set_by` its signature under a changed value.
    """

    tighter: Literal["higher", "lower", ""] = ""
    may_loosen: bool = False
    least: float | None = None
    most: float | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None

    @property
    def is_unconfirmed_default(self) -> bool:
        """Whether it is a default that no clinic has signed."""
        return self.certainty is Certainty.DEFAULT and self.confirmed is None and self.set_by is None


class RuleException(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exception that the source of a rule itself makes: an override may name it by `id`."""

    id: Id
    text: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule: in a phase, when the condition is met, the verb with its text and next step.

    `needs` are facts that must be known whatever the condition says. `missing` is the verb of a missing fact; without
    it a missing fact is a hold, or the rule's own verb where that is weaker. `yields_to` names stronger rules in
    whose presence this one is silent. `jurisdictions` limits it to places (US, EU, UK, AU-TAS), `elsewhere` to all but
    those; where nobody said which place, both apply unless `only_where_stated`. `routes` limits it to routes.
    `repeat` names the cut after which a reading is to be repeated, `level` the level of care that the rule asks for.
    `may_loosen_to` is the weakest verb to which a clinic may turn it, with name and reason. `exceptions` are those that
    the source makes. Where a fact of a rule that `must_be_answered` is missing, no override passes what is missing.
    `alarm` is the priority of its alarm in a live session where that is not the one of its verb.
    """

    id: Id
    phase: str
    title: str
    severity: Verb
    text: str
    when: Condition
    next_step: str = ""
    needs: tuple[str, ...] = ()
    missing: Verb | None = None
    yields_to: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    only_where_stated: bool = False
    routes: tuple[str, ...] = ()
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    repeat: str = ""
    level: str = ""
    red_flag: bool = False
    prescriber_in_person: bool = False
    must_be_answered: bool = False
    alarm: Alarm = ""
    exceptions: tuple[RuleException, ...] = ()
    may_loosen_to: Verb | None = None
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()
    note: str = ""
    confirmed: Signature | None = None
    set_by: Signature | None = None

    def is_in_force(self, day: dt.date) -> bool:
        """Whether the rule holds on a day; both dates are included."""
        return is_within(day, self.valid_from, self.valid_to)

    def holds_in(self, jurisdiction: str) -> bool:
        """Whether the rule holds in a place; an empty place is one that nobody stated.

        A part of a country has the rules of the country and its own: AU-TAS those of AU and of AU-TAS.
        """
        if not jurisdiction:
            return not self.only_where_stated
        places = {jurisdiction.upper(), jurisdiction.upper().partition("-")[0]}
        if self.jurisdictions and not places & set(self.jurisdictions):
            return False
        return not places & set(self.elsewhere)


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something published, or asked of a site, that no condition can check: shown with its source.

    `valid_from` and `valid_to` are the days on which it holds, both included; before and after it is not shown.
    """

    id: Id
    topic: str
    text: str
    by: str = ""
    when: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    cuts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it holds on a day; both dates are included."""
        return is_within(day, self.valid_from, self.valid_to)


class TimedCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When something is to be checked: from a moment of the session, at a first time and then every so often.

    The data calls these `slots`.

    `anchor` is session_start, dose_start, dose_end, first_device, last_device or trigger (a reading that called for
    another one). `first`, `every` and `until` name cuts in minutes after the anchor; without `every` it is due once.
    `ends` is the moment that ends it: dose_start, dose_end, discharge, settled. `count` limits how often. `early` names
    the cut of minutes by which a check may come early and still count.
    """

    id: Id
    title: str
    checks: tuple[str, ...]
    anchor: Literal["session_start", "dose_start", "dose_end", "first_device", "last_device", "trigger"]
    first: str
    every: str = ""
    until: str = ""
    count: int | None = None
    ends: Literal["dose_start", "dose_end", "discharge", "settled"] = "discharge"
    early: str = ""
    routes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class DoseOption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One labelled dose: its cut, the devices it takes, and where, to whom and when the label gives it."""

    id: Id
    mg: str
    devices: int
    text: str
    jurisdictions: tuple[str, ...] = ()
    least_age: str = ""
    below_age: str = ""
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class Dosing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a dose comes about: per weight over a time, by devices, or as the prescriber enters it.

    The strings are names of cuts. `published` tells what was studied or printed, without choosing.
    """

    kind: Literal["per_weight", "devices", "entered", "none"]
    per_kg: str = ""
    over: str = ""
    bmi_all_weights: str = ""
    ideal_male: str = ""
    ideal_female: str = ""
    ideal_per_inch: str = ""
    ideal_from_inch: str = ""
    adjusted_share: str = ""
    rounding: str = ""
    ceiling_mg: str = ""
    strengths: tuple[str, ...] = ()
    dilute_from: str = ""
    device_mg: str = ""
    apart: str = ""
    options: tuple[DoseOption, ...] = ()
    conflicts: tuple[str, ...] = ()
    published: tuple[Statement, ...] = ()


class Gates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which phases of rules stand before a dose, before a further device, during, before leaving, and afterwards.

    `missing` gives a rule id to the finding that names missing facts, by phase.
    """

    start: tuple[str, ...] = ()
    giving: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    discharge: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    missing: dict[str, str] = msgspec.field(default_factory=dict)


class Enablement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whether a pathway may be used at all. One that is off is turned on by a signed overlay, for named places."""

    on: bool = True
    jurisdictions: tuple[str, ...] = ()
    needs_role: str = ""
    signed: Signature | None = None


class Level(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level of care: its rank (the highest triggered wins), what it is called and what follows from it."""

    id: Id
    rank: int
    title: str
    text: str
    next_step: str


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stretch of a programme or a course of therapy: when, how long, what is done, by whom."""

    id: Id
    title: str
    when: str
    length: str = ""
    tasks: tuple[str, ...]
    by: str = ""
    gate: str = ""
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class Inclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rules and timed checks taken over from another protocol, with the cuts they use.

    The rules are those of `phases`. `routes` limits what is taken over to some routes. `dosing` takes over the dosing.
    """

    protocol: str
    phases: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    dosing: bool = False


class Protocol(Document, frozen=True, kw_only=True):
    """One clinical protocol. `letter` is the pathway letter of its rule ids; `aliases` are other names that find it.

    `model` names the pharmacokinetic model of each route. `positions` are what bodies and texts say for and against,
    shown side by side. `leaving` is what a person is told who goes home, in words for them. `conflicts` are ids of
    evidence/conflicts.csv.
    """

    name: str
    letter: str
    aliases: tuple[str, ...] = ()
    summary: str
    substance: str = ""
    routes: tuple[str, ...] = ()
    jurisdiction: str = ""
    model: dict[str, str] = msgspec.field(default_factory=dict)
    enablement: Enablement = Enablement()
    gates: Gates = Gates()
    cuts: dict[str, Cut] = msgspec.field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    slots: tuple[TimedCheck, ...] = ()
    dosing: Dosing = Dosing(kind="none")
    work_up: tuple[Statement, ...] = ()
    requirements: tuple[Statement, ...] = ()
    course: tuple[Statement, ...] = ()
    duties: tuple[Statement, ...] = ()
    positions: tuple[Statement, ...] = ()
    practice: tuple[Statement, ...] = ()
    leaving: tuple[Statement, ...] = ()
    blocks: tuple[Block, ...] = ()
    levels: tuple[Level, ...] = ()
    includes: tuple[Inclusion, ...] = ()
    conflicts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def rules_of(self, *phases: str) -> tuple[Rule, ...]:
        """The rules of some phases, in the order of the file."""
        return tuple(rule for rule in self.rules if rule.phase in phases)

    def number(self, cut: str) -> float:
        """The value of a cut."""
        return self.cuts[cut].value


def leaves(condition: Condition) -> Iterator[Condition]:
    """The single tests inside a condition."""
    if condition.fact:
        yield condition
    for part in (*condition.all, *condition.any):
        yield from leaves(part)


def facts_of(rule: Rule) -> tuple[str, ...]:
    """Every fact that a rule asks about, in order, each once."""
    return tuple(dict.fromkeys((*rule.needs, *(leaf.fact for leaf in leaves(rule.when)))))
