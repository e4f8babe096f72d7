"""What a record says of harms: of each topic the first rule that is met, with its inputs, sources and certainty."""

from collections.abc import Iterator

import msgspec

from keel.exposure.banding import certainty_of, sources_of
from keel.findings import Facts, Finding, Reason, Severity, Truth, Verdict, evaluate, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.criteria import HarmRule, Harms, PrintedFact
from keel.messages import Message, Name, listed


class HarmsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Findings worst first, and what was not asked or measured where that matters."""

    findings: tuple[Finding, ...]
    unknown: tuple[Message, ...]


def harms(facts: Facts, knowledge: Knowledge) -> HarmsReport:
    """The findings of `harm_facts`. A rule whose facts are missing does not speak, and does not pass for a “no”."""
    findings = [one for subject in knowledge.harms.values() for one in _findings(subject, facts, knowledge)]
    silences = [silence for subject in knowledge.harms.values() for silence in subject.silences]
    met = [one for one in silences if evaluate(one.when, facts, {}).truth is Truth.MET]
    return HarmsReport(findings=worst_first(findings), unknown=tuple(Message(one.says) for one in met))


def _findings(subject: Harms, facts: Facts, knowledge: Knowledge) -> Iterator[Finding]:
    spoken: set[str] = set()
    for rule in subject.rules:
        if rule.topic in spoken:
            continue
        verdict = evaluate(rule.when, facts, subject.cuts)
        if verdict.truth is Truth.MET:
            spoken.add(rule.topic)
            yield _finding(subject, rule, verdict, facts, knowledge)


def _finding(subject: Harms, rule: HarmRule, verdict: Verdict, facts: Facts, knowledge: Knowledge) -> Finding:
    met = [reason for reason in verdict.reasons if reason.value is not None]
    shown = [one for one in rule.shows if _known(facts.get(one.fact)) is not None]
    claims = [knowledge.claims[name] for name in rule.claims]
    cuts = [subject.cuts[cut] for cut in verdict.cuts]
    marks = [*(claim.certainty for claim in claims), *(certainty_of(cut, knowledge) for cut in cuts)]
    sources = [*(source for claim in claims for source in claim.sources), *sources_of(cuts, knowledge)]
    sources += [*rule.sources, *(source for one in shown for source in one.sources)]
    return Finding(
        rule=f"harm.{subject.id}.{rule.id}",
        subject=subject.id,
        severity=Severity(rule.severity),
        summary=Message(rule.summary),
        why=tuple(_reasons(met, shown, facts, knowledge)),
        sources=tuple(dict.fromkeys(sources)),
        confidence=Certainty.weakest([rule.certainty, *marks]),
        conflicts=rule.conflicts,
        next_step=Message(rule.next_step),
    )


def _reasons(met: list[Reason], shown: list[PrintedFact], facts: Facts, knowledge: Knowledge) -> Iterator[Reason]:
    """What made the rule speak, then what it shows, by their names in words; a fact once, with its unit."""
    labels = knowledge.harm_facts
    units = {one.fact: one.unit for one in shown}
    for reason in met:
        value = round(reason.value, 2) if isinstance(reason.value, float) else reason.value
        yield Reason(Message(labels[reason.name].label), value, reason.unit or units.get(reason.name, ""))
    named = {reason.name for reason in met}
    for one in shown:
        if one.fact not in named:
            yield Reason(Message(labels[one.fact].label), _known(facts[one.fact]), one.unit)


def _known(value: object) -> float | int | str | bool | None:
    """A fact as it is printed; None where it is not known, or where a list of names is empty."""
    if isinstance(value, tuple):
        return listed(Name(one) for one in value) if value else None
    if isinstance(value, float):
        return round(value, 2)
    return value if isinstance(value, int | str | bool) else None
