"""Readers of what other programs and people write, of session files, and the writer of Keel's own record.

Knows the formats; turns them into `Record`s and notes on everything that it did not take as a fact. May import all
of Keel but `web`, `cli` and `reports`; reads no clock, and opens no file but in `disk.py`.
Start at `recognise.py` (which format is it), then `record_file/`, `fhir/`, `journal.py` and
`openneuro.py`; session files are `session_file/`.
"""

from keel.interop.disk import read_folder, read_path
from keel.interop.doses_table import TEMPLATE as DOSES_TEMPLATE
from keel.interop.doses_table import write_doses_table
from keel.interop.errors import ReadError
from keel.interop.fhir_bundle import fhir_bundle
from keel.interop.reading import Format, Reading, Totals
from keel.interop.recognise import read_records
from keel.interop.record_file import record_schema, write_converted, write_people, write_record
from keel.interop.session_file import read_session, session_schema, session_template

__all__ = [
    "DOSES_TEMPLATE",
    "Format",
    "ReadError",
    "Reading",
    "Totals",
    "fhir_bundle",
    "read_folder",
    "read_path",
    "read_records",
    "read_session",
    "record_schema",
    "session_schema",
    "session_template",
    "write_converted",
    "write_doses_table",
    "write_people",
    "write_record",
]
