"""/clinic/"""

from django.urls import path

from keel.web.clinic import audit_page, erasure_page, papers_page, record_views, views

app_name = "clinic"
PATIENT = "<slug:clinic>/patients/<str:number>/"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:clinic>/", views.patients, name="patients"),
    path("<slug:clinic>/register/", views.register, name="register"),
    path("<slug:clinic>/audit/", audit_page.audit, name="audit"),
    path(PATIENT, views.patient, name="patient"),
    path(PATIENT + "audit/", audit_page.patient_audit, name="patient_audit"),
    path(PATIENT + "emergency/", views.emergency, name="emergency"),
    path(PATIENT + "screening/", views.screening, name="screening"),
    path(PATIENT + "dose/", record_views.record_dose, name="record_dose"),
    path(PATIENT + "medicine/", record_views.record_medicine, name="record_medicine"),
    path(
        "<slug:clinic>/patients/<str:number>/answers/<str:instrument>/",
        record_views.record_answers,
        name="record_answers",
    ),
    path(PATIENT + "record/<slug:what>/", record_views.record, name="record"),
    path(PATIENT + "risk/", record_views.judge_risk, name="judge_risk"),
    path(PATIENT + "review/", record_views.review, name="review"),
    path(PATIENT + "contacts/", views.contacts, name="contacts"),
    path(PATIENT + "contacts/new/", record_views.record_contact, name="record_contact"),
    path(PATIENT + "contacts/<int:sequence>/correct/", record_views.correct_contact, name="correct_contact"),
    path(PATIENT + "contacts/<int:sequence>/take-back/", views.take_back_contact, name="take_back_contact"),
    path(PATIENT + "vitals/", record_views.record_vitals, name="record_vitals"),
    path(PATIENT + "visit/", record_views.plan_visit, name="plan_visit"),
    path(PATIENT + "papers/", papers_page.papers, name="papers"),
    path(PATIENT + "medicines.pdf", papers_page.medicines_pdf, name="medicines_pdf"),
    path(PATIENT + "export/", views.export, name="export"),
    path(PATIENT + "erase/", erasure_page.erase, name="erase"),
    path(PATIENT + "merge/", record_views.merge, name="merge"),
    path(PATIENT + "facts/<int:sequence>/correct/", record_views.correct, name="correct"),
    path(PATIENT + "facts/<int:sequence>/take-back/", views.take_back, name="take_back"),
    # Where patients were before: the page there asks who it is.
    path("<slug:clinic>/<str:number>/", views.moved, name="moved_patient"),
    path("<slug:clinic>/<str:number>/<path:rest>", views.moved, name="moved_page"),
]
