"""How long a patient's record must be kept before the law lets it be erased: a row of data/retention.csv each."""

import msgspec

from keel.knowledge.certainty import Certainty


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The years for which a country wants a record kept, from its last entry on; the country `*` is any other.

    `until_age` is the age of the patient before which it is not erased either, where treatment was that of a minor.
    """

    country: str
    years: int
    until_age: int | None
    sources: tuple[str, ...]
    certainty: Certainty
    note: str
