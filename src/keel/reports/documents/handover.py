"""The page to hand over: what a person told the check, in clinical terms, for a clinician or a worker."""

import datetime as dt

import msgspec

from keel.reports.documents.typesetting import pdf


class Row(msgspec.Struct, frozen=True):
    """A fact: what it is and its value with unit; `sources` are numbers of the list at the end."""

    name: str
    value: str
    sources: tuple[int, ...] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the page: heading, facts as rows, sentences as a list."""

    heading: str
    rows: tuple[Row, ...] = ()
    items: tuple[str, ...] = ()
    is_urgent: bool = False


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The exposure scale: milligrams a year on a logarithmic line from `least` to `most`, and the same in words."""

    least: float
    most: float
    reference: float
    low: float
    mid: float
    high: float
    words: str
    label: str
    reference_label: str
    marks: tuple[tuple[float, str], ...]


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. `footer` says what the document is and is not; `sources` are numbered from 1."""

    language: str
    title: str
    lead: str
    parts: tuple[Part, ...]
    scale: Scale | None = None
    sources_heading: str = ""
    sources: tuple[str, ...] = ()
    footer: str = ""
    page: str = "Page"


def handover_pdf(document: HandOver, *, at: dt.datetime) -> bytes:
    """The page as a PDF: PDF/UA-1, with language, title and words for the drawing."""
    return pdf("handover", document, at=at)
