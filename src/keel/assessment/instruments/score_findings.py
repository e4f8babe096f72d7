"""What a score makes Keel say: the instrument's own rules, and what every instrument has in common.

In common: a safety item without an answer, a total that is incomplete or estimated, an answer to a question whose
branch was closed, and an instrument that nobody has validated.
"""

from collections.abc import Iterator, Mapping

import msgspec

from keel.assessment.instruments.conditions import Asked, applies, holds
from keel.assessment.instruments.scales import ScaleValue, whole
from keel.assessment.instruments.sheet import ItemState, Sheet
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty
from keel.knowledge.instruments import Clause, Instrument, Rule
from keel.messages import FactName, Message, Name, Question, joined, listed, plural

SCORING = "scoring"
"""The subject of a finding that is about how a questionnaire was scored, and not about the person."""


class ScoredSheet(msgspec.Struct, frozen=True):
    """Everything that is known when the rules speak."""

    instrument: Instrument
    sheet: Sheet
    values: Mapping[str, ScaleValue]
    asked: Asked
    missing: tuple[str, ...]

    def holds(self, rule: Rule) -> bool | None:
        """Whether a rule's condition holds; None where a missing answer leaves it open."""
        bounds = {name: value.bounds for name, value in self.values.items()}
        return holds(rule.when, self.sheet, bounds, self.asked)


def spoken(scored: ScoredSheet) -> tuple[Finding, ...]:
    """All findings of a score, worst first. They do not depend on the order of the answers."""
    answers = [*_not_understood(scored), *_safety(scored), *_completeness(scored), *_contradictions(scored)]
    return worst_first([*_rules(scored), *answers])


def level(scored: ScoredSheet) -> tuple[Rule | None, bool]:
    """The highest level that holds, and whether it is settled: no missing answer leaves a higher one open."""
    is_settled = True
    for rule in scored.instrument.rules:
        verdict = scored.holds(rule) if rule.band else False
        if verdict:
            return rule, is_settled
        is_settled = is_settled and verdict is False
    return None, is_settled


def _rules(scored: ScoredSheet) -> Iterator[Finding]:
    reached, _ = level(scored)
    for rule in scored.instrument.rules:
        if rule is reached or (not rule.band and scored.holds(rule)):
            yield _finding(scored, rule)


def _finding(scored: ScoredSheet, rule: Rule) -> Finding:
    return Finding(
        rule=f"{scored.instrument.id}/{rule.id}",
        subject=rule.subject or scored.instrument.id,
        severity=Severity(rule.severity),
        summary=Message(rule.summary),
        why=tuple(_reasons(scored, rule)),
        sources=rule.sources,
        confidence=rule.certainty,
        conflicts=rule.conflicts,
        next_step=Message(rule.next_step),
    )


def _reasons(scored: ScoredSheet, rule: Rule) -> list[Reason]:
    found: dict[str, Reason] = {}
    for clause in rule.when.clauses():
        for reason in _reason(scored, clause):
            found.setdefault(reason.name, reason)
    return list(found.values())


def _reason(scored: ScoredSheet, clause: Clause) -> Iterator[Reason]:
    name = Name(scored.instrument.name)
    for fact in clause.given:
        yield Reason(FactName(fact), _named(scored.sheet.given.get(fact)))
    if clause.scale and clause.scale in scored.values:
        number = scored.values[clause.scale].number
        scale = Message("{instrument} {scale}", instrument=name, scale=Name(clause.scale))
        yield Reason(scale, None if number is None else whole(number))
    for item in clause.items:
        value = scored.sheet.responses[item].value
        yield Reason(_item(scored.instrument, item), None if value is None else whole(value))


def _item(instrument: Instrument, item: str) -> Message:
    return Message("{instrument} item {id}", instrument=Name(instrument.name), id=item)


def _named(value: str | None) -> Name | None:
    return None if value is None else Name(value)


def _safety(scored: ScoredSheet) -> Iterator[Finding]:
    instrument = scored.instrument
    silent = [
        item
        for item in instrument.items
        if item.safety
        and scored.asked[item.id]
        and scored.sheet.responses[item.id].state not in (ItemState.ANSWERED, ItemState.NOT_UNDERSTOOD)
    ]
    if silent:
        # Answers that never came are our own rule to ask for: no source grades them.
        questions = joined(" ", [Message("“{question}”", question=Question(item.text)) for item in silent])
        yield Finding(
            rule=f"{instrument.id}/safety-item-unanswered",
            subject=instrument.id,
            severity=Severity.WARN,
            summary=plural(
                "{instrument} item {ids} asks about safety and has no answer, and none is ever estimated.",
                "{instrument} items {ids} ask about safety and have no answer, and none is ever estimated.",
                count=len(silent),
                instrument=Name(instrument.name),
                ids=listed(item.id for item in silent),
            ),
            why=tuple(Reason(_item(instrument, item.id), None) for item in silent),
            confidence=Certainty.DEFAULT,
            next_step=Message("Ask the question in person before going on. No answer is not a no."),
            public_summary=Message("You left open: {questions}", questions=questions) if silent[0].text else None,
            public_next_step=Message(
                "An open question is not a no. If it is true for you, tell a doctor or call for help today."
            ),
        )


