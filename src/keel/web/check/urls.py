"""/check/"""

from django.urls import path

from keel.web.check import views

app_name = "check"
urlpatterns = [
    path("", views.check, name="check"),
    path("one-page/", views.one_page, name="one-page"),
    path("embed/", views.embed, name="embed"),
    path("kiosk/", views.kiosk, name="kiosk"),
    path("kiosk/clear/", views.clear, name="clear"),
    path("brand/<slug:name>.css", views.brand_style, name="brand-style"),
]
