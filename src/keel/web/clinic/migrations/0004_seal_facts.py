"""Facts that were written before the audit held the hash of each enter it now, as they are found."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import migrations
from django.utils import timezone

from keel.web.clinic.audit import FACT_FIELDS, digest, fact_digest

_AT_ONCE = 500


def seal(apps: Any, editor: Any) -> None:
    """One row of the audit for each 500 facts of a clinic."""
    clinics, facts = apps.get_model("clinic", "Clinic"), apps.get_model("clinic", "Fact")
    for clinic in clinics.objects.order_by("pk"):
        of_clinic = facts.objects.filter(patient__clinic=clinic).order_by("patient_id", "sequence")
        for some in _parts(of_clinic.values_list(*FACT_FIELDS).iterator(_AT_ONCE)):
            _append(apps.get_model("clinic", "AuditRow"), clinic, some)


def _parts(values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    remaining = iter(values)
    while some := tuple(islice(remaining, _AT_ONCE)):
        yield some


def _append(rows: Any, clinic: Any, some: tuple[tuple[Any, ...], ...]) -> None:
    last = rows.objects.filter(clinic=clinic).order_by("-sequence").first()
    row = rows(
        clinic=clinic,
        sequence=last.sequence + 1 if last else 1,
        at=timezone.now(),
        actor="upgrade",
        action="seal_facts",
        subject="",
        detail={"facts": {f"{values[1]}/{values[2]}": fact_digest(values) for values in some}},
        previous=last.digest if last else "",
    )
    row.digest = digest(row)
    row.save(force_insert=True)


class Migration(migrations.Migration):
    dependencies = (("clinic", "0003_roles_and_emergencies"),)
    operations = (migrations.RunPython(seal, migrations.RunPython.noop),)
