"""Schedules of courses of treatment: phases of days, and the rule for a session that was missed."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id, Number
from keel.knowledge.problem import Problem, error

MissedChoice = Literal["on_schedule", "moved", "step_back"]


class Phase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Sessions on the same days of each cycle.

    `days` are ways in which the sessions may fall in a cycle of `cycle_days`, counted from its first day; the first way
    with the fewest sessions on a weekend is used. `cycles` is how many there are, None for a phase that goes on until
    the course is stopped. It begins where the one before ends, or `after_days` after the last session of that one.
    `longest_days` is how far a prescriber may space the sessions of a phase that goes on.
    """

    id: Id
    title: str
    cycle_days: int
    days: tuple[tuple[int, ...], ...] = ((0,),)
    cycles: int | None = None
    after_days: int | None = None
    longest_days: int | None = None
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()


class MissedRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that may be done after a missed session; `needs_decision` where only a prescriber may choose it."""

    choice: MissedChoice
    text: str
    needs_decision: bool = False
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class Schedule(Document, frozen=True, kw_only=True):
    """One way in which the sessions of some protocols follow each other.

    `planned_ahead` is how far visits of a phase that goes on are planned, `plan_again` how long before the last of them
    the next are due to be planned.
    """

    protocols: tuple[str, ...]
    summary: str
    phases: tuple[Phase, ...]
    missed: tuple[MissedRule, ...]
    planned_ahead: Number
    plan_again: Number


def schedule_problems(schedules: Mapping[str, Schedule], protocols: Mapping[str, Document]) -> Iterator[Problem]:
    """Protocols that are not there, and phases that nobody could plan."""
    for schedule in schedules.values():
        where = f"schedules/{schedule.id}.toml"
        for name in schedule.protocols:
            if name not in protocols:
                yield error("schedules", where, f"names the protocol {name}, which is not there.")
        for phase in schedule.phases:
            if phase.cycles is None and phase is not schedule.phases[-1]:
                yield error("schedules", where, f"{phase.id} never ends, and others stand behind it.")
            if any(not 0 <= day < phase.cycle_days for way in phase.days for day in way):
                yield error("schedules", where, f"{phase.id} has a day outside its cycle.")


class LetterTemplate(Document, frozen=True, kw_only=True):
    """A letter to another service: to whom, what it asks, which parts of the record stand in it.

    `parts` are exposure, symptoms, tests, scores, medicines, conditions, treatment. `answer_days` is after how many
    days without an answer it is overdue, `urgent_days` where it was sent as urgent.
    """

    to: str
    why: str
    asks: tuple[str, ...]
    parts: tuple[str, ...]
    domains: tuple[str, ...]
    answer_days: Number
    urgent_days: Number
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
