"""Who may do what in a clinic: each role lists its permissions and describes itself."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Something that a role may allow."""

    SEE_PATIENTS = "see_patients"
    SEE_PICTURE = "see_picture"
    RECORD_FACTS = "record_facts"
    VOID_FACTS = "void_facts"


class Role(models.TextChoices):
    """The role of a member of staff in one clinic."""

    PRESCRIBER = "prescriber", _("Prescriber")
    NURSE = "nurse", _("Nurse")
    THERAPIST = "therapist", _("Therapist")
    FRONT_DESK = "front_desk", _("Front desk")

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role allows."""
        return _PERMISSIONS[self]

    @property
    def description(self) -> str:
        """The role in one sentence."""
        return str(_DESCRIPTIONS[self])


_CARE = frozenset({Permission.SEE_PATIENTS, Permission.SEE_PICTURE, Permission.RECORD_FACTS})
_PERMISSIONS = {
    Role.PRESCRIBER: _CARE | {Permission.VOID_FACTS},
    Role.NURSE: _CARE | {Permission.VOID_FACTS},
    Role.THERAPIST: _CARE,
    Role.FRONT_DESK: frozenset({Permission.SEE_PATIENTS}),
}
_DESCRIPTIONS = {
    Role.PRESCRIBER: _("Decides on treatment: sees the picture, records facts and takes them back."),
    Role.NURSE: _("Gives and watches: sees the picture, records facts and takes them back."),
    Role.THERAPIST: _("Prepares and integrates: sees the picture and records facts."),
    Role.FRONT_DESK: _("Makes appointments: sees who the patients are, and nothing clinical."),
}
