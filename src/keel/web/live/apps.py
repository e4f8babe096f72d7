"""The app of the live room."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The app."""

    name = "keel.web.live"

    def ready(self) -> None:
        """Adds the papers of sessions to those of a patient."""
        from keel.web.clinic.panels import PanelPlace, add_panel
        from keel.web.live import paper_list

        add_panel(PanelPlace.PAPERS, paper_list.of_patient)
