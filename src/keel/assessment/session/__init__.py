"""A dosing session: events in, its state at a time out.

Knows events, clocks, schedules and overrides; rules and texts are `knowledge/data/protocols` and `session-rules`. May
import `protocols`, `eligibility` and what lies above them. Start at `fold.py`; what goes in is `events.py`, the answer
`state.py`. Session files are read in `interop/session_file`.
"""

from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import Session
from keel.assessment.session.fold import fold_session
from keel.assessment.session.state import Phase, SessionState

__all__ = ["Phase", "Session", "SessionError", "SessionState", "fold_session"]
