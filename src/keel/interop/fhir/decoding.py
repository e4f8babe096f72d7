"""The JSON of one resource as its strict shape, or the reason why it is not read."""

from keel.interop import json_text
from keel.interop.errors import ReadError, shown
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
