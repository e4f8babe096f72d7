"""From a recognised substance to its findings, given which ketamine and which route."""

from collections.abc import Iterator
from typing import NamedTuple

from keel.findings import Finding, Reason, Severity
from keel.knowledge import Knowledge
from keel.knowledge.interactions import ClassRule, Danger, Interaction, KetamineForm

ROUTES = ("iv", "im", "sc", "nasal", "oral", "sublingual", "rectal", "insufflated")

SEVERITY = {
    Danger.CONTRAINDICATED: Severity.BLOCK,
    Danger.MAJOR: Severity.HOLD,
    Danger.MODERATE: Severity.WARN,
    Danger.MINOR: Severity.NOTE,
}

KEEP_TAKING = "If it is prescribed: talk to the prescriber; do not stop it suddenly."


class Ketamine(NamedTuple):
    """The ketamine in question: its form and route, None where not said."""

    form: KetamineForm | None
    route: str | None


class Rated(NamedTuple):
    """One class of one substance as it counts here."""

    row: Interaction
    rule: ClassRule
    danger: Danger
    finding: Finding


def rate(rows: tuple[Interaction, ...], ketamine: Ketamine, knowledge: Knowledge) -> Iterator[Rated]:
    """Each class of each row that speaks of this ketamine. Where the form was not said, rows of both forms speak."""
    for row in rows:
        if ketamine.form and row.applies_to not in (ketamine.form, KetamineForm.BOTH):
            continue
        for identifier in row.classes:
            rule = knowledge.interaction_classes[identifier]
            danger = danger_by_route(rule, ketamine.route)
            yield Rated(row, rule, danger, _finding(row, rule, danger, ketamine))


def danger_by_route(rule: ClassRule, route: str | None) -> Danger:
    """The danger of a class by this route; the full one where the route was not said."""
    if rule.weak_severity and route in rule.weak_routes:
        return rule.weak_severity
    return rule.severity


def _finding(row: Interaction, rule: ClassRule, danger: Danger, ketamine: Ketamine) -> Finding:
    return Finding(
        rule=f"interaction.{row.id}.{rule.id}",
        severity=SEVERITY[danger],
        summary=f"{row.name} ({rule.label}): {rule.effect}.",
        why=(
            Reason("substance", row.name),
            Reason("meant for", rule.when),
            Reason("ketamine", ketamine.form and ketamine.form.value),
            Reason("route of ketamine", ketamine.route),
            Reason("evidence", row.evidence),
        ),
        sources=rule.sources,
        confidence=row.certainty,
        conflicts=tuple(dict.fromkeys((*rule.conflicts, *row.conflicts))),
        next_step=f"{rule.action}. {KEEP_TAKING}" if rule.never_stop_suddenly else f"{rule.action}.",
    )
