"""Resources out of their envelopes: NDJSON lines, bundles, bundles in bundles; each once, each with its place."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import Raw

from keel.interop import json_text
from keel.interop.errors import ReadError
from keel.interop.fhir.datatypes import NONE, Reference
from keel.interop.fhir.elements import ELEMENTS, unknown_elements
from keel.interop.fhir.resources import READ, Bundle
from keel.interop.reading import Notebook
from keel.interop.times import BEFORE_ALL, read_moment
from keel.knowledge.reading import CodeTable
from keel.messages import Message, joined

_HISTORY = re.compile(r"/_history/[^/]+$")
_SYSTEM = re.compile(rb'("system"\s*:\s*")([^"\\]{1,200})"')
DEEPEST = 8
"""Bundles within bundles; a document bundle in a searchset is two."""


_NOT_VALID = Message("resource that is not valid")
_OLDER = Message("an older version of one that is in the file")


def resource_of(kind: str) -> Message:
    """A resource of a type, as notes name it."""
    return Message("{type} resource", type=kind)


class Item(NamedTuple):
    """One resource as it came: what it is, where it stood, and how others point to it.

    `key` is the full address where the bundle gives one, else type and id, else the place. `digest` stands for the
    content; `unknown` names the first element that R4 does not have; `patient` is the reference to the person.
    """

    type: str
    id: str
    path: str
    key: str
    digest: int
    unknown: str
    patient: str
    version: tuple[dt.datetime, int]
    names_ketamine: bool

    @property
    def local(self) -> str:
        """Type and id, as a reference within one server names it."""
        return f"{self.type}/{self.id}"

    @property
    def where(self) -> str:
        """The place in the file and the name of the resource."""
        return joined(" ", [self.path, f"{self.type}/{self.id}"]) if self.id else self.path


class _Deletion(NamedTuple):
    """When a resource was deleted, before all times where nobody says, and what was written after that."""

    at: dt.datetime
    newer: frozenset[str]

    def is_after(self, item: Item) -> bool:
        """Whether what stands of a resource is what was deleted."""
        written, _ = item.version
        return written <= self.at if BEFORE_ALL not in (written, self.at) else item.key not in self.newer


class ResourceFile(NamedTuple):
    """What the file held: resources once each, how many were met, and how many of these were reported.

    `bodies` holds the JSON of what Keel reads, by key; take it out once it is read, so that memory does not grow.
    """

    items: list[Item]
    bodies: dict[str, bytes]
    read: int
    reported: int


class _Meta(msgspec.Struct, kw_only=True, rename="camel"):
    last_updated: str = ""
    version_id: str = ""


class _Head(msgspec.Struct, kw_only=True, rename="camel"):
    """What tells a resource from others."""

    resource_type: str
    id: str = ""
    meta: _Meta | None = None
    subject: Raw = NONE
    patient: Raw = NONE


def unfold(values: Iterable[tuple[str, bytes]], notes: Notebook, codes: CodeTable) -> ResourceFile:
    """Every resource of the values (place, JSON text), bundles opened, repeats reported.

    Code systems that are named by their OID, or in another spelling, go by the address that `codes` has for it.
    Of several versions of a resource the newest by `meta` stays; where `meta` does not tell, the first.
    """
    unfolder = _Unpacker(notes, codes)
    for path, text in values:
        unfolder.take(path, text, "", 0)
    unfolder.drop_deleted()
    return ResourceFile(list(unfolder.items.values()), unfolder.bodies, unfolder.read, unfolder.reported)


class _Unpacker:
    def __init__(self, notes: Notebook, codes: CodeTable) -> None:
        self._codes = codes
        self.items: dict[str, Item] = {}
        self.bodies: dict[str, bytes] = {}
        self.read = self.reported = 0
        self._deletions: dict[str, _Deletion] = {}
        self._notes = notes

    def take(self, path: str, text: bytes | Raw, full_url: str, depth: int, changed: dt.datetime = BEFORE_ALL) -> None:
        """Takes one resource, or what a bundle holds; ReadError where a value of the file is not a JSON object."""
        self.read += 1
        try:
            keys = json_text.decode(text, dict[str, Raw], where=path).keys()
        except ReadError as error:
            if depth == 0:
                raise
            self._report(_NOT_VALID, error.where or path, error.problem)
            return
        if depth == 0:
            json_text.refuse_repeated_keys(bytes(text), where="" if path == "$" else path)
        try:
            head = json_text.decode(text, _Head, where=path)
        except ReadError as error:
            self._report(_NOT_VALID, error.where or path, error.problem)
            return
        if head.resource_type == "Bundle":
            self._open(path, text, depth, set(keys))
            return
        body = _SYSTEM.sub(self._address, bytes(text))
        self._keep(_item(head, path, full_url, set(keys), body, changed), body)

    def _address(self, match: re.Match[bytes]) -> bytes:
        before, name = match.groups()
        return b'%s%s"' % (before, self._codes.system_of(name.decode()).encode())

    def _open(self, path: str, text: bytes | Raw, depth: int, keys: set[str]) -> None:
        if depth >= DEEPEST:
            self._report(resource_of("Bundle"), path, Message("bundles within bundles without end"))
            return
        unknown = unknown_elements("Bundle", keys)
        try:
            bundle = json_text.decode(text, Bundle, where=path)
        except ReadError as error:
            self._report(resource_of("Bundle"), error.where or path, error.problem)
            return
        if unknown or bundle.implicit_rules:
            name = (unknown or ["implicitRules"])[0]
            reason = Message("“{name}” changes or breaks the format", name=name)
            self._report(resource_of("Bundle"), path, reason)
            return
        if any(link.relation == "next" for link in bundle.link):
            reason = Message("they are not in the file: export them all")
            self._notes.note(Message("bundle with further pages"), where=path, reason=reason)
        for number, entry in enumerate(bundle.entry):
            changed = _instant(entry.response.last_modified) if entry.response else BEFORE_ALL
            if entry.request and entry.request.method == "DELETE":
                self._delete(plain_name(entry.full_url or entry.request.url), changed, bundle.type == "history")
            if bytes(entry.resource):
                inside = f"$.entry[{number}].resource"
                place = f"{path}{inside[1:]}" if path == "$" else joined(", ", [path, inside])
                self.take(place, entry.resource, entry.full_url, depth + 1, changed)

    def _delete(self, name: str, at: dt.datetime, is_history: bool) -> None:
        """Notes that a resource was deleted; what a history holds before that, newest first, was written after it."""
        known = self._deletions.get(name)
        newer = {key for key, item in self.items.items() if name in (key, item.local)} if is_history else set()
        if known is None or at > known.at:
            self._deletions[name] = _Deletion(at, frozenset(newer))

    def drop_deleted(self) -> None:
        """Leaves out every resource that a bundle says was deleted, unless it was written again after that."""
        for key, item in list(self.items.items()):
            deletions = [self._deletions[name] for name in {key, item.local} if name in self._deletions]
            if any(deletion.is_after(item) for deletion in deletions):
                del self.items[key]
                self.bodies.pop(key, None)
                reason = Message("deleted by its sender, as the bundle says")
                self._report(resource_of(item.type), item.where, reason)

    def _hold(self, item: Item, body: bytes) -> None:
        self.items[item.key] = item
        if item.type in READ:
            self.bodies[item.key] = body

    def _keep(self, item: Item, body: bytes) -> None:
        known = self.items.get(item.key)
        if known is None:
            self._hold(item, body)
            return
        if known.digest == item.digest:
            self._report(resource_of(item.type), item.where, Message("it is in the file already; counted once"))
        elif item.version > known.version:
            self._hold(item, body)
            self._report(resource_of(item.type), known.where, _OLDER)
        elif item.version < known.version:
            self._report(resource_of(item.type), item.where, _OLDER)
        else:
            reason = Message(
                "the id of another one ({place}) with other content; the first was kept: give each its own",
                place=known.where,
            )
            self._report(resource_of(item.type), item.where, reason)

    def _report(self, what: Message, where: str, reason: Message) -> None:
        self.reported += 1
        self._notes.note(what, where=where, reason=reason)


def plain_name(reference: str) -> str:
    """A reference without its version; a UUID in lower case, for case says nothing there (RFC 4122)."""
    name = _HISTORY.sub("", reference)
    return name.lower() if name[:9].lower() == "urn:uuid:" else name


def _item(head: _Head, path: str, full_url: str, keys: set[str], text: bytes, changed: dt.datetime) -> Item:
    local = f"{head.resource_type}/{head.id}" if head.id else ""
    meta = head.meta or _Meta()
    number = int(meta.version_id) if re.fullmatch(r"[0-9]{1,18}", meta.version_id) else 0
    unknown = unknown_elements(head.resource_type, keys) if head.resource_type in ELEMENTS else []
    return Item(
        type=head.resource_type,
        id=head.id,
        path=path,
        key=plain_name(full_url) or local or str(path),
        digest=hash(text),
        unknown=unknown[0] if unknown else "",
        patient=_reference(head.subject) or _reference(head.patient),
        version=(_instant(meta.last_updated) if meta.last_updated else changed, number),
        names_ketamine=b"ketamin" in text.lower(),
    )


def _instant(text: str) -> dt.datetime:
    """The moment of `meta.lastUpdated`, whatever its offset; before all others where there is none to be read."""
    try:
        return read_moment(text).at if text else BEFORE_ALL
    except ReadError:
        return BEFORE_ALL


def _reference(raw: Raw) -> str:
    try:
        return json_text.decode(raw, Reference).reference if bytes(raw) else ""
    except ReadError:
        return ""  # a list of subjects, or a broken one: the resource's own reading says so
