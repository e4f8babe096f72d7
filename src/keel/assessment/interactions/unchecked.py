"""What was typed and could not be checked, said aloud: not recognised is not “nothing on file”."""

from collections.abc import Iterator

from keel.assessment.interactions.report import InteractionsReport
from keel.findings import Finding, Reason, Severity
from keel.messages import Message


def unchecked(report: InteractionsReport) -> Iterator[Finding]:
    """A warning for each name that was not recognised, or could mean several things of which none is on file."""
    for item in report.items:
        if item.is_unchecked:
            yield Finding(
                rule=f"medicine-{item.status}",
                subject="medicine",
                severity=Severity.WARN,
                summary=item.message,
                why=(Reason(Message("as typed"), item.input),),
                next_step=Message("Ask a pharmacist, or type the name as it stands on the package."),
            )
