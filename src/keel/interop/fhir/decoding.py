"""The JSON of one resource as its strict shape, or the reason why it is not read."""

from functools import lru_cache

import msgspec

from keel.interop import json_text
from keel.interop.errors import ReadError, shown
from keel.interop.fhir.datatypes import NONE
from keel.interop.fhir.envelope import Item
from keel.interop.fhir.errors import NotTaken
from keel.interop.fhir.resources import READ, Resource
from keel.messages import Message


def decoded(item: Item, body: bytes) -> Resource:
    """The resource; NotTaken for an unknown element, a wrong type, a missing part, or rules that change its meaning."""
    if item.unknown:
        raise NotTaken(
            Message("the element {name} is not one of FHIR R4: another version, or misspelt", name=shown(item.unknown))
        )
    try:
        resource = json_text.decode(body, READ[item.type], where=item.path)
    except ReadError as error:
        place = error.where.removeprefix(item.path).lstrip(", ")
        raise NotTaken(
            Message("{place}: {problem}", place=place, problem=error.problem) if place else error.problem
        ) from None
    if resource.implicit_rules or resource.modifier_extension:
        raise NotTaken(Message("it has rules or modifiers that change its meaning"))
    return resource


def only_one(part: msgspec.Struct, prefix: str) -> str | None:
    """The name of the field of a choice (`value_`, `effective_`) that is there; NotTaken where two are."""
    there = [name for name in _choices(type(part), prefix) if getattr(part, name) not in (None, NONE)]
    if len(there) > 1:
        raise NotTaken(Message("two of {name}[x] are there", name=prefix.rstrip("_")))
    return there[0] if there else None


@lru_cache
def _choices(shape: type[msgspec.Struct], prefix: str) -> tuple[str, ...]:
    return tuple(name for name in shape.__struct_fields__ if name.startswith(prefix))
