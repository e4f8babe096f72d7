"""What speaks as time passes since something: each time-since fact of each protocol walked through its rules."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from keel.assessment.protocols.gate import judge, spoken
from keel.findings import Fact, Finding, worst_first
from keel.knowledge import Knowledge
from keel.knowledge.conditions import Condition
from keel.knowledge.protocols import Protocol, leaves
from keel.quantities import convert

PLACES = ("US", "EU", "UK", "AU")
LONGEST_YEARS = 5
_SINCE = "_since_"
_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_ORDERED = (">", ">=", "<", "<=")


class Stretch(NamedTuple):
    """A stretch of time since something, in the unit of the fact, both ends as words, and what speaks in it."""

    start: str
    end: str
    findings: tuple[Finding, ...]


class Walk(NamedTuple):
    """One fact of one protocol in one jurisdiction, from zero to five years."""

    protocol: str
    fact: str
    unit: str
    place: str
    stretches: tuple[Stretch, ...]


def time_facts(protocol: Protocol) -> list[str]:
    """The facts of a protocol that are times since something and are held against a number."""
    held = (leaf.fact for rule in protocol.rules for leaf in leaves(rule.when) if leaf.op in _ORDERED)
    return sorted({fact for fact in held if fact.partition(_SINCE)[0] in _UNITS})


def walks(knowledge: Knowledge) -> Iterator[Walk]:
    """Every fact of every protocol in every place, the same answers in several places each by itself."""
    for protocol in knowledge.protocols.values():
        for fact in time_facts(protocol):
            for place in PLACES:
                yield walk(protocol, fact, place, knowledge)


def walk(protocol: Protocol, fact: str, place: str, knowledge: Knowledge) -> Walk:
    """What speaks between any two numbers that the rules hold the fact against, and at each of them."""
    unit = knowledge.clinical_facts[fact].unit
    rules = [rule for rule in protocol.rules if any(leaf.fact == fact for leaf in leaves(rule.when))]
    cuts = sorted({_number(leaf, protocol) for rule in rules for leaf in leaves(rule.when) if _is_of(leaf, fact)})
    last = convert(LONGEST_YEARS, "a", unit)
    points = [0.0, *cuts, last]
    stretches: list[Stretch] = []
    for low, high in pairwise(points):
        _add(stretches, low, low, speaking(protocol, fact, low, place))
        _add(stretches, low, high, speaking(protocol, fact, (low + high) / 2, place), is_open=True)
    stretches[-1] = stretches[-1]._replace(end=f"{LONGEST_YEARS} years")
    return Walk(protocol.id, fact, unit, place, tuple(stretches))


def speaking(protocol: Protocol, fact: str, value: float, place: str) -> tuple[Finding, ...]:
    """What the rules that read the fact say at a value of it, where all else that they ask is as they ask it."""
    rules = [rule for rule in protocol.rules if any(leaf.fact == fact for leaf in leaves(rule.when))]
    facts: dict[str, Fact] = {}
    for rule in rules:
        facts = dict(_beside(rule.when, fact)) | facts
    phases = tuple(dict.fromkeys(rule.phase for rule in rules))
    at = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    judged = judge(protocol, phases, facts | {fact: value}, at=at, jurisdiction=place)
    names = {rule.id for rule in rules}
    return worst_first(one for one in spoken(judged, protocol) if one.rule in names)


def _add(
    stretches: list[Stretch], low: float, high: float, findings: tuple[Finding, ...], *, is_open: bool = False
) -> None:
    same = stretches and [one.rule for one in stretches[-1].findings] == [one.rule for one in findings]
    if same:
        before = stretches.pop()
        stretches.append(before._replace(end=f"below {high:g}" if is_open else f"{high:g}", findings=findings))
    else:
        start = f"above {low:g}" if is_open else f"{low:g}"
        stretches.append(Stretch(start, f"below {high:g}" if is_open else f"{high:g}", findings))


def _is_of(leaf: Condition, fact: str) -> bool:
    return leaf.fact == fact and leaf.op in _ORDERED


def _number(leaf: Condition, protocol: Protocol) -> float:
    return float(protocol.cuts[leaf.cut].value if leaf.cut else leaf.value)  # type: ignore[arg-type]


def _beside(condition: Condition, fact: str) -> Iterator[tuple[str, Fact]]:
    """The facts that must be so beside a fact for a condition to hang on it, as its tests want them."""
    if all(leaf.fact != fact for leaf in leaves(condition)):
        for leaf in leaves(condition):
            if leaf.op == "is":
                yield leaf.fact, leaf.value if not isinstance(leaf.value, tuple) else leaf.value[0]
        return
    for part in condition.all:
        yield from _beside(part, fact)
    for part in condition.any:
        if any(leaf.fact == fact for leaf in leaves(part)):
            yield from _beside(part, fact)


def page(knowledge: Knowledge) -> str:
    """The walks as a page of tables, one a protocol; places in which the same speaks share a row."""
    parts = ["<!-- Made by `make docs` from the knowledge; a test holds it current. -->", "# Time since", ""]
    parts += [
        "What the rules of each protocol say as time passes since something, from zero to five years.",
        "Each row is a stretch of time in which the same rules speak, in the places named.",
        "All else that these rules ask about is taken to be so.",
        "“Nothing” means that no rule that reads this time speaks: other rules may.",
        "",
    ]
    rows: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    for one in walks(knowledge):
        for stretch in one.stretches:
            said = "; ".join(f"{found.severity} {found.rule}" for found in stretch.findings) or "nothing"
            unit = "" if stretch.end.endswith("years") else f" {one.unit}"
            start = f"{stretch.start} {one.unit}" if not unit else stretch.start
            row = (one.fact, f"{start} to {stretch.end}{unit}", said)
            rows.setdefault(one.protocol, {}).setdefault(row, []).append(one.place)
    for protocol, table in rows.items():
        parts += [f"## {protocol}", "", "| time | stretch | where | what speaks |", "|---|---|---|---|"]
        for (fact, stretch, said), places in table.items():
            where = "everywhere" if len(places) == len(PLACES) else ", ".join(places)
            parts.append(f"| {knowledge.clinical_facts[fact].label} | {stretch} | {where} | {said} |")
        parts.append("")
    return "\n".join(parts)
