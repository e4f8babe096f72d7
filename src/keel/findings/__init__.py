"""What Keel says: a `Finding`, its severity, and the conditions under which a rule speaks.

Knows nothing of ketamine; may import `quantities` and `knowledge`. Every page, command and report prints these
values, so there is one checker and many printers. Start at `finding.py`, then `conditions.py`.
"""

from keel.findings.conditions import Fact, Facts, Truth, Verdict, evaluate
from keel.findings.finding import Finding, Limit, NamedException, Reason, Severity, worst_first

__all__ = [
    "Fact",
    "Facts",
    "Finding",
    "Limit",
    "NamedException",
    "Reason",
    "Severity",
    "Truth",
    "Verdict",
    "evaluate",
    "worst_first",
]
