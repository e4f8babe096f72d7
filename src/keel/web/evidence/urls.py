"""/evidence/"""

from django.urls import path

from keel.web.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.evidence, name="list"),
    path("<str:kind>/<str:name>/", views.entry, name="entry"),
    path("<str:name>/", views.find, name="find"),
]
