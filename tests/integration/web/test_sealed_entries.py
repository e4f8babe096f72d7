"""What a device kept while it was not connected: sealed by a sign-in, opened here, stored once under who sealed it."""

import base64
import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.live import queue
from keel.web.live.models import Room
from support.clock import START, clock_at
from support.live import PERSON, a_session, of

LONDON = ZoneInfo("Europe/London")
QUEUE = "/clinic/harbour/queue/"
AT = "2026-11-21T09:00:00+00:00"


@pytest.fixture
def live(people, dana, harbour):
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    return a_session(dana, people["bob"], room=Room.objects.create(clinic=harbour, name="Room 1"))


def sealed(browser, live, number=1, kind="vitals_recorded", says=None, **fields):
    """An entry as the page of that browser seals it: AES-GCM under its key, bound to its id."""
    own = browser.get(f"{QUEUE}key/").json()
    name = f"entry-{number}"
    pairs = [[key, value] for key, value in {"type": kind, **of(live), **fields}.items()]
    text = {"session": live.id, "fields": pairs, "at": START.isoformat(), **(says or {})}
    iv = bytes([number]) * 12
    data = AESGCM(base64.b64decode(own["key"])).encrypt(
        iv, json.dumps(text).encode(), f"{own['sign_in']} {name}".encode()
    )
    code = lambda content: base64.b64encode(content).decode()  # noqa: E731
    return {"id": name, "sign_in": own["sign_in"], "iv": code(iv), "data": code(data)}


def send(browser, *entries, **more):
    return browser.post(
        QUEUE, {"entries": list(entries), "device": "tablet-1", **more}, content_type="application/json"
    ).json()


def events():
    return Fact.objects.filter(kind=Kind.EVENT, key__startswith="entry-").order_by("sequence")


def test_an_entry_is_stored_once_however_often_and_in_whatever_order_it_comes(at_desk, live):
    """HZ-OFF-02, T6: doubled and reordered."""
    bob = at_desk("bob")
    entries = [sealed(bob, live, number, sbp=str(120 + number)) for number in range(1, 6)]
    assert send(bob, *entries)["stored"] == [one["id"] for one in entries]
    assert set(send(bob, *reversed(entries), entries[2])["stored"]) == {one["id"] for one in entries}
    assert [one.payload["event"]["sbp"] for one in events()] == [121, 122, 123, 124, 125]
    again = send(bob, sealed(bob, live, 1, sbp="181"))
    assert "Another entry" in again["refused"][0]["why"], "one id with two contents is never taken for the first one"


def test_what_one_person_sealed_is_theirs_whoever_sends_it(at_desk, live, people):
    """HZ-OFF-03: Bob wrote, his sign-in has ended, Alice sends: the author is Bob, and who carried it stands beside."""
    bob = at_desk("bob")
    entry = sealed(bob, live, sbp="128", dbp="78")
    bob.post("/log-out/")
    assert send(at_desk("alice"), entry)["stored"] == ["entry-1"]
    (fact,) = events()
    assert (fact.recorded_by.username, fact.payload["event"]["by"]) == ("bob", "bob")
    assert fact.payload["clock"]["carried_by"] == "alice"
    assert send(at_desk("bob"), entry)["stored"] == ["entry-1"], "sent again by another, it is the same entry"
    assert events().count() == 1


def test_what_was_changed_forged_or_is_of_another_place_is_refused_with_the_reason(at_desk, live, people):
    bob, alice = at_desk("bob"), at_desk("alice")
    entry, other = sealed(bob, live, sbp="128"), sealed(alice, live, 2, sbp="128")
    flipped = base64.b64encode(bytes([base64.b64decode(entry["data"])[0] ^ 1]) + base64.b64decode(entry["data"])[1:])
    forged = [
        {**entry, "data": flipped.decode()},
        {**entry, "id": "entry-9"},
        {**entry, "sign_in": other["sign_in"]},
        {**entry, "sign_in": "1.abc:forged"},
        {**entry, "iv": "%"},
        {"id": "entry-1"},
    ]
    for one in forged:
        assert send(bob, one)["refused"][0]["why"].startswith("This entry cannot be opened"), one
    assert events().count() == 0
    charlie = Client()
    charlie.force_login(people["charlie"])
    answer = charlie.post("/clinic/hill/queue/", {"entries": [entry]}, content_type="application/json").json()
    assert "not one of this clinic" in answer["refused"][0]["why"]
    assert charlie.post(QUEUE, {"entries": [entry]}, content_type="application/json").status_code == 404
    assert events().count() == 0


