"""What happens in assisted therapy, as it is written down: each a fact of the patient, told apart by `step`."""

import datetime as dt
from typing import Literal

from keel.assessment.tasks import ContactMade, DangerSeen, Line, MessageGiven, Name, Said, Step, Told, Words


class TherapyBegun(Step, frozen=True, kw_only=True, tag="therapy_begun"):
    """Therapy in one frame, by a manual in a version."""

    frame: Name
    manual: Line = ""


class VisitPlanned(Step, frozen=True, kw_only=True, tag="visit_planned"):
    """A visit that is planned: `visit` is its own name, `kind` one of the frame."""

    visit: Name
    kind: Name
    planned: dt.datetime
    people: Line = ""


class VisitHeld(Step, frozen=True, kw_only=True, tag="visit_held"):
    """A visit without a dose, from `at` until `ended`: who was there and as what, what was talked about.

    `group` names the meeting of several people; of whom else it was, nothing stands here. `note` belongs to the record.
    """

    visit: Name
    kind: Name
    ended: dt.datetime
    people: Line = ""
    done: tuple[Name, ...] = ()
    group: Name = ""
    note: Words = ""


class VisitMissed(Step, frozen=True, kw_only=True, tag="visit_missed"):
    """A visit that did not take place, and why."""

    visit: Name
    why: Line = ""


class IntentionSaid(Step, frozen=True, kw_only=True, tag="intention_said"):
    """An intention in the person’s own words. Nobody scores it."""

    words: Said


class SettingAgreed(Step, frozen=True, kw_only=True, tag="setting_agreed"):
    """The setting that was chosen: music, eyeshade (None: not asked), room, who is there and as what."""

    music: Line = ""
    eyeshade: bool | None = None
    room: Line = ""
    people: Line = ""


class TouchAgreed(Step, frozen=True, kw_only=True, tag="touch_agreed"):
    """What touch was agreed on: kinds of the frame (none: no touch), the sign to stop; None where nobody asked."""

    kinds: tuple[Name, ...] = ()
    stop_signal: Line = ""
    discussed: bool | None = None
    rehearsed: bool | None = None
    written: bool | None = None


class TouchUsed(Step, frozen=True, kw_only=True, tag="touch_used"):
    """One use of touch, and why."""

    kind: Name
    why: Told


class RecordingAnswered(Step, frozen=True, kw_only=True, tag="recording_answered"):
    """Whether the session may be recorded, and how."""

    given: bool
    how: Line = ""


class TransportArranged(Step, frozen=True, kw_only=True, tag="transport_arranged"):
    """How the person gets home from the next dose; `changed` says why where it differs from what was arranged."""

    how: Told
    changed: Line = ""


class DosingBegun(Step, frozen=True, kw_only=True, tag="dosing_begun"):
    """A visit with a dose begins. `passed` is why a prescriber let it although a gate held, `held` which gates."""

    visit: Name
    people: Line = ""
    passed: Line = ""
    held: tuple[Name, ...] = ()


class DosingEnded(Step, frozen=True, kw_only=True, tag="dosing_ended"):
    """The visit with a dose is over: what was done, the music that played, the eyeshade, the first words."""

    visit: Name
    done: tuple[Name, ...] = ()
    music: Line = ""
    eyeshade: bool | None = None
    note: Words = ""


class TherapyEnded(Step, frozen=True, kw_only=True, tag="therapy_ended"):
    """Therapy is over: as planned, by the person, by the clinic, or moved elsewhere, and why."""

    how: Literal["planned", "by_person", "by_clinic", "moved"]
    why: Line = ""


TherapyStep = (
    TherapyBegun
    | VisitPlanned
    | VisitHeld
    | VisitMissed
    | IntentionSaid
    | SettingAgreed
    | TouchAgreed
    | TouchUsed
    | RecordingAnswered
    | TransportArranged
    | DosingBegun
    | DosingEnded
    | ContactMade
    | DangerSeen
    | MessageGiven
    | TherapyEnded
)
