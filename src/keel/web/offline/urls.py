"""The worker and the manifest stand at the root of a language, because a worker serves what lies below it."""

from django.urls import path

from keel.web.offline import views

app_name = "offline"
urlpatterns = [
    path("service-worker.js", views.worker, name="worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("session-worker.js", views.session_worker, name="session_worker"),
    path("offline/session/", views.session, name="session"),
    path("offline/", views.offline, name="offline"),
]
