"""Secret links of calendars. Of the secret only a digest is kept; what a link shows are facts of the clinic."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from keel.web.clinic.models import Clinic, Patient


class CalendarLink(models.Model):
    """A link at which a calendar program reads visits: of one patient, or (without one) of a clinic for who made it.

    It works until it is ended, which a new one for the same does. `fetched_at` is when a program asked last.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="calendar_links")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_links")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=~Q(digest=""), name="calendar_link_has_digest"),)

    def __str__(self) -> str:
        return f"{self.clinic_id}/{self.pk}"
