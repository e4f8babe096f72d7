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


class Group(NamedTuple):
    """Questions that one answer can deny together: its id in `none`, and in words all that “none of these” denies."""

    id: str
    says: Promise
    items: tuple[tuple[str, tuple[str, ...]], ...]
    """Instrument and its items, the questions that follow on a yes among them."""

    @property
    def names(self) -> list[tuple[str, str]]:
        """Instrument and item of each question."""
        return [(instrument, item) for instrument, items in self.items for item in items]


GROUPS = (
    Group(
        "now",
        _("Nobody could wake you, a fit, blue lips, chest pain, a terrible headache, a collapse"),
        ((SIGNS, ("wake", "chest")),),
    ),
    Group(
        "kidney",
        _("Blood or jelly-like bits in the urine, pain in the side or back, fever, being unable to go"),
        ((BLADDER, ("7", "8")),),
    ),
    Group(
        "bladder",
        _("Passing urine more often or at night, a sudden need, burning, pain low in the belly, leaking"),
        ((BLADDER, ("1", "2", "2-times", "3", "4", "5", "6", "9-weeks", "9-change")),),
    ),
    Group(
        "belly",
        _("Yellow skin or eyes, dark urine, pale stools, cramps or pain high in the belly, feeling sick"),
        ((SIGNS, ("yellow", "dark", "cramps", "cramps-bad", "sick")),),
    ),
    Group(
        "pain",
        _("A sore, blocked or bleeding nose; ketamine taken to dull pain"),
        ((SIGNS, ("nose", "dull")),),
    ),
    Group(
        "mind",
        _("Worse memory; confusion, or hearing or seeing things, on days without it; low on most days; craving"),
        ((SIGNS, ("memory", "confused", "low", "stopping")),),
    ),
    Group(
        "accidents",
        _("Passing out more than once, or being hurt; in water or at the wheel while still feeling it"),
        ((SIGNS, ("hurt", "water")),),
    ),
)
"""The questions on the body, what cannot wait first."""

PICKED = (
    "amount_low", "amount_high", "amount_unit", "days", "days_most", "days_per",
    "long", "long_unit", "way", "place", "ago", "ago_unit",
)  # fmt: skip
"""Fields by which a pattern may be picked instead of typed; they become a line of `pattern`."""

STEPS = (
    Step("use", _("Ketamine"), ("pattern", "medicines", *PICKED, "record", "file", "person", "fits")),
    Step("medicines", _("Medicines and drugs"), ("drugs", "medicines", "daily")),
    Step("bladder", _("Bladder and body"), ("none",), (BLADDER, SIGNS)),
    Step("dependence", _("Dependence"), ("grip",), (DEPENDENCE,)),
    Step("mood", _("Mood"), (), (MOOD, ANXIETY)),
    Step("you", _("About you"), ("matters", "age", "pregnant", "break", "country")),
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
