"""Assisted therapy as a fold of what was written down: gates, touch, contacts, danger.

Times of contacts are those of shared care.md section 6 (24 hours and 7 days), kinds of touch and the least time between
preparation and dose those of its row “Oregon psilocybin” (24 h to 90 days; hug, hands, feet, shoulders).
"""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from keel.assessment.tasks import ContactMade, DangerSeen, MessageGiven
from keel.assessment.therapy.fold import fold_therapy, may_be_agreed
from keel.assessment.therapy.steps import (
    DosingBegun,
    DosingEnded,
    IntentionSaid,
    RecordingAnswered,
    TherapyBegun,
    TherapyStep,
    TouchAgreed,
    TouchUsed,
    TransportArranged,
    VisitHeld,
    VisitPlanned,
)
from keel.knowledge import load

LONDON = ZoneInfo("Europe/London")
START = dt.datetime(2027, 3, 1, 9, tzinfo=LONDON)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FRAME = load().therapies["assisted-therapy"]


def stands(*steps, at):
    return fold_therapy([TherapyBegun(at=START, frame=FRAME.id), *steps], frame=FRAME, at=at.astimezone(LONDON))


def gates(*steps, at):
    return {one.rule: str(one.severity) for one in stands(*steps, at=at).gate}


def prepared(at=START):
    return VisitHeld(at=at, visit="p", kind="preparation", ended=at + HOUR, done=("frame", "touch"))


AGREED = (
    prepared(),
    TouchAgreed(at=START + HOUR, kinds=(), discussed=True),
    TransportArranged(at=START + HOUR, how="Sam drives"),
    RecordingAnswered(at=START + HOUR, given=False),
    IntentionSaid(at=START + HOUR, words="to be less afraid"),
)


def test_nothing_that_was_not_asked_passes():
    assert gates(at=START) == {
        "T-PREPARATION": "hold",
        "T-TOUCH": "hold",
        "T-TRANSPORT": "hold",
        "T-RECORDING": "warn",
        "T-INTENTION": "note",
    }


def test_a_prepared_person_who_agreed_is_held_by_nothing():
    assert gates(*AGREED, at=START + 3 * DAY) == {}


@pytest.mark.parametrize(
    ("after", "speaks"), [(HOUR * 24, True), (HOUR * 26, False), (DAY * 90, False), (DAY * 92, True)]
)
def test_a_preparation_is_neither_of_today_nor_of_last_season(after, speaks):
    """Oregon: 24 h to 90 days; the visit ended an hour after it began."""
    assert ("T-PREPARATION-FRESH" in gates(*AGREED, at=START + after)) is speaks


def test_the_same_said_in_another_order_or_offset_is_the_same():
    moved = [msgspec.convert(_elsewhere(one), TherapyStep) for one in reversed(AGREED)]
    assert gates(*moved, at=START + 3 * DAY) == gates(*AGREED, at=START + 3 * DAY) == {}


def _elsewhere(step):
    """The step with its times written in another offset."""
    tokyo = dt.timezone(9 * HOUR)
    told = {name: getattr(step, name) for name in step.__struct_fields__}
    moved = {name: one.astimezone(tokyo) if isinstance(one, dt.datetime) else one for name, one in told.items()}
    return msgspec.to_builtins(type(step)(**moved))


def test_the_way_home_of_the_last_dose_says_nothing_of_the_next():
    steps = (*AGREED, DosingBegun(at=START + 3 * DAY, visit="d"), DosingEnded(at=START + 3 * DAY + 3 * HOUR, visit="d"))
    assert "T-TRANSPORT" in gates(*steps, at=START + 5 * DAY)


def test_touch_is_never_widened_while_a_dose_is_under_way():
    """care.md 6: never widened in session. It may be taken away at once; more counts from the next visit on."""
    begun = START + 3 * DAY
    steps = [
        *AGREED,
        TouchAgreed(at=START + 2 * HOUR, kinds=("hands", "hug"), rehearsed=True),
        DosingBegun(at=begun, visit="d"),
        TouchUsed(at=begun + HOUR, kind="hands", why="asked for it"),
        TouchAgreed(at=begun + 2 * HOUR, kinds=("feet", "hands")),
        TouchUsed(at=begun + 2 * HOUR + HOUR / 2, kind="feet", why="asked for it"),
    ]
    during = stands(*steps, at=begun + 3 * HOUR)
    assert [(one.used.kind, one.was_agreed) for one in during.touches] == [("hands", True), ("feet", False)]
    assert during.touch.kinds == ("hands",)
    assert may_be_agreed(TouchAgreed(at=begun, kinds=()), during)
    assert not may_be_agreed(TouchAgreed(at=begun, kinds=("hug",)), during)
    after = stands(*steps, DosingEnded(at=begun + 4 * HOUR, visit="d"), at=begun + 5 * HOUR)
    assert after.touch.kinds == ("feet", "hands")


