"""The level of care (home, office, clinic, emergency, inpatient), and the working state of a bladder (K0 to K3).

The highest level that is triggered wins. A red-flag question that nobody answered counts as triggered, and the finding
says that this is why. Where nobody is there to be asked, `known_care` says what follows from the known facts alone.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec

from keel.assessment.protocols.facts import derived
from keel.assessment.protocols.gate import Judgement, find_protocol, gate, judge, spoken
from keel.findings import Facts, Finding, Reason, Severity, Truth, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.protocols import Level, Protocol
from keel.messages import FactName, Message, joined


class LevelOfCare(msgspec.Struct, frozen=True, kw_only=True):
    """A level with everything that led to it.

    `level` is its id, `rank` its height (0 is the lowest). `findings` are those that spoke, worst first, of whatever
    level; `unanswered` are red-flag questions that counted as triggered, `not_known` other facts that could raise the
    level: it is then “at least” this one.
    """

    level: str
    rank: int
    title: Message
    text: Message
    next_step: Message
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...]
    not_known: tuple[str, ...]

    @property
    def at_least(self) -> bool:
        """Whether a fact that is not known could raise the level."""
        return bool(self.not_known)


def level_of_care(facts: Facts, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = "") -> LevelOfCare:
    """Where a person is to be cared for, by the facts that are known at `at`.

    A fact of clinical-facts.csv that is not in `facts` was not asked.
    """
    protocol = find_protocol(knowledge, "level-of-care")
    return highest(protocol, "triage", facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction)


class MinimumCare(msgspec.Struct, frozen=True, kw_only=True):
    """What known facts alone say of the level of care: at least this one.

    `level` is None where no known fact asks for any, which says nothing about what was not asked; `not_asked` names
    the red-flag questions that nobody answered, and `not_known` other facts that could raise the level.
    """

    level: str | None
    rank: int | None
    title: Message
    text: Message
    next_step: Message
    findings: tuple[Finding, ...]
    not_asked: tuple[str, ...]
    not_known: tuple[str, ...]


def known_care(facts: Facts, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = "") -> MinimumCare:
    """The level of care that known facts ask for. Unlike `level_of_care`, what nobody answered triggers nothing.

    For a view of a record with nobody to ask: there a bare record would otherwise be an emergency.
    """
    protocol = find_protocol(knowledge, "level-of-care")
    full = derived(facts)
    levels = {level.id: level for level in protocol.levels}
    judged = judge(protocol, "triage", full, at=at, jurisdiction=jurisdiction)
    met = [levels[one.rule.level] for one in judged if one.verdict.truth is Truth.MET]
    chosen = max(met, key=lambda level: level.rank, default=None)
    open_rules = [one for one in judged if one.verdict.truth is Truth.NOT_KNOWN]
    higher = [one for one in open_rules if chosen is None or levels[one.rule.level].rank > chosen.rank]
    return MinimumCare(
        level=chosen.id if chosen else None,
        rank=chosen.rank if chosen else None,
        title=Message(chosen.title if chosen else ""),
        text=Message(chosen.text if chosen else ""),
        next_step=Message(chosen.next_step if chosen else ""),
        findings=worst_first(spoken(judged, protocol)),
        not_asked=tuple(dict.fromkeys(name for one in open_rules if one.rule.red_flag for name in one.missing)),
        not_known=tuple(dict.fromkeys(name for one in higher if not one.rule.red_flag for name in one.missing)),
    )


def bladder_state(facts: Facts, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = "") -> LevelOfCare:
    """Keel's working state of a bladder, K0 to K3; no published stage. Referral rules are in `findings` too."""
    protocol = find_protocol(knowledge, "use-disorder")
    state = highest(protocol, "bladder_state", facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction)
    referral = gate(
        protocol, "urology", facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction, report_missing=False
    )
    return msgspec.structs.replace(state, findings=worst_first([*state.findings, *referral]))


def highest(
    protocol: Protocol, phase: str, facts: Facts, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str
) -> LevelOfCare:
    """The highest level that the rules of a phase trigger; the lowest one where none does."""
    full = derived(facts)
    # Which places enable a pathway is the pathway's own affair; triage takes it as a fact.
    judged = judge(protocol, phase, full, at=at, jurisdiction=jurisdiction)
    levels = {level.id: level for level in protocol.levels}
    met = [one for one in judged if one.verdict.truth is Truth.MET]
    unanswered = [one for one in judged if one.rule.red_flag and one.verdict.truth is Truth.NOT_KNOWN]
    ranks = [levels[one.rule.level].rank for one in (*met, *unanswered)]
    chosen = next(level for level in protocol.levels if level.rank == max(ranks, default=0))
    open_facts = [name for one in _could_raise(judged, levels, chosen) for name in one.missing]
    return LevelOfCare(
        level=chosen.id,
        rank=chosen.rank,
        title=Message(chosen.title),
        text=Message(chosen.text),
        next_step=Message(chosen.next_step),
        findings=worst_first([*spoken(judged, protocol), *_unanswered_findings(unanswered, knowledge.clinical_facts)]),
        unanswered=tuple(dict.fromkeys(name for one in unanswered for name in one.missing)),
        not_known=tuple(dict.fromkeys(open_facts)),
    )


def _could_raise(judged: list[Judgement], levels: Mapping[str, Level], chosen: Level) -> Iterator[Judgement]:
    for one in judged:
        is_open = one.verdict.truth is Truth.NOT_KNOWN and not one.rule.red_flag
        if is_open and levels[one.rule.level].rank > chosen.rank:
            yield one


def _unanswered_findings(unanswered: list[Judgement], catalogue: Mapping[str, ClinicalFact]) -> Iterator[Finding]:
    for one in unanswered:
        labels = joined("; ", [Message(catalogue[name].label) for name in one.missing])
        yield Finding(
            rule=one.rule.id,
            subject="missing",
            severity=Severity(one.rule.severity),
            summary=Message(
                "Not answered: {labels}. An unanswered question of this kind counts as triggered.", labels=labels
            ),
            why=tuple(Reason(FactName(name), None, catalogue[name].unit) for name in one.missing),
            sources=one.rule.sources,
            confidence=Certainty.DEFAULT,
            conflicts=one.rule.conflicts,
            next_step=Message("Ask now, before anything else."),
        )
