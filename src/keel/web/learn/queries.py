"""The reader's own figures for the last column of the comparison, from what was told or from the picture."""

from collections.abc import Mapping

from keel.assessment.picture import Picture
from keel.exposure import Exposure
from keel.knowledge import Knowledge
from keel.record import Dose, Record, Setting, UsePattern
from keel.web.language.quantities import amount, multiple
from keel.web.language.rendering import rendered
from keel.web.language.words import gettext as _


def own_figures(record: Record, picture: Picture, knowledge: Knowledge) -> Mapping[str, str]:
    """By the name that a row of the table gives in `yours`; what was not told is said to be not known."""
    exposure = picture.exposure
    year = _each(exposure, "mg_per_year") or amount(exposure.mg_per_year, "mg")
    if exposure.multiple_range is not None:
        times = _("%(times)s times the yardstick") % {"times": multiple(exposure.multiple_range)}
        year = f"{year}, {times}"
    named = [item.input for item in picture.interactions.items]
    return {
        "mg_per_session": _each(exposure, "mg_per_session") or amount(exposure.mg_per_session, "mg"),
        "sessions_per_year": _sessions(amount(exposure.sessions_per_year_range)),
        "mg_per_year": year,
        "routes": _routes(record, knowledge),
        "settings": _settings(record),
        "other_drugs": ", ".join(named) or _("not told"),
    }


def _each(exposure: Exposure, figure: str) -> str:
    """The figure of each route or substance beside its name, where there are several that must not be added."""
    if len(exposure.by_route) < 2:
        return ""
    return "; ".join(f"{rendered(one.name)}: {amount(getattr(one, figure), 'mg')}" for one in exposure.by_route)


def _sessions(days: str) -> str:
    return days if days == _("not known") else _("%(days)s days a year") % {"days": days}


def _taken(record: Record) -> tuple[Dose | UsePattern, ...]:
    return (*record.patterns, *record.doses)


def _routes(record: Record, knowledge: Knowledge) -> str:
    used = dict.fromkeys(one.route for one in _taken(record))
    titles = [rendered(knowledge.routes[route].title) for route in used if route in knowledge.routes]
    return ", ".join(titles) or _("not told")


def _settings(record: Record) -> str:
    words = {
        Setting.CLINIC: _("in a clinic"),
        Setting.PRESCRIBED_HOME: _("at home, prescribed"),
        Setting.NON_MEDICAL: _("not prescribed"),
        Setting.UNKNOWN: _("not told"),
    }
    return ", ".join(dict.fromkeys(words[one.setting] for one in _taken(record))) or _("not told")
