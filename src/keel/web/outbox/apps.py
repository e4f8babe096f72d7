"""The app of messages out."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The app."""

    name = "keel.web.outbox"