def test_a_key_is_one_of_a_sign_in_and_survives_a_new_secret_key(at_desk, live, settings):
    bob, again = at_desk("bob"), at_desk("bob")
    key = bob.get(f"{QUEUE}key/")
    assert key["Cache-Control"] == "no-store"
    assert key.json()["key"] == bob.get(f"{QUEUE}key/").json()["key"] != again.get(f"{QUEUE}key/").json()["key"]
    entry = sealed(bob, live, sbp="128")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-this-server-" + "x" * 30
    assert send(at_desk("alice"), entry)["stored"] == ["entry-1"]


def test_a_deed_is_kept_only_as_one_that_has_happened(at_desk, live):
    """HZ-OFF-05: what the gate must let is not done by a queue."""
    bob = at_desk("bob")
    deed = sealed(bob, live, 1, "dose_started", amount="35 mg", over="40 min")
    assert "Nobody confirmed" in send(bob, deed)["refused"][0]["why"]
    told = sealed(bob, live, 2, "dose_started", {"happened": True}, amount="35 mg", over="40 min")
    assert send(bob, told)["stored"] == ["entry-2"]
    assert bob.get(f"/clinic/harbour/sessions/{live.id}.json").json()["phase"] == "dosing"


def test_a_doubtful_value_is_asked_of_who_is_at_the_form_and_of_nobody_later(at_desk, live):
    """HZ-VIT-03: 118 typed 181. Later nobody can say what the cuff showed: it was asked about when it was typed."""
    bob = at_desk("bob")
    assert send(bob, sealed(bob, live, 1, sbp="118", dbp="76"))["stored"]
    doubtful = sealed(bob, live, 2, sbp="181", dbp="76")
    assert send(bob, doubtful, asking="entry-2")["refused"][0]["why"].startswith("Is this right?")
    assert send(bob, doubtful)["stored"] == ["entry-2"]
    assert "cannot be" in send(bob, sealed(bob, live, 3, sbp="1810"))["refused"][0]["why"]


def test_the_clock_of_the_device_is_kept_beside_the_event_and_never_instead(at_desk, live):
    """HZ-CLK-03, T9: the tablet shows 1970; the event has the time of the server as the tablet knew it. Both stay."""
    bob = at_desk("bob")
    told = {"device_time": "1970-01-01T00:00:07+00:00", "offset_ms": 1795251600000, "error_ms": 40}
    with clock_at(START):
        send(bob, sealed(bob, live, 1, "note", told, text="calm"))
    (fact,) = events()
    assert fact.payload["event"]["at"] == START.isoformat()
    assert {name: fact.payload["clock"][name] for name in told} == told
    assert fact.payload["device"] == "tablet-1"
    ahead = sealed(bob, live, 2, "note", {"at": "2031-01-01T00:00:00+00:00"}, text="later")
    assert send(bob, ahead)["stored"] == ["entry-2"]
    assert events().last().effective_at <= events().last().recorded_at


def test_one_entry_that_two_pages_carry_at_once_is_stored_and_never_refused(at_desk, live, monkeypatch):
    """HZ-OFF-02: the second finds nothing stored when it looks, and the first has written when it writes."""
    bob, asked = at_desk("bob"), []
    entry = sealed(bob, live, 1, "note", {"at": "2031-01-01T00:00:00+00:00"}, text="ahead")
    assert send(bob, entry)["stored"] == ["entry-1"]
    real = queue._is_kept
    monkeypatch.setattr(queue, "_is_kept", lambda *told: bool(asked.append(told) or len(asked) > 1) and real(*told))
    with clock_at(START + dt.timedelta(minutes=2)):
        assert send(at_desk("bob"), entry)["stored"] == ["entry-1"]
    assert len(asked) == 2
    assert events().count() == 1


