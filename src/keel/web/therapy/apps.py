"""The app of assisted therapy and the recovery programme."""

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    """The app."""

    name = "keel.web.therapy"

    def ready(self) -> None:
        """Puts the part of therapy and the programme on the page of a patient."""
        from keel.web.clinic.panels import PanelPlace, add_panel
        from keel.web.therapy.panels import care_panel

        add_panel(PanelPlace.PATIENT, care_panel)
