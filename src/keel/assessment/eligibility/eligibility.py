"""Candidate screening: a record against the selection and contraindication rules of a protocol."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from keel.assessment.eligibility.record_facts import facts_from_record
from keel.assessment.protocols.facts import checked_facts, derived
from keel.assessment.protocols.gate import default_rules, find_protocol, gate, place_of
from keel.findings import Fact, Finding, Severity
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol, Statement
from keel.record import Record

SCREENING_PHASES = ("selection", "enrolment", "contraindication", "home", "therapy")


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks for asking further and against treatment, with reasons; the decision is a prescriber's.

    `findings` stand worst first; `missing` are facts that were not known; `unread` is what the record holds and no rule
    reads; `facts` are the ones used. `work_up` is what the protocol asks for before a course, `positions` what is said
    for and against a contested pathway. `unconfirmed` are rules that rest on a default which no clinic has signed.
    """

    protocol: str
    jurisdiction: str
    at: dt.datetime
    summary: str
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    facts: dict[str, Fact]
    unread: tuple[str, ...]
    work_up: tuple[Statement, ...]
    positions: tuple[Statement, ...]
    unconfirmed: tuple[str, ...]


def eligibility(
    record: Record,
    protocol: Protocol | str,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    facts: Mapping[str, Fact] | None = None,
) -> Eligibility:
    """The screening of a record for a protocol at `at`.

    `facts` are answers beside the record (names of clinical-facts.csv); they win over what the record says, except that
    a yes of the record is never undone. The country of the person stands in for a `jurisdiction` that is not given.
    """
    known = find_protocol(knowledge, protocol) if isinstance(protocol, str) else protocol
    place = jurisdiction or known.jurisdiction or place_of(record.person.country, knowledge)
    read = facts_from_record(record, at=at, knowledge=knowledge)
    told = checked_facts(facts or {}, knowledge.clinical_facts)
    base: dict[str, Fact] = {"substance": known.substance} if known.substance else {}
    together = {
        **base,
        **read.facts,
        **{name: value for name, value in told.items() if read.facts.get(name) is not True},
    }
    phases = tuple(phase for phase in known.gates.start if phase in SCREENING_PHASES)
    findings = gate(known, phases, together, at=at, knowledge=knowledge, jurisdiction=place)
    missing = dict.fromkeys(reason.name for one in findings for reason in one.why if reason.value is None)
    return Eligibility(
        protocol=known.id,
        jurisdiction=place,
        at=at,
        summary=_summary(findings, len(missing)),
        findings=findings,
        missing=tuple(missing),
        facts=derived(together),
        unread=read.unread,
        work_up=known.work_up,
        positions=known.positions,
        unconfirmed=default_rules(known, phases, at=at, jurisdiction=place),
    )


def _summary(findings: tuple[Finding, ...], missing: int) -> str:
    count = {verb: sum(one.severity is verb for one in findings) for verb in Severity}
    parts = [
        f"{count[Severity.BLOCK]} block",
        f"{count[Severity.HOLD]} hold",
        f"{count[Severity.WARN]} warn",
        f"{missing} facts are not known",
    ]
    return f"{', '.join(parts)}. This is screening with its reasons; the decision is a prescriber's."
