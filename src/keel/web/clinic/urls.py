"""/clinic/"""

from django.urls import path

from keel.web.clinic import audit_page, record_views, views

app_name = "clinic"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:clinic>/", views.patients, name="patients"),
    path("<slug:clinic>/register/", views.register, name="register"),
    path("<slug:clinic>/audit/", audit_page.audit, name="audit"),
    path("<slug:clinic>/<str:number>/", views.patient, name="patient"),
    path("<slug:clinic>/<str:number>/audit/", audit_page.patient_audit, name="patient_audit"),
    path("<slug:clinic>/<str:number>/emergency/", views.emergency, name="emergency"),
    path("<slug:clinic>/<str:number>/screening/", views.screening, name="screening"),
    path("<slug:clinic>/<str:number>/dose/", record_views.record_dose, name="record_dose"),
    path("<slug:clinic>/<str:number>/medicine/", record_views.record_medicine, name="record_medicine"),
    path("<slug:clinic>/<str:number>/answers/<str:instrument>/", record_views.record_answers, name="record_answers"),
    path("<slug:clinic>/<str:number>/record/<slug:what>/", record_views.record, name="record"),
    path("<slug:clinic>/<str:number>/risk/", record_views.judge_risk, name="judge_risk"),
    path("<slug:clinic>/<str:number>/contacts/", views.contacts, name="contacts"),
    path("<slug:clinic>/<str:number>/contacts/new/", record_views.record_contact, name="record_contact"),
    path("<slug:clinic>/<str:number>/visit/", record_views.plan_visit, name="plan_visit"),
    path("<slug:clinic>/<str:number>/export/", views.export, name="export"),
    path("<slug:clinic>/<str:number>/merge/", record_views.merge, name="merge"),
    path("<slug:clinic>/<str:number>/facts/<int:sequence>/correct/", record_views.correct, name="correct"),
    path("<slug:clinic>/<str:number>/facts/<int:sequence>/take-back/", views.take_back, name="take_back"),
]
