"""What a report of interactions does not say: how old its data are, and that medicines are not checked in pairs."""

import datetime as dt
from typing import NamedTuple

from keel.knowledge import Knowledge
from keel.messages import Message

STALE_AFTER = dt.timedelta(days=365)
"""A report says its age first once nobody has looked at the sources for longer."""


class DataAge(NamedTuple):
    """When the tables last changed, and since when every source that has editions has been looked at."""

    in_force: dt.date
    checked: dt.date


def interactions_edition(knowledge: Knowledge) -> DataAge:
    """The age of the interaction tables; the source that was looked at longest ago speaks for all."""
    changed = knowledge.interaction_editions["interactions"].data_as_of
    cited = {name for row in knowledge.interaction_classes.values() for name in row.sources}
    looked = [edition.checked for name, edition in knowledge.editions.items() if name in cited]
    return DataAge(changed, min(looked, default=changed))


def is_stale(age: DataAge, on: dt.date | None) -> bool:
    """Whether nobody has looked at the sources for more than a year on that day."""
    return on is not None and on - age.checked > STALE_AFTER


def limits(age: DataAge, on: dt.date | None) -> tuple[Message, ...]:
    """What every report says of itself; the age of its data first where it is past a year."""
    stale = Message(
        "The sources of these data were last looked at on {looked_at}, more than a year ago: newer warnings are "
        "missing. Ask a pharmacist.",
        looked_at=age.checked.isoformat(),
    )
    return (
        *([stale] if is_stale(age, on) else []),
        Message(
            "Each is checked together with ketamine only. Medicines are not checked against each other: ask a "
            "pharmacist about that."
        ),
        Message(
            "Data as of {data_as_of}; their sources were last looked at on {looked_at}.",
            data_as_of=age.in_force.isoformat(),
            looked_at=age.checked.isoformat(),
        ),
    )
