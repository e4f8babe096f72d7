"""The app of questionnaires by schedule and link, and answers that alarm."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The app."""

    name = "keel.web.measures"

    def ready(self) -> None:
        """Adds its part to the page of a patient."""
        from keel.web.clinic.panels import PanelPlace, add_panel
        from keel.web.measures import panels

        add_panel(PanelPlace.FIRST, panels.of_patient)
