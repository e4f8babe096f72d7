"""What the clinics of the demonstration say in messages, and by which schedule they ask."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Prescriber
from keel.web.measures.actions import choose
from keel.web.measures.models import ClinicMeasures

_DATA = Path(__file__).with_name("choices.toml")


def load_choices(now: dt.datetime) -> None:
    """Loads them where they are not there yet."""
    chosen: dict[str, dict[str, Any]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    for clinic in Clinic.objects.filter(is_demonstration=True, slug__in=chosen):
        if not ClinicMeasures.objects.filter(clinic=clinic).exists():
            by = clinic.memberships.filter(role=Prescriber.id).order_by("pk")[0].user
            choose(by=by, clinic=clinic, chosen=chosen[clinic.slug], at=now)
