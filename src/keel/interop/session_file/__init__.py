"""The file of a dosing session: its reader, its schema, and an empty one to fill in."""

from keel.interop.session_file.reader import read_session, session_schema
from keel.interop.session_file.template import session_template

__all__ = ["read_session", "session_schema", "session_template"]
