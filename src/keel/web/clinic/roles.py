"""Who may do what in a clinic: each role is a class that lists its permissions and describes itself.

A person may hold several roles in one clinic (a prescriber who also manages it); what they may do adds up. A new page
needs a permission here, or one of those that are here, and a role that holds it.
"""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Something that a role may allow."""

    SEE_STAFF = "see_staff"
    MANAGE_STAFF = "manage_staff"
    SEE_PATIENTS = "see_patients"
    SEE_PICTURE = "see_picture"
    RECORD_FACTS = "record_facts"
    VOID_FACTS = "void_facts"
    DECIDE = "decide"
    SEE_ROOMS = "see_rooms"
    RUN_SESSIONS = "run_sessions"
    WRITE_IN_SESSIONS = "write_in_sessions"
    REGISTER = "register"
    SEE_CONTACTS = "see_contacts"
    EXPORT_RECORD = "export_record"
    OPEN_IN_EMERGENCY = "open_in_emergency"
    SEE_EMERGENCIES = "see_emergencies"
    SEE_AUDIT = "see_audit"
    ERASE = "erase"
    MANAGE_REMS = "manage_rems"
    SEE_STOCK = "see_stock"
    KEEP_STOCK = "keep_stock"
    SETTLE_STOCK = "settle_stock"
    PRIVATE_NOTES = "private_notes"


class Role:
    """A role in a clinic. `title` and `description` are for the screen, in the language of the page."""

    id: str
    title: Any
    description: Any
    permissions: frozenset[Permission]


class Prescriber(Role):
    """Decides on treatment."""

    id = "prescriber"
    title = _("Prescriber")
    description = _(
        "Decides on treatment: sees the picture, records facts and takes them back, decides what a rule holds, "
        "judges risk."
    )
    permissions = frozenset(
        {
            Permission.SEE_STAFF,
            Permission.SEE_PATIENTS,
            Permission.SEE_PICTURE,
            Permission.RECORD_FACTS,
            Permission.VOID_FACTS,
            Permission.DECIDE,
            Permission.SEE_ROOMS,
            Permission.RUN_SESSIONS,
            Permission.WRITE_IN_SESSIONS,
            Permission.REGISTER,
            Permission.SEE_CONTACTS,
            Permission.EXPORT_RECORD,
            Permission.ERASE,
            Permission.MANAGE_REMS,
            Permission.SEE_STOCK,
            Permission.KEEP_STOCK,
            Permission.SETTLE_STOCK,
        }
    )


class Nurse(Role):
    """Gives, watches and discharges."""

    id = "nurse"
    title = _("Nurse or monitor")
    description = _("Gives and watches: sees the picture, records facts and takes them back.")
    permissions = Prescriber.permissions - {
        Permission.DECIDE,
        Permission.ERASE,
        Permission.MANAGE_REMS,
        Permission.SETTLE_STOCK,
    }


class Therapist(Role):
    """Prepares and integrates."""

    id = "therapist"
    title = _("Therapist")
    description = _("Prepares and integrates: sees the picture, records facts, and keeps private notes of their own.")
    permissions = Nurse.permissions - {
        Permission.VOID_FACTS,
        Permission.RUN_SESSIONS,
        Permission.SEE_STOCK,
        Permission.KEEP_STOCK,
    } | {Permission.PRIVATE_NOTES}


class FrontDesk(Role):
    """Makes appointments."""

    id = "front_desk"
    title = _("Front desk")
    description = _(
        "Makes appointments: sees who the patients are, and nothing clinical but in an emergency, with a reason."
    )
    permissions = frozenset(
        {
            Permission.SEE_STAFF,
            Permission.SEE_PATIENTS,
            Permission.REGISTER,
            Permission.SEE_CONTACTS,
            Permission.OPEN_IN_EMERGENCY,
        }
    )


class Manager(Role):
    """Runs the clinic."""

    id = "manager"
    title = _("Manager")
    description = _(
        "Runs the clinic: invites staff, gives and takes roles, sees who did what and who the patients are; nothing "
        "clinical but in an emergency, with a reason."
    )
    permissions = FrontDesk.permissions | {
        Permission.MANAGE_STAFF,
        Permission.SEE_EMERGENCIES,
        Permission.SEE_AUDIT,
        Permission.ERASE,
        Permission.MANAGE_REMS,
        Permission.SEE_STOCK,
        Permission.SETTLE_STOCK,
    }


class Researcher(Role):
    """Works with numbers, not with names."""

    id = "researcher"
    title = _("Researcher")
    description = _("Works with the models and the evidence: sees no patient, neither name nor number.")
    permissions = frozenset({Permission.SEE_STAFF})


ROLES: dict[str, type[Role]] = {
    role.id: role for role in (Prescriber, Nurse, Therapist, FrontDesk, Manager, Researcher)
}
"""Every role by its id, in the order in which they are offered."""
