"""A clinic of one's own begins, once: by `keel setup`, or at the address that the server prints."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client

from keel.web.accounts.models import User
from keel.web.clinic.models import AuditRow, Clinic
from keel.web.clinic.queries import places_of
from keel.web.errors import DemoRefused, SetupRefused
from keel.web.staff.errors import StaffRefused
from keel.web.staff.queries import first_start_token, may_start
from keel.web.staff.setup import check_clock, recover, set_up
from support.clock import START, clock_at

CLINIC = {"slug": "quay", "name": "Quay Clinic", "country": "gb", "timezone": "Europe/London"}
FORM = CLINIC | {
    "country": "GB",
    "manager": "Olga",
    "email": "Olga@quay.example",
    "password1": "a long pass phrase",
    "password2": "a long pass phrase",
}


def begin(**changed):
    return set_up(**({"clinic": CLINIC, "email": "olga@quay.example", "name": "Olga", "at": START} | changed))


def test_a_setup_makes_the_clinic_and_a_link_for_its_manager(db, client):
    done = begin()
    assert (done.is_new_clinic, done.is_new_manager, done.clinic.country) == (True, True, "GB")
    assert [role.id for role in places_of(done.manager)[0].roles] == ["manager"]
    form = client.get(done.link, follow=True).redirect_chain[-1][0]
    new = {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    assert client.post(form, new)["Location"] == "/log-in/recover/done/"
    entered = client.post("/log-in/", {"username": "olga@quay.example", "password": "a long pass phrase"}, follow=True)
    assert entered.redirect_chain[-1][0] == "/account/start/"


def test_the_same_setup_again_changes_nothing(db):
    first = begin()
    first.manager.set_password("a long pass phrase")
    first.manager.save()
    second = begin(name="Somebody Else", clinic=CLINIC | {"name": "Another Name"})
    assert (second.is_new_clinic, second.is_new_manager, second.link) == (False, False, "")
    assert (Clinic.objects.get().name, User.objects.get().display_name) == ("Quay Clinic", "Olga")
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["start_clinic", "join"]


def test_a_second_clinic_can_have_the_same_manager(db):
    begin()
    done = begin(clinic=CLINIC | {"slug": "pier", "name": "Pier"}, email="OLGA@quay.example")
    assert [place.clinic.slug for place in places_of(done.manager)] == ["pier", "quay"]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "my clinic"}, "slug"),
        ({"slug": "x" * 51}, "slug"),
        ({"name": " "}, "name"),
        ({"timezone": "Mars/One"}, "timezone"),
        ({"country": "Wales"}, "country"),
    ],
)
def test_a_value_that_cannot_stand_is_refused_and_nothing_is_made(db, changed, field):
    with pytest.raises(StaffRefused) as refused:
        begin(clinic=CLINIC | changed)
    assert refused.value.field == field
    assert Clinic.objects.count() == User.objects.count() == 0


def test_an_e_mail_that_is_none_makes_no_clinic_either(db):
    with pytest.raises(StaffRefused, match="not an e-mail"):
        begin(email="olga")
    assert Clinic.objects.count() == 0


def test_it_is_refused_beside_a_demonstration(db):
    Clinic.objects.create(slug="harbour", name="Harbour", is_demonstration=True)
    with pytest.raises(DemoRefused, match="another --folder"):
        begin()


def test_the_first_page_makes_the_clinic_once(db, client):
    address = f"/first-start/{first_start_token()}/"
    page = client.post(address, FORM)
    assert page["Location"] == "/account/start/"
    assert Clinic.objects.get().slug == "quay"
    assert [role.id for role in places_of(User.objects.get())[0].roles] == ["manager"]
    assert Client().get(address).status_code == 404
    assert Client().post(address, FORM | {"slug": "other", "email": "b@quay.example"}).status_code == 404
    assert Clinic.objects.count() == 1


def test_the_first_page_needs_the_address_that_the_server_printed(db, client):
    with clock_at(START):
        token = first_start_token()
        assert may_start(token)
        assert not may_start(token[:-2] + "xx")
    with clock_at(START + dt.timedelta(hours=25)):
        assert client.get(f"/first-start/{token}/").status_code == 404
    assert client.get("/first-start/x/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password1": "password1234", "password2": "password1234"}, "too common"),
        ({"password2": "another"}, "not the same"),
        ({"timezone": "Mars/One"}, "time zone is not known"),
        ({"email": "olga"}, "valid email"),
    ],
)
def test_what_is_wrong_on_the_first_page_is_said_and_nothing_is_made(db, client, changed, said):
    page = client.post(f"/first-start/{first_start_token()}/", FORM | changed)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert Clinic.objects.count() == User.objects.count() == 0


def test_who_lost_everything_is_let_in_again_by_who_runs_the_server(db, client):
    from allauth.mfa.models import Authenticator

    done = begin()
    Authenticator.objects.create(user=done.manager, type="totp", data={"secret": "x"})
    link = recover(email="Olga@Quay.example", at=START)
    assert re.fullmatch(r"/log-in/recover/\S+/", link)
    assert Authenticator.objects.count() == 0
    assert client.get(link, follow=True).status_code == 200
    assert AuditRow.objects.filter(action="recover_account", actor="keel setup").exists()
    with pytest.raises(SetupRefused, match="no account with the e-mail"):
        recover(email="nobody@quay.example", at=START)


def test_a_clock_behind_what_was_written_is_refused(db):
    now = _clock_of_the_database()
    begin(at=now)
    check_clock(now)
    with pytest.raises(SetupRefused, match="Set the clock"):
        check_clock(now - dt.timedelta(days=1))


def _clock_of_the_database():
    """A server has a clock of its own, which the tests cannot set."""
    if connection.vendor == "sqlite":
        return START
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
