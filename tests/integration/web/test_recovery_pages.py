"""The recovery programme through its pages: intake, days, groups, leaving with a plan, and months later."""

import datetime as dt

import pytest

from keel.web.clinic.models import Fact
from keel.web.therapy.models import DayTemplate
from support.care_desk import CareDesk, errors_of, filled_in
from support.clock import START, clock_at

DAY = dt.timedelta(days=1)


@pytest.fixture
def bob(at_desk, dana):
    return lambda: CareDesk(at_desk, "bob", dana, "recovery")


def _plan(start):
    told = {"first_with": "Bob, by telephone", "second_with": "Tom", "third_with": "drug service"}
    days = {"first": 2, "second": 7, "third": 14}
    return told | {name: (start + day * DAY).strftime("%Y-%m-%dT10:00") for name, day in days.items()}


def test_from_nothing_to_a_year_after(bob, at_desk):
    assert "It has not begun." in bob().page()
    bob().done("recovery_begun", aim="stop", days="28")
    assert "This person is in the programme already." in errors_of(bob().send("recovery_begun", aim="stop"))
    bob().done("intake_answered", **{"answers-alcohol_dependence": "yes", "answers-bladder_pain": "no"})
    page = bob().page()
    assert "withdrawal from these can be dangerous" in page
    assert "Not known:" in page, "what was not asked is named"
    bob().done("day_noted", **{"values-craving": "8", "values-pain": "3.5", "used": "no"})
    bob().done("goal_set", words="to sleep at home", by_day="2026-12-24")
    bob().done("meeting_held", form="individual", topic="urges", attended="there")
    bob().done("health_reviewed", about="urology", what="referred to the clinic on Hill Street")
    bob().done("lapse_reviewed", on="2026-11-20", led_up="pain at night", helped="called Sam")
    page = bob().page()
    assert "not used on 1, not known of 27" in page
    assert "there at 1 of 1" in page
    assert "Nobody starts again at zero." in bob().page("recovery/lapse_reviewed/")
    with clock_at(START + 27 * DAY):
        desk = bob()
        assert "Make it, or say why there is none yet." in errors_of(desk.send("discharged", how="completed"))[0]
        desk.done("aftercare_planned", **_plan(START + 27 * DAY))
        desk.done("discharged", how="completed")
        assert at_desk("bob").get(f"{desk.base}recovery/plan.pdf").content.startswith(b"%PDF")
    with clock_at(START + 60 * DAY):
        desk = bob()
        assert "After 1 month" in desk.page()
        desk.done("outcome_noted", "?of=1mo", reached="yes", days_used="2")
        assert "Days of use in the last 28: 2" in desk.page()


def test_the_day_is_edited_by_the_centre_and_a_stay_keeps_its_own(bob, at_desk, dana):
    bob().done("recovery_begun", aim="fewer")
    browser, address = at_desk("alice"), "/clinic/harbour/care/day/"
    form = filled_in(browser.get(address).content.decode())
    assert form["block-0-time"] == "07:30", "the neutral day of recovery.md section 6"
    changed = {
        **form,
        "block-0-time": "08:15",
        "block-0-title": "Swim",
        "block-9-time": "22:00",
        "block-9-title": "Rest",
    }
    assert browser.post(address, changed).status_code == 302
    assert len(DayTemplate.objects.get().blocks) == 10
    assert "Swim" in browser.get(address).content.decode()
    half = browser.post(address, {**form, "block-1-time": "25:00", "block-2-title": ""})
    assert half.status_code == 422
    assert "Swim" not in bob().page()
    assert at_desk("bob").get(address).status_code == 403
    assert Fact.objects.get(payload__step="recovery_begun").payload["blocks"][0]["time"] == "07:30"


def test_a_group_notes_who_was_there_and_who_was_not(bob, at_desk, dana):
    bob().done("recovery_begun", aim="stop")
    told = {"key": "g1", "at": START.strftime("%Y-%m-%dT09:00"), "ended": START.strftime("%Y-%m-%dT09:45")}
    answer = at_desk("bob").post(
        "/clinic/harbour/care/recovery/group/", {**told, "topic": "Urges", "was-H-1": "absent"}
    )
    assert answer.status_code == 302, errors_of(answer)
    assert "there at 0 of 1" in bob().page()


def test_values_outside_their_scale_are_refused_beside_the_field(bob):
    bob().done("recovery_begun", aim="stop")
    assert bob().send("day_noted", **{"values-craving": "11"}).status_code == 422
    assert bob().send("day_noted", **{"values-craving": "much"}).status_code == 422
    assert not Fact.objects.filter(payload__step="day_noted").exists()
