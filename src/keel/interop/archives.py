"""What lies in compressed files and archives, by name; nothing is unpacked beyond what Keel reads at once."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from keel.interop.encoding import refuse_too_large
from keel.interop.errors import ReadError
from keel.knowledge import Knowledge
from keel.messages import Message

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_OFFICE = "[Content_Types].xml"
_DEEPEST = 4
"""Archives within archives."""


def unpacked(files: Mapping[str, bytes], knowledge: Knowledge) -> dict[str, bytes]:
    """The files with every gzip file and zip archive in the place of its content, which goes by “archive/name”.

    ReadError for what is broken, encrypted or larger unpacked than Keel reads at once.
    """
    most = int(knowledge.reading_limits.largest_file.value)
    found: dict[str, bytes] = {}
    left = most
    for name, content in files.items():
        for inside, data in _entries(name, content, left, knowledge, 0):
            found[inside] = data
            left -= len(data)
    return found


def _entries(name: str, content: bytes, left: int, knowledge: Knowledge, depth: int) -> Iterator[tuple[str, bytes]]:
    if depth < _DEEPEST and content.startswith(GZIP):
        plain = name.removesuffix(".gz") if name.endswith(".gz") else name
        yield from _entries(plain, _gunzipped(name, content, left, knowledge), left, knowledge, depth + 1)
    elif depth < _DEEPEST and content.startswith(ZIP) and _is_archive(name, content):
        for inside, data in _zipped(name, content, left, knowledge):
            yield from _entries(inside, data, left, knowledge, depth + 1)
            left -= len(data)
    else:
        yield name, content


def _gunzipped(name: str, content: bytes, left: int, knowledge: Knowledge) -> bytes:
    """Every member of a gzip file, one after the other."""
    parts: list[bytes] = []
    size, rest = 0, content
    while rest.startswith(GZIP):
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(rest, left - size + 1))
        except zlib.error:
            raise _broken(name) from None
        size += len(parts[-1])
        if size > left:
            refuse_too_large(int(knowledge.reading_limits.largest_file.value) + 1, knowledge, name)
        if not member.eof:
            raise _broken(name)
        rest = member.unused_data
    return b"".join(parts)


def _is_archive(name: str, content: bytes) -> bool:
    """Whether a zip file is a mere archive and no document of an office program."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _OFFICE not in archive.namelist()
    except zipfile.BadZipFile:
        raise _broken(name) from None


def _zipped(name: str, content: bytes, left: int, knowledge: Knowledge) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            refuse_too_large(sum(member.file_size for member in members), knowledge, name)
            for member in members:
                with archive.open(member) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    refuse_too_large(int(knowledge.reading_limits.largest_file.value) + 1, knowledge, name)
                yield f"{name}/{member.filename}", data
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        raise _broken(name) from None


def _broken(name: str) -> ReadError:
    return ReadError(
        Message("The file is compressed, and it is broken off or locked by a password."),
        where=name,
        fix=Message("Unpack it first."),
    )
