"""Forms of a risk programme: the shape of data/rems/*.toml. Fields only; two generations are two documents."""

from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field. `answer` names what of a session fills it; without it somebody writes it in."""

    id: Id
    section: str
    label: str
    kind: Literal["text", "number", "date", "yes_no", "choice"]
    required: bool = True
    choices: tuple[str, ...] = ()
    answer: str = ""
    certainty: Certainty = Certainty.SEEN


class ProgrammeForm(Document, frozen=True, kw_only=True):
    """A form that is sent within `due_days` of a session."""

    jurisdiction: str
    due_days: int
    sources: tuple[str, ...]
    note: str
    fields: tuple[FormField, ...]
