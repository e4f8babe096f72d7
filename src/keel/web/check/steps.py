"""The steps of the check: what each is called and which fields stand on it.

The first step is a short check by itself, so the medicines stand there too; their own step has them filled in.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BLADDER, SIGNS, DEPENDENCE, MOOD, ANXIETY = "bladder-check", "warning-signs", "dsm-5-ketamine", "phq-9", "gad-7"
GRIP = "sds"
"""Only the total of this one is asked: its licence does not free the questions."""


class Step(NamedTuple):
    """A step: its id in the form, its name, its fields, the questionnaires on it."""

    id: str
    name: Promise
    fields: tuple[str, ...]
    instruments: tuple[str, ...] = ()


PICKED = (
    "amount_low", "amount_high", "amount_unit", "days", "days_most", "days_per",
    "long", "long_unit", "way", "place", "ago", "ago_unit",
)  # fmt: skip
"""Fields by which a pattern may be picked instead of typed; they become a line of `pattern`."""

STEPS = (
    Step("use", _("Ketamine"), ("pattern", "medicines", *PICKED, "record", "file", "person", "fits")),
    Step("medicines", _("Other"), ("drugs", "medicines", "daily")),
    Step("bladder", _("Body"), (), (BLADDER, SIGNS)),
    Step("dependence", _("Habit"), ("grip",), (DEPENDENCE,)),
    Step("mood", _("Mood"), (), (MOOD, ANXIETY)),
    Step("you", _("You"), ("matters", "age", "pregnant", "break", "country")),
)
BY_ID = {step.id: step for step in STEPS}
PICTURE = "picture"


def after(step: str) -> str:
    """What comes after a step: the next one, and the picture after the last."""
    ids = [*BY_ID, PICTURE]
    return ids[ids.index(step) + 1]


def before(step: str) -> str:
    """The step before, or an empty string."""
    ids = ["", *BY_ID]
    return ids[ids.index(step) - 1]
