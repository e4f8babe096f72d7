"""Who works in a clinic, as sessions name them: by the name with which they sign in."""

from keel.web.clinic.models import Clinic, Membership
from keel.web.clinic.roles import ROLES, Permission


def staff_names(clinic: Clinic) -> dict[str, str]:
    """The names of the staff for the screen, by the name in the audit."""
    users = (row.user for row in Membership.objects.filter(clinic=clinic).select_related("user"))
    return {user.get_username(): user.get_full_name() for user in users}


def receivers(clinic: Clinic, me: str) -> dict[str, str]:
    """Everybody else who writes in sessions there, in the order of their names."""
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user")
    found = {
        row.user.get_username(): row.user.get_full_name()
        for row in rows
        if Permission.WRITE_IN_SESSIONS in ROLES[row.role].permissions and row.user.get_username() != me
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))
