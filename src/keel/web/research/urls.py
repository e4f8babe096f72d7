"""/models/"""

from django.urls import path

from keel.web.research import views

app_name = "research"
urlpatterns = [
    path("", views.models, name="models"),
    path("<slug:name>/", views.model, name="model"),
]
