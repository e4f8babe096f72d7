"""/clinic/<clinic>/messages/"""

from django.urls import path

from keel.web.outbox import views

app_name = "outbox"
urlpatterns = [
    path("<slug:clinic>/messages/", views.messages, name="messages"),
    path("<slug:clinic>/messages/<int:message>/note/", views.note, name="note"),
]
