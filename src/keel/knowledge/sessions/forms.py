"""Forms of a risk programme: the shape of data/rems/*.toml. Fields only; two generations are two documents."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field. `answer` names what of a session or record fills it; without it somebody writes it in.

    `moment` is when it can be filled: from the record, before the dose, with a device, after it, at leaving.
    """

    id: Id
    moment: Literal["record", "before", "device", "after", "leaving"] = "leaving"
    section: str
    label: str
    kind: Literal["text", "number", "date", "yes_no", "choice"]
    required: bool = True
    choices: tuple[str, ...] = ()
    answer: str = ""
    certainty: Certainty = Certainty.SEEN


class ProgrammeForm(Document, frozen=True, kw_only=True):
    """A form that is sent within `due_days` of a session of one of its protocols; one warns from `warn_days` on.

    It holds for treatments from `valid_from` on, until a newer one does.
    """

    jurisdiction: str
    protocols: tuple[str, ...]
    valid_from: dt.date
    valid_from_certainty: Certainty
    due_days: int
    warn_days: int
    sources: tuple[str, ...]
    note: str
    fields: tuple[FormField, ...]


class ReportField(FormField, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A field of a report of an adverse event: its block on MedWatch 3500A, its elements of E2B(R3)."""

    medwatch: str = ""
    e2b: tuple[str, ...] = ()


class EventReport(Document, frozen=True, kw_only=True):
    """What a report of a serious adverse event asks, stored by meaning."""

    sources: tuple[str, ...]
    note: str
    fields: tuple[ReportField, ...]


def form_on(forms: Iterable[ProgrammeForm], protocol: str, jurisdiction: str, day: dt.date) -> ProgrammeForm | None:
    """The newest form that holds for a treatment on a day; None where no programme asks for one."""
    fit = (one for one in forms if protocol in one.protocols and one.jurisdiction == jurisdiction)
    return max((one for one in fit if one.valid_from <= day), key=lambda one: one.valid_from, default=None)
