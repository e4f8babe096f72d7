"""Messages out: sent once, tried again, given up, returned; each is told to somebody, and none is lost."""

import datetime as dt
import smtplib
import stat
import uuid

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import DatabaseError, transaction

from keel.web.clinic.erasure import _erase
from keel.web.outbox.actions import _try, bounced_mail, queue_message, send_due
from keel.web.outbox.errors import MessageRefused
from keel.web.outbox.models import Delivery, OutMessage
from keel.web.outbox.queries import Standing, lost_messages, state_now
from support.clock import START

MINUTE = dt.timedelta(minutes=1)
SLOTS = {"site": "Harbour", "link": "https://keel.example/form/secret", "until": "3 May", "local": "111"}
PAGE = "/clinic/harbour/messages/"


@pytest.fixture
def queued(harbour, dana):
    """A function that queues a message for Dana."""

    def queue(key="one", **other):
        told = {
            "clinic": harbour,
            "patient": dana,
            "channel": "email",
            "to": "dana@example.org",
            "template": "form-ready",
            "lang": "en",
            "slots": SLOTS,
            "about": "form:1",
            "key": key,
            "at": START,
        }
        return queue_message(**told | other)

    return queue


@pytest.fixture
def broken(monkeypatch):
    """A function that lets the mail server answer every mail with an error."""

    def be(error):
        def send(self, **kwargs):
            raise error

        monkeypatch.setattr(EmailMessage, "send", send)

    return be


def standing(message, at):
    return state_now(OutMessage.objects.get(pk=message.pk), at).standing


def test_a_message_goes_out_once(queued):
    message = queued()
    assert queued().pk == message.pk
    assert (send_due(START), send_due(START + MINUTE)) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == ["dana@example.org"]
    assert sent.subject == "Harbour: a short form is ready"
    assert "https://keel.example/form/secret" in sent.body
    assert sent.extra_headers["Message-ID"].startswith(f"<{message.number}@")
    assert standing(message, START) is Standing.SENT


def test_who_reads_the_database_reads_neither_address_nor_link(queued):
    row = OutMessage.objects.values().get(pk=queued().pk)
    assert not any(word in str(row) for word in ("dana@", "secret", "example.org"))


def test_a_server_that_is_down_is_tried_again_and_then_given_up_and_told(queued, broken, at_desk):
    """HZ-SUI-06: what did not arrive stands on every page of the staff until somebody takes note."""
    broken(ConnectionRefusedError())
    message, at = queued(), START
    for wait in (1, 5, 30, 120, 720):  # data/delivery/usual.toml
        assert send_due(at) == 1
        assert send_due(at + wait * MINUTE - dt.timedelta(seconds=1)) == 0
        at += wait * MINUTE
    assert standing(message, at) is Standing.WAITING
    assert send_due(at) == 1
    assert send_due(at + dt.timedelta(days=30)) == 0
    assert standing(message, at) is Standing.DEAD

    fay = at_desk("fay")
    page = fay.get(PAGE).content.decode()
    assert "Given up" in page
    assert "ConnectionRefusedError" in page
    assert "did not arrive" in fay.get("/clinic/harbour/").content.decode()
    assert fay.post(f"{PAGE}{message.pk}/note/").status_code == 302
    assert "did not arrive" not in fay.get("/clinic/harbour/").content.decode()
    assert "given up" in fay.get(PAGE).content.decode()


def test_an_address_that_does_not_exist_is_told_at_once(queued, broken):
    broken(smtplib.SMTPRecipientsRefused({"dana@example.org": (550, b"no such user")}))
    message = queued()
    send_due(START)
    assert standing(message, START) is Standing.DEAD
    assert [one.pk for one, _state in lost_messages(message.clinic, START)] == [message.pk]


def test_a_busy_server_is_not_the_end(queued, broken):
    broken(smtplib.SMTPRecipientsRefused({"dana@example.org": (451, b"try later")}))
    message = queued()
    send_due(START)
    assert standing(message, START) is Standing.WAITING


@pytest.mark.parametrize("way", ["by hand", "from the returned mail"])
def test_a_mail_that_came_back_is_told(queued, at_desk, way):
    message = queued()
    send_due(START)
    for _turn in range(2):
        if way == "by hand":
            at_desk("fay").post(f"{PAGE}{message.pk}/note/", {"what": "bounced"})
        else:
            returned = b"Undelivered Mail\r\n\r\n" + mail.outbox[0].message().as_bytes()
            assert bounced_mail(returned, at=START).pk == message.pk
    assert standing(message, START) is Standing.BOUNCED
    assert "Came back" in at_desk("fay").get(PAGE).content.decode()
    assert message.clinic.audit.filter(action="message_bounced").count() == 1


