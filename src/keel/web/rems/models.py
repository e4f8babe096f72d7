"""What the clinic keeps for the programme and of its controlled drugs, and that is about no one patient.

Both tables take new rows only.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keel.assessment.stock.moves import KINDS
from keel.web.clinic.models import Clinic


class Setting(models.Model):
    """How the clinic stands in the programme, as somebody wrote it; the newest row counts."""

    class Care(models.TextChoices):
        """What kind of setting it is."""

        OUTPATIENT = "outpatient", _("Outpatient")
        INPATIENT = "inpatient", _("Inpatient")

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rems_settings")
    care = models.CharField(max_length=10, choices=Care.choices)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60, blank=True)
    representative = models.CharField(max_length=200)
    alternate = models.CharField(max_length=200, blank=True)
    certified_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("clinic", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(care__in=("outpatient", "inpatient")), name="setting_care_known"),
        )

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.name}"


class StockMove(models.Model):
    """One line of the book of controlled drugs; `sequence` orders the lines of a clinic, `payload` is the move.

    `at` is when it happened; `key` makes sending it twice harmless.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="stock_moves")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)

    class Meta:
        ordering = ("clinic", "sequence")
        constraints = (
            models.UniqueConstraint(fields=("clinic", "sequence"), name="stock_sequence_once"),
            models.UniqueConstraint(fields=("clinic", "key"), name="stock_key_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="stock_kind_known"),
            models.CheckConstraint(condition=Q(at__lte=models.F("recorded_at")), name="stock_has_happened"),
        )

    def __str__(self) -> str:
        return f"{self.clinic_id}/{self.sequence} {self.kind}"
