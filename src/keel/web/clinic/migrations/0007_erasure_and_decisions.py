# ruff: noqa: RUF012
"""Patients may be erased, and what was decided on a fact stands under the hash of the audit."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from keel.web.clinic.append_only import APPEND_ONLY, append_only
from keel.web.clinic.audit import DECISION_FIELDS, decision_digest, digest, name_of_decision


def seal(apps: Any, editor: Any) -> None:
    """One row of the audit for the decisions of a clinic that were made before each was hashed."""
    decisions, rows = apps.get_model("clinic", "FactDecision"), apps.get_model("clinic", "AuditRow")
    for clinic in apps.get_model("clinic", "Clinic").objects.order_by("pk"):
        found = decisions.objects.filter(fact__patient__clinic=clinic).order_by("pk").values_list(*DECISION_FIELDS)
        hashes = {name_of_decision(f"{values[0]}/{values[1]}"): decision_digest(values) for values in found}
        if not hashes:
            continue
        last = rows.objects.filter(clinic=clinic).order_by("-sequence").first()
        row = rows(
            clinic=clinic,
            sequence=last.sequence + 1,
            at=timezone.now(),
            actor="upgrade",
            action="seal_facts",
            subject="",
            detail={"facts": hashes},
            previous=last.digest,
        )
        row.digest = digest(row)
        row.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0006_sessions")]

    operations = [
        migrations.AddField("patient", "erased_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20)),
                ("asked_by", models.CharField(max_length=150)),
                ("decided_by", models.CharField(max_length=150)),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("in_backups_until", models.DateTimeField()),
                ("decisions", models.JSONField(default=list)),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasures", to="clinic.clinic"
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="erasure", to="clinic.patient"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="erasure_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", models.F("decided_by")), _negated=True), name="erasure_by_two"
                    ),
                ],
            },
        ),
        # Each anew, now with its exception; backwards the tables stay as closed as they are.
        *(
            migrations.RunPython(append_only(table).code, migrations.RunPython.noop)
            for table in APPEND_ONLY
            if table.startswith("clinic_")
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
