"""Addresses of courses of treatment, surveillance and letters."""

from django.urls.resolvers import URLPattern

app_name = "course"
urlpatterns: list[URLPattern] = []