def test_contacts_run_by_the_hour_over_the_change_of_the_clocks():
    """A dose that ends on Saturday 27 March 2027, 18:00 in London; the clocks go forward that night."""
    ended = dt.datetime(2027, 3, 27, 18, tzinfo=dt.UTC)
    steps = [*AGREED, DosingBegun(at=ended - 3 * HOUR, visit="d"), DosingEnded(at=ended, visit="d")]
    tasks = {one.id: one for one in stands(*steps, at=ended + HOUR).tasks if one.kind == "contact"}
    assert {name: f"{one.due_at:%d %H:%M}" for name, one in tasks.items()} == {
        "24h": "28 19:00",
        "72h": "30 19:00",
        "7d": "03 19:00",
    }
    assert not tasks["24h"].is_overdue
    steps.append(ContactMade(at=ended + 20 * HOUR, of="d", contact="24h", reached=False))
    late = {one.id: one for one in stands(*steps, at=ended + 25 * HOUR).tasks if one.kind == "contact"}
    assert (late["24h"].tried, late["24h"].is_overdue) == (1, True)
    steps.append(ContactMade(at=ended + 26 * HOUR, of="d", contact="24h", reached=True))
    steps.append(VisitHeld(at=ended + 70 * HOUR, visit="i", kind="integration", ended=ended + 71 * HOUR))
    rest = [one.id for one in stands(*steps, at=ended + 75 * HOUR).tasks if one.kind == "contact"]
    assert rest == ["7d"]


def test_danger_that_was_told_stays_until_somebody_looked():
    """HZ-SUI-07: what became worse after a dose is looked at within a day; thoughts of suicide at once."""
    ended = START + 4 * DAY
    steps = [*AGREED, DosingBegun(at=ended - HOUR, visit="d"), DosingEnded(at=ended, visit="d")]
    told = ContactMade(at=ended + DAY, of="d", contact="24h", reached=True, suicidal=True)
    better = ContactMade(at=ended + 7 * DAY, of="d", contact="7d", reached=True, suicidal=False, worse=False)
    danger = [one for one in stands(*steps, told, better, at=ended + 8 * DAY).tasks if one.kind == "danger"]
    assert [(one.id, one.is_overdue) for one in danger] == [("suicidal", True)]
    seen = DangerSeen(at=ended + 8 * DAY, what="seen, plan made")
    assert "danger" not in {one.kind for one in stands(*steps, told, better, seen, at=ended + 9 * DAY).tasks}
    worse = ContactMade(at=ended + DAY, of="d", contact="24h", reached=True, worse=True)
    danger = [one for one in stands(*steps, worse, at=ended + DAY + HOUR).tasks if one.kind == "danger"]
    assert [(one.id, one.due_at, one.is_overdue) for one in danger] == [("worse", ended + 2 * DAY, False)]


def test_danger_told_in_the_minute_after_somebody_looked_is_new_danger():
    """Times have minutes: of two at one time the one written later counts later."""
    at = START + DAY
    told = ContactMade(at=at, of="stay", contact="24h", reached=True, suicidal=True)
    seen = DangerSeen(at=at, what="seen")
    assert [one.id for one in stands(seen, told, at=at).tasks if one.kind == "danger"] == ["suicidal"]
    assert [one.id for one in stands(told, seen, at=at).tasks if one.kind == "danger"] == []


def test_texts_are_due_before_during_and_after_until_somebody_gave_them():
    planned = VisitPlanned(at=START, visit="d", kind="dosing", planned=START + 3 * DAY)
    texts = {one.id: one.due_at for one in stands(planned, at=START).tasks if one.kind == "message"}
    assert texts == {"before-day": START + 2 * DAY}
    given = MessageGiven(at=START + 2 * DAY, of="d", message="before-day", how="by telephone")
    assert [one for one in stands(planned, given, at=START + 2 * DAY).tasks if one.kind == "message"] == []
    begun = DosingBegun(at=START + 3 * DAY, visit="d")
    assert "during" in {one.id for one in stands(planned, begun, at=START + 3 * DAY).tasks}
    ended = DosingEnded(at=START + 3 * DAY + HOUR, visit="d")
    after = {one.id for one in stands(planned, begun, ended, at=START + 3 * DAY + HOUR).tasks if one.kind == "message"}
    assert after == {"after-door", "after-day"}


def test_a_planned_visit_that_is_past_asks_what_became_of_it():
    planned = VisitPlanned(at=START, visit="v", kind="integration", planned=START + DAY)
    assert [one.kind for one in stands(planned, at=START + 2 * DAY).tasks] == ["visit"]
    held = VisitHeld(at=START + DAY, visit="v", kind="integration", ended=START + DAY + HOUR)
    assert stands(planned, held, at=START + 2 * DAY).tasks == ()


def test_a_time_without_its_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        IntentionSaid(at=START.replace(tzinfo=None), words="to rest")
