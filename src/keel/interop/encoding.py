"""Bytes of unknown origin as UTF-8, or a clear line on why not: too many, not text, another encoding."""

import codecs

from keel.interop.errors import ReadError, position
from keel.knowledge import Knowledge
from keel.messages import Message, Numeral

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    (b"\x1f\x8b", Message("The file is compressed with gzip."), Message("Unpack it first.")),
    (
        b"PK\x03\x04",
        Message("The file is a zip archive or an office document."),
        Message("Unpack it, or export the data as JSON."),
    ),
    (b"%PDF", Message("The file is a PDF document."), Message("Export the data as JSON.")),
    (b"SQLite format 3", Message("The file is a database."), Message("Export the data as JSON.")),
    (b"PAR1", Message("The file is a Parquet table."), Message("Export the data as JSON.")),
)


MARKS = tuple(mark for mark, _ in _MARKS)
"""Byte-order marks of encodings other than UTF-8."""


def as_utf8(data: bytes) -> bytes:
    """The content as UTF-8 without a byte-order mark; a marked UTF-16 or UTF-32 file is converted.

    Nothing else is guessed: Latin-1 and unmarked UTF-16 raise a ReadError that names the first bad byte.
    """
    for mark, coding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(coding).encode()
            except UnicodeError:
                problem = Message("The file begins as {coding} and does not go on so.", coding=coding.upper())
                raise ReadError(problem, fix=_SAVE) from None
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise ReadError(Message("The file is empty."), fix=Message("Export it again."))
    for magic, problem, fix in _NOT_TEXT:
        if data.startswith(magic):
            raise ReadError(problem, fix=fix)
    zero = data.find(b"\0", 0, 1000)
    if zero >= 0:
        problem = Message("The file is not text, or UTF-16 without its mark.")
        raise ReadError(problem, where=position(data, zero), fix=_SAVE)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        problem = Message(
            "The byte {byte} is not UTF-8 (the file may be Latin-1 or Windows-1252).",
            byte=f"0x{data[error.start]:02X}",
        )
        raise ReadError(problem, where=position(data, error.start), fix=_SAVE) from None
    return data


def refuse_too_large(size: int, knowledge: Knowledge, name: str = "") -> None:
    """ReadError for more bytes than Keel reads at once."""
    most = knowledge.reading_limits.largest_file.value
    if size > most:
        problem = Message(
            "The file has {size} MB; Keel reads up to {most} MB at once.",
            size=Numeral(f"{size / 1e6:.0f}"),
            most=Numeral(f"{most / 1e6:.0f}"),
        )
        raise ReadError(problem, where=name, fix=Message("Split it by person."))


_SAVE = Message("Save it as UTF-8.")
