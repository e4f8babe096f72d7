"""Keys of authenticator apps and recovery codes that were stored as they are, sealed under the key of the folder."""

from typing import Any

from django.conf import settings
from django.db import migrations

from keel.web.accounts.sealing import seal, unseal
from keel.web.environment import FACTOR_FILE

_FIELDS = ("secret", "seed")


def seal_all(apps: Any, editor: Any) -> None:
    """Each key under the key that lies in the folder; without one, nothing: it would be lost with this process."""
    if not (settings.FOLDER / FACTOR_FILE).exists():
        return
    for held in apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "recovery_codes")):
        data: dict[str, Any] = held.data
        sealed: dict[str, Any] = {name: seal(unseal(data[name])) for name in _FIELDS if name in data}
        if "migrated_codes" in data:
            sealed["migrated_codes"] = [seal(unseal(code)) for code in data["migrated_codes"]]
        held.data = data | sealed
        held.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = (("accounts", "0002_accounts_of_staff"), ("mfa", "0003_authenticator_type_uniq"))
    operations = (migrations.RunPython(seal_all, migrations.RunPython.noop),)
