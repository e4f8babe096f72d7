"""/account/: what belongs to the account of who is signed in and is not allauth's."""

from django.urls import path

from keel.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.enrol, name="enrol"),
    path("pin/", views.set_pin, name="set_pin"),
    path("sessions/end/", views.end_sessions, name="end_sessions"),
    path("lock/", views.lock, name="lock"),
    path("unlock/", views.unlock, name="unlock"),
    path("change/", views.change_person, name="change_person"),
    path("here/", views.here, name="here"),
]
