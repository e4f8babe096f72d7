"""A topic under which defaults are decided together: a row of data/adoption.csv."""

from typing import Annotated

import msgspec
from msgspec import Meta

from keel.knowledge.documents import Id


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`does` says what its rules can do; `names` how many people sign: two for what can hold or release a dose.

    A default belongs to it by the phase of its rule (`phases`), by the part of its protocol in which it stands
    (`parts`; outside of protocols `kind.path`), or by its kind (`kinds`); a number of a protocol belongs where the
    first rule that uses it does.
    """

    id: Id
    title: str
    does: str
    names: Annotated[int, Meta(ge=1, le=2)]
    phases: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
