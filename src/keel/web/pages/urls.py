"""The home page and what belongs to no other app."""

from django.urls import path

from keel.web.pages import views

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("leave/", views.leave, name="leave"),
    path("healthz", views.healthz, name="healthz"),
]
