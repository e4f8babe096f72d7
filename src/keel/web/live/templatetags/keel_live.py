"""Words of a session for the pages."""

from django import template

from keel.assessment.session.state import Phase
from keel.web.language.words import gettext as _

register = template.Library()


@register.filter
def phase_words(phase: Phase) -> str:
    """Where a session stands."""
    return {
        Phase.PLANNED: _("planned"),
        Phase.PREPARING: _("preparing"),
        Phase.DOSING: _("dosing"),
        Phase.PAUSED: _("paused"),
        Phase.OBSERVING: _("observing"),
        Phase.DISCHARGED: _("discharged"),
        Phase.LEFT_AGAINST_ADVICE: _("left against advice"),
        Phase.TRANSFERRED: _("taken to hospital"),
    }[phase]
