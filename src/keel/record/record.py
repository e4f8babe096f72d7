"""The values of a record. All frozen; a correction is a new record.

Times are aware datetimes. Amounts are milligrams in an `Interval`, None where nobody knows how much. What was not
asked or not given is None or `unknown`, never zero, never “no”.
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from keel.messages import Message
from keel.quantities import Form, Interval


class Sex(StrEnum):
    """Sex as recorded; `unknown` where it was not."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Pregnancy(StrEnum):
    """Whether pregnant; `not_asked` is not “no”."""

    PREGNANT = "pregnant"
    NOT_PREGNANT = "not_pregnant"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"


class DoseCertainty(StrEnum):
    """How the amount of a dose is known."""

    MEASURED = "measured"
    REPORTED = "reported"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class Setting(StrEnum):
    """Where and under whose care a dose was taken."""

    CLINIC = "clinic"
    PRESCRIBED_HOME = "prescribed_home"
    NON_MEDICAL = "non_medical"
    UNKNOWN = "unknown"

    @property
    def is_medical(self) -> bool:
        """Whether a prescriber stands behind it."""
        return self in (Setting.CLINIC, Setting.PRESCRIBED_HOME)


class Precision(StrEnum):
    """To what a time is known: a dose remembered by its month keeps that month, no invented day."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Dose(msgspec.Struct, frozen=True, kw_only=True):
    """One dose. `substance` and `route` are ids of the knowledge; `start` to `end` is the time of giving.

    `amount_mg` is in the form that `form` says (salt is not yet converted). `per_kg` keeps a dose written per body
    weight whose weight is unknown: milligrams per kilogram, and `amount_mg` is then None.
    """

    substance: str
    route: str
    start: dt.datetime
    end: dt.datetime | None = None
    amount_mg: Interval | None = None
    per_kg: Interval | None = None
    form: Form = Form.NOT_STATED
    certainty: DoseCertainty = DoseCertainty.UNKNOWN
    setting: Setting = Setting.UNKNOWN
    precision: Precision = Precision.MINUTE
    devices: int | None = None
    id: str = ""
    origin: str = ""

    @property
    def duration_min(self) -> float:
        """Minutes from start to end; 0 for a dose given at once or with no end known."""
        return (self.end - self.start).total_seconds() / 60 if self.end else 0.0


class UsePattern(msgspec.Struct, frozen=True, kw_only=True):
    """A repeated way of using, as told: amount a session, sessions a year, since when, until when.

    A session is a using day: `mg_per_session` is all that was taken on it, in `doses_per_day` doses where their number
    was told. `per_kg` keeps an amount written per body weight whose weight is unknown; `mg_per_session` is then None.
    `sessions_per_year` counts using days. `mg_per_year` is given where an amount was told for a whole week or month (“3
    g a week”), which leaves the number of sessions open: at least one in each of `periods_per_year`. `months` is how
    long, where a length was told; `start` and `end` where dates were. `is_current` is False for what is over, `end`
    then when it ended, None where nobody said. `course_sessions` is the number of sessions of a course that ends by
    itself (“8 x 56 mg”). `weekdays` are the days of the week where they were named, 1 for Monday. The patterns of one
    text with one `sequence` follow one another; sequences run side by side. `assumed` lists what Keel took as read.
    """

    text: str
    substance: str = "unknown"
    route: str = "unknown"
    setting: Setting = Setting.UNKNOWN
    form: Form = Form.NOT_STATED
    mg_per_session: Interval | None = None
    per_kg: Interval | None = None
    doses_per_day: Interval | None = None
    mg_per_year: Interval | None = None
    periods_per_year: float | None = None
    sessions_per_year: Interval | None = None
    course_sessions: int | None = None
    months: Interval | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    is_current: bool = True
    sequence: int = 0
    weekdays: tuple[int, ...] = ()
    assumed: tuple[Message, ...] = ()
    id: str = ""


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One value measured: what (LOINC or local code, and its name), number or words, UCUM unit, when, by, device.

    `absent` holds the reason where the sender said that there is no value. `upper_limit` is the upper limit of normal
    that the laboratory printed beside it, in the same unit; None where none came, which says nothing about normal.
    """

    code: str
    system: str
    name: str
    value: float | str | bool | None
    unit: str = ""
    at: dt.datetime | None = None
    by: str = ""
    device: str = ""
    absent: str = ""
    upper_limit: float | None = None
    id: str = ""

    @property
    def number(self) -> float | None:
        """The value where it is a number; None for words, yes or no, and no value."""
        return float(self.value) if isinstance(self.value, int | float) and not isinstance(self.value, bool) else None


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered in one sitting of a questionnaire: item id to answer.

    An answer is a number, or one of the words `not_asked`, `declined`, `unanswered`, `not_understood` (an answer came,
    and nobody knows what it says). `total` is a total that came without its items.
    """

    instrument: str
    items: dict[str, int | str] = {}
    total: float | None = None
    version: str = ""
    at: dt.datetime | None = None
    id: str = ""


class RiskLevel(StrEnum):
    """How high a risk was judged."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class RiskAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """What a clinician judged after talking to the person: of which risk, how high, who, when and why.

    One with a name, a reason and a time closes what was told of that risk before it; any other only tells a level.
    """

    level: RiskLevel
    risk: str = "suicide"
    by: str = ""
    reason: str = ""
    at: dt.datetime | None = None
    id: str = ""


class ReviewKind(StrEnum):
    """What a review of a course looked at."""

    RESPONSE = "response"
    EXPOSURE = "exposure"


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A review of a course: of what, on which day, by whom; for a response whether there was one."""

    of: ReviewKind
    on: dt.date
    by: Annotated[str, Meta(min_length=1)]
    responded: bool | None = None


