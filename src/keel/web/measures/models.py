"""Private links to forms, and what a clinic says in them. All tables take new rows only; the newest row of a clinic
counts. Answers and alerts are facts of the patient.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from keel.web.clinic.models import Clinic, Patient


class ClinicMeasures(models.Model):
    """What a clinic chose: its name in messages, whom to call in danger, its crisis words by language, its schedule.

    Empty fields mean what Keel says by default. `automatic` sends what is due to whoever agreed to messages.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="measures")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    site = models.CharField(max_length=60, blank=True)
    danger = models.CharField(max_length=60, blank=True)
    words = models.JSONField(default=dict)
    schedule = models.CharField(max_length=60, blank=True)
    automatic = models.BooleanField(default=False)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.clinic_id}, {self.at}"


class Way(models.TextChoices):
    """How a form reaches the person."""

    EMAIL = "email"
    TEXT = "text"
    TABLET = "tablet"


class FormLink(models.Model):
    """A link at which one person answers some instruments, each once. Of the token only a digest is kept."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="form_links")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="form_links")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    instruments = models.JSONField()
    lang = models.CharField(max_length=5)
    shown_as = models.CharField(max_length=40)
    way = models.CharField(max_length=10, choices=Way.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("clinic", "key"), name="form_link_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="form_link_way_known"),
        )

    def __str__(self) -> str:
        return f"{self.clinic_id}/{self.pk}"


class LinkStep(models.Model):
    """What became of a link beside its answers: its person said that it is they, or that it is not; staff ended it."""

    class What(models.TextChoices):
        """What happened."""

        OPENED = "opened"
        NOT_ME = "not_me"
        ENDED = "ended"

    link = models.ForeignKey(FormLink, on_delete=models.CASCADE, related_name="steps")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("link", "what"), name="form_link_step_once"),
            models.CheckConstraint(condition=Q(what__in=("opened", "not_me", "ended")), name="form_link_step_known"),
        )

    def __str__(self) -> str:
        return f"{self.link_id} {self.what}"
