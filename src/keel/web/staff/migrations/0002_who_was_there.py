"""Marks the made-up staff of a demonstration, and gives who was there before the e-mail under which they sign in."""

from typing import Any

from django.db import migrations


def _mark(apps: Any, editor: Any) -> None:
    users, addresses = apps.get_model("accounts", "User"), apps.get_model("account", "EmailAddress")
    places = users.objects.filter(memberships__clinic__is_demonstration=False)
    made_up = users.objects.filter(memberships__clinic__is_demonstration=True).exclude(pk__in=places.values("pk"))
    users.objects.filter(pk__in=list(made_up.values_list("pk", flat=True))).update(is_made_up=True)
    for user in users.objects.exclude(email=""):
        addresses.objects.get_or_create(
            user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
        )


class Migration(migrations.Migration):
    dependencies = (
        ("staff", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("clinic", "0003_roles_and_emergencies"),
        ("accounts", "0002_accounts_of_staff"),
    )
    operations = (migrations.RunPython(_mark, migrations.RunPython.noop),)
