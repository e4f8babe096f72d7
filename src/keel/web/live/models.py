"""Rooms, which session is open where, and the rules under which it was begun.

`LiveSession` is a projection of the facts, made anew by `keel rebuild`. `RuleBook`, `Adoption` and `SoundCheck` take
new rows only.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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


class Monitor(models.Model):
    """A monitor or gateway that sends vital signs, by the name that it gives itself (EUI-64).

    `timezone` is that of its clock; `digest` the hash of the secret with which it posts FHIR; `heard_at` is when it was
    heard last, `clock_at` what its clock said then, `unfiled` why nothing of that could be filed. `kept` is the newest
    kept reading of each continuous sign: its time, and whether it was out of range.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="monitors")
    identifier = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    timezone = models.CharField(max_length=50, default="UTC")
    digest = models.CharField(max_length=64, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    clock_at = models.DateTimeField(null=True, blank=True)
    unfiled = models.CharField(max_length=300, blank=True)
    kept = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.name)


class MonitorPlace(models.Model):
    """Where a monitor stands from a time on; in no room where `room` is empty. Takes new rows only."""

    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, related_name="places")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("since", "pk")

    def __str__(self) -> str:
        return f"{self.monitor_id} in {self.room_id}"


class MonitorMessage(models.Model):
    """A message of a monitor that came once, and what became of it. What could not be filed keeps its text.

    Takes new rows only. `stored` is how many sets were filed; `why` says why the rest was not.
    """

    sender = models.CharField(max_length=64)
    control_id = models.CharField(max_length=64)
    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    received_at = models.DateTimeField()
    stored = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("sender", "control_id"), name="message_of_a_monitor_once"),)
        indexes = (models.Index(fields=("monitor", "received_at"), name="message_newest"),)

    def __str__(self) -> str:
        return f"{self.sender}/{self.control_id}"


class Watch(models.Model):
    """The heartbeat of the watcher of alarms, one row: who watches until when, and how the last round went.

    `failed` are the sessions whose alarms could not be looked at. It is no fact: it changes every few seconds.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    holder = models.CharField(max_length=64, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    round_ms = models.PositiveIntegerField(default=0)
    failed = models.JSONField(default=list)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_watch"),)

    def __str__(self) -> str:
        return f"{self.holder} {self.beat_at}"


class BoardChoice(models.Model):
    """By what a clinic's board calls people."""

    class Names(models.TextChoices):
        """What stands on the board for a person."""

        NUMBER = "number", _("Number")
        INITIALS = "initials", _("Initials")

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, primary_key=True, related_name="board_choice")
    names = models.CharField(max_length=10, choices=Names.choices, default=Names.NUMBER)

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.names}"


class SoundCheck(models.Model):
    """Somebody played the tone of an alarm on a device and said whether they heard it. Takes new rows only."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    device = models.CharField(max_length=36)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    was_heard = models.BooleanField()

    class Meta:
        indexes = (models.Index(fields=("clinic", "at"), name="sound_check_newest"),)

    def __str__(self) -> str:
        return f"{self.device}: {self.was_heard}"


class Listening(models.Model):
    """A device that shows the board: when it last asked, and whether its sound was on then. It is no fact."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    device = models.CharField(max_length=36)
    seen_at = models.DateTimeField()
    is_on = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "device"), name="device_once_a_clinic"),)

    def __str__(self) -> str:
        return f"{self.device} {self.seen_at}"
