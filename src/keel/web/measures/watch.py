"""What the clock brings: an alert that nobody took or of which nobody was told goes on to more people; forms are sent.

It runs in the thread of the sender (`outbox/sender.py`). Of two servers that look at once one tells, and one sends.
"""

import datetime as dt
import logging
from zoneinfo import ZoneInfo

from keel import knowledge
from keel.assessment.measures import AlertState
from keel.knowledge.catalogues import ENGLISH
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import record_of
from keel.web.live.actions import watcher_user
from keel.web.measures.actions import Asking, about_alert, link_made, tell_more
from keel.web.measures.errors import FormRefused
from keel.web.measures.models import FormLink, Way
from keel.web.measures.queries import (
    choices_of,
    due_for,
    initials,
    link_state,
    offered,
    open_alerts,
    reach_of,
    staff_address,
)
from keel.web.outbox.queries import channels, messages_about

log = logging.getLogger("keel.web")
BY_DAY = range(9, 19)
"""Hours of the clinic in which forms go out by themselves; a default of Keel's."""


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


class Sending:
    """Sends what is due by itself, once in an hour of each clinic that chose it."""

    def __init__(self) -> None:
        self._done: set[tuple[int, str]] = set()

    def round(self, at: dt.datetime) -> int:
        """Sends what is due now to whoever agreed to messages; how many forms went out."""
        sent = 0
        for clinic in Clinic.objects.filter(measures__automatic=True).distinct():
            local = at.astimezone(ZoneInfo(clinic.timezone))
            hour = (clinic.pk, f"{local:%Y-%m-%dT%H}")
            if local.hour not in BY_DAY or hour in self._done or not choices_of(clinic).automatic:
                continue
            self._done = {one for one in self._done if one[0] != clinic.pk} | {hour}
            sent += sum(_send_due(patient, local) for patient in _reachable(clinic))
        return sent


def _reachable(clinic: Clinic) -> list[Patient]:
    agreed = Fact.objects.filter(kind=Kind.CONTACT, patient__clinic=clinic, payload__messages=True)
    people = Patient.objects.filter(pk__in=agreed.values("patient_id"), erased_at__isnull=True)
    return list(people.select_related("clinic"))


def _send_due(patient: Patient, local: dt.datetime) -> bool:
    """Sends one form with all that is due, unless one is out that can still be answered."""
    reach, clinic = reach_of(patient), patient.clinic
    if reach is None or reach.messages is not True:
        return False
    way = Way.TEXT if reach.phone and Way.TEXT in channels() else Way.EMAIL
    links = FormLink.objects.filter(patient=patient).prefetch_related("steps")
    if any(link_state(one, local).over is None for one in links):
        return False
    try:
        record = record_of(patient, at=local, knowledge=knowledge.load())
        worded = {one.id for one in offered(reach.lang or ENGLISH)}
        due = [one.instrument for one in due_for(record, clinic, local) if one.is_due(local.date())]
        due = [name for name in due if name in worded]
        if not due:
            return False
        how = Asking(
            lang=reach.lang or ENGLISH,
            way=Way(way),
            to=reach.phone if way == Way.TEXT else reach.email,
            shown_as=initials(patient.display_name),
        )
        key = f"due-{patient.pk}-{local.date()}"
        return bool(link_made(watcher_user(), patient, due, how, key, local, staff_address))
    except FormRefused as refused:  # it stays due, which the page of the patient shows
        log.warning("a form that is due could not be sent: %s", type(refused).__name__)
    except Exception:
        log.exception("what is due of one patient could not be sent; it stays due")
    return False