MEDICINE_STATUSES = ("active", "taken", "unknown", "stopped", "planned", "on-hold", "administered")
"""How a medicine can stand in a record. Another word could drop it from the check unseen, so readers refuse one."""
TAKEN = ("active", "taken", "unknown")
"""Statuses of a medicine that counts as taken now; one that nobody knows counts, too."""


class Medicine(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine or other drug as it was typed or sent, with codes where it came with any."""

    text: str
    status: str = "active"
    codes: dict[str, str] = {}
    started: dt.date | None = None
    stopped: dt.date | None = None
    id: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A diagnosis or problem as it was typed or sent, with codes where it came with any.

    `present` is False for one that was asked about and denied. `status` is a word such as active, remission, resolved
    or suspected; `ended` is the day since when it is over.
    """

    text: str
    codes: dict[str, str] = {}
    status: str = "active"
    present: bool = True
    onset: dt.date | None = None
    ended: dt.date | None = None
    id: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who the record is about, as far as known. `id` is the sender's; names are never read."""

    id: str = ""
    age_years: float | None = None
    birth_date: dt.date | None = None
    sex: Sex = Sex.UNKNOWN
    weight_kg: float | None = None
    height_cm: float | None = None
    pregnancy: Pregnancy = Pregnancy.NOT_ASKED
    country: str = ""

    @property
    def is_pregnant(self) -> bool | None:
        """Yes or no as told; None where it is not known or was not asked."""
        return {Pregnancy.PREGNANT: True, Pregnancy.NOT_PREGNANT: False}.get(self.pregnancy)

    def age_at(self, at: dt.datetime) -> float | None:
        """Completed years at a time from the birth date, else the age as told; None where neither is known."""
        if self.birth_date is None:
            return self.age_years
        born, today = self.birth_date, at.date()
        return float(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


class ReadingNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something a reader met and did not take as a fact: what kind, how often, where, and why not.

    The texts are messages; what was typed or sent is plain. `where` is the first of the `places`.
    """

    what: str
    count: int = 1
    where: str = ""
    reason: str = ""
    places: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One person's facts, and what was read but not understood (`notes`)."""

    person: Person = Person()
    doses: tuple[Dose, ...] = ()
    patterns: tuple[UsePattern, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    medicines: tuple[Medicine, ...] = ()
    answers: tuple[Answers, ...] = ()
    conditions: tuple[Condition, ...] = ()
    risk_assessments: tuple[RiskAssessment, ...] = ()
    reviews: tuple[Review, ...] = ()
    notes: tuple[ReadingNote, ...] = ()
    format: str = ""
