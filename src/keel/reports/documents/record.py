"""A patient's whole record on paper: what needs attention, then every fact in tables, with who wrote it and when."""

import datetime as dt

import msgspec

from keel.reports.documents.handover import Part
from keel.reports.documents.typesetting import pdf


class FactTable(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of one kind: the headings of the columns, and rows of as many cells."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class RecordDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole paper. `lead` says whose record, made when and for whom; `notice` is what the law adds to it."""

    language: str
    title: str
    lead: str
    notice: str = ""
    parts: tuple[Part, ...] = ()
    tables: tuple[FactTable, ...] = ()
    footer: str = ""
    page: str = "Page"


def record_pdf(document: RecordDocument, *, at: dt.datetime) -> bytes:
    """The paper as a PDF: PDF/UA-1, with language, title, and headings of tables that go on overleaf."""
    return pdf("record", document, at=at)
