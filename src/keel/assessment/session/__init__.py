"""A dosing session: events in, its state at a time out.

Knows events, clocks, schedules and overrides; rules and texts are `knowledge/data/protocols` and `session-rules`. May
import `protocols`, `screening` and what lies above them. Start at `fold.py`; the shape of the file is `events.py`,
the answer `state.py`.
"""

from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import Session, session_schema
from keel.assessment.session.fold import fold_session
from keel.assessment.session.reading import read_session
from keel.assessment.session.state import Phase, SessionState

__all__ = ["Phase", "Session", "SessionError", "SessionState", "fold_session", "read_session", "session_schema"]
