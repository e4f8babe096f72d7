"""The board: what it says of each room, in which order, to whom; and what a screen gets that asks each second."""

import datetime as dt

import pytest

from keel.web.clinic.models import AuditRow, Patient
from keel.web.live import board as projection
from keel.web.live import screens
from keel.web.live.actions import record_events
from keel.web.live.models import Room, SoundCheck, Watch
from keel.web.live.queries import can_be_heard
from keel.web.live.watcher import Watcher
from support.clock import START, clock_at
from support.live import a_session

BOARD, ROOMS = "/clinic/harbour/board/", "/clinic/harbour/board/rooms/"
FINDING = {"rule", "severity", "summary", "why", "sources", "confidence", "conflicts", "next_step", "subject"}


def later(**time):
    return START + dt.timedelta(**time)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """What was written is on the board at once, and nothing is there of another test."""
    monkeypatch.setattr(screens, "LEAST_AGE_S", 0)
    for kept in (screens._kept, screens._rooms):
        kept.clear()


@pytest.fixture
def two_rooms(people, dana, harbour):
    """Dana in room 1, calm; Erin in room 2, with low oxygen."""
    other = Patient.objects.create(clinic=harbour, number="H-2", display_name="Erin Moss")
    first = a_session(dana, people["bob"], name="a1", room=Room.objects.create(clinic=harbour, name="Room 1"))
    second = a_session(other, people["bob"], name="b2", room=Room.objects.create(clinic=harbour, name="Room 2"))
    tell(second, people["bob"], "dose_started", amount="35 mg", over="40 min")
    tell(second, people["bob"], "vitals_recorded", sbp=128, dbp=78, hr=72, rr=14, spo2=82, minute=2)
    Watcher("one").round(later(minutes=2))
    return first, second


def tell(live, by, kind, minute=1, **said):
    at = later(minutes=minute)
    event = {"id": f"{live.id}-{kind}-{minute}", "at": at.isoformat(), "type": kind, **said}
    assert not record_events(by=by, live=live, events=[event], at=at).refused


def asked(browser, **query):
    with clock_at(later(minutes=2, seconds=query.pop("after", 1))):
        seen = query.pop("seen", "")
        return browser.get(ROOMS, query, headers={"Keel-Seen": seen})


def test_who_needs_somebody_stands_first_in_words_and_shape(at_desk, two_rooms):
    """HZ-ALM-07: two rooms, one critical: first row, in words, in any language."""
    page = asked(at_desk("tom")).content.decode()  # a therapist's screen shows a high alarm as every other
    assert page.index("Room 2") < page.index("Room 1")
    assert "Act now" in page
    assert "<svg" in page[page.index("room-high") :]
    assert "out of range" in page
    spanish = at_desk("bob")
    with clock_at(later(minutes=2, seconds=1)):
        spanish.cookies.load({"django_language": "es"})
        assert spanish.get(ROOMS).content.decode().index("Room 2") < 3000


def test_the_board_for_programs_has_its_shape(at_desk, two_rooms):
    """interfaces.md: `board.json`."""
    with clock_at(later(minutes=2, seconds=1)):
        document = at_desk("bob").get("/clinic/harbour/board.json").json()
    room = document["rooms"][0]
    shape = {"room", "patient", "session", "phase", "minutes_since_last_dose", "next", "alarms", "responsible"}
    assert shape <= set(room)
    assert (room["room"], room["patient"], room["session"], room["phase"]) == ("Room 2", "H-2", "b2", "dosing")
    assert set(room["next"]) == {"what", "due_at", "overdue"}
    alarm = next(one for one in room["alarms"] if one["rule"] == "A-IN-05-low")
    assert set(alarm) >= FINDING
    assert (alarm["severity"], alarm["priority"], alarm["occurrence"], alarm["still_true"]) == (
        "block",
        "high",
        1,
        True,
    )
    assert document["alarms"] == []


def test_a_screen_gets_nothing_where_nothing_changed_and_the_beat_all_the_same(at_desk, two_rooms, people):
    browser = at_desk("bob")
    first = asked(browser)
    same = asked(browser, token=first["Keel-Token"], after=4)
    assert (first.status_code, same.status_code, same.content) == (200, 204, b"")
    assert (first["Keel-Watch"], same["Keel-Watch"]) == ("1", "4")
    tell(two_rooms[0], people["bob"], "note", minute=2, text="calm")
    assert asked(browser, token=first["Keel-Token"], after=4).status_code == 200
    assert asked(at_desk("alice"), token=first["Keel-Token"], after=1).status_code == 200  # another role


def test_fifteen_seconds_without_a_beat_are_said_on_every_board(at_desk, two_rooms):
    """HZ-ALM-01, T11: the watcher is dead."""
    browser = at_desk("alice")
    assert b"Alarms are not running" not in asked(browser, after=14).content
    silent = asked(browser, after=16)
    assert b"Alarms are not running" in silent.content
    assert int(silent["Keel-Watch"]) == 16
    with clock_at(later(minutes=3)):
        (finding,) = browser.get("/clinic/harbour/board.json").json()["alarms"]
    assert (finding["rule"], finding["severity"]) == ("KEEL-NOT-WATCHED", "block")


