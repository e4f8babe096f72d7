"""What a review of a course may decide, and what speaks against a decision."""

from keel.assessment.course.state import Course
from keel.assessment.course.steps import Reviewed
from keel.knowledge.protocols import Protocol, RuleException
from keel.messages import Message


def exceptions_of(protocol: Protocol) -> tuple[RuleException, ...]:
    """The exceptions that the sources of a protocol's course rules make themselves."""
    return tuple(one for rule in protocol.rules_of("course") for one in rule.exceptions)


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
