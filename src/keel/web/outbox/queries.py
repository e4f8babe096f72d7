"""How messages out stand: waiting, on the way, sent, or dead; and those of which nobody has taken note."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from keel import knowledge
from keel.knowledge.outgoing import DeliveryRules
from keel.web.clinic.models import Clinic, Patient
from keel.web.outbox.models import Channel, Delivery, OutMessage, What

ENDS = (What.SENT, What.REFUSED)
LOST = (What.REFUSED, What.BOUNCED)


class Standing(StrEnum):
    """How a message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    BOUNCED = "bounced"


class MessageState(NamedTuple):
    """A message at a time. `next_at` is when it is tried again; `maybe_twice` where a try has no known end."""

    standing: Standing
    tries: int
    next_at: dt.datetime | None
    why: str
    maybe_twice: bool
    is_seen: bool

    @property
    def is_lost(self) -> bool:
        """Whether it did not arrive, as far as is known."""
        return self.standing in (Standing.DEAD, Standing.BOUNCED)


def rules() -> DeliveryRules:
    """When messages are tried again."""
    return knowledge.load().delivery["usual"]


def state_of(
    queued_at: dt.datetime, steps: Iterable[tuple[int, str, dt.datetime, str]], at: dt.datetime, rules: DeliveryRules
) -> MessageState:
    """A message at a time from its steps, each a turn, what, when and why, in any order."""
    told = sorted(steps, key=lambda step: step[2])
    whats = {what for _turn, what, _at, _why in told}
    begun = {turn: when for turn, what, when, _why in told if what == What.BEGUN}
    ended = {turn for turn, what, _at, _why in told if what in (What.SENT, What.FAILED, What.REFUSED)}
    why = next((why for _turn, what, _at, why in reversed(told) if what in (What.FAILED, *LOST)), "")
    lease = dt.timedelta(minutes=rules.lease.value)
    unsure = [when for turn, when in begun.items() if turn not in ended]
    was_cut = any(when + lease <= at for when in unsure)
    tries = len(begun)

    def standing(is_now: Standing, next_at: dt.datetime | None = None) -> MessageState:
        return MessageState(is_now, tries, next_at, why, was_cut, What.SEEN in whats)

    if What.BOUNCED in whats:
        return standing(Standing.BOUNCED)
    if What.SENT in whats:
        return standing(Standing.SENT)
    if What.REFUSED in whats:
        return standing(Standing.DEAD)
    if any(at < when + lease for when in unsure):
        return standing(Standing.SENDING, max(unsure) + lease)
    if not tries:
        return standing(Standing.WAITING, queued_at)
    if tries > len(rules.waits):
        return standing(Standing.DEAD)
    last = max(when for _turn, what, when, _why in told if what in (What.BEGUN, What.FAILED))
    return standing(Standing.WAITING, last + dt.timedelta(minutes=rules.waits[tries - 1].value))


def state_now(message: OutMessage, at: dt.datetime) -> MessageState:
    """A message of the table at a time."""
    rows = [(one.turn, one.what, one.at, one.why) for one in message.deliveries.all()]
    return state_of(message.queued_at, rows, at, rules())


def unfinished(clinic: Clinic | None = None) -> QuerySet[OutMessage]:
    """Messages that may still have to go out, or came to no end of which a step tells, the oldest first."""
    over = Delivery.objects.filter(message=OuterRef("pk"), what__in=(*ENDS, What.BOUNCED, What.SEEN))
    found = OutMessage.objects.filter(~Exists(over)).prefetch_related("deliveries").order_by("queued_at", "pk")
    return found.filter(clinic=clinic) if clinic else found


def messages_about(clinic: Clinic, about: str, at: dt.datetime) -> list[tuple[OutMessage, MessageState]]:
    """The messages about one thing, the newest first."""
    found = OutMessage.objects.filter(clinic=clinic, about=about).prefetch_related("deliveries")
    return [(one, state_now(one, at)) for one in found]


def lost_messages(clinic: Clinic, at: dt.datetime) -> list[tuple[OutMessage, MessageState]]:
    """Messages of a clinic that did not arrive, and of which nobody has taken note; the newest first."""
    seen = Delivery.objects.filter(message=OuterRef("pk"), what=What.SEEN)
    told = Delivery.objects.filter(message=OuterRef("pk"), what__in=LOST)
    rows = OutMessage.objects.filter(Exists(told) & ~Exists(seen), clinic=clinic).select_related("patient")
    found = {one.pk: one for one in (*rows.prefetch_related("deliveries"), *unfinished(clinic))}
    states = [(one, state_now(one, at)) for one in found.values()]
    return sorted((row for row in states if row[1].is_lost), key=lambda row: row[0].queued_at, reverse=True)


def of_patient(patient: Patient, at: dt.datetime, most: int = 10) -> list[tuple[OutMessage, MessageState]]:
    """The newest messages to a patient."""
    found = OutMessage.objects.filter(patient=patient).prefetch_related("deliveries")[:most]
    return [(one, state_now(one, at)) for one in found]


def channels() -> tuple[str, ...]:
    """The ways that lead out of this machine; mail always, for it goes into files where no server is named."""
    return (Channel.EMAIL, Channel.TEXT) if settings.TEXTS else (Channel.EMAIL,)
