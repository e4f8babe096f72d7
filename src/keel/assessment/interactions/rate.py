"""From a recognised substance to its findings, given which ketamine and which route."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keel.findings import Finding, Reason, Severity
from keel.knowledge import Knowledge
from keel.knowledge.interactions import ClassRule, Danger, Interaction, KetamineForm
from keel.knowledge.modifiers import Observed
from keel.messages import Message, Name, joined

SUBSTANCE = Message("substance")
"""The name of the reason that says of which substance a finding speaks."""
SEVERITY = {
    Danger.CONTRAINDICATED: Severity.BLOCK,
    Danger.MAJOR: Severity.HOLD,
    Danger.MODERATE: Severity.WARN,
    Danger.MINOR: Severity.NOTE,
}


class Ketamine(NamedTuple):
    """The ketamine in question: its form and route, None where not said."""

    form: KetamineForm | None
    route: str | None


class Rated(NamedTuple):
    """One class of one substance, or of a group as typed, as it counts for this ketamine and route."""

    name: str
    rule: ClassRule
    danger: Danger
    finding: Finding


class Rater:
    """Rates substances and groups against one ketamine and route."""

    def __init__(self, ketamine: Ketamine, knowledge: Knowledge) -> None:
        self.ketamine, self.knowledge = ketamine, knowledge

    def rate(self, rows: Iterable[Interaction]) -> Iterator[Rated]:
        """Each class of each row that speaks of this ketamine. Where the form was not said, rows of both speak."""
        for row in rows:
            for identifier in row.classes:
                rule = self.knowledge.interaction_classes[identifier]
                if self._speaks_of(row.applies_to) and self._speaks_of(rule.applies_to):
                    danger = self.danger(rule)
                    yield Rated(row.name, rule, danger, self._row_finding(row, rule, danger))

    def rate_group(self, word: str, classes: Iterable[str]) -> Iterator[Rated]:
        """Each class of a group that was named by a class word."""
        for identifier in classes:
            rule = self.knowledge.interaction_classes[identifier]
            if self._speaks_of(rule.applies_to):
                danger = self.danger(rule)
                yield Rated(word, rule, danger, self._group_finding(word, rule, danger))

    def danger(self, rule: ClassRule) -> Danger:
        """The danger of a class by this route; the full one where the route was not said."""
        if rule.weak_severity and self.ketamine.route in rule.weak_routes:
            return rule.weak_severity
        return rule.severity

    def _speaks_of(self, form: KetamineForm) -> bool:
        return self.ketamine.form is None or form in (self.ketamine.form, KetamineForm.BOTH)

    def _row_finding(self, row: Interaction, rule: ClassRule, danger: Danger) -> Finding:
        evidence = (*self._measured(row), Reason(Message("evidence"), Message(row.evidence.replace("_", " "))))
        return Finding(
            rule=f"interaction.{row.id}.{rule.id}",
            subject="medicine",
            severity=SEVERITY[danger],
            summary=self._summary(
                Message("{name} ({label})", name=Name(row.name).capital(), label=Message(rule.label)), rule, danger
            ),
            why=(Reason(SUBSTANCE, Name(row.name)), *self._reasons(rule), *evidence),
            sources=rule.sources,
            confidence=row.certainty,
            conflicts=tuple(dict.fromkeys((*rule.conflicts, *row.conflicts))),
            next_step=self._next_step(rule, rule.action),
            public_next_step=self._public_next_step(rule),
        )

    def _group_finding(self, word: str, rule: ClassRule, danger: Danger) -> Finding:
        return Finding(
            rule=f"interaction.group.{rule.id}",
            subject="medicine",
            severity=SEVERITY[danger],
            summary=self._summary(Message(rule.label).capital(), rule, danger),
            why=(Reason(Message("as typed"), word), *self._reasons(rule)),
            sources=rule.sources,
            conflicts=rule.conflicts,
            next_step=self._next_step(rule, rule.action),
            public_next_step=self._public_next_step(rule),
        )

    def _summary(self, name: Message, rule: ClassRule, danger: Danger) -> Message:
        sentence = Message("{name}: {effect}.", name=name, effect=Message(rule.effect))
        route = self.ketamine.route
        if route is None or route not in rule.weak_routes:
            return sentence
        title, severity = Message(self.knowledge.routes[route].title), Message(danger.value)
        if rule.changes_exposure:
            weak = Message(
                "{route}: exposure changes by no more than about {percent}%, so this counts as {severity} here.",
                route=title,
                percent=self.knowledge.route_limits[route].unchanged_within_percent,
                severity=severity,
            )
        else:
            weak = Message(
                "{route}: the label that forbids the pair is that of the injection, and no label speaks of this "
                "route, so this counts as {severity} here.",
                route=title,
                severity=severity,
            )
        return joined(" ", [sentence, weak])

    def _next_step(self, rule: ClassRule, action: str) -> Message:
        sentences = [Message("{action}.", action=Message(action))] if action else []
        if rule.never_stop_suddenly:
            sentences.append(Message("If it is prescribed: talk to the prescriber; do not stop it suddenly."))
        if rule.weak_routes and self.ketamine.route is None:
            sentences.append(Message("Say how ketamine is taken: this is meant for {when}.", when=Message(rule.when)))
        return joined(" ", sentences)

    def _public_next_step(self, rule: ClassRule) -> Message | None:
        return self._next_step(rule, rule.public_action.removeprefix("-")) if rule.public_action else None

    def _reasons(self, rule: ClassRule) -> tuple[Reason, ...]:
        form = self.ketamine.form.value if self.ketamine.form else None
        return (
            Reason(Message("meant for"), Message(rule.when)),
            Reason(Message("ketamine"), Name(form) if form else None),
            Reason(Message("route of ketamine"), Name(self.ketamine.route) if self.ketamine.route else None),
        )

    def _measured(self, row: Interaction) -> Iterator[Reason]:
        """What studies measured for this partner by this route, as multiples of exposure (area) and peak."""
        if not row.modifier:
            return
        for study in self.knowledge.modifiers[row.modifier].observed:
            if self.ketamine.route in (None, study.route):
                yield from _multiples(study)


def _multiples(study: Observed) -> Iterator[Reason]:
    slots: dict[str, Message] = {"substance": Name(study.substance), "by": Name(study.route)}
    mark = Message(study.certainty.label)
    if study.auc is not None:
        yield Reason(Message("exposure of {substance} ({by}, {mark})", **slots, mark=mark), study.auc, "times")
    if study.cmax is not None:
        yield Reason(Message("peak of {substance} ({by}, {mark})", **slots, mark=mark), study.cmax, "times")
