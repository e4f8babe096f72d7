"""Connects the audit of log-ins."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The app."""

    name = "keel.web.staff"

    def ready(self) -> None:
        """Connects the receivers."""
        from keel.web.staff import auditing  # noqa: F401
