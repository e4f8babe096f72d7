"""Addresses of questionnaires by schedule and link, and answers that alarm."""

from django.urls.resolvers import URLPattern

app_name = "measures"
urlpatterns: list[URLPattern] = []
