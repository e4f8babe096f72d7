"""What happens to a course of treatment, a fact each: screened, worked up, started, missed, spaced, reviewed, stopped.

`course` names the course. A step says what was decided and by whom; what follows from it is worked out, never stored.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from keel.knowledge.schedules import MissedChoice

Text = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class _Step(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="step"
):
    course: Name


class KeptFinding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding as it was shown: its rule, its verb, what it said in English."""

    rule: str
    severity: Literal["block", "hold", "warn", "note"]
    text: str


class Screened(_Step, frozen=True, kw_only=True, tag="screened"):
    """The screening of a moment: what was answered beside the record, what spoke, what nobody knew, by which facts."""

    at: dt.datetime
    protocol: str
    jurisdiction: str
    answers: dict[str, bool | int | float | str]
    findings: tuple[KeptFinding, ...]
    missing: tuple[str, ...]
    knowledge: str

    @property
    def blocks(self) -> tuple[KeptFinding, ...]:
        """What nobody may pass."""
        return tuple(one for one in self.findings if one.severity == "block")

    @property
    def holds(self) -> tuple[KeptFinding, ...]:
        """What a prescriber passes with a reason."""
        return tuple(one for one in self.findings if one.severity == "hold")


class WorkedUp(_Step, frozen=True, kw_only=True, tag="worked_up"):
    """An item of the work-up that was done."""

    item: Name
    on: dt.date
    note: Text = ""


class Started(_Step, frozen=True, kw_only=True, tag="started"):
    """A prescriber started it: by which schedule, from which day, at what time of day; `reason` passes what held."""

    schedule: Name
    first: dt.date
    time: dt.time
    by: Name
    reason: Text = ""


class Missed(_Step, frozen=True, kw_only=True, tag="missed"):
    """What was done about a session that was missed; `from_day` is the day from which the others were planned anew."""

    day: dt.date
    choice: MissedChoice
    by: Name
    from_day: dt.date | None = None
    reason: Text = ""


class Spaced(_Step, frozen=True, kw_only=True, tag="spaced"):
    """A prescriber chose another spacing for the phase that goes on, from a day on."""

    every_days: Annotated[int, Meta(ge=1, le=366)]
    from_day: dt.date
    by: Name
    reason: Text = ""


class Reviewed(_Step, frozen=True, kw_only=True, tag="reviewed"):
    """What a review decided, after how many sessions; `exception` is the one of the rule that was used by name."""

    after: int
    on: dt.date
    by: Name
    decision: Literal["go_on", "exception", "stop"]
    responded: bool | None = None
    exception: str = ""
    reason: Text = ""


class Stopped(_Step, frozen=True, kw_only=True, tag="stopped"):
    """The end of a course: why, what comes instead, and on which day somebody asks how it is."""

    on: dt.date
    why: Name
    plan: Annotated[str, Meta(min_length=1, max_length=2000)]
    by: Name
    follow_up: dt.date | None = None


class FollowedUp(_Step, frozen=True, kw_only=True, tag="followed_up"):
    """Somebody asked how it is after the end."""

    on: dt.date
    by: Name
    text: Text


class Precautions(_Step, frozen=True, kw_only=True, tag="precautions"):
    """What was agreed before doses at home: rules by id, the sober adult in the room, the address for an emergency."""

    on: dt.date
    agreed: tuple[str, ...]
    adult: Name
    phone: Name
    address: Name
    by: Name


class CheckedIn(_Step, frozen=True, kw_only=True, tag="checked_in"):
    """A contact around a dose at home: which of those due, and what was said."""

    dose_on: dt.date
    moment: Name
    at: dt.datetime
    by: Name
    is_well: bool
    text: Text = ""


CourseStep = Screened | WorkedUp | Started | Missed | Spaced | Reviewed | Stopped | FollowedUp | Precautions | CheckedIn
