"""The life of an answer that alarms: opened, told, taken by somebody, the person tried and reached, closed by name.

An alert is nothing but its steps, put together at a time. Only a clinician's step closes it: no later answer does, and
no clock. What nobody takes, and whom nobody reaches, is told to more people, again and again.
"""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, NamedTuple

import msgspec

from keel.knowledge.documents import Number
from keel.knowledge.measuring import AnswerRules
from keel.quantities import convert

_NEEDS = {
    "opened": (),
    "taken": (),
    "told": (),
    "tried": ("who", "how"),
    "agreed": ("agreed",),
    "closed": ("reason",),
}
"""Steps and the fields without which each says nothing."""
_OPENED_BY = {"desk": ("instrument", "rules"), "contact": ("told_in",)}
"""As much for the way on which it came; answers that a person gave alone say what the person was shown as well."""


class AlertStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of an alert, as it is stored. `alert` is the alert that it belongs to.

    opened: by which fact of the ledger; which answers by which rules, and whose crisis words a person who answered
    alone was shown, in which language. At the desk staff typed them; at a contact of therapy or the programme
    (`told_in`) thoughts of suicide were told.
    told: who was told, at which level. tried: who was called, how, whether they were reached, and what came of it.
    agreed: what was asked and agreed; what was not asked stays empty. closed: why.
    """

    alert: str
    step: Literal["opened", "told", "taken", "tried", "agreed", "closed"]
    instrument: str = ""
    rules: tuple[str, ...] = ()
    answers: dict[str, int | str] = {}
    came_by: Literal["", "link", "tablet", "desk", "contact"] = ""
    fact: int = 0
    told_in: Literal["", "therapy", "recovery"] = ""
    shown: Literal["", "clinic", "keel"] = ""
    lang: str = ""
    level: int = 0
    told: tuple[str, ...] = ()
    who: str = ""
    how: str = ""
    reached: bool | None = None
    result: str = ""
    ideation: str = ""
    plan: str = ""
    intent: str = ""
    means: str = ""
    protective: str = ""
    agreed: str = ""
    informed: str = ""
    reference: str = ""
    next_contact: dt.date | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        needs = _NEEDS[self.step]
        if self.step == "opened":
            needs = _OPENED_BY.get(self.came_by, ("instrument", "rules", "shown"))
        missing = [name for name in needs if not getattr(self, name)]
        if not self.alert or missing:
            raise ValueError(f"{self.step} without {', '.join(missing) or 'its alert'}")


class NotedStep(NamedTuple):
    """A step with when it was and who noted it."""

    at: dt.datetime
    by: str
    step: AlertStep


class AlertStage(StrEnum):
    """How far an alert has come."""

    NOBODY = "nobody"
    TAKEN = "taken"
    REACHED = "reached"
    CLOSED = "closed"


class AlertState(NamedTuple):
    """An alert at a time. `due_at` is when more people are told unless something happens; None once that is over."""

    id: str
    stage: AlertStage
    opened: NotedStep
    steps: tuple[NotedStep, ...]
    owner: str
    due_at: dt.datetime | None
    next_contact: dt.date | None
    next_level: int
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.stage is not AlertStage.CLOSED

    @property
    def closed(self) -> NotedStep | None:
        """The step that closed it."""
        return next((one for one in self.steps if one.step.step == "closed"), None)


def alerts_of(noted: Iterable[NotedStep], rules: AnswerRules, at: dt.datetime) -> tuple[AlertState, ...]:
    """The alerts of one person at a time, open ones first, then the newest; the steps may come in any order."""
    by_alert: dict[str, list[NotedStep]] = {}
    for one in sorted((each for each in noted if each.at <= at), key=lambda each: (each.at, _order(each.step))):
        by_alert.setdefault(one.step.alert, []).append(one)
    states = [_state(name, steps, rules, at) for name, steps in by_alert.items() if _first(steps, "opened")]
    newest_first = sorted(states, key=lambda state: state.opened.at, reverse=True)
    return tuple(sorted(newest_first, key=lambda state: not state.is_open))


def _order(step: AlertStep) -> int:
    return list(_NEEDS).index(step.step)


def _first(steps: Iterable[NotedStep], *what: str) -> NotedStep | None:
    return next((one for one in steps if one.step.step in what), None)


def _state(name: str, steps: list[NotedStep], rules: AnswerRules, at: dt.datetime) -> AlertState:
    opened = _first(steps, "opened") or steps[0]
    taken, told = _first(steps, "taken", "tried"), [one for one in steps if one.step.step == "told"]
    tried = [one for one in steps if one.step.step in ("tried", "agreed")]
    reached = next((one for one in tried if one.step.reached or one.step.step == "agreed"), None)
    next_contact = next((one.step.next_contact for one in reversed(tried) if one.step.next_contact), None)
    if _first(steps, "closed"):
        stage, due_at = AlertStage.CLOSED, None
    elif reached:
        stage, due_at = AlertStage.REACHED, _contact_due(next_contact, [*tried, *told], rules)
    elif taken:
        stage = AlertStage.TAKEN
        due_at = _later([one for one in (*tried, *told) if one.at > taken.at], rules) or taken.at + _of(rules.contact)
    else:
        stage, due_at = AlertStage.NOBODY, told[-1].at + _of(rules.acknowledge) if told else opened.at
    return AlertState(
        id=name,
        stage=stage,
        opened=opened,
        steps=tuple(steps),
        owner=taken.by if taken else "",
        due_at=due_at,
        next_contact=next_contact,
        next_level=max((one.step.level for one in told), default=-1) + 1,
        is_late=due_at is not None and due_at <= at,
    )


def _later(steps: list[NotedStep], rules: AnswerRules) -> dt.datetime | None:
    return max(one.at for one in steps) + _of(rules.again) if steps else None


def _contact_due(day: dt.date | None, steps: list[NotedStep], rules: AnswerRules) -> dt.datetime | None:
    """When a contact that was agreed on is overdue: at the end of its day, and a day after each later step."""
    if day is None:
        return None
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), steps[0].at.tzinfo)
    return _later([one for one in steps if one.at >= end], rules) or end


def _of(number: Number) -> dt.timedelta:
    return dt.timedelta(minutes=convert(number.value, number.unit, "min"))
