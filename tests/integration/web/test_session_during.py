"""The part “During” and the frame around it: readings, what looks like a slip, times by hand, whose form it is."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from keel.interop.errors import ReadError
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.live import screens
from keel.web.live.entry import told_time
from keel.web.live.models import Room
from support.clock import START, clock_at
from support.live import PERSON, Desk, a_session, play, problem_of

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def live(people, dana, harbour):
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    return a_session(dana, people["bob"], room=Room.objects.create(clinic=harbour, name="Room 1"))


@pytest.fixture
def desk(at_desk, live):
    return Desk(at_desk, "bob", live)


def test_the_head_names_room_person_phase_and_emergency_on_every_part(desk):
    page = desk.page()
    assert "Room 1" in page
    assert "H-1" in page
    assert "preparing" in page
    assert f'href="{desk.address}emergency/"' in page


def test_a_reading_that_was_not_taken_has_its_reason_and_nothing_is_filled_in(desk):
    """HZ-VIT-04: the last values stand beside the fields, never in them."""
    desk.done("during", "vitals_recorded", sbp="142", dbp="88", hr="74", **{"not-spo2": "no signal"})
    event = Fact.objects.get(kind=Kind.EVENT, payload__event__type="vitals_recorded").payload["event"]
    assert (event["sbp"], event["dbp"], event.get("spo2")) == (142, 88, None)
    assert "no signal" in event["text"]
    page = desk.page("during")
    assert "142, just now" in page
    assert 'name="sbp" autocomplete="off" maxlength="5" value=""' in page


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"sbp": "181", "dbp": "80"}, "118"),  # two digits exchanged: live-session reference, section 2
        ({"sbp": "18", "dbp": ""}, "impossible"),  # below 40, the limit of the same table
        ({"sbp": "1180"}, "impossible"),
        ({"sbp": "80", "dbp": "118"}, "not above"),
        ({"hr": "7"}, "impossible"),
    ],
)
def test_a_slip_is_asked_about_before_it_is_stored(desk, typed, asked):
    """HZ-VIT-03: 118 typed 181, the lower pressure above the upper, a digit too few or too many."""
    desk.done("during", "vitals_recorded", sbp="118", dbp="76", hr="70")
    answer = desk.send("during", "vitals_recorded", **typed)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert ("cannot be" in words) if asked == "impossible" else (asked in words)
    assert Fact.objects.filter(kind=Kind.EVENT, payload__event__type="vitals_recorded").count() == 1


def test_a_doubtful_reading_that_is_right_is_saved_with_one_more_tap(desk):
    desk.done("during", "vitals_recorded", sbp="118", dbp="76")
    answer = desk.send("during", "vitals_recorded", sbp="181", dbp="99")
    assert "181</b>?" in answer.content.decode()
    desk.done("during", "vitals_recorded", sbp="181", dbp="99", sure="sbp=181")
    assert desk.state()["latest"]["sbp"]["value"] == 181


def test_after_oxygen_a_saturation_says_what_it_was_taken_on(desk):
    """HZ-VIT-08: added oxygen hides failing breathing."""
    desk.done("during", "vitals_recorded", spo2="98", on_oxygen="yes")
    assert "oxygen" in problem_of(desk.send("during", "vitals_recorded", spo2="98"))
    desk.done("during", "vitals_recorded", spo2="96", on_oxygen="no")


def test_a_form_of_another_person_is_refused(desk, people, harbour):
    """HZ-ID-01: the form names session and person; where either is another's nothing is recorded."""
    eve = Patient.objects.create(clinic=harbour, number="H-2", display_name="Eve")
    other = a_session(eve, people["bob"], name="b2", room=Room.objects.create(clinic=harbour, name="Room 2"))
    for wrong in ({"session": other.id, "number": "H-2"}, {"number": "H-2"}, {"session": other.id}, {"number": ""}):
        answer = desk.send("during", "vitals_recorded", sbp="130", dbp="80", **wrong)
        assert answer.status_code == 422
        assert "belongs to another person" in problem_of(answer)
    assert not Fact.objects.filter(kind=Kind.EVENT, payload__event__type="vitals_recorded").exists()


