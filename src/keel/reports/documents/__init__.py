"""Documents as PDF: the page to hand over, leaflets, a whole record, made by Typst in memory, accessible (PDF/UA-1).

Values in, bytes out: no file is written and nothing is fetched. The templates (`*.typ`) lie beside this module, the
fonts are those inside Typst, so that a document looks the same on every machine. Start at `handover.py`.
"""

from keel.reports.documents.handover import HandOver, Part, Row, Scale, handover_pdf
from keel.reports.documents.leaflet import Leaflet, LeafletPart, leaflet_pdf
from keel.reports.documents.record import RecordDocument, Table, record_pdf

__all__ = [
    "HandOver",
    "Leaflet",
    "LeafletPart",
    "Part",
    "RecordDocument",
    "Row",
    "Scale",
    "Table",
    "handover_pdf",
    "leaflet_pdf",
    "record_pdf",
]
