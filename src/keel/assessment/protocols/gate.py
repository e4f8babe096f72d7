"""The gate: the rules of a phase against facts at a time and in a jurisdiction, as findings.

No finding of the verbs block and hold means that nothing known speaks against going on. A missing fact is named and
holds: it is never a pass.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.protocols.errors import UnknownJurisdiction, UnknownPhase, UnknownProtocol, UnknownRoute
from keel.assessment.protocols.facts import derived
from keel.assessment.protocols.waits import FactsAt, growing, with_ends
from keel.findings import (
    Facts,
    Finding,
    Limit,
    NamedException,
    Reason,
    Severity,
    Truth,
    Verdict,
    evaluate,
    worst_first,
)
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.conditions import Verb
from keel.knowledge.protocols import Cut, Protocol, Rule, leaves
from keel.messages import FactName, Message, joined

CONFIRMED_BY, SET_BY = Message("confirmed by"), Message("set by")
"""Names of the reasons that say who signed a rule or a number."""
Phases = str | Sequence[str]


class Judgement(NamedTuple):
    """A rule and what came of it: the verdict, and facts that are missing for it."""

    rule: Rule
    verdict: Verdict
    missing: tuple[str, ...]


def find_protocol(knowledge: Knowledge, wanted: str) -> Protocol:
    """The protocol of that id or alias, regardless of case; UnknownProtocol names those there are."""
    name = wanted.strip().casefold()
    for protocol in knowledge.protocols.values():
        if name in (protocol.id.casefold(), *(alias.casefold() for alias in protocol.aliases)):
            return protocol
    raise UnknownProtocol(wanted, knowledge.protocols)


def gate(
    protocol: Protocol | str,
    phase: Phases,
    facts: Facts,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    route: str = "",
    report_missing: bool = True,
    facts_at: FactsAt | None = None,
) -> tuple[Finding, ...]:
    """What the rules of one or several phases say of the facts, worst first.

    Rules are those in force on the day of `at`, in `jurisdiction` (the protocol's own where none is given; where that
    is open too, all rules apply) and for `route`.
    `report_missing` adds a finding that names what is missing. A hold that a time ends says when, in the zone of `at`:
    by `facts_at`, the facts at a later moment, or else by the times since something, counted on. Raises UnknownProtocol
    or UnknownPhase.
    """
    known = find_protocol(knowledge, protocol) if isinstance(protocol, str) else protocol
    jurisdiction = jurisdiction or known.jurisdiction
    full = _with_enablement(derived(facts), known, jurisdiction)
    judged = judge(known, phase, full, at=at, jurisdiction=jurisdiction, route=route)
    later = facts_at or growing(full, at)
    findings = list(with_ends(spoken(judged, known), known, at=at, facts_at=later))
    if report_missing:
        findings += _missing_findings(_speaking(judged), known, knowledge.clinical_facts)
    return worst_first(findings)


def spoken(judged: Sequence[Judgement], protocol: Protocol) -> list[Finding]:
    """The findings of the rules that are met and yield to no other, in the order of the file."""
    return [_finding(one, protocol) for one in _speaking(judged) if one.verdict.truth is Truth.MET]


def _speaking(judged: Sequence[Judgement]) -> list[Judgement]:
    met = {one.rule.id for one in judged if one.verdict.truth is Truth.MET}
    return [one for one in judged if not met & set(one.rule.yields_to)]


def passes(findings: Iterable[Finding]) -> bool:
    """Whether no finding blocks or holds."""
    return not any(finding.severity in (Severity.BLOCK, Severity.HOLD) for finding in findings)


def jurisdiction_in(country: str, knowledge: Knowledge) -> str:
    """The jurisdiction of a country code: EU for its members, UK for GB, else the code itself; empty for no country."""
    code = country.strip().upper()
    known = knowledge.jurisdictions.get(code)
    return known.jurisdiction if known else code


def jurisdiction_of(wanted: str, knowledge: Knowledge) -> str:
    """A jurisdiction as typed (GB or UK, DE or EU, AU-TAS) as the rules name it; else UnknownJurisdiction."""
    code = wanted.strip().upper()
    if code and not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", code):
        raise UnknownJurisdiction(wanted)
    return jurisdiction_in(code, knowledge)


def route_of(protocol: Protocol, wanted: str) -> str:
    """A route of the protocol as typed, regardless of case; UnknownRoute for one that it does not have."""
    route = wanted.strip().casefold()
    if route and protocol.routes and route not in protocol.routes:
        raise UnknownRoute(protocol.id, wanted, protocol.routes)
    return route


def judge(
    protocol: Protocol, phase: Phases, facts: Facts, *, at: dt.datetime, jurisdiction: str, route: str = ""
) -> list[Judgement]:
    """Every rule of the phases that applies here and now, with its verdict, in the order of the file."""
    judged = []
    for rule in applicable(protocol, phase, at=at, jurisdiction=jurisdiction, route=route):
        verdict = evaluate(rule.when, facts, protocol.cuts)
        open_facts = verdict.missing if verdict.truth is Truth.NOT_KNOWN else ()
        missing = dict.fromkeys((*open_facts, *(name for name in rule.needs if facts.get(name) is None)))
        judged.append(Judgement(rule, verdict, tuple(missing)))
    return judged


def applicable(
    protocol: Protocol, phase: Phases, *, at: dt.datetime, jurisdiction: str, route: str = ""
) -> Iterator[Rule]:
    """The rules of the phases in force at this time, in this jurisdiction, for this route."""
    phases = (phase,) if isinstance(phase, str) else tuple(phase)
    known = {rule.phase for rule in protocol.rules}
    for name in phases:
        if name not in known:
            raise UnknownPhase(protocol.id, name, known)
    for rule in protocol.rules_of(*phases):
        is_here = rule.is_in_force(at.date()) and rule.holds_in(jurisdiction)
        if is_here and (not rule.routes or not route or route in rule.routes):
            yield rule


def default_rules(
    protocol: Protocol, phase: Phases, *, at: dt.datetime, jurisdiction: str = "", route: str = ""
) -> tuple[str, ...]:
    """Ids of the rules that rest on a default which no clinic has signed: what a clinic must still confirm."""
    rules = applicable(protocol, phase, at=at, jurisdiction=jurisdiction or protocol.jurisdiction, route=route)
    return tuple(rule.id for rule in rules if _is_unconfirmed(rule, protocol))


def _is_unconfirmed(rule: Rule, protocol: Protocol) -> bool:
    if rule.confirmed or rule.set_by:
        return False
    cuts = [protocol.cuts[leaf.cut] for leaf in leaves(rule.when) if leaf.cut]
    return rule.certainty is Certainty.DEFAULT or any(cut.is_unconfirmed_default for cut in cuts)


def is_enabled(protocol: Protocol, jurisdiction: str) -> bool:
    """Whether a pathway is enabled in a jurisdiction; one that nobody stated is not among the enabled ones."""
    enabled = protocol.enablement
    return enabled.on and (not enabled.jurisdictions or jurisdiction.upper() in enabled.jurisdictions)


def _with_enablement(facts: Facts, protocol: Protocol, jurisdiction: str) -> Facts:
    return {"pathway_enabled": is_enabled(protocol, jurisdiction), **facts}


def _finding(one: Judgement, protocol: Protocol) -> Finding:
    rule, cuts = one.rule, [protocol.cuts[name] for name in one.verdict.cuts]
    return Finding(
        rule=rule.id,
        subject=protocol.id,
        severity=Severity(rule.severity),
        summary=Message(rule.text),
        why=(*map(_rounded, one.verdict.reasons), *_limits(one, protocol), *_signatures(rule, cuts)),
        sources=tuple(dict.fromkeys([*rule.sources, *(source for cut in cuts for source in cut.sources)])),
        confidence=Certainty.weakest([rule.certainty, *(cut.certainty for cut in cuts)]),
        conflicts=rule.conflicts,
        next_step=Message(rule.next_step),
        exceptions=tuple(NamedException(each.id, Message(each.text)) for each in rule.exceptions) or msgspec.UNSET,
    )


def _rounded(reason: Reason) -> Reason:
    value = round(reason.value, 4) if isinstance(reason.value, float) else reason.value
    return Reason(reason.name, value, reason.unit)


def _limits(one: Judgement, protocol: Protocol) -> Iterator[Reason]:
    """The number of each cut that was used, with its comparison: “sbp_standing is held against > 140”."""
    named = {reason.name for reason in one.verdict.reasons}
    shown = set()
    for leaf in leaves(one.rule.when):
        if leaf.cut in one.verdict.cuts and leaf.fact in named and (leaf.fact, leaf.cut) not in shown:
            shown.add((leaf.fact, leaf.cut))
            cut = protocol.cuts[leaf.cut]
            yield limit_reason(leaf.op, leaf.fact, cut.value, cut.unit)


def limit_reason(op: str, fact: str, value: float, unit: str) -> Reason:
    """The number that a fact is held against: “limit >= for sbp”."""
    return Reason(Message("limit {op} for {fact}", op=op, fact=FactName(fact)), value, unit, Limit(fact, op))


def _signatures(rule: Rule, cuts: Sequence[Cut]) -> Iterator[Reason]:
    signed = [(CONFIRMED_BY, rule.confirmed), *((CONFIRMED_BY, cut.confirmed) for cut in cuts)]
    signed += [(SET_BY, rule.set_by), *((SET_BY, cut.set_by) for cut in cuts)]
    for word, signature in dict.fromkeys(signed):
        if signature is not None:
            yield Reason(word, f"{signature.by}, {signature.on.isoformat()}")


def _missing_findings(
    judged: Sequence[Judgement], protocol: Protocol, catalogue: Mapping[str, ClinicalFact]
) -> Iterator[Finding]:
    """A finding for each phase and verb that names what is missing; a rule with its own verb for it speaks alone."""
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for one in judged:
        if not one.missing:
            continue
        if one.rule.missing is not None:
            yield _missing_finding(one.rule.id, one.rule.missing, one.missing, catalogue, one.rule.next_step)
            continue
        verb: Verb = "hold" if one.rule.severity in ("block", "hold") else one.rule.severity
        # A note passes nothing, so what is missing for it is missing for nobody.
        if verb != "note":
            grouped.setdefault((one.rule.phase, verb), {}).update(dict.fromkeys(one.missing))
    for rule_id, missing_verb, names in _by_rule_id(grouped, protocol):
        yield _missing_finding(rule_id, missing_verb, names, catalogue, "Ask, measure or look it up, and enter it.")


def _by_rule_id(
    grouped: Mapping[tuple[str, str], Mapping[str, None]], protocol: Protocol
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Phases that share a rule id are one finding; what already holds is not warned of again."""
    held: dict[str, dict[str, None]] = {}
    warned: dict[str, dict[str, None]] = {}
    for (phase, verb), names in grouped.items():
        rule_id = protocol.gates.missing.get(phase, f"{protocol.letter}-MISSING")
        (held if verb == "hold" else warned).setdefault(rule_id, {}).update(names)
    for rule_id, names in held.items():
        yield rule_id, "hold", tuple(names)
    for rule_id, names in warned.items():
        if rest := tuple(name for name in names if name not in held.get(rule_id, {})):
            yield f"{rule_id}:warn", "warn", rest


def _missing_finding(
    rule_id: str, verb: str, names: Sequence[str], catalogue: Mapping[str, ClinicalFact], next_step: str
) -> Finding:
    labels = joined("; ", [Message(catalogue[name].label) for name in names])
    return Finding(
        rule=rule_id,
        subject="missing",
        severity=Severity(verb),
        summary=Message("Not known: {labels}. A missing value is not a pass.", labels=labels),
        why=tuple(Reason(FactName(name), None, catalogue[name].unit) for name in names),
        confidence=Certainty.DEFAULT,
        next_step=Message(next_step),
    )
