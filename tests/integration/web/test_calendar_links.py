"""Visits in a calendar program: a secret link that can be ended, with times and one word, nothing else."""

import datetime as dt
import re

from keel.web.clinic.actions import record_fact, void_fact
from keel.web.clinic.models import AuditRow, Kind
from keel.web.course.models import CalendarLink
from support.clock import START

DAY = dt.timedelta(days=1)


def _visit(patient, by, when, key, **changed):
    payload = {"at": when.isoformat(), "what": "infusion of ketamine", "course": "c1", "phase": "induction"}
    return record_fact(by=by, patient=patient, kind=Kind.VISIT, payload=payload, key=key, at=START, **changed)


def _link(browser, address):
    page = browser.post(address, {"make": "1"}).content.decode()
    return re.search(r"http://testserver(/clinic/calendar/[\w-]+\.ics)", page).group(1)


def _events(text):
    return [
        dict(line.split(":", 1) for line in one.split("\r\n") if ":" in line) for one in text.split("BEGIN:VEVENT")[1:]
    ]


def test_a_patients_link_tells_times_and_changes_and_nothing_of_the_treatment(at_desk, client, people, dana):
    """RFC 5545: a visit that moves keeps its UID and raises SEQUENCE; one called off stays, CANCELLED. RFC 7986: a UID
    holds no data of user or host."""
    moved = _visit(dana, people["fay"], START + DAY, "a")
    gone = _visit(dana, people["fay"], START + 2 * DAY, "b")
    feed = _link(at_desk("fay"), "/clinic/harbour/patients/H-1/calendar/")
    before = _events(client.get(feed).content.decode())
    _visit(dana, people["fay"], START + 3 * DAY, "c", supersedes=moved, reason="moved")
    void_fact(by=people["fay"], fact=gone, reason="called off", key="d", at=START)
    answer = client.get(feed)
    text = answer.content.decode()
    after = {one["UID"]: one for one in _events(text)}
    assert [after[one["UID"]]["SEQUENCE"] for one in before] == ["1", "1"]
    assert [after[one["UID"]]["STATUS"] for one in before] == ["CONFIRMED", "CANCELLED"]
    assert after[before[0]["UID"]]["DTSTART"] == (START + 3 * DAY).strftime("%Y%m%dT%H%M%SZ")
    assert {one["SUMMARY"] for one in after.values()} == {"Appointment"}
    for word in ("ketamine", "infusion", "induction", "Dana", "H-1", "Harbour", "testserver"):
        assert word.casefold() not in text.casefold()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "no-store")


def test_a_link_is_shown_once_ends_and_is_audited(at_desk, client, people, dana):
    browser, address = at_desk("fay"), "/clinic/harbour/patients/H-1/calendar/"
    first = _link(browser, address)
    assert first not in browser.get(address).content.decode()
    assert first.rpartition("/")[2].removesuffix(".ics") not in CalendarLink.objects.get().digest
    assert client.get(first).status_code == 200
    assert "A calendar asked last" in browser.get(address).content.decode()
    second = _link(browser, address)
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    assert browser.post(address, {"end": "1"}).status_code == 302
    assert client.get(second).status_code == 404
    actions = AuditRow.objects.filter(subject="H-1", action__endswith="calendar_link").values_list("action", flat=True)
    assert list(actions) == ["make_calendar_link", "make_calendar_link", "end_calendar_link"]


def test_the_link_of_a_clinic_numbers_visits_and_ends_with_the_work_there(at_desk, client, people, dana):
    _visit(dana, people["fay"], START + DAY, "a")
    _visit(dana, people["fay"], START + DAY + dt.timedelta(hours=1), "b")
    feed = _link(at_desk("bob"), "/clinic/harbour/calendar/")
    assert [one["SUMMARY"] for one in _events(client.get(feed).content.decode())] == ["Appointment 1", "Appointment 2"]
    people["bob"].memberships.all().delete()
    assert client.get(feed).status_code == 404