def test_another_mail_is_nobodys(queued):
    queued()
    assert bounced_mail(b"Message-ID: <00000000-0000-0000-0000-000000000000@x>", at=START) is None


def test_a_try_that_was_cut_off_is_made_again_and_says_so(queued, monkeypatch):
    """A process that dies between sending and noting it: the message may come twice, and is never lost."""

    class PowerCut(BaseException):
        pass

    def cut(self, **kwargs):
        raise PowerCut

    message = queued()
    with monkeypatch.context() as patched:
        patched.setattr(EmailMessage, "send", cut)
        with pytest.raises(PowerCut):
            send_due(START)
    assert standing(message, START) is Standing.SENDING
    assert send_due(START + MINUTE) == 0
    assert send_due(START + 6 * MINUTE) == 1  # a lease of five minutes and the first wait of one
    state = state_now(OutMessage.objects.get(pk=message.pk), START + 6 * MINUTE)
    assert (state.standing, state.maybe_twice, len(mail.outbox)) == (Standing.SENT, True, 1)


def test_of_two_senders_one_sends(queued):
    message = queued()
    assert [_try(message, 1, START), _try(message, 1, START)] == [True, False]
    assert len(mail.outbox) == 1


def test_what_one_message_meets_keeps_no_other_from_going_out(queued):
    broken_one = queued("broken")
    other = queued("other")
    sealed = OutMessage(**{**_fields(broken_one), "sealed": "no seal", "key": "third", "number": uuid.uuid4()})
    sealed.save()
    send_due(START)
    assert standing(other, START) is Standing.SENT
    assert standing(sealed, START) is Standing.DEAD


def _fields(message):
    return {
        field.attname: getattr(message, field.attname)
        for field in OutMessage._meta.fields
        if field.attname not in ("id", "sealed", "key", "number")
    }


@pytest.mark.parametrize("site", ["Harbour Ketamine Clinic", "Clínica de Depresión"])
def test_the_name_of_a_clinic_that_tells_what_it_treats_is_refused(queued, site):
    """HZ-MSR-03: the sender's name stands in the preview as well."""
    with pytest.raises(MessageRefused, match="tells others too much"):
        queued(slots={**SLOTS, "site": site})
    assert not OutMessage.objects.exists()


@pytest.mark.parametrize(
    ("channel", "to"), [("email", "dana"), ("email", "dana@"), ("text", "+44 7700 900123"), ("fax", "1234567")]
)
def test_what_cannot_arrive_is_refused_before_it_is_queued(queued, channel, to):
    with pytest.raises(MessageRefused):
        queued(channel=channel, to=to)


@pytest.fixture
def texts(settings, tmp_path):
    """A function that makes a program for text messages, which ends with a code; the file that it writes."""

    def make(code):
        program, told = tmp_path / "text", tmp_path / "told"
        program.write_text(f"#!/bin/sh\ncat > {told}\nexit {code}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        settings.TEXTS = str(program)
        return told

    return make


@pytest.mark.parametrize(("code", "how"), [(0, Standing.SENT), (75, Standing.WAITING), (1, Standing.DEAD)])
def test_a_text_message_goes_to_the_program_that_is_named(queued, texts, code, how):
    """75 is EX_TEMPFAIL of sysexits: trying again helps."""
    told = texts(code)
    message = queued(channel="text", to="+44 7700 900123")
    send_due(START)
    assert standing(message, START) is how
    assert '"to": "+44 7700 900123"' in told.read_text()
    assert "a short form is ready" in told.read_text()


def test_no_row_is_changed_or_deleted_but_of_who_was_erased(queued, dana):
    message = queued()
    send_due(START)
    for change in (
        lambda: OutMessage.objects.update(sealed=""),
        lambda: Delivery.objects.all().delete(),
        lambda: Delivery.objects.update(what="sent"),
        message.delete,
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    _erase(dana, asked_by="mia", decided_by="alice", reason="asked", at=START)
    assert not OutMessage.objects.exists()
    assert not Delivery.objects.exists()
