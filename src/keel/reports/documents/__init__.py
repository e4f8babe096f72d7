"""Documents as PDF: pages to hand over, leaflets, records, sheets to write on, made by Typst in memory (PDF/UA-1).

Values in, bytes out: no file is written and nothing is fetched. The templates (`*.typ`) lie beside this module, the
fonts are those inside Typst, so that a document looks the same on every machine. Start at `handover.py`.
"""

from keel.reports.documents.downtime import ExpectedPatient, Packet, downtime_packet, signature_words
from keel.reports.documents.findings import finding_line
from keel.reports.documents.handover import HandOver, Part, Row, Scale, handover_pdf
from keel.reports.documents.leaflet import Leaflet, LeafletPart, leaflet_pdf
from keel.reports.documents.paper import Drawing, Paper, PaperPart, Table, paper_pdf
from keel.reports.documents.record import FactTable, RecordDocument, record_pdf
from keel.reports.documents.session_record import RecordHead, session_record

__all__ = [
    "Drawing",
    "ExpectedPatient",
    "FactTable",
    "HandOver",
    "Leaflet",
    "LeafletPart",
    "Packet",
    "Paper",
    "PaperPart",
    "Part",
    "RecordDocument",
    "RecordHead",
    "Row",
    "Scale",
    "Table",
    "downtime_packet",
    "finding_line",
    "handover_pdf",
    "leaflet_pdf",
    "paper_pdf",
    "record_pdf",
    "session_record",
    "signature_words",
]
