"""Facts of a session for the rules: of the person, and of what happened.

Those of course, plan, dose, answers, pressures and vital signs stand with these; `view.py` puts all of them together.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from keel.assessment.session.events import Checked, Plain, Session, SessionMedicine
from keel.assessment.session.plan import number_in
from keel.findings import Fact, Finding
from keel.quantities import parse_age_years, parse_height_cm, parse_weight_kg
from keel.record import TAKEN, Person

_FIRST_MIDNIGHT = dt.timedelta(hours=13)
"""By how much New Zealand's summer time is ahead of UTC; a clinic further east names its zone."""


def as_person(session: Session) -> Person:
    """The person of a session as the record has them; what cannot be read is not known."""
    person = session.person
    return Person(
        id=person.id,
        age_years=number_in(person.age, parse_age_years) if isinstance(person.age, str) else person.age,
        birth_date=person.birth_date,
        sex=person.sex,
        weight_kg=number_in(person.weight, parse_weight_kg),
        height_cm=number_in(person.height, parse_height_cm),
        pregnancy=person.pregnancy,
        country=person.country,
    )


def weighed_facts(weighed_on: dt.date | None, at: dt.datetime, zone: str) -> dict[str, Fact]:
    """How many days ago the person was weighed; nothing where that is not known, or the day has not begun.

    Days are those of the clinic's `zone`. Where it is not given they are those of UTC, so that the offset in which a
    moment is written plays no part, and a day has begun where it has in New Zealand.
    """
    today = at.astimezone(ZoneInfo(zone) if zone else dt.UTC)
    latest = today if zone else today + _FIRST_MIDNIGHT
    if weighed_on is None or weighed_on > latest.date():
        return {}
    return {"days_since_weighed": max(0, (today.date() - weighed_on).days)}


class MedicineList(NamedTuple):
    """What a list of medicines says: facts of the gate, and findings before a dose."""

    facts: Mapping[str, Fact]
    findings: tuple[Finding, ...]


def taken(session: Session, events: Iterable[Plain]) -> tuple[str, ...]:
    """The medicines that are taken, or were given on the day, as typed: on record, and told by these events."""
    entries = [SessionMedicine(text=one) if isinstance(one, str) else one for one in session.medicines]
    on_record = (entry.text for entry in entries if entry.status in (*TAKEN, "administered"))
    told = (text for event in events if isinstance(event, Checked) for text in event.medicines)
    return tuple(dict.fromkeys((*on_record, *told)))
