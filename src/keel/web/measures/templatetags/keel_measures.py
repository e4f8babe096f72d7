"""What pages of the clinic say of forms and of answers that alarm."""

from django import template

from keel.assessment.measures import AlertStage, AlertState
from keel.web import clock
from keel.web.clinic.fact_words import alert_words
from keel.web.clinic.models import Clinic, Patient
from keel.web.language.words import gettext as _
from keel.web.measures.models import Way
from keel.web.measures.queries import open_alerts as waiting

register = template.Library()
register.filter("alert_words", alert_words)


@register.simple_tag
def open_alerts(clinic: Clinic) -> list[tuple[Patient, AlertState]]:
    """The answers that alarm and that nobody has closed."""
    return waiting(clinic, clock.now())


@register.filter
def stage_words(state: AlertState) -> str:
    """How far an alert has come."""
    return {
        AlertStage.NOBODY: _("nobody has taken it"),
        AlertStage.TAKEN: _("taken by %(name)s, not reached yet") % {"name": state.owner},
        AlertStage.REACHED: _("spoken with, not closed yet"),
        AlertStage.CLOSED: _("closed"),
    }[state.stage]


@register.filter
def way_words(way: str) -> str:
    """How a form went to the person."""
    return {
        Way.EMAIL: _("by e-mail"),
        Way.TEXT: _("by text message"),
        Way.TABLET: _("on the tablet"),
    }[Way(way)]
