"""Signing in: nobody guesses, nobody learns who has an account, nobody is locked out for long (HZ-SEC-01)."""

import doctest
import hashlib
import re
from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core import mail
from django.test import Client

from keel.web import environment
from keel.web.accounts.access import WITHOUT_SECOND_FACTOR, Rule, routes, rule_of
from keel.web.accounts.breached import is_in
from keel.web.accounts.models import User
from keel.web.clinic.models import AuditRow, Membership
from support import totp, web_text
from support.clock import START, clock_at

PASSWORD = "a long pass phrase"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture
def olga(harbour):
    """A prescriber of a clinic of one's own, with an e-mail, a password, and an authenticator app."""
    user = User.objects.create(username="olga", email="olga@harbour.example", display_name="Olga")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Membership.objects.create(clinic=harbour, user=user, role="prescriber")
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    return user


def log_in(client, name="olga", password=PASSWORD, **headers):
    return client.post("/log-in/", {"username": name, "password": password}, **headers)


def text_of(page):
    return web_text.text_of(page.content.decode())


def signed_in(client):
    return "_auth_user_id" in client.session


def actions():
    return list(AuditRow.objects.order_by("sequence").values_list("action", flat=True))


def test_the_codes_of_the_tests_are_those_of_the_standard():
    assert doctest.testmod(totp).attempted == 1
    assert doctest.testmod(totp).failed == 0


@pytest.mark.parametrize("name", ["olga", "OLGA", "olga@harbour.example", " Olga@Harbour.Example "])
def test_e_mail_or_user_name_and_a_second_factor_let_one_in(client, olga, name):
    assert log_in(client, name)["Location"] == "/log-in/second-factor/"
    assert not signed_in(client)
    page = client.post("/log-in/second-factor/", {"code": totp.code(SECRET)})
    assert page["Location"] == "/clinic/"
    assert signed_in(client)
    assert actions() == ["log_in"]
    assert AuditRow.objects.get().detail["by"] == ["password", "totp"]


def test_a_wrong_code_lets_nobody_in_and_is_audited(client, olga):
    log_in(client)
    page = client.post("/log-in/second-factor/", {"code": "000000"})
    assert "That code is not right" in text_of(page)
    assert not signed_in(client)
    assert actions() == ["log_in_refused"]


def test_a_code_works_once(client, olga):
    """Who looked over a shoulder a moment ago gets nowhere with what they saw (RFC 6238, section 5.2)."""
    with clock_at(START):
        used = totp.code(SECRET)
        for expected in (True, False):
            client.logout()
            log_in(client)
            client.post("/log-in/second-factor/", {"code": used})
            assert signed_in(client) is expected


def test_a_recovery_code_works_once(client, olga):
    codes = {"seed": "0123456789abcdef0123456789abcdef", "used_mask": 0, "migrated_codes": ["11112222"]}
    Authenticator.objects.create(user=olga, type="recovery_codes", data=codes)
    for expected in (True, False):
        client.logout()
        log_in(client)
        client.post("/log-in/second-factor/", {"code": "11112222"})
        assert signed_in(client) is expected


def test_a_password_is_kept_by_argon2(olga):
    assert olga.password.startswith("argon2$argon2id$")


def test_the_eighty_first_try_is_refused_told_and_audited(client, olga):
    """Eighty wrong passwords and then the right one let one in once; now five do not."""
    for number in range(80):
        log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), password=f"guess {number}")  # from eighty addresses
    page = log_in(client)
    assert not signed_in(client)
    assert page.status_code == 200
    assert "Too many wrong tries. Wait five minutes" in text_of(page)
    assert actions() == ["log_in_refused"] * 5 + ["locked_out"]
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["olga@harbour.example"], "Keel: many wrong tries to log in")
    ]


def test_a_lock_out_ends_by_itself(client, olga):
    with clock_at(START):
        for _ in range(6):
            log_in(Client(), password="wrong")
    with clock_at(START.replace(minute=START.minute + 6)):
        assert log_in(client)["Location"] == "/log-in/second-factor/"


def test_a_person_who_knows_the_password_is_not_slowed(client, olga):
    for _ in range(20):
        assert log_in(client)["Location"] == "/log-in/second-factor/"


