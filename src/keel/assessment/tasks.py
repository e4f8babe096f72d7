"""What the care around doses has alike: a step with its time, what is due until a step says it was done, and danger.

Danger that somebody told stays due until a clinician has looked at it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from keel.knowledge import Certainty
from keel.knowledge.care import CareContact, CareMessage
from keel.messages import Message

Words = Annotated[str, Meta(max_length=4000)]
Said = Annotated[str, Meta(min_length=1, max_length=4000)]
Line = Annotated[str, Meta(max_length=300)]
Told = Annotated[str, Meta(min_length=1, max_length=300)]
Name = Annotated[str, Meta(max_length=80)]
WORSENING_WITHIN = dt.timedelta(hours=24)
"""How soon somebody looks at what became worse; a default of Keel's (hazard HZ-SUI-07: within a day)."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="step"):
    """Something that happened in care, at a time with its offset. Unknown keys are refused."""

    at: dt.datetime

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, dt.datetime) and value.tzinfo is None:
                raise ValueError("a time without its offset")


class ContactMade(Step, frozen=True, kw_only=True, tag="contact_made"):
    """A contact that was tried: whether anybody was reached; what was not asked is None.

    `of` is the visit or the stay after which it was due, `contact` which one of the knowledge it is.
    """

    of: Name
    contact: Name
    reached: bool
    how: Line = ""
    worse: bool | None = None
    suicidal: bool | None = None
    note: Words = ""


class DangerSeen(Step, frozen=True, kw_only=True, tag="danger_seen"):
    """A clinician looked at what was told to be worse or dangerous, and what was agreed."""

    what: Said


class MessageGiven(Step, frozen=True, kw_only=True, tag="message_given"):
    """Somebody sent a text, or read it out. `of` is what it belongs to, `message` which text it is."""

    of: Name
    message: Name
    how: Line = ""


S = TypeVar("S", bound=Step)


def those(told: Iterable[Step], kind: type[S]) -> list[S]:
    """The steps of one kind, in their order."""
    return [one for one in told if isinstance(one, kind)]


def last(told: Iterable[Step], kind: type[S]) -> S | None:
    """The last step of one kind."""
    return next(reversed(those(told, kind)), None)


def up_to(told: Iterable[S], at: dt.datetime) -> list[S]:
    """The steps up to a time in the order of their times; of two at one time the one written later counts later."""
    return sorted((one for one in told if one.at <= at), key=lambda one: one.at)


def since_beginning(told: Sequence[S], begin: type[Step], end: type[Step]) -> list[S]:
    """The steps that belong to the last beginning: all since the end before it, so that what came early counts."""
    begun = max((n for n, one in enumerate(told) if isinstance(one, begin)), default=0)
    ended = max((n for n, one in enumerate(told[:begun]) if isinstance(one, end)), default=-1)
    return list(told[ended + 1 :])


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do by a time; `tried` is how often it was tried in vain, `of` what it belongs to.

    `id` names it among those of its kind, `about` is the time that a text speaks of, `note` what a default rests on.
    """

    kind: Literal["contact", "message", "danger", "visit", "look", "diary", "outcome"]
    id: str
    of: str = ""
    what: Message
    due_at: dt.datetime
    is_overdue: bool
    tried: int = 0
    asks: tuple[str, ...] = ()
    about: dt.datetime | None = None
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""


def months_after(moment: dt.datetime, months: int) -> dt.datetime:
    """The same time of day so many calendar months later; the last day of a month that has no such day.

    >>> months_after(dt.datetime(2027, 11, 30, 9, tzinfo=dt.UTC), 3).date()
    datetime.date(2028, 2, 29)
    """
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    last_day = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return moment.replace(year=year, month=month, day=min(moment.day, last_day), fold=0)


def due_after(contact: CareContact, moment: dt.datetime, zone: dt.tzinfo | None) -> dt.datetime:
    """When a contact is due after a moment: hours run, months are those of the calendar in a zone."""
    local = moment.astimezone(zone)
    if contact.months:
        return months_after(local, contact.months)
    return (local.astimezone(dt.UTC) + dt.timedelta(hours=contact.hours)).astimezone(zone)


def contact_task(contact: CareContact, *, of: str, due_at: dt.datetime, at: dt.datetime, tried: int = 0) -> Task:
    """The task that a contact is until somebody was reached."""
    return Task(
        kind="contact",
        id=contact.id,
        of=of,
        what=Message(contact.title),
        due_at=due_at,
        is_overdue=at > due_at,
        tried=tried,
        asks=contact.asks,
        sources=contact.sources,
        certainty=contact.certainty,
        note=contact.note,
    )


def message_task(
    message: CareMessage, *, of: str, about: dt.datetime, at: dt.datetime, told: Iterable[Step]
) -> Iterator[Task]:
    """The text that is due so many hours before or after what it is about, until somebody gave it."""
    given = {(one.of, one.message) for one in those(told, MessageGiven)}
    due_at = about + dt.timedelta(hours=message.hours)
    if (of, message.id) not in given:
        what = Message(message.title)
        yield Task(kind="message", id=message.id, of=of, what=what, due_at=due_at, is_overdue=at > due_at, about=about)


def in_turn(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks as they are looked at: danger before all else, then the longest due."""
    return tuple(sorted(tasks, key=lambda one: (one.kind != "danger", one.due_at)))


def dangers(told: Sequence[Step], at: dt.datetime) -> Iterator[Task]:
    """What was told to be dangerous, or worse, and nobody has looked at since."""
    seen = max((one.at for one in those(told, DangerSeen)), default=None)
    open_ones = [one for one in those(told, ContactMade) if seen is None or one.at > seen]
    suicidal = [one for one in open_ones if one.suicidal]
    worse = [one for one in open_ones if one.worse]
    if suicidal:
        yield Task(
            kind="danger",
            id="suicidal",
            of=suicidal[0].of,
            what=Message("Thoughts of suicide were told: a prescriber judges the risk now"),
            due_at=suicidal[0].at,
            is_overdue=at > suicidal[0].at,
        )
    elif worse:
        due_at = worse[0].at + WORSENING_WITHIN
        yield Task(
            kind="danger",
            id="worse",
            of=worse[0].of,
            what=Message("It became worse: somebody looks at it within a day"),
            due_at=due_at,
            is_overdue=at > due_at,
        )
