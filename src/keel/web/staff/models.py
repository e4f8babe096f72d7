"""Invitations. The link is known to who has it; the table has its digest only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from keel.web.clinic.models import Clinic


class Invitation(models.Model):
    """An invitation into a clinic: for one e-mail, once, until it expires or is withdrawn."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=200)
    roles = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-invited_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_ends_one_way"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.email}"
