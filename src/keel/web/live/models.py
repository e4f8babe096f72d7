"""Rooms, which session is open where, and the rules under which it was begun.

`LiveSession` is a projection of the facts, made anew by `keel rebuild`. `RuleBook` and `Adoption` take new rows only.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from keel.web.clinic.models import Clinic, Fact, Patient


class Room(models.Model):
    """A place where one person is treated at a time, by the name that staff know."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("clinic", "position", "name")
        constraints = (models.UniqueConstraint(fields=("clinic", "name"), name="room_name_once_a_clinic"),)

    def __str__(self) -> str:
        return str(self.name)


class RuleBook(models.Model):
    """A protocol and the session rules as they were when a session began: a rule of tomorrow changes no yesterday."""

    digest = models.CharField(max_length=64, unique=True)
    knowledge_hash = models.CharField(max_length=64)
    documents = models.JSONField()

    def __str__(self) -> str:
        return str(self.digest)


class Adoption(models.Model):
    """One signature under one decision: what it was about (`digest`), what was made stricter, or that it ends.

    Rows are only added. `changes` holds `cuts` (name to value) and `rules` (id to verb) of the protocol.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="adoptions")
    decision = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    is_end = models.BooleanField(default=False)

    class Meta:
        ordering = ("clinic", "pk")

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.decision}, {self.by_id}"


class LiveSession(models.Model):
    """A session: whose, where, since when, until when. `id` is that of its address.

    `last_sequence` is the number of its newest fact in the ledger of its patient.
    """

    id = models.CharField(max_length=32, primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    rules = models.ForeignKey(RuleBook, on_delete=models.PROTECT, related_name="+")
    opening = models.OneToOneField(Fact, on_delete=models.PROTECT, related_name="+")
    protocol = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_sequence = models.PositiveIntegerField()

    class Meta:
        ordering = ("-opened_at",)
        constraints = (
            models.UniqueConstraint(fields=("patient",), condition=Q(ended_at=None), name="one_open_session_a_patient"),
            models.UniqueConstraint(fields=("room",), condition=Q(ended_at=None), name="one_open_session_a_room"),
        )

    def __str__(self) -> str:
        return str(self.id)
