"""/check/"""

from django.urls import path

from keel.web.check import views

app_name = "check"
urlpatterns = [path("", views.check, name="check")]
