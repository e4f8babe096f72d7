"""Messages out and what became of each. Both tables take new rows only; an erased patient's go with the patient."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from keel.web.clinic.models import Clinic, Patient


class Channel(models.TextChoices):
    """The way of a message."""

    EMAIL = "email"
    TEXT = "text"


class OutMessage(models.Model):
    """A message to one recipient. `sealed` holds address, subject and text under a key that no database has.

    `about` names what it is for (`form:…`, `alert:…`), `number` is the name by which a returned mail tells of it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="messages_out")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="messages_out")
    key = models.CharField(max_length=80)
    number = models.UUIDField(unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    template = models.CharField(max_length=60)
    lang = models.CharField(max_length=5)
    about = models.CharField(max_length=80)
    sealed = models.TextField()
    queued_at = models.DateTimeField()

    class Meta:
        ordering = ("-queued_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("clinic", "key"), name="message_out_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_out_channel_known"),
        )
        indexes = (models.Index(fields=("clinic", "about"), name="message_out_about"),)

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.template} {self.number}"


class What(models.TextChoices):
    """What became of a message at one moment."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    BOUNCED = "bounced"
    SEEN = "seen"


class Delivery(models.Model):
    """One step of a message on its way: the `turn`th try began, went out, failed, was refused; it came back.

    `seen` is that somebody of the staff took note of a message that did not arrive. A turn begins once, so that of two
    senders one sends.
    """

    message = models.ForeignKey(OutMessage, on_delete=models.CASCADE, related_name="deliveries")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    turn = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()
    why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("message", "turn", "what"), name="delivery_step_once"),
            models.CheckConstraint(condition=Q(what__in=What.values), name="delivery_what_known"),
        )

    def __str__(self) -> str:
        return f"{self.message_id}/{self.turn} {self.what}"
