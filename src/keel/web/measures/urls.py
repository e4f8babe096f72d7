"""Addresses of questionnaires by schedule and link, and of answers that alarm; the private ones stand first."""

from django.urls import path

from keel.web.measures import person_views, views

app_name = "measures"
PATIENT = "clinic/<slug:clinic>/patients/<str:number>/measures/"
urlpatterns = [
    path("form/<str:token>/", person_views.form, name="form"),
    path("form/<str:token>/help/", person_views.form_help, name="form_help"),
    path("clinic/<slug:clinic>/alerts/", views.alerts, name="alerts"),
    path("clinic/<slug:clinic>/measures/", views.choices, name="choices"),
    path(PATIENT, views.patient, name="patient"),
    path(PATIENT + "alerts/<str:alert>/", views.alert, name="alert"),
]
