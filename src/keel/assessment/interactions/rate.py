"""From a recognised substance to its findings, given which ketamine and which route."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keel.findings import Finding, Reason, Severity
from keel.knowledge import Knowledge
from keel.knowledge.interactions import ClassRule, Danger, Interaction, InteractionTexts, KetamineForm
from keel.knowledge.modifiers import Observed

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

    def __init__(self, ketamine: Ketamine, knowledge: Knowledge, texts: InteractionTexts) -> None:
        self.ketamine, self.knowledge, self.texts = ketamine, knowledge, texts

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
        evidence = (*self._measured(row), Reason("evidence", row.evidence.replace("_", " ")))
        return Finding(
            rule=f"interaction.{row.id}.{rule.id}",
            severity=SEVERITY[danger],
            summary=self._summary(f"{_capital(row.name)} ({rule.label})", rule, danger),
            why=(Reason("substance", row.name), *self._reasons(rule), *evidence),
            sources=rule.sources,
            confidence=row.certainty,
            conflicts=tuple(dict.fromkeys((*rule.conflicts, *row.conflicts))),
            next_step=self._next_step(rule),
        )

    def _group_finding(self, word: str, rule: ClassRule, danger: Danger) -> Finding:
        return Finding(
            rule=f"interaction.group.{rule.id}",
            severity=SEVERITY[danger],
            summary=self._summary(_capital(rule.label), rule, danger),
            why=(Reason("as typed", word), *self._reasons(rule)),
            sources=rule.sources,
            conflicts=rule.conflicts,
            next_step=self._next_step(rule),
        )

    def _summary(self, name: str, rule: ClassRule, danger: Danger) -> str:
        sentence = f"{name}: {rule.effect}."
        route = self.ketamine.route
        if route is None or route not in rule.weak_routes:
            return sentence
        title = self.knowledge.routes[route].title
        if not rule.changes_exposure:
            return f"{sentence} {self.texts.weak_label.format(route=title, severity=danger)}"
        percent = f"{self.knowledge.route_limits[route].unchanged_within_percent:g}"
        return f"{sentence} {self.texts.weak_exposure.format(route=title, percent=percent, severity=danger)}"

    def _next_step(self, rule: ClassRule) -> str:
        sentences = [f"{rule.action}."]
        if rule.never_stop_suddenly:
            sentences.append(self.texts.keep_taking)
        if rule.weak_routes and self.ketamine.route is None:
            sentences.append(self.texts.say_route.format(when=rule.when))
        return " ".join(sentences)

    def _reasons(self, rule: ClassRule) -> tuple[Reason, ...]:
        form = self.ketamine.form.value if self.ketamine.form else None
        return (
            Reason("meant for", rule.when),
            Reason("ketamine", form),
            Reason("route of ketamine", self.ketamine.route),
        )

    def _measured(self, row: Interaction) -> Iterator[Reason]:
        """What studies measured for this partner by this route, as multiples of exposure (area) and peak."""
        if not row.modifier:
            return
        for study in self.knowledge.modifiers[row.modifier].observed:
            if self.ketamine.route in (None, study.route):
                yield from _multiples(study)


def _multiples(study: Observed) -> Iterator[Reason]:
    for name, value in (("exposure", study.auc), ("peak", study.cmax)):
        if value is not None:
            yield Reason(f"{name} of {study.substance} ({study.route}, {study.certainty.label})", value, "times")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
