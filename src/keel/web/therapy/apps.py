"""The app of assisted therapy and the recovery programme."""

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    """The app."""

    name = "keel.web.therapy"

    def ready(self) -> None:
        """Puts the part of therapy and the programme on the page of a patient, and answers the gate of a session."""
        from keel.web.clinic import panels
        from keel.web.therapy.panels import care_panel
        from keel.web.therapy.queries import gate_answers

        panels.add_panel(panels.PanelPlace.PATIENT, care_panel)
        panels.gate_answers.append(gate_answers)
