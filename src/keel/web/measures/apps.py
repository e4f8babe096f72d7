"""The app of questionnaires by schedule and link, and answers that alarm."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The app."""

    name = "keel.web.measures"

    def ready(self) -> None:
        """Adds its part to the page of a patient, and looks at what staff write."""
        from keel.web.clinic.panels import PanelPlace, add_panel, after_facts
        from keel.web.measures import actions, panels

        add_panel(PanelPlace.FIRST, panels.of_patient)
        after_facts.append(actions.open_where_it_alarms)