def _not_understood(scored: ScoredSheet) -> Iterator[Finding]:
    """An answer that came and says nothing to Keel may be a yes: it holds where it is one about safety."""
    responses = scored.sheet.responses
    unread = [one for one in scored.instrument.items if responses[one.id].state is ItemState.NOT_UNDERSTOOD]
    if unread:
        yield Finding(
            rule=f"{scored.instrument.id}/not-understood",
            subject=scored.instrument.id,
            severity=Severity.HOLD if any(item.safety for item in unread) else Severity.WARN,
            summary=plural(
                "{instrument} item {ids} was answered, and Keel does not understand the answer.",
                "{instrument} items {ids} were answered, and Keel does not understand the answers.",
                count=len(unread),
                instrument=Name(scored.instrument.name),
                ids=listed(item.id for item in unread),
            ),
            why=tuple(Reason(_item(scored.instrument, item.id), None) for item in unread),
            confidence=Certainty.DEFAULT,
            next_step=Message("Read the answers as they came, and ask again. What is not understood is not a no."),
        )


def _completeness(scored: ScoredSheet) -> Iterator[Finding]:
    instrument, total = scored.instrument, scored.values.get("total")
    missing = tuple(Reason(_item(instrument, item), None) for item in scored.missing)
    if total is not None and total.how == "prorated":
        yield Finding(
            rule=f"{instrument.id}/prorated",
            subject=SCORING,
            severity=Severity.NOTE,
            summary=Message(
                "{instrument} total is estimated from {answered} of {parts} items.",
                instrument=Name(instrument.name),
                answered=total.answered,
                parts=total.parts,
            ),
            why=missing,
            confidence=_missing_certainty(instrument),
            next_step=Message("Ask for the missing answers where that is possible."),
        )
    elif "total" in scored.sheet.disputed:
        yield Finding(
            rule=f"{instrument.id}/disputed",
            subject=SCORING,
            severity=Severity.NOTE,
            summary=Message(
                "{instrument} has no total: answers of one sitting do not agree.", instrument=Name(instrument.name)
            ),
            confidence=Certainty.DEFAULT,
            next_step=Message("Read the answers as they came, and ask again; a total is not guessed."),
        )
    elif total is not None and total.number is None:
        low, high = total.bounds
        yield Finding(
            rule=f"{instrument.id}/incomplete",
            subject=SCORING,
            severity=Severity.NOTE,
            summary=plural(
                "{instrument} has no total: {count} item is without an answer.",
                "{instrument} has no total: {count} items are without an answer.",
                count=len(scored.missing),
                instrument=Name(instrument.name),
            ),
            why=(
                *missing,
                Reason(Message("lowest possible total"), whole(low)),
                Reason(Message("highest possible total"), whole(high)),
            ),
            confidence=_missing_certainty(instrument),
            next_step=Message("Ask for the missing answers; a total is not guessed."),
        )


def _missing_certainty(instrument: Instrument) -> Certainty:
    return next((scale.missing_certainty for scale in instrument.scales if scale.id == "total"), Certainty.DEFAULT)


def _contradictions(scored: ScoredSheet) -> Iterator[Finding]:
    instrument, sheet = scored.instrument, scored.sheet
    answered = [item for item in instrument.items if sheet.responses[item.id].state is ItemState.ANSWERED]
    # A 0 where nothing was to be asked says the same as no answer.
    closed = [
        item.id
        for item in answered
        if applies(item, sheet) and scored.asked[item.id] is False and sheet.responses[item.id].value != 0
    ]
    others = [item.id for item in answered if not applies(item, sheet)]
    if closed:
        yield Finding(
            rule=f"{instrument.id}/answered-out-of-branch",
            subject=instrument.id,
            severity=Severity.WARN,
            summary=plural(
                "{instrument} item {ids} was answered although the other answers do not lead there; it counts.",
                "{instrument} items {ids} were answered although the other answers do not lead there; they count.",
                count=len(closed),
                instrument=Name(instrument.name),
                ids=listed(closed),
            ),
            why=tuple(Reason(_item(instrument, item), sheet.responses[item].value) for item in closed),
            confidence=Certainty.DEFAULT,
            next_step=Message("Check the answers with the person."),
        )
    if others:
        yield Finding(
            rule=f"{instrument.id}/does-not-apply",
            subject=instrument.id,
            severity=Severity.NOTE,
            summary=plural(
                "{instrument} item {ids} was answered and does not apply to this person; it is left out.",
                "{instrument} items {ids} were answered and do not apply to this person; they are left out.",
                count=len(others),
                instrument=Name(instrument.name),
                ids=listed(others),
            ),
            why=tuple(Reason(FactName(fact), _named(value)) for fact, value in sorted(sheet.given.items())),
            confidence=Certainty.DEFAULT,
        )
