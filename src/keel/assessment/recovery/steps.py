"""What happens in the recovery programme, as it is written down: each a fact of the patient, told apart by `step`.

A lapse is something that happened, with what led up to it: nobody is counted back to zero for it.
"""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta

from keel.assessment.tasks import ContactMade, DangerSeen, Line, MessageGiven, Name, Said, Step, Told, Words
from keel.knowledge.care import DayBlock

Tens = Annotated[float, Meta(ge=0, le=10)]
LONGEST_STAY_D = 365


class RecoveryBegun(Step, frozen=True, kw_only=True, tag="recovery_begun"):
    """A stay or a programme begins: with which aim, for how many days, and with the day as it was then."""

    programme: Name
    aim: Literal["stop", "fewer", "not_decided"]
    days: Annotated[int, Meta(ge=1, le=LONGEST_STAY_D)] | None = None
    blocks: Annotated[tuple[DayBlock, ...], Meta(max_length=40)] = ()


class IntakeAnswered(Step, frozen=True, kw_only=True, tag="intake_answered"):
    """What was asked on the way in, by the names of clinical facts: dependence, bladder, mood, mixing."""

    answers: Annotated[dict[Name, bool | float | str], Meta(max_length=200)]
    note: Words = ""


class DayNoted(Step, frozen=True, kw_only=True, tag="day_noted"):
    """How a day was, by the names of the diary; `used` is whether ketamine was used on it (None: not asked)."""

    day: dt.date
    values: Annotated[dict[Name, float], Meta(max_length=20)]
    used: bool | None = None
    note: Words = ""


class MeetingHeld(Step, frozen=True, kw_only=True, tag="meeting_held"):
    """A meeting of the programme, from `at` until `ended`, and whether this person was there.

    `group` names a meeting of several people; of whom else it was, nothing stands here.
    """

    form: Literal["group", "individual"]
    topic: Line
    ended: dt.datetime
    attended: Literal["there", "late", "left_early", "absent"]
    led_by: Line = ""
    group: Name = ""
    why: Line = ""
    note: Words = ""


class GoalSet(Step, frozen=True, kw_only=True, tag="goal_set"):
    """A goal in the person’s own words, and by which day."""

    goal: Name
    words: Said
    by_day: dt.date | None = None


class GoalReviewed(Step, frozen=True, kw_only=True, tag="goal_reviewed"):
    """How a goal stands."""

    goal: Name
    stands: Literal["reached", "on_the_way", "changed", "let_go"]
    note: Words = ""


class HealthReviewed(Step, frozen=True, kw_only=True, tag="health_reviewed"):
    """What was done about pain, the bladder, or other health alongside, and when it is looked at next."""

    about: Literal["pain", "urology", "liver", "mood", "other"]
    what: Said
    next_on: dt.date | None = None


class LookedAt(Step, frozen=True, kw_only=True, tag="looked_at"):
    """Something of the grid that no measurement or questionnaire holds, and what was found."""

    item: Name
    found: Told


class LapseReviewed(Step, frozen=True, kw_only=True, tag="lapse_reviewed"):
    """What led up to a use, what helped, and what comes next, in the person’s words."""

    on: dt.date
    led_up: Said
    helped: Words = ""
    next_step: Words = ""


class AftercarePlanned(Step, frozen=True, kw_only=True, tag="aftercare_planned"):
    """What comes after: the next three contacts with who makes each, signs of trouble, and who helps.

    None is what was not talked about.
    """

    first: dt.datetime
    first_with: Told
    second: dt.datetime
    second_with: Told
    third: dt.datetime
    third_with: Told
    warning_signs: Words = ""
    helps: Words = ""
    services: Words = ""
    safety_plan: bool | None = None
    tolerance_told: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.at <= self.first <= self.second <= self.third:
            raise ValueError("contacts that are not in their order")

    @property
    def contacts(self) -> tuple[tuple[dt.datetime, str], ...]:
        """The three contacts: when, and with whom."""
        return ((self.first, self.first_with), (self.second, self.second_with), (self.third, self.third_with))


class Discharged(Step, frozen=True, kw_only=True, tag="discharged"):
    """The person leaves the programme: how, why, and why without a plan where there is none."""

    how: Literal["completed", "left_early", "moved", "other"]
    why: Line = ""
    without_plan: Line = ""


class OutcomeNoted(Step, frozen=True, kw_only=True, tag="outcome_noted"):
    """How it is so many months later, or that nobody was reached. What was not asked stays away."""

    of: Name
    reached: bool
    days_used: Annotated[int, Meta(ge=0, le=28)] | None = None
    craving: Tens | None = None
    pain: Tens | None = None
    mood: Tens | None = None
    satisfied: Tens | None = None
    suicidal: bool | None = None
    note: Words = ""


RecoveryStep = (
    RecoveryBegun
    | IntakeAnswered
    | DayNoted
    | MeetingHeld
    | GoalSet
    | GoalReviewed
    | HealthReviewed
    | LookedAt
    | LapseReviewed
    | AftercarePlanned
    | Discharged
    | OutcomeNoted
    | ContactMade
    | DangerSeen
    | MessageGiven
)
