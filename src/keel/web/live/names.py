"""Who works in a clinic, as sessions name them: by the name with which they sign in."""

from keel.web.clinic.models import Clinic, Membership
from keel.web.clinic.roles import ROLES, Permission


def names_in(clinic: Clinic, permission: Permission | None = None) -> dict[str, str]:
    """The names of everybody who works there, or of those with a permission, by the one with which they sign in."""
    rows = Membership.objects.filter(clinic=clinic, user__is_active=True).select_related("user")
    found = {
        row.user.get_username(): row.user.get_full_name()
        for row in rows
        if permission is None or permission in ROLES[row.role].permissions
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))