def test_the_record_shows_both_times_and_clocks_that_differ(at_desk, live):
    """HZ-CLK-03; live-session reference, section 3: shown above 5 s, warned above 30."""
    bob = at_desk("bob")
    with clock_at(START):
        for number, (device, seconds) in enumerate((("tablet-1", 4), ("tablet-2", 6), ("tablet-3", -31)), start=1):
            shown = (START - dt.timedelta(seconds=seconds)).isoformat()
            told = {"device_time": shown, "offset_ms": seconds * 1000, "error_ms": 20}
            send(bob, sealed(bob, live, number, "note", told, text=f"by {device}"), device=device)
        page = bob.get(f"/clinic/harbour/sessions/{live.id}/log/").content.decode()
    shown = [(START - dt.timedelta(seconds=seconds)).astimezone(LONDON) for seconds in (4, 6, -31)]
    assert [f"the device showed {time:%H:%M:%S}" in page for time in shown] == [False, True, True]
    assert page.count("wrong clock:") == 1
    assert "clocks of the devices of this session differ" in page


def test_who_lets_go_of_a_refused_entry_is_on_record(at_desk, live):
    bob = at_desk("bob")
    entry = sealed(bob, live, 1, sbp="1810")
    assert send(bob, dismissed=[{**entry, "why": "1810 cannot be"}])["dismissed"] == ["entry-1"]
    row = AuditRow.objects.filter(action="dismiss_entry").get()
    assert (row.actor, row.detail["of"], row.detail["why"]) == ("bob", "bob", "1810 cannot be")


def test_only_what_can_be_read_is_answered(at_desk, live):
    bob = at_desk("bob")
    for body in ("{", "[]", '{"entries": 1}', '{"entries": [1]}'):
        assert bob.post(QUEUE, body, content_type="application/json").status_code == 400
    assert at_desk("fay").post(QUEUE, "{}", content_type="application/json").status_code == 403
    assert Client().post(QUEUE, "{}", content_type="application/json").status_code in (302, 403)


def test_a_page_that_is_asked_for_again_comes_only_when_something_changed(at_desk, live):
    """Live-session reference, section 4: the token first; a screen that says what it shows leaves no second row."""
    bob = at_desk("bob")
    fresh = f"/clinic/harbour/sessions/{live.id}/fresh/"
    with clock_at(START):
        first = bob.get(fresh)
        rows = AuditRow.objects.count()
        again = bob.get(fresh, {"token": first["Keel-Token"]}, headers={"Keel-Seen": first["Keel-Seen"]})
        assert (first.status_code, again.status_code) == (200, 204)
        assert AuditRow.objects.count() == rows
        send(bob, sealed(bob, live, 1, sbp="128", dbp="78"))
        rows = AuditRow.objects.count()
        changed = bob.get(
            fresh, {"token": first["Keel-Token"], "part": "during"}, headers={"Keel-Seen": first["Keel-Seen"]}
        )
        assert "128" in changed.content.decode()
        assert AuditRow.objects.count() == rows
        bob.get(fresh, headers={"Keel-Seen": "forged"})
        assert AuditRow.objects.count() == rows + 1


def test_the_limits_of_a_page_without_a_connection_are_those_of_the_rules(live):
    """Protocol iv-racemic, A-IN-05-low and A-IN-01: what one value alone meets (protocols reference, running)."""
    from keel.web.live.local_limits import local_limits
    from keel.web.live.rules import rules_of

    protocol = rules_of(live.rules).protocols[live.protocol]
    limits = {(one["sign"], one["op"], one["value"], one["severity"]) for one in local_limits(protocol)}
    assert ("spo2", "<", protocol.number("in_spo2_low"), "block") in limits
    assert ("sbp", ">=", protocol.number("severe_sbp"), "hold") in limits
    assert not [one for one in limits if one[0] not in ("sbp", "dbp", "hr", "spo2", "rr")]
