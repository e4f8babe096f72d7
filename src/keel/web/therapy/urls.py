"""Addresses of assisted therapy and the recovery programme."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from keel.web.therapy import clinic_views, papers, private_views, views

app_name = "therapy"


class OfConverter(StringConverter):
    """Which of the two it is."""

    regex = "therapy|recovery"


register_converter(OfConverter, "care")
PATIENT = "<slug:clinic>/patients/<str:number>/"
urlpatterns = [
    path("<slug:clinic>/care/day/", clinic_views.day, name="day"),
    path("<slug:clinic>/care/<care:of>/", clinic_views.due, name="due"),
    path("<slug:clinic>/care/<care:of>/group/", clinic_views.group, name="group"),
    path(PATIENT + "therapy/", views.therapy, name="therapy"),
    path(PATIENT + "therapy/agreed.pdf", papers.agreed, name="agreed"),
    path(PATIENT + "recovery/", views.recovery, name="recovery"),
    path(PATIENT + "recovery/plan.pdf", papers.plan, name="plan"),
    path(PATIENT + "<care:of>/<slug:step>/", views.write, name="write"),
    path(PATIENT + "<care:of>/<int:sequence>/correct/", views.correct, name="correct"),
    path(PATIENT + "private-notes/", private_views.private_notes, name="private_notes"),
    path(PATIENT + "private-notes/export/", private_views.export, name="export_private_notes"),
]
