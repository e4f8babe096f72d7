"""Finding an instrument by the names that people write: “PHQ-9”, “phq9”, “Phq 9”."""

import re

from keel.knowledge import Knowledge
from keel.knowledge.base import find
from keel.knowledge.instruments import Instrument
from keel.messages import Message


def find_instrument(wanted: str, knowledge: Knowledge) -> Instrument:
    """The instrument with this id, whatever its case and hyphens; UnknownId names near ones."""
    table = knowledge.instruments
    squeezed = [name for name in table if _squeeze(name) == _squeeze(wanted)]
    return table[squeezed[0]] if len(squeezed) == 1 else find(Message("instrument"), table, wanted)


def _squeeze(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
