"""The level of care (home, office, clinic, emergency, inpatient), and the working state of a bladder (K0 to K3).

The highest level that is triggered wins. A red-flag question that nobody answered counts as triggered, and the finding
says that this is why.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import msgspec

from keel.assessment.protocols.facts import derived
from keel.assessment.protocols.gate import Judged, find_protocol, gate, judge
from keel.findings import Facts, Finding, Reason, Severity, Truth, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.protocols import Level, Protocol


class LevelOfCare(msgspec.Struct, frozen=True, kw_only=True):
    """A level with everything that led to it.

    `level` is its id, `rank` its height (0 is the lowest). `findings` are those that spoke, worst first, of whatever
    level; `unanswered` are red-flag questions that counted as triggered, `not_known` other facts that could raise the
    level: it is then “at least” this one.
    """

    level: str
    rank: int
    title: str
    text: str
    next_step: str
    findings: tuple[Finding, ...]
    unanswered: tuple[str, ...]
    not_known: tuple[str, ...]

    @property
    def at_least(self) -> bool:
        """Whether a fact that is not known could raise the level."""
        return bool(self.not_known)


def level_of_care(
    facts: Facts, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = "", route: str = ""
) -> LevelOfCare:
    """Where a person is to be cared for, by the facts that are known at `at`.

    A fact of clinical-facts.csv that is not in `facts` was not asked.
    """
    protocol = find_protocol(knowledge, "level-of-care")
    given = {"route": route, **facts} if route else facts
    return highest(protocol, "triage", given, at=at, knowledge=knowledge, jurisdiction=jurisdiction)


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
    chosen = _level(protocol, max(ranks, default=0))
    spoken = gate(protocol, phase, full, at=at, knowledge=knowledge, jurisdiction=jurisdiction, report_missing=False)
    open_facts = [name for one in _could_raise(judged, levels, chosen) for name in one.missing]
    return LevelOfCare(
        level=chosen.id,
        rank=chosen.rank,
        title=chosen.title,
        text=chosen.text,
        next_step=chosen.next_step,
        findings=worst_first([*spoken, *_unanswered_findings(unanswered, knowledge.clinical_facts)]),
        unanswered=tuple(dict.fromkeys(name for one in unanswered for name in one.missing)),
        not_known=tuple(dict.fromkeys(open_facts)),
    )


def _level(protocol: Protocol, rank: int) -> Level:
    return next(level for level in protocol.levels if level.rank == rank)


def _could_raise(judged: list[Judged], levels: Mapping[str, Level], chosen: Level) -> Iterator[Judged]:
    for one in judged:
        is_open = one.verdict.truth is Truth.NOT_KNOWN and not one.rule.red_flag
        if is_open and levels[one.rule.level].rank > chosen.rank:
            yield one


def _unanswered_findings(unanswered: list[Judged], catalogue: Mapping[str, ClinicalFact]) -> Iterator[Finding]:
    for one in unanswered:
        labels = "; ".join(catalogue[name].label for name in one.missing)
        yield Finding(
            rule=one.rule.id,
            severity=Severity(one.rule.severity),
            summary=f"Not answered: {labels}. An unanswered question of this kind counts as triggered.",
            why=tuple(Reason(name, None, catalogue[name].unit) for name in one.missing),
            sources=one.rule.sources,
            confidence=Certainty.DEFAULT,
            conflicts=one.rule.conflicts,
            next_step="Ask now, before anything else.",
        )
