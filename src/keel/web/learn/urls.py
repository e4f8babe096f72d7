"""/learn/"""

from django.urls import path

from keel.web.learn import views

app_name = "learn"
urlpatterns = [
    path("", views.index, name="index"),
    path("side-by-side/", views.comparison, name="comparison"),
    path("after-stopping/", views.after, name="after"),
    path("mind/", views.minds, name="minds"),
    path("mind/<slug:name>/", views.mind, name="mind"),
    path("leaflets/", views.leaflets, name="leaflets"),
    path("leaflets/<slug:name>.pdf", views.leaflet, name="leaflet"),
    path("about/<slug:topic>/", views.topic, name="topic"),
    path("monograph/<slug:name>/", views.monograph, name="monograph"),
    path("monograph/<slug:name>/professionals/", views.monograph_for_professionals, name="monograph-professionals"),
    path("read/<slug:name>/", views.read, name="text"),
]
