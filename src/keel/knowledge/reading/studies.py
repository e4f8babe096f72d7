"""Public tables of studies, and how a reader turns their rows into records: data/studies/<dataset>.toml."""

import msgspec

from keel.knowledge.documents import Document, Number


class Visit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit as the tables name it: so many days after the infusion of that kind, empty for the first of any."""

    session: str
    after: str
    days: int
    note: str = ""


class Study(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A crossover study whose tables give the order of infusions and ratings by visit, without calendar dates.

    `given`, `placebo` and `missing` are the words of the tables. `columns` names the instrument of each rating.
    """

    sources: tuple[str, ...]
    substance: str
    route: str
    given: str
    placebo: str
    missing: str
    dose: Number
    duration: Number
    gap: Number
    conditions: dict[str, str]
    groups_without_condition: dict[str, str]
    columns: dict[str, str]
    visits: tuple[Visit, ...]
