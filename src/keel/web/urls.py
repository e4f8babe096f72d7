"""Which app answers which address. Pages exist once for each language; English has no prefix."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = [
    *i18n_patterns(
        path("", include("keel.web.pages.urls")),
        path("", include("keel.web.offline.urls")),
        path("", include("keel.web.accounts.allauth_urls")),
        path("account/", include("keel.web.accounts.urls")),
        path("", include("keel.web.staff.urls")),  # before the clinic's, whose patients have any number
        path("clinic/", include("keel.web.live.urls")),  # likewise, and the next
        path("", include("keel.web.course.urls")),
        path("", include("keel.web.measures.urls")),
        path("clinic/", include("keel.web.outbox.urls")),
        path("clinic/", include("keel.web.rems.urls")),
        path("clinic/", include("keel.web.therapy.urls")),
        path("clinic/", include("keel.web.clinic.urls")),
        path("check/", include("keel.web.check.urls")),
        path("evidence/", include("keel.web.evidence.urls")),
        path("learn/", include("keel.web.learn.urls")),
        path("help/", include("keel.web.directory.urls")),
        path("models/", include("keel.web.research.urls")),
        path("tools/", include("keel.web.tools.urls")),
        prefix_default_language=False,
    ),
]
handler400 = "keel.web.pages.views.bad_request"
handler403 = "keel.web.pages.views.forbidden"
handler429 = "keel.web.pages.views.too_many"
handler404 = "keel.web.pages.views.not_found"
handler500 = "keel.web.pages.views.server_error"
