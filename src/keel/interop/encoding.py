"""Bytes of unknown origin as UTF-8, or a clear line on why not: too many, not text, another encoding."""

import codecs

from keel.interop.errors import ReadError, position
from keel.knowledge import Knowledge

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first."),
    (b"PK\x03\x04", "a zip archive or an office document", "Unpack it, or export the data as JSON."),
    (b"%PDF", "a PDF document", "Export the data as JSON."),
    (b"SQLite format 3", "a database", "Export the data as JSON."),
    (b"PAR1", "a Parquet table", "Export the data as JSON."),
)


def as_utf8(data: bytes) -> bytes:
    """The content as UTF-8 without a byte-order mark; a marked UTF-16 or UTF-32 file is converted.

    Nothing else is guessed: Latin-1 and unmarked UTF-16 raise a ReadError that names the first bad byte.
    """
    for mark, coding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(coding).encode()
            except UnicodeError:
                raise ReadError(f"The file begins as {coding.upper()} and does not go on so.", fix=_SAVE) from None
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise ReadError("The file is empty.", fix="Export it again.")
    for magic, what, fix in _NOT_TEXT:
        if data.startswith(magic):
            raise ReadError(f"The file is {what}.", fix=fix)
    zero = data.find(b"\0", 0, 1000)
    if zero >= 0:
        raise ReadError("The file is not text, or UTF-16 without its mark.", where=position(data, zero), fix=_SAVE)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        problem = f"The byte 0x{data[error.start]:02X} is not UTF-8 (the file may be Latin-1 or Windows-1252)."
        raise ReadError(problem, where=position(data, error.start), fix=_SAVE) from None
    return data


def refuse_too_large(size: int, knowledge: Knowledge, name: str = "") -> None:
    """ReadError for more bytes than Keel reads at once."""
    most = knowledge.reading_limits.largest_file.value
    if size > most:
        problem = f"The file has {size / 1e6:.0f} MB; Keel reads up to {most / 1e6:.0f} MB at once."
        raise ReadError(problem, where=name, fix="Split it by person.")


_SAVE = "Save it as UTF-8."
