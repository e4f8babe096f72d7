"""/clinic/<clinic>/staff/, /invitation/ and /first-start/"""

from django.urls import path

from keel.web.staff import views

app_name = "staff"
urlpatterns = [
    path("clinic/<slug:clinic>/staff/", views.people, name="people"),
    path("clinic/<slug:clinic>/staff/invite/", views.invite, name="invite"),
    path("clinic/<slug:clinic>/staff/invitations/<int:invitation>/withdraw/", views.withdraw, name="withdraw"),
    path("clinic/<slug:clinic>/staff/emergencies/", views.emergencies, name="emergencies"),
    path("clinic/<slug:clinic>/staff/people/<str:name>/", views.member, name="member"),
    path("invitation/<str:secret>/", views.accept, name="accept"),
    path("first-start/<str:token>/", views.first_start, name="first_start"),
]
