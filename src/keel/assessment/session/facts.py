"""Facts of a session for the rules: of the person, and of what happened.

Those of course, plan, dose, answers, pressures and vital signs stand with these; `view.py` puts all of them together.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from keel.assessment.session.events import Session
from keel.assessment.session.plan import number_in
from keel.findings import Fact
from keel.quantities import parse_age_years, parse_height_cm, parse_weight_kg, significant
from keel.record import Person

_FIRST_MIDNIGHT = dt.timedelta(hours=13)
"""By how much New Zealand's summer time is ahead of UTC; a clinic further east names its zone."""
_POUNDS_PER_KG = 1 / parse_weight_kg("1 lb")


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


def weight_facts(weights_kg: Sequence[float], pounds_percent: float) -> dict[str, Fact]:
    """How far the weights of a person jump, oldest first, and whether one looks like the other in pounds.

    The jump is the largest of two that follow each other, percent of the earlier one; a weight looks like pounds where
    the two differ by the ratio of the units, within `pounds_percent`. Nothing where there is only one weight.
    """
    ratios = [new / old for old, new in pairwise(weights_kg)]
    if not ratios:
        return {}
    off = [max(ratio, 1 / ratio) / _POUNDS_PER_KG - 1 for ratio in ratios]
    return {
        "weight_jump_percent": significant(max(abs(ratio - 1) for ratio in ratios) * 100),
        "weight_looks_like_pounds": any(abs(one) * 100 <= pounds_percent for one in off),
    }
