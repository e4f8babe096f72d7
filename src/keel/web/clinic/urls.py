"""/clinic/"""

from django.urls import path

from keel.web.clinic import audit_page, views

app_name = "clinic"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:clinic>/", views.patients, name="patients"),
    path("<slug:clinic>/audit/", audit_page.audit, name="audit"),
    path("<slug:clinic>/<str:number>/", views.patient, name="patient"),
    path("<slug:clinic>/<str:number>/audit/", audit_page.patient_audit, name="patient_audit"),
    path("<slug:clinic>/<str:number>/emergency/", views.emergency, name="emergency"),
    path("<slug:clinic>/<str:number>/screening/", views.screening, name="screening"),
    path("<slug:clinic>/<str:number>/dose/", views.record_dose, name="record_dose"),
    path("<slug:clinic>/<str:number>/medicine/", views.record_medicine, name="record_medicine"),
    path("<slug:clinic>/<str:number>/answers/<str:instrument>/", views.record_answers, name="record_answers"),
    path("<slug:clinic>/<str:number>/facts/<int:sequence>/take-back/", views.take_back, name="take_back"),
]
