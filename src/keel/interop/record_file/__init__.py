"""Keel's own record file: its shape, its reader and its writer.

Start at `shape.py` (what may stand in a record), then `reader.py`; `amounts.py` and `measurements.py` read the parts
that carry units.
"""

from keel.interop.record_file.reader import read_keel
from keel.interop.record_file.shape import record_schema
from keel.interop.record_file.writer import write_converted, write_people, write_record

__all__ = ["read_keel", "record_schema", "write_converted", "write_people", "write_record"]
