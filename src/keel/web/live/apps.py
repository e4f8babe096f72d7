"""The app of the live room."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The app."""

    name = "keel.web.live"
