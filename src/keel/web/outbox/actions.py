"""Every write of the outbox: a message is queued, begins to go out, and ends one way or another."""

import datetime as dt
import logging
import re
import uuid
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from keel import knowledge
from keel.knowledge.catalogues import catalogue
from keel.knowledge.outgoing import private_words_in
from keel.messages import Message
from keel.web.clinic.actions import note
from keel.web.clinic.models import Clinic, Patient
from keel.web.language.words import gettext as _
from keel.web.outbox import ways
from keel.web.outbox.errors import DeliveryFailed, MessageRefused
from keel.web.outbox.models import Channel, Delivery, OutMessage, What
from keel.web.outbox.queries import Standing, channels, rules, state_now, unfinished
from keel.web.outbox.sealing import seal, unseal
from keel.web.outbox.sender import wake

log = logging.getLogger("keel.web")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}")
MOST_AT_ONCE = 20
"""Messages of one round: the next comes in seconds, and no round takes long."""
LONGEST_MAIL = 1_000_000
"""Bytes of a returned mail that are looked through."""


def written(template: str, lang: str, slots: dict[str, str]) -> dict[str, str]:
    """Subject, text and short form of a message in a language; MessageRefused where a word would tell too much.

    The slots are looked at as well, but for a link: the name of a clinic can say what it treats.
    """
    facts = knowledge.load()
    one, held = facts.message_templates[template], catalogue(lang)
    parts = {"subject": one.subject, "text": one.text, "short": one.short}
    said = {name: Message(text, **slots).in_language(held).strip() for name, text in parts.items()}
    bare = (Message(text, **(slots | {"link": ""})).in_language(held) for text in parts.values())
    found = private_words_in(" ".join(bare), tuple(facts.private_words.values()))
    if found:
        raise MessageRefused(
            _("The message would say “%(word)s”, which tells others too much. Choose another name for messages.")
            % {"word": found[0]}
        )
    return said


def queue_message(
    *,
    clinic: Clinic,
    patient: Patient | None,
    channel: str,
    to: str,
    template: str,
    lang: str,
    slots: dict[str, str],
    about: str,
    key: str,
    at: dt.datetime,
) -> OutMessage:
    """Queues a message, in the transaction of what it is about; twice with one key is as once.

    MessageRefused where there is no such way out, the address is none, or a word of it would tell too much.
    """
    if channel not in channels():
        raise MessageRefused(_("No text messages go out of this machine. Choose e-mail, or the tablet."))
    to = to.strip()
    _check_address(channel, to)
    content = written(template, lang, slots) | {"to": to}
    message: OutMessage
    message, made = OutMessage.objects.get_or_create(
        clinic=clinic,
        key=key,
        defaults={
            "patient": patient,
            "number": uuid.uuid4(),
            "channel": channel,
            "template": template,
            "lang": lang,
            "about": about,
            "sealed": seal(content),
            "queued_at": at,
        },
    )
    if made:
        transaction.on_commit(wake)
    return message


def _check_address(channel: str, to: str) -> None:
    if channel == Channel.TEXT:
        if not _NUMBER.fullmatch(to):
            raise MessageRefused(_("Write the telephone number in figures."))
        return
    try:
        validate_email(to)
    except ValidationError:
        raise MessageRefused(_("Write a whole e-mail address.")) from None


def send_due(at: dt.datetime) -> int:
    """Sends what is due, and gives how many were tried. What one of them meets keeps no other from going out."""
    tried = 0
    for message in unfinished():
        if tried == MOST_AT_ONCE:
            break
        state = state_now(message, at)
        if state.standing is Standing.WAITING and state.next_at is not None and state.next_at <= at:
            tried += _try(message, state.tries + 1, at)
    return tried


def _try(message: OutMessage, turn: int, at: dt.datetime) -> bool:
    """Tries a message once; False where another sender has the turn. The turn is kept before anything leaves."""
    try:
        with transaction.atomic():
            _step(message, turn, What.BEGUN, at)
    except IntegrityError:
        return False
    what, why = What.SENT, ""
    try:
        _send(message)
    except DeliveryFailed as failed:
        is_last = failed.is_final or turn > len(rules().waits)
        what, why = (What.REFUSED if is_last else What.FAILED), str(failed)
    except InvalidToken:
        what, why = What.REFUSED, "sealed under another key"
    except Exception as error:  # whatever it is, it is told, and tried again
        log.exception("a message could not be sent")
        what, why = What.FAILED, type(error).__name__
    _step(message, turn, what, at, why)
    return True


def _send(message: OutMessage) -> None:
    content = unseal(message.sealed)
    if message.channel == Channel.TEXT:
        ways.send_text(str(message.number), content["to"], content["short"])
    else:
        ways.send_mail(str(message.number), content["to"], content["subject"], content["text"])


def _step(
    message: OutMessage, turn: int, what: str, at: dt.datetime, why: str = "", by: AbstractUser | None = None
) -> None:
    Delivery.objects.create(
        message=message, patient_id=message.patient_id, turn=turn, what=what, at=at, why=why[:300], by=by
    )


def note_bounce(*, message: OutMessage, by: AbstractUser | None, at: dt.datetime, why: str = "") -> None:
    """Notes that a message came back; twice is as once."""
    _note_once(message, What.BOUNCED, by, at, why, "message_bounced")


def note_seen(*, message: OutMessage, by: AbstractUser, at: dt.datetime) -> None:
    """Notes that somebody has taken note of a message that did not arrive."""
    _note_once(message, What.SEEN, by, at, "", "message_seen")


def _note_once(message: OutMessage, what: str, by: AbstractUser | None, at: dt.datetime, why: str, action: str) -> None:
    with transaction.atomic():
        if message.deliveries.filter(what=what).exists():
            return
        _step(message, 0, what, at, why, by)
        subject: str = message.patient.number if message.patient else ""
        detail: dict[str, Any] = {"template": message.template, "channel": message.channel}
        actor = by.get_username() if by else "keel"
        note(message.clinic, at=at, actor=actor, action=action, subject=subject, detail=detail)


def bounced_mail(content: bytes, *, at: dt.datetime) -> OutMessage | None:
    """Notes the message that a returned mail tells of, by the number in it; None where it names none of ours."""
    message: OutMessage | None
    for found in re.findall(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", content[:LONGEST_MAIL]):
        message = OutMessage.objects.filter(number=uuid.UUID(found.decode())).first()
        if message is not None:
            note_bounce(message=message, by=None, at=at, why="returned mail")
            return message
    return None
