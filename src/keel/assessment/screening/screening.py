"""Candidate screening: a record against the selection and contraindication rules of a protocol, or its other gates.

What the Picture of the record blocks or holds stands first in every screening, so that none is milder than the Picture.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from keel.assessment.picture import picture_of
from keel.assessment.protocols.considered import facts_read, not_considered
from keel.assessment.protocols.facts import checked_facts, derived
from keel.assessment.protocols.gate import (
    default_rules,
    find_protocol,
    gate,
    jurisdiction_in,
    jurisdiction_of,
    passes,
    route_of,
)
from keel.assessment.protocols.record_facts import condition_facts, facts_together
from keel.findings import Fact, Finding, Severity
from keel.knowledge import Knowledge
from keel.knowledge.concepts import State
from keel.knowledge.protocols import Protocol, Statement
from keel.messages import Message, plural
from keel.record import Record
from keel.record.selection import concepts_named

SCREENING_PHASES = ("selection", "enrolment", "contraindication", "home", "therapy")


class Screening(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for asking further and against treatment, with reasons; the decision is a prescriber's.

    `phases` are those whose rules were asked. `findings` are first those of the Picture that block or hold, then those
    of the protocol, each worst first; `missing` are facts of the protocol that were not known;
    `unread` is what the record holds and no rule reads; `facts` are the ones used. `work_up` is what the protocol asks
    for before a course, `positions` what is said for and against a contested pathway. `unconfirmed` are rules that rest
    on a default which no clinic has signed.
    """

    protocol: str
    jurisdiction: str
    route: str
    phases: tuple[str, ...]
    at: dt.datetime
    summary: Message
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    facts: dict[str, Fact]
    unread: tuple[Message, ...]
    work_up: tuple[Statement, ...]
    positions: tuple[Statement, ...]
    unconfirmed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether a finding blocks or holds."""
        return not passes(self.findings)

    @property
    def known_holds(self) -> bool:
        """Whether a finding that rests on something known blocks or holds, and not only what is missing."""
        return not passes(filter(rests_on_known, self.findings))

    @property
    def verdict(self) -> Message:
        """The answer in one sentence."""
        if self.known_holds:
            return Message("Something blocks or holds.")
        return Message("Only what is not known holds.") if self.holds else Message("Nothing blocks or holds.")


def rests_on_known(finding: Finding) -> bool:
    """Whether something known speaks, and not only what is missing."""
    return not finding.why or any(reason.value is not None for reason in finding.why)


def screening_phases(protocol: Protocol) -> tuple[str, ...]:
    """The phases of a protocol that decide who may be treated; where it has none of these, those at its start."""
    start = protocol.gates.start
    return tuple(phase for phase in start if phase in SCREENING_PHASES) or start


def screening(
    record: Record,
    protocol: Protocol | str,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    route: str = "",
    phases: Sequence[str] = (),
    facts: Mapping[str, Fact] | None = None,
) -> Screening:
    """The screening of a record for a protocol at `at`; with `phases`, what those gates say instead.

    `facts` are answers beside the record (names of clinical-facts.csv); they win over what the record says, except that
    a yes of the record is never undone. What a session works out (the age of its readings, say) may be among them only
    where `phases` are named. The country of the person stands in for a `jurisdiction` that is not given. Raises
    UnknownProtocol, UnknownPhase, UnknownJurisdiction, UnknownRoute or FactRefused.
    """
    known = find_protocol(knowledge, protocol) if isinstance(protocol, str) else protocol
    asked_for = jurisdiction_of(jurisdiction, knowledge)
    jurisdiction = (asked_for or known.jurisdiction or jurisdiction_in(record.person.country, knowledge)).upper()
    route = route_of(known, route)
    read, together = facts_together(record, facts or {}, at=at, knowledge=knowledge, allow_computed=bool(phases))
    if known.substance:
        together = {"substance": known.substance, **together}
    asked = tuple(phases) or screening_phases(known)
    spoken = gate(known, asked, together, at=at, knowledge=knowledge, jurisdiction=jurisdiction, route=route)
    missing = dict.fromkeys(reason.name for one in spoken for reason in one.why if reason.value is None)
    of_picture = (one for one in picture_of(record, at=at, knowledge=knowledge).findings if not passes([one]))
    findings = tuple(dict.fromkeys([*of_picture, *spoken]))
    return Screening(
        protocol=known.id,
        jurisdiction=jurisdiction,
        route=route,
        phases=asked,
        at=at,
        summary=_summary(findings, len(missing)),
        findings=findings,
        missing=tuple(missing),
        facts=derived(together),
        unread=(*read.unread, *_beside(record, facts or {}, known, at, knowledge)),
        work_up=tuple(one for one in known.work_up if one.is_in_force(at.date())),
        positions=tuple(one for one in known.positions if one.is_in_force(at.date())),
        unconfirmed=default_rules(known, asked, at=at, jurisdiction=jurisdiction, route=route),
    )


def _beside(
    record: Record, stated: Mapping[str, Fact], protocol: Protocol, at: dt.datetime, knowledge: Knowledge
) -> Iterator[Message]:
    """What was given or is on record and understood, and no rule of this protocol reads."""
    read, catalogue = facts_read(protocol, knowledge), knowledge.clinical_facts
    checked = checked_facts(stated, catalogue, allow_computed=True)
    given = (name for name, value in checked.items() if value is not None)
    for name in not_considered(given, read, knowledge):
        yield Message("Not considered by this protocol: {what}.", what=Message(catalogue[name].label))
    listed: dict[str, set[str]] = {}
    for condition, named in concepts_named(record, at, knowledge):
        if named.state is not State.FAMILY:
            found = condition_facts(named.concept, named.state, knowledge)
            listed.setdefault(condition.text, set()).update(name for each in found for name in each)
    for text, names in listed.items():
        if len(not_considered(names, read, knowledge)) == len(names):
            yield Message("Not considered by this protocol: {what}.", what=Message("“{text}”", text=text))


def _summary(findings: tuple[Finding, ...], missing: int) -> Message:
    count = {verb: sum(one.severity is verb for one in findings) for verb in Severity}
    return Message(
        "{block} block, {hold} hold, {warn} warn, {missing}. This is screening with its reasons; the decision is a "
        "prescriber's.",
        block=count[Severity.BLOCK],
        hold=count[Severity.HOLD],
        warn=count[Severity.WARN],
        missing=plural("{count} fact is not known", "{count} facts are not known", count=missing),
    )
