"""What a score makes Keel say: the instrument's own rules, and what every instrument has in common.

In common: a safety item without an answer, a total that is incomplete or estimated, an answer to a question whose
branch was closed, and an instrument that nobody has validated.
"""

from collections.abc import Iterator, Mapping

import msgspec

from keel.assessment.instruments.answers import Sheet, State
from keel.assessment.instruments.conditions import Asked, applies, holds
from keel.assessment.instruments.scales import Value, whole
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty
from keel.knowledge.instruments import Clause, Instrument, Rule


class Standing(msgspec.Struct, frozen=True):
    """Everything that is known when the rules speak."""

    instrument: Instrument
    sheet: Sheet
    values: Mapping[str, Value]
    asked: Asked
    missing: tuple[str, ...]

    def holds(self, rule: Rule) -> bool | None:
        """Whether a rule's condition holds; None where a missing answer leaves it open."""
        bounds = {name: value.bounds for name, value in self.values.items()}
        return holds(rule.when, self.sheet, bounds, self.asked)


def spoken(standing: Standing) -> tuple[Finding, ...]:
    """All findings of a score, worst first. They do not depend on the order of the answers."""
    findings = [*_rules(standing), *_safety(standing), *_completeness(standing), *_contradictions(standing)]
    return worst_first(findings)


def level(standing: Standing) -> tuple[Rule | None, bool]:
    """The highest level that holds, and whether it is settled: no missing answer leaves a higher one open."""
    is_settled = True
    for rule in standing.instrument.rules:
        verdict = standing.holds(rule) if rule.band else False
        if verdict:
            return rule, is_settled
        is_settled = is_settled and verdict is False
    return None, is_settled


def _rules(standing: Standing) -> Iterator[Finding]:
    reached, _ = level(standing)
    for rule in standing.instrument.rules:
        if rule is reached or (not rule.band and standing.holds(rule)):
            yield _finding(standing, rule)


def _finding(standing: Standing, rule: Rule) -> Finding:
    return Finding(
        rule=f"{standing.instrument.id}/{rule.id}",
        severity=Severity(rule.severity),
        summary=rule.summary,
        why=tuple(_reasons(standing, rule)),
        sources=rule.sources,
        confidence=rule.certainty,
        conflicts=rule.conflicts,
        next_step=rule.next_step,
    )


def _reasons(standing: Standing, rule: Rule) -> list[Reason]:
    found: dict[str, Reason] = {}
    for clause in rule.when.clauses():
        for reason in _reason(standing, clause):
            found.setdefault(reason.name, reason)
    return list(found.values())


def _reason(standing: Standing, clause: Clause) -> Iterator[Reason]:
    name = standing.instrument.name
    for fact in clause.given:
        yield Reason(fact, standing.sheet.given.get(fact))
    if clause.scale and clause.scale in standing.values:
        number = standing.values[clause.scale].number
        yield Reason(f"{name} {clause.scale}", None if number is None else whole(number))
    for item in clause.items:
        value = standing.sheet.responses[item].value
        yield Reason(f"{name} item {item}", None if value is None else whole(value))


def _safety(standing: Standing) -> Iterator[Finding]:
    instrument = standing.instrument
    silent = [
        item.id
        for item in instrument.items
        if item.safety and standing.asked[item.id] and standing.sheet.responses[item.id].state is not State.ANSWERED
    ]
    if silent:
        # Answers that never came are our own rule to ask for: no source grades them.
        one = len(silent) == 1
        items = f"item {silent[0]} asks" if one else f"items {', '.join(silent)} ask"
        yield Finding(
            rule=f"{instrument.id}/safety-item-unanswered",
            severity=Severity.WARN,
            summary=f"{instrument.name} {items} about safety and {'has' if one else 'have'} no answer, "
            "and none is ever estimated.",
            why=tuple(Reason(f"{instrument.name} item {item}", None) for item in silent),
            confidence=Certainty.DEFAULT,
            next_step="Ask the question in person before going on. No answer is not a no.",
        )


def _completeness(standing: Standing) -> Iterator[Finding]:
    instrument, total = standing.instrument, standing.values.get("total")
    if total is not None and total.how == "prorated":
        yield Finding(
            rule=f"{instrument.id}/prorated",
            severity=Severity.NOTE,
            summary=f"{instrument.name} total is estimated from {total.answered} of {total.parts} items.",
            why=tuple(Reason(f"{instrument.name} item {item}", None) for item in standing.missing),
            confidence=_missing_certainty(instrument),
            next_step="Ask for the missing answers where that is possible.",
        )
    elif total is not None and total.number is None:
        low, high = total.bounds
        lacking = "1 item is" if len(standing.missing) == 1 else f"{len(standing.missing)} items are"
        yield Finding(
            rule=f"{instrument.id}/incomplete",
            severity=Severity.NOTE,
            summary=f"{instrument.name} has no total: {lacking} without an answer.",
            why=(
                *(Reason(f"{instrument.name} item {item}", None) for item in standing.missing),
                *(Reason(f"{end} possible total", whole(value)) for end, value in (("lowest", low), ("highest", high))),
            ),
            confidence=_missing_certainty(instrument),
            next_step="Ask for the missing answers; a total is not guessed.",
        )


def _missing_certainty(instrument: Instrument) -> Certainty:
    return next((scale.missing_certainty for scale in instrument.scales if scale.id == "total"), Certainty.DEFAULT)


def _contradictions(standing: Standing) -> Iterator[Finding]:
    name, sheet = standing.instrument.name, standing.sheet
    answered = [item for item in standing.instrument.items if sheet.responses[item.id].state is State.ANSWERED]
    closed = [item.id for item in answered if applies(item, sheet) and standing.asked[item.id] is False]
    others = [item.id for item in answered if not applies(item, sheet)]
    if closed:
        yield Finding(
            rule=f"{standing.instrument.id}/answered-out-of-branch",
            severity=Severity.WARN,
            summary=f"{name} {_items(closed)} answered although the other answers do not lead there; it counts.",
            why=tuple(Reason(f"{name} item {item}", sheet.responses[item].value) for item in closed),
            confidence=Certainty.DEFAULT,
            next_step="Check the answers with the person.",
        )
    if others:
        yield Finding(
            rule=f"{standing.instrument.id}/does-not-apply",
            severity=Severity.NOTE,
            summary=f"{name} {_items(others)} answered and does not apply to this person; it is left out.",
            why=tuple(Reason(fact, value) for fact, value in sorted(sheet.given.items())),
            confidence=Certainty.DEFAULT,
        )


def _items(names: list[str]) -> str:
    return f"item {names[0]} was" if len(names) == 1 else f"items {', '.join(names)} were"
