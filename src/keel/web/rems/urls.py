"""Addresses of the REMS and the stock of controlled drugs."""

from django.urls.resolvers import URLPattern

app_name = "rems"
urlpatterns: list[URLPattern] = []
