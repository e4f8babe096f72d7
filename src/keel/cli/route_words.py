"""The route that a word of `--route` means, the same words that a pattern of use takes: snorted, by mouth."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keel.knowledge import Knowledge


def route_id(text: str, knowledge: "Knowledge") -> str:
    """The id of the route that a word means in any language of the phrases; the text itself where none does."""
    if text in knowledge.routes:
        return text
    said = " ".join(text.casefold().split())
    for phrases in knowledge.phrases.values():
        for route in phrases.routes:
            if route.id in knowledge.routes and said in (word.casefold() for word in route.words):
                return route.id
    return text