def test_the_tries_are_counted_for_the_account_however_it_is_written(client, olga):
    names = ("olga", "OLGA", "olga@harbour.example", " Olga@HARBOUR.example", "olga ")
    hosts = ("localhost", "127.0.0.1", "localhost:8000", "[::1]", "127.0.0.1:80")
    for name, host in zip(names, hosts, strict=True):
        log_in(Client(), name, "wrong", headers={"host": host})
    assert "Too many wrong tries" in text_of(log_in(client))


def test_one_address_is_slowed_over_all_accounts(client, olga):
    for number in range(10):
        log_in(client, f"somebody-{number}", "wrong")
    assert "Too many" in text_of(log_in(client))


def test_the_tries_are_counted_by_all_processes_together(settings, olga):
    """A count in the memory of one process would let each of several workers be guessed at."""
    from django.db import connection

    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
    log_in(Client(), password="wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keel_cache")
        assert cursor.fetchone()[0] >= 1


def _without_what_differs(page, *words):
    text = re.sub(r'value="[^"]*"', "", page.content.decode())
    for word in words:
        text = text.replace(word, "")
    return text


def test_an_account_that_is_not_there_looks_like_a_wrong_password(client, olga):
    known, unknown = log_in(client, password="wrong"), log_in(client, "nobody", "wrong")
    assert _without_what_differs(known, "olga") == _without_what_differs(unknown, "nobody")


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(client, olga):
    pages = [
        client.post("/log-in/recover/", {"email": email}, follow=True)
        for email in ("olga@harbour.example", "nobody@harbour.example")
    ]
    assert pages[0].content == pages[1].content
    assert [one.to for one in mail.outbox] == [["olga@harbour.example"]]


def test_a_new_password_by_mail_works_once_and_needs_the_second_factor(client, olga):
    client.post("/log-in/recover/", {"email": "OLGA@harbour.example"})
    link = re.search(r"http://testserver(/log-in/recover/\S+)", mail.outbox[0].body).group(1)
    new = {"password1": "another pass phrase", "password2": "another pass phrase"}
    form = client.get(link, follow=True).redirect_chain[-1][0]
    assert client.post(form, new)["Location"] == "/log-in/recover/done/"
    assert not signed_in(client)
    assert "used up" in text_of(Client().get(link, follow=True))
    assert log_in(client, password="another pass phrase")["Location"] == "/log-in/second-factor/"
    assert "change_password" in actions()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "too short"),
        ("password1234", "too common"),
        ("olga@harbour.example", "too similar"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused(client, olga, password, said):
    client.force_login(olga)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = client.post("/account/password/", form)
    assert said in text_of(page)
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)


def test_a_file_of_breached_passwords_is_looked_up_without_reading_it_whole(tmp_path):
    """All of 300 are found and none of 300 others: first line, last line, with a count and without."""
    known = [f"breached {number}" for number in range(300)]
    digests = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in known)
    file = tmp_path / "pwned.txt"
    file.write_text("".join(f"{one}{':' + str(n) if n % 2 else ''}\n" for n, one in enumerate(digests)))
    assert all(is_in(file, word) for word in known)
    assert not any(is_in(file, f"other {number}") for number in range(300))
    (tmp_path / "empty.txt").write_text("")
    assert not is_in(tmp_path / "empty.txt", "breached 1")


def test_without_a_second_factor_every_page_leads_to_one(client, olga, dana):
    """Walks the URL map: there is no page of the staff that is seen without."""
    from integration.web.test_strangers_see_nothing import NEEDS, SENT_TO, _address

    Authenticator.objects.all().delete()
    client.force_login(olga)
    names = [name for name, view in routes() if rule_of(name, view) is Rule.SIGNED_IN and "remove" not in name]
    tried = [name for name in (*names, *NEEDS) if name not in WITHOUT_SECOND_FACTOR]
    assert len(tried) > 20
    for name in tried:
        page = (client.post if name in SENT_TO else client.get)(_address(name) if ":" in name else _plain(name))
        assert (name, page.status_code, page["Location"]) == (name, 302, "/account/start/")


def _plain(name):
    from django.urls import reverse

    return reverse(name)


def test_the_staff_of_a_demonstration_need_none(client, people, dana):
    assert people["alice"].is_made_up
    people["alice"].set_password(PASSWORD)
    people["alice"].save()
    assert log_in(client, "alice")["Location"] == "/clinic/"
    assert client.get("/clinic/harbour/").status_code == 200


