"""Which app answers which address."""

from django.urls import include, path

urlpatterns = [
    path("", include("keel.web.pages.urls")),
    path("check/", include("keel.web.check.urls")),
    path("clinic/", include("keel.web.clinic.urls")),
    path("evidence/", include("keel.web.evidence.urls")),
    path("help/", include("keel.web.directory.urls")),
    path("log-in/", include("keel.web.accounts.urls")),
]
handler400 = "keel.web.pages.views.bad_request"
handler403 = "keel.web.pages.views.forbidden"
handler404 = "keel.web.pages.views.not_found"
handler500 = "keel.web.pages.views.server_error"
