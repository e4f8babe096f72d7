"""A screen that is left locks; its person opens it again where they were; nothing happens behind the lock."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db import OperationalError

from keel.web.accounts.models import Pin
from keel.web.clinic.models import AuditRow, Fact
from support.clock import START, clock_at
from support.web_text import text_of

PAGE = "/clinic/harbour/patients/H-1/"
LATER = START.replace(minute=START.minute + 11)
"""After the ten minutes that a screen stays open without anybody there."""


@pytest.fixture
def desk(at_desk, people, dana):
    """Alice at her screen, with a PIN and a password."""
    people["alice"].set_password("a long pass phrase")
    people["alice"].save()
    Pin.objects.create(user=people["alice"], digest=make_password("4711"))
    return at_desk("alice")


def unlock(desk, secret, **more):
    return desk.post("/account/unlock/", {"secret": secret, "next": PAGE, **more})


def is_open(desk):
    return desk.get(PAGE).status_code == 200


def test_a_locked_screen_shows_whose_it_is_and_nothing_else(desk):
    desk.post("/account/lock/", {"next": PAGE})
    page = desk.get(PAGE)
    assert page["Location"] == f"/account/lock/?next={PAGE.replace('/', '%2F')}"
    html = desk.get(page["Location"]).content.decode()
    assert "Alice" in text_of(html)
    assert "Dana" not in html
    assert "Harbour" not in html


@pytest.mark.parametrize("secret", ["4711", "a long pass phrase"])
def test_pin_or_password_opens_it_where_one_was(desk, secret):
    desk.post("/account/lock/")
    assert unlock(desk, secret)["Location"] == PAGE
    assert is_open(desk)


@pytest.mark.parametrize("secret", ["4712", "", "47 11", "٤٧١١"])
def test_nothing_else_does(desk, secret):
    desk.post("/account/lock/")
    assert unlock(desk, secret).status_code == 422
    assert not is_open(desk)


def test_a_screen_that_nobody_is_at_locks_by_itself(desk):
    with clock_at(START):
        assert is_open(desk)
    with clock_at(LATER):
        assert desk.get(PAGE)["Location"].startswith("/account/lock/")
        unlock(desk, "4711")
        assert is_open(desk)


def test_a_board_that_refreshes_by_itself_keeps_no_screen_open(desk):
    """What a script fetches is nobody being there; a person who types says so."""
    with clock_at(START):
        desk.get(PAGE)
    with clock_at(START.replace(minute=START.minute + 6)):
        desk.get(PAGE, headers={"Sec-Fetch-Dest": "empty"})
    with clock_at(LATER):
        assert desk.get(PAGE, headers={"Sec-Fetch-Dest": "empty"}).status_code == 423
    desk.cookies.clear()


def test_typing_keeps_it_open(desk):
    with clock_at(START):
        desk.get(PAGE)
    with clock_at(START.replace(minute=START.minute + 6)):
        assert desk.post("/account/here/").status_code == 204
    with clock_at(LATER):
        assert is_open(desk)


def test_what_is_sent_to_a_locked_screen_is_not_carried_out_and_that_is_said(desk):
    desk.post("/account/lock/")
    page = desk.post(f"{PAGE}medicine/", {"key": "k", "text": "sertraline"}, follow=True)
    assert Fact.objects.count() == 0
    assert "what you sent was not carried out" in text_of(page.content.decode())


def test_after_five_wrong_tries_the_session_ends(desk):
    desk.post("/account/lock/")
    for _ in range(5):
        assert unlock(desk, "0000").status_code == 422
    assert unlock(desk, "4711")["Location"].startswith("/log-in/")
    assert "_auth_user_id" not in desk.session
    row = AuditRow.objects.get(action="locked_out")
    assert (row.actor, row.detail["why"]) == ("alice", "pin")


def test_wrong_tries_are_forgotten_after_a_right_one(desk):
    for _ in range(3):
        desk.post("/account/lock/")
        for _ in range(3):
            unlock(desk, "0000")
        unlock(desk, "4711")
        assert is_open(desk)


def test_a_page_that_stays_behind_the_lock_gets_the_bare_answers(desk):
    lock = desk.post("/account/lock/?bare=1").content.decode()
    assert "<html" not in lock
    assert "Alice" in lock
    assert desk.post("/account/unlock/?bare=1", {"secret": "0"}).status_code == 422
    assert desk.post("/account/unlock/?bare=1", {"secret": "4711"}).status_code == 204


def test_a_lock_leads_to_no_other_site(desk):
    desk.post("/account/lock/")
    page = desk.post("/account/unlock/", {"secret": "4711", "next": "https://evil.example/"})
    assert page["Location"] == "/clinic/"


def test_a_pin_logs_nobody_in(client, desk):
    page = client.post("/log-in/", {"username": "alice", "password": "4711"})
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("pin", ["1111", "1234", "9876", "123", "abcd", "0000000000000", "12 34", "9012"])
def test_a_pin_that_anybody_would_try_first_is_refused(desk, pin):
    desk.post("/account/again/?next=/account/pin/", {"password": "a long pass phrase"})
    assert desk.post("/account/pin/", {"pin": pin, "again": pin}).status_code == 422


def test_a_pin_is_set_after_showing_who_one_is(desk, people):
    assert desk.get("/account/pin/")["Location"].startswith("/account/again/")
    desk.post("/account/again/?next=/account/pin/", {"password": "a long pass phrase"})
    assert desk.post("/account/pin/", {"pin": "2580", "again": "2580"}).status_code == 302
    assert Pin.objects.get().digest.startswith("argon2$")
    desk.post("/account/lock/")
    assert unlock(desk, "2580").status_code == 302


def test_a_database_that_cannot_be_written_to_keeps_nobody_from_reading(desk, monkeypatch):
    """HZ-AVL-04: on a full disk the record of who is in the chair is still seen."""

    def fail(*arguments, **more):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(UserSession.objects, "create_from_request", fail)
    assert is_open(desk)
    assert UserSession.objects.count() == 0


# Several people at one tablet


def _change(desk, session=""):
    return desk.post("/account/change/", {"session": session})


def _sign_in(desk, people, name):
    desk.force_login(people[name])
    assert is_open(desk)


def _session_of(name):
    return str(UserSession.objects.get(user__username=name).pk)


def test_two_people_at_one_tablet_come_back_by_name_and_pin(desk, people):
    """HZ-SEC-01: a name alone opens nothing, and each goes on in a session of their own."""
    assert is_open(desk)
    assert _change(desk)["Location"] == "/log-in/"
    assert "Alice" in text_of(desk.get("/log-in/").content.decode())
    assert desk.get(PAGE)["Location"].startswith("/log-in/")
    _sign_in(desk, people, "bob")
    assert _change(desk, _session_of("alice"))["Location"] == "/account/lock/"
    html = desk.get("/account/lock/").content.decode()
    assert "<h1>Alice</h1>" in html
    assert '<button class="button quiet" name="session"' in html  # Bob, to be chosen
    assert not is_open(desk)
    assert unlock(desk, "4712").status_code == 422
    assert unlock(desk, "4711")["Location"] == PAGE
    assert is_open(desk)
    desk.post(f"{PAGE}medicine/", {"key": "k", "text": "sertraline"})
    assert Fact.objects.get().recorded_by == people["alice"]
    _change(desk, _session_of("bob"))
    assert "<h1>Bob</h1>" in desk.get("/account/lock/").content.decode()
    assert not is_open(desk)


def test_a_pin_of_somebody_else_opens_nothing(desk, people):
    is_open(desk)
    _change(desk)
    people["bob"].set_password("another pass phrase")
    people["bob"].save()
    _sign_in(desk, people, "bob")
    desk.post("/account/lock/")
    assert unlock(desk, "4711").status_code == 422


def test_another_tablet_reaches_nobody(desk, client, people):
    """Without the signed cookie of the tablet a session is not to be had by its number."""
    is_open(desk)
    number = _session_of("alice")
    assert _change(client, number)["Location"] == "/log-in/"
    client.cookies["keel-tablet"] = f"{UserSession.objects.get().session_key}:forged"
    assert _change(client, number)["Location"] == "/log-in/"
    assert "Alice" not in text_of(client.get("/log-in/").content.decode())


def test_who_left_the_clinic_or_ended_the_session_is_not_offered(desk, people):
    is_open(desk)
    _change(desk)
    UserSession.objects.get(user=people["alice"]).end()
    assert "Alice" not in text_of(desk.get("/log-in/").content.decode())
