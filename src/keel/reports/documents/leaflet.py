"""Leaflets: a text of the knowledge on one or two pages to print."""

import datetime as dt

import msgspec

from keel.reports.documents.typesetting import pdf


class LeafletPart(msgspec.Struct, frozen=True):
    """A section: heading, paragraphs, a list, a next step. A number in square brackets points to the sources."""

    heading: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    next_step: str = ""


class Leaflet(msgspec.Struct, frozen=True, kw_only=True):
    """A leaflet with the lines to call, each “name: number”, and its numbered sources; `mark` stands on every page."""

    language: str
    title: str
    summary: str
    parts: tuple[LeafletPart, ...]
    action_heading: str
    action: str
    contact: str
    lines: tuple[tuple[str, str], ...]
    sources_heading: str
    sources: tuple[str, ...]
    footer: str
    page: str = "Page"
    mark: str = ""


def leaflet_pdf(document: Leaflet, *, at: dt.datetime) -> bytes:
    """The leaflet as a PDF: PDF/UA-1, with language and title."""
    return pdf("leaflet", document, at=at)
