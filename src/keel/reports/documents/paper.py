"""A paper: parts below each other with facts, lists, tables, drawings. Records of sessions and sheets to write on."""

import datetime as dt

import msgspec

from keel.reports.documents.handover import Row
from keel.reports.documents.typesetting import pdf


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under columns. `widths` are shares of the width; `blank` empty rows stand below, to be written on."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...]
    blank: int = 0


class Drawing(msgspec.Struct, frozen=True):
    """A drawing as SVG, and the same in words."""

    svg: str
    words: str


class PaperPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part: heading, facts as rows, sentences as a list, a table, a drawing, a remark below.

    `steps` are a numbered list, `starts_sheet` begins a new page, `is_boxed` draws a line around it, `is_large` is for
    eyes that are a step away.
    """

    heading: str
    rows: tuple[Row, ...] = ()
    steps: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Table | None = None
    drawing: Drawing | None = None
    remark: str = ""
    starts_sheet: bool = False
    is_boxed: bool = False
    is_large: bool = False


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it. `mark` stands on every page; `is_wide` lays the sheet on its side; letters are set larger."""

    language: str
    title: str
    lead: str
    parts: tuple[PaperPart, ...]
    mark: str = ""
    footer: str = ""
    page: str = "Page"
    is_wide: bool = False
    size_pt: float = 9.4


def paper_pdf(document: Paper, *, at: dt.datetime) -> bytes:
    """The paper as a PDF: PDF/UA-1, with language, title, heads of tables and words for the drawings."""
    return pdf("paper", document, at=at)
