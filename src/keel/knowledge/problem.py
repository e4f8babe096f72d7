"""What a check found: an error that must be fixed, or a warning that somebody should look at."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad a problem is."""

    ERROR = "error"
    WARNING = "warning"


class Problem(NamedTuple):
    """One line of the check's answer: which check, how bad, where, what is wrong and how to fix it."""

    check: str
    level: Level
    where: str
    message: str


def error(check: str, where: object, message: str) -> Problem:
    """A problem that fails the check."""
    return Problem(check, Level.ERROR, str(where), message)


def warning(check: str, where: object, message: str) -> Problem:
    """A problem that is listed and does not fail the check."""
    return Problem(check, Level.WARNING, str(where), message)
