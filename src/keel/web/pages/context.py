"""What every page says of the facts behind it."""

from typing import Any

from django.http import HttpRequest

from keel import knowledge as facts


def knowledge(request: HttpRequest) -> dict[str, Any]:
    """`knowledge_hash`: the content hash of the facts that this page rests on."""
    return {"knowledge_hash": facts.load().hash}