def test_other_sessions_are_listed_and_ended(olga):
    here, there = Client(), Client()
    for minute, one in enumerate((here, there)):
        with clock_at(START.replace(minute=START.minute + minute)):  # a code works once
            log_in(one)
            one.post("/log-in/second-factor/", {"code": totp.code(SECRET)})
    with clock_at(START.replace(minute=START.minute + 2)):
        assert text_of(here.get("/account/")).count("last seen") == 2
        assert here.post("/account/sessions/end/")["Location"].startswith("/account/again/")
        here.post("/account/again/?next=/account/", {"password": PASSWORD})
        here.post("/account/sessions/end/")
        assert there.get("/clinic/harbour/")["Location"].startswith("/log-in/")
        assert here.get("/clinic/harbour/").status_code == 200
    assert AuditRow.objects.get(action="end_sessions").detail["count"] == 1


def test_a_dangerous_act_asks_again_and_once_more_after_five_minutes(client, olga, harbour):
    Membership.objects.create(clinic=harbour, user=olga, role="manager")
    with clock_at(START):
        log_in(client)
        client.post("/log-in/second-factor/", {"code": totp.code(SECRET)})
        invite = "/clinic/harbour/staff/invite/"
        again = client.get(invite)["Location"]
        assert again.startswith("/account/again/")
        assert "not your password" in text_of(client.post(again, {"password": "wrong"}))
        assert client.post(again, {"password": PASSWORD})["Location"] == invite
        assert client.get(invite).status_code == 200
    with clock_at(START.replace(minute=START.minute + 6)):
        assert client.get(invite)["Location"].startswith("/account/again/")


def test_a_session_from_before_the_second_factor_ends_with_it(olga, harbour, django_capture_on_commit_callbacks):
    """Else a password that was stolen before would stay enough."""
    Authenticator.objects.all().delete()
    owner, thief = Client(), Client()
    log_in(owner)
    log_in(thief)
    owner.get("/account/second-factor/app/")
    secret = owner.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        owner.post("/account/second-factor/app/", {"code": totp.code(secret)})
    stored = Authenticator.objects.get(user=olga, type="totp").data["secret"]
    assert stored.startswith("age:")  # HZ-SEC-01: whoever reads the database has no second factor
    assert secret not in stored
    later = Client()
    log_in(later)
    assert later.post("/log-in/second-factor/", {"code": totp.code(secret)}).status_code == 302
    assert owner.get("/clinic/harbour/").status_code == 200
    assert thief.get("/clinic/harbour/")["Location"].startswith("/log-in/")


def test_what_was_stored_open_is_sealed_by_the_upgrade(client, olga, settings, tmp_path):
    """HZ-SEC-01. And stays good: the same app lets its person in. Without a key that lasts, nothing is touched."""
    migration = import_module("keel.web.accounts.migrations.0003_seal_second_factors")
    settings.FOLDER = tmp_path
    migration.seal_all(apps, None)
    assert Authenticator.objects.get().data == {"secret": SECRET}
    environment.create_factor_key(tmp_path)
    settings.FACTOR_KEY = environment.factor_key(tmp_path)
    migration.seal_all(apps, None)
    assert SECRET not in str(Authenticator.objects.get().data)
    log_in(client)
    client.post("/log-in/second-factor/", {"code": totp.code(SECRET)})
    assert signed_in(client)


def test_nobody_signs_up(client, db):
    for address in ("/log-in/signup/", "/account/signup/", "/signup/"):
        assert client.get(address).status_code == 404


def test_the_pages_of_the_staff_have_their_own_frame_in_each_language(client, people, dana):
    """No public strip, no way to leave the page; the clinic, who is signed in, the lock, and the other language."""
    assert client.get("/es/clinic/harbour/")["Location"] == "/es/log-in/?next=/es/clinic/harbour/"
    client.force_login(people["alice"])
    for address, language in (
        ("/clinic/harbour/", "en"),
        ("/es/clinic/harbour/", "es"),
        ("/clinic/harbour/patients/H-9/", "en"),
    ):
        html = client.get(address).content.decode()
        assert f'<html lang="{language}">' in html
        assert "data-leave" not in html
        assert "tel:999" not in html
        assert "data-lock" in html
        assert "Alice" in html
        assert 'hreflang="' in html
    assert "Harbour Clinic" in client.get("/clinic/harbour/").content.decode()
