"""Who works in a clinic, as sessions name them: by the name with which they sign in."""

from keel.web.clinic.models import Clinic, Membership
from keel.web.clinic.roles import ROLES, Permission


def staff_names(clinic: Clinic, permission: Permission | None = None) -> dict[str, str]:
    """The names of the staff for the screen by the name in the audit; of those who may sign in, with a permission."""
    rows = Membership.objects.filter(clinic=clinic).select_related("user")
    found = {
        row.user.get_username(): row.user.get_full_name()
        for row in rows
        if permission is None or (row.user.is_active and permission in ROLES[row.role].permissions)
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def receivers(clinic: Clinic, me: str) -> dict[str, str]:
    """Everybody else who writes in sessions there, in the order of their names."""
    found = staff_names(clinic, Permission.WRITE_IN_SESSIONS)
    return {name: shown for name, shown in found.items() if name != me}
