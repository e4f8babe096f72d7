"""The app of courses of treatment, surveillance and letters."""

from django.apps import AppConfig


class CourseConfig(AppConfig):
    """The app."""

    name = "keel.web.course"
