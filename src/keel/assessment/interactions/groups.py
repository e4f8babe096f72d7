"""Groups of drugs (alcohol, opioids, stimulants …) among what was typed and recognised."""

from keel.assessment.interactions.report import InteractionsReport
from keel.knowledge import Knowledge


def drug_groups(report: InteractionsReport, knowledge: Knowledge) -> tuple[str, ...]:
    """The groups of drugs among what was typed and recognised, in the order of drug-groups.csv.

    The last part of an interaction's rule is its class; a name that still has to be confirmed counts for nothing.
    """
    classes = {finding.rule.rpartition(".")[2] for item in report.items for finding in item.findings}
    return tuple(group.id for group in knowledge.drug_groups.values() if classes & set(group.classes))
