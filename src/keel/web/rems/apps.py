"""The app of the REMS and the stock of controlled drugs."""

from django.apps import AppConfig


class RemsConfig(AppConfig):
    """The app."""

    name = "keel.web.rems"
