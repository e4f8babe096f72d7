"""What the clock brings: an alert that nobody took or of which nobody was told goes on to more people; forms are sent.

It runs in the thread of the sender (`outbox/sender.py`). Of two servers that look at once one tells.
"""

import datetime as dt
import logging

from keel.assessment.measures import AlertState
from keel.web.clinic.models import Clinic, Patient
from keel.web.measures.actions import about_alert, tell_more
from keel.web.measures.queries import open_alerts
from keel.web.outbox.queries import messages_about

log = logging.getLogger("keel.web")


def look_at_alerts(at: dt.datetime) -> int:
    """Tells more people of each alert that waits too long, or whose messages were lost; how many."""
    told = 0
    for patient, state in open_alerts(None, at):
        try:
            if state.is_late or _is_lost(patient, state, at):
                told += tell_more(patient, state, at)
        except Exception:  # one that cannot be told keeps no other from being told; it stands on every page
            log.exception("an alert could not be told to more people")
    return told


def _is_lost(patient: Patient, state: AlertState, at: dt.datetime) -> bool:
    """Whether every message of the last round was lost, while more people can be told."""
    clinic: Clinic = patient.clinic
    last = [one for one in state.steps if one.step.step == "told"][-1:]
    if not last or not state.due_at or not last[0].step.told:
        return False
    sent = [(one, how) for one, how in messages_about(clinic, about_alert(state.id), at) if one.queued_at >= last[0].at]
    return bool(sent) and all(how.is_lost for _one, how in sent)
