"""Addresses of assisted therapy and the recovery programme."""

from django.urls.resolvers import URLPattern

app_name = "therapy"
urlpatterns: list[URLPattern] = []
