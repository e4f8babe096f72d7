"""The page on how alarms were answered, by rule: so that a rule nobody acts on is found."""

import datetime as dt
from string import Formatter
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel.assessment.session.alarm_report import RuleAnswers, alarm_report
from keel.interop.errors import ReadError
from keel.messages import Message
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.adoption import rules_today
from keel.web.live.sessions import read, sessions_of
from keel.web.routes import in_queue

DAYS = (7, 30, 90)


class Row(NamedTuple):
    """A rule with its words."""

    title: Message
    answers: RuleAnswers


@in_queue(COSTLY)
@require_safe
@staff(Permission.SEE_ROOMS)
def report(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Each rule that alarmed in the sessions of some days: how often, how soon it was seen, what was done."""
    days = next((one for one in DAYS if str(one) == request.GET.get("days")), DAYS[0])
    sessions = sessions_of(clinic).filter(opened_at__gt=clock.now() - dt.timedelta(days=days))
    found, unread = [], 0
    for live in sessions:
        try:
            found.append(read(live).events)
        except ReadError:
            unread += 1
    rules = rules_today(clinic)
    cuts = rules.session_rules["session"].cuts
    titles = {rule.id: rule.title for protocol in rules.protocols.values() for rule in protocol.rules}
    titles |= {rule.id: rule.text for rule in rules.session_rules["session"].rules}
    context = {
        "clinic": clinic,
        "days": days,
        "choices": DAYS,
        "sessions": len(found),
        "unread": unread,
        "rows": [Row(_title(titles.get(one.rule, one.rule)), one) for one in alarm_report(found, cuts)],
        "least": cuts["acted_on_least"].value,
    }
    return render(request, "live/alarm_report.html", context)


def _title(text: str) -> Message:
    """The words of a rule; what it fills in at each alarm is left open."""
    names = {name for _text, name, _form, _how in Formatter().parse(text) if name}
    return Message(text, **dict.fromkeys(names, "…"))
