"""The app of assisted therapy and the recovery programme."""

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    """The app."""

    name = "keel.web.therapy"
