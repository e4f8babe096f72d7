"""The app of courses of treatment, surveillance and letters."""

from django.apps import AppConfig


class CourseConfig(AppConfig):
    """The app."""

    name = "keel.web.course"

    def ready(self) -> None:
        """Adds what the plan says to a session before its dose."""
        from keel.web.clinic.panels import PanelPlace, add_panel
        from keel.web.course import panels

        add_panel(PanelPlace.BEFORE, panels.of_session)
