"""/help/"""

from django.urls import path

from keel.web.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.people_who_help, name="help"),
    path("everywhere/", views.everywhere, name="everywhere"),
]
