"""Finds the resource that a reference means, as R4 says: fragments, full addresses, relative to the referrer."""

import re
from collections import defaultdict
from collections.abc import Iterable

from keel.interop import json_text
from keel.interop.errors import ReadError
from keel.interop.fhir.envelope import Item, plain_name
from keel.interop.fhir.resources import Resource

_TAIL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})$")
_BASE = re.compile(r"^(.*/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")


class Ambiguous(Exception):
    """A reference that two resources of the file answer to."""


class Directory:
    """The resources of a file by every name under which others point to them."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by_key: dict[str, Item] = {}
        self._by_tail: dict[str, list[Item]] = defaultdict(list)
        self.used: set[str] = set()
        for item in items:
            self._by_key[item.key] = item
            if item.id:
                self._by_tail[f"{item.type}/{item.id}"].append(item)

    def find(self, reference: str, origin: Item) -> Item | None:
        """The resource of the file that is meant, marked as used; None where it is not there, Ambiguous for two."""
        name = plain_name(reference)
        found = self._by_key.get(name) or self._relative(name, origin) or self._by_its_tail(name)
        if found:
            self.used.add(found.key)
        return found

    def _relative(self, name: str, origin: Item) -> Item | None:
        base = _BASE.match(origin.key)
        return self._by_key.get(base.group(1) + name) if base else None

    def _by_its_tail(self, name: str) -> Item | None:
        tail = _TAIL.search(name)
        candidates = self._by_tail.get(tail.group(1), []) if tail else []
        if "://" in name:
            # Another server's resource of the same id is another resource; one without an address may be it.
            candidates = [item for item in candidates if "://" not in item.key]
        if len(candidates) > 1:
            raise Ambiguous(name)
        return candidates[0] if candidates else None


def contained(resource: Resource, fragment: str, type_name: str) -> bytes | None:
    """The contained resource `#id` of that type, or None."""
    for raw in resource.contained:
        try:
            head = json_text.decode(raw, dict[str, object])
        except ReadError:
            continue
        if head.get("id") == fragment.removeprefix("#") and head.get("resourceType") == type_name:
            return bytes(raw)
    return None