def test_a_time_by_hand_is_kept_as_such_and_never_lies_ahead(desk):
    with clock_at(START + 10 * MINUTE):
        desk.done("during", "note", text="calm", at=f"{START + 4 * MINUTE:%H:%M}")
        assert "still to come" in problem_of(desk.send("during", "note", text="x", at=f"{START + 12 * MINUTE:%H:%M}"))
        assert "no time of day" in problem_of(desk.send("during", "note", text="x", at="25:99"))
    fact = Fact.objects.get(payload__event__text="calm")
    assert dt.datetime.fromisoformat(fact.payload["event"]["at"]) == START + 4 * MINUTE
    assert fact.payload["clock"] == {"by_hand": True}


def test_one_tap_scores_sedation_and_records_what_happened(desk, people, live):
    play(live, people["bob"], until="dose_stopped")
    with clock_at(START + 40 * MINUTE):
        desk.done("during", "sedation_scored", moaas="4")
        desk.done("during", "adverse_event", what="vomiting")
        assert "It is over" in desk.page("during")
        desk.done("during", "adverse_event", what="vomiting", resolved="yes")
        assert "It is over" not in desk.page("during")
        assert desk.state()["latest"]["moaas"]["value"] == 4


def test_an_alarm_is_shown_with_its_word_and_seen_by_name(desk, people, live, monkeypatch):
    monkeypatch.setattr(screens, "LEAST_AGE_S", 0)
    play(live, people["bob"], until="dose_stopped")
    with clock_at(START + 44 * MINUTE):
        desk.done("during", "vitals_recorded", sbp="190", dbp="112", hr="90", spo2="97", rr="14", sure="sbp=190")
        alarm = desk.state()["standing"][0]
        assert "Answer" in desk.page()
        answer = {name: alarm[name] for name in ("rule", "occurrence")}
        assert desk.browser.post(f"{desk.address}alarms/?part=1", answer).status_code == 204
        assert "Seen by Bob" in desk.page()


def test_the_quiet_view_is_dark_and_has_the_alarms(desk, people, live):
    at = play(live, people["bob"], until="dose_stopped")
    with clock_at(at):
        page = desk.browser.get(f"{desk.address}?view=quiet").content.decode()
    assert "quiet-view" in page
    assert "Room 1" in page


@pytest.mark.parametrize(
    ("typed", "now", "expected"),
    [
        ("01:30", "2026-10-25T03:00+00:00", "2026-10-25T01:30+00:00"),  # the hour that came twice: its second time
        ("01:30", "2026-10-25T00:50+00:00", "2026-10-25T00:30+00:00"),  # before the second one has come, its first
        ("23:50", "2026-10-25T00:10+01:00", None),  # still to come today; yesterday is chosen by the person
    ],
)
def test_a_time_of_day_at_a_clock_change_is_one_that_has_been(typed, now, expected):
    """HZ-CLK-02: British summer time ends on 25 October 2026 at 01:00 UTC."""
    here = dt.datetime.fromisoformat(now).astimezone(ZoneInfo("Europe/London"))
    if expected is None:
        with pytest.raises(ReadError):
            told_time(typed, "", here)
        assert told_time(typed, "yesterday", here).day == 24
    else:
        assert told_time(typed, "", here).timestamp() == dt.datetime.fromisoformat(expected).timestamp()


def test_an_hour_that_the_clock_skipped_is_refused():
    """HZ-CLK-02: on 28 March 2027 the clock went from 01:00 to 02:00."""
    here = dt.datetime(2027, 3, 28, 9, tzinfo=ZoneInfo("Europe/London"))
    with pytest.raises(ReadError):
        told_time("01:30", "", here)


def test_events_of_another_person_are_not_stored(desk):
    """HZ-ID-01: what a device kept for somebody else never lands here."""
    event = {"id": "n1", "at": START.isoformat(), "type": "note", "text": "calm"}
    sent = json.dumps({"events": [event], "number": "H-2"})
    answer = desk.browser.post(f"{desk.address}events/", sent, content_type="application/json")
    assert answer.status_code == 409
    assert not Fact.objects.filter(key="n1").exists()
