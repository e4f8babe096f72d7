"""/clinic/<clinic>/board/ and /clinic/<clinic>/sessions/"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from keel.web.live import board, views
from keel.web.live.parts import PARTS

app_name = "live"


class PartConverter(StringConverter):
    """A part of the page of a session."""

    regex = "|".join(PARTS)


register_converter(PartConverter, "part_of_session")
SESSION = "<slug:clinic>/sessions/<slug:session>/"
urlpatterns = [
    path("<slug:clinic>/board/", board.board, name="board"),
    path("<slug:clinic>/board.json", board.board_json, name="board_json"),
    path("<slug:clinic>/patients/<str:number>/session/", views.begin, name="begin"),
    path("<slug:clinic>/sessions/<slug:session>.json", views.session_json, name="session_json"),
    path(SESSION, views.session, name="session"),
    path(SESSION + "<part_of_session:part>/", views.session, name="part"),
    path(SESSION + "record/", views.record, name="record"),
    path(SESSION + "events/", views.events, name="events"),
]
