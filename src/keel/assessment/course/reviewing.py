"""What a review of a course may decide, and what speaks against a decision."""

from keel.assessment.course.state import Course
from keel.assessment.course.steps import Reviewed
from keel.knowledge.protocols import Protocol, Rule, RuleException, leaves
from keel.messages import Message

ENABLED = "C-00"
"""The rule that asks whether the pathway is enabled, which nobody agrees to at a bedside."""


def exceptions_of(protocol: Protocol) -> tuple[RuleException, ...]:
    """The exceptions that the sources of a protocol's course rules make themselves."""
    return tuple(one for rule in protocol.rules_of("course") for one in rule.exceptions)


def home_rules(protocol: Protocol) -> tuple[Rule, ...]:
    """The rules for doses at home that somebody has to arrange or agree to: they hold where it is not so."""
    return tuple(
        one
        for one in protocol.rules_of("home")
        if any(leaf.op == "is" and leaf.value is False for leaf in leaves(one.when)) and one.id != ENABLED
    )


def review_problem(course: Course, review: Reviewed) -> Message | None:
    """Why a review cannot stand as it is: without a response a course goes on only as an exception that is named."""
    exceptions = exceptions_of(course.protocol)
    if review.decision == "go_on" and review.responded is False:
        return Message("Without a response the course goes on only as an exception: choose it, with the reason.")
    if review.decision == "exception":
        if not review.reason.strip():
            return Message("An exception needs its reason.")
        if exceptions and review.exception not in {one.id for one in exceptions}:
            return Message("Name the exception that the source makes.")
    return None