def test_a_room_that_cannot_be_read_is_an_alarm_and_hides_no_other(at_desk, two_rooms, monkeypatch):
    """HZ-AVL-02."""
    whole = projection.seen

    def broken(live, *, at):
        if live.id == "a1":
            raise ValueError("a fault")
        return whole(live, at=at)

    monkeypatch.setattr(projection, "seen", broken)
    page = asked(at_desk("bob")).content.decode()
    assert "The alarms of this room are not running" in page
    assert "Room 2" in page
    monkeypatch.setattr(projection, "seen", whole)
    screens._kept.clear()
    Watch.objects.update(failed=["b2"])
    with clock_at(later(minutes=2, seconds=1)):
        rooms = at_desk("bob").get("/clinic/harbour/board.json").json()["rooms"]
    assert next(one["rule"] for one in rooms[0]["alarms"]) == "KEEL-ROOM-NOT-WATCHED"


def test_an_alarm_is_answered_by_name_and_paused_no_longer_than_it_may(at_desk, two_rooms, people):
    browser, address = at_desk("bob"), "/clinic/harbour/sessions/b2/alarms/"
    with clock_at(later(minutes=2, seconds=5)):
        assert "Seen by Bob" in browser.get(address).content.decode()
        assert browser.post(f"{address}?part=1", {"rule": "A-IN-05-low", "occurrence": 1}).status_code == 204
        pause = {"rule": "A-IN-05-low", "occurrence": 1, "over": "60 min"}
        assert browser.post(f"{address}?part=1", pause).status_code == 204
        assert browser.post(f"{address}?part=1", {**pause, "over": "for ever"}).status_code == 422
        page = asked(browser, after=6).content.decode()
    assert "Seen by Bob" in page
    assert "Sound paused by Bob until 10:04:05" in page  # 2 min, the most for a high alarm


def test_a_board_says_when_no_device_has_proved_its_sound(at_desk, two_rooms, harbour):
    """HZ-ALM-02: the tone was heard, on a device that is still here with its sound on."""
    browser, device = at_desk("bob"), "0123456789abcdef"
    silent = b"No device here has proved its sound"
    assert silent in asked(browser).content
    with clock_at(later(minutes=2)):
        assert browser.post("/clinic/harbour/board/sound/", {"device": device, "heard": "yes"}).status_code == 204
    assert silent in asked(browser, device=device, sound="blocked").content
    assert silent not in asked(browser, device=device, sound="on").content
    assert silent in asked(browser, after=130).content  # the device has gone
    assert not can_be_heard(harbour, later(minutes=2) + dt.timedelta(hours=12))  # another shift
    check = SoundCheck.objects.get()
    assert (check.was_heard, check.by.username) == (True, "bob")
    assert AuditRow.objects.filter(clinic=harbour, action="sound_check").count() == 1


def test_a_clinic_chooses_what_stands_on_the_board_for_a_person(at_desk, two_rooms, harbour):
    assert b"H-2" in asked(at_desk("tom")).content
    with clock_at(later(minutes=2)):
        at_desk("bob").post("/clinic/harbour/board/names/", {"names": "initials"})
    page = asked(at_desk("tom")).content
    assert b"E.M." in page
    assert b"H-2" not in page
    assert b"Erin" not in page


def test_a_screen_is_audited_for_each_person_once_and_not_each_second(at_desk, two_rooms, harbour):
    """HZ-PRV-04: whom a screen shows is in the audit; its asking each second is not."""
    browser = at_desk("bob")
    before = AuditRow.objects.filter(action="see_patients").count()
    first = asked(browser)
    for after in (31, 61, 91):
        again = asked(browser, after=after, seen=first["Keel-Seen"], token=first["Keel-Token"])
        assert again.status_code == 200
    rows = AuditRow.objects.filter(action="see_patients")
    assert rows.count() == before + 1
    assert set(rows.last().detail["patients"]) == {"H-1", "H-2"}
    stolen = asked(at_desk("alice"), seen=first["Keel-Seen"], token=first["Keel-Token"])
    assert stolen.status_code == 200
    assert rows.count() == before + 2


def test_a_locked_screen_tells_of_alarms_and_of_nobody(at_desk, two_rooms):
    """A board in the staff room locks like every screen; what it must still say names rooms alone."""
    browser = at_desk("bob")
    open_page = asked(browser).content
    browser.post("/account/lock/")
    page = asked(browser).content
    assert b"Oxygen saturation is dangerously low" in page
    assert b"H-2" in open_page
    assert b"H-2" not in page
    assert b"82" not in page
    assert browser.get(BOARD).status_code == 302
