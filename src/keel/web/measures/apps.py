"""The app of questionnaires by schedule and link, and answers that alarm."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    """The app."""

    name = "keel.web.measures"
