"""The app of the REMS and the stock of controlled drugs."""

from django.apps import AppConfig


class RemsConfig(AppConfig):
    """The app."""

    name = "keel.web.rems"

    def ready(self) -> None:
        """Adds its parts to the pages of a patient and of a session, and what it knows to the gate."""
        from keel.web.clinic.panels import PanelPlace, add_panel, gate_answers
        from keel.web.rems import panels, queries

        add_panel(PanelPlace.PATIENT, panels.of_patient)
        add_panel(PanelPlace.PAPERS, panels.of_papers)
        add_panel(PanelPlace.DAY, panels.of_day)
        add_panel(PanelPlace.LEAVING, panels.of_session)
        gate_answers.append(queries.gate_answers)
