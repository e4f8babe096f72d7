"""What is no fact of a patient’s record: a therapist’s private notes, and the day of the programme as a centre has it.

Both take new rows only. No export of a record, no FHIR and no audit holds a private note; erasure deletes it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from keel.web.clinic.models import Clinic, Patient


class PrivateNote(models.Model):
    """A note that one therapist keeps for themselves about a patient: only its author reads it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="private_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField(max_length=20_000)
    key = models.CharField(max_length=64)

    class Meta:
        ordering = ("patient", "pk")
        constraints = (
            models.UniqueConstraint(fields=("patient", "author", "key"), name="private_note_key_once"),
            models.CheckConstraint(condition=~Q(text=""), name="private_note_says_something"),
        )

    def __str__(self) -> str:
        return f"{self.patient_id}, {self.written_at}"


class DayTemplate(models.Model):
    """The day of the recovery programme in a clinic; the newest row counts. `blocks` is as in a programme."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="day_templates")
    programme = models.CharField(max_length=80)
    blocks = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("clinic", "pk")

    def __str__(self) -> str:
        return f"{self.clinic_id}, {self.at}"
