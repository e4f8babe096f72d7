"""/clinic/<clinic>/board/ and /clinic/<clinic>/sessions/"""

from django.urls import path

from keel.web.live import adoption_page, board, views

app_name = "live"
SESSION = "<slug:clinic>/sessions/<slug:session>/"
urlpatterns = [
    path("<slug:clinic>/board/", board.board, name="board"),
    path("<slug:clinic>/board.json", board.board_json, name="board_json"),
    path("<slug:clinic>/adoption/", adoption_page.adoption, name="adoption"),
    path("<slug:clinic>/adoption/<slug:protocol>.toml", adoption_page.overlay, name="overlay"),
    path("<slug:clinic>/adoption/<path:decision>/", adoption_page.decision, name="decision"),
    path("<slug:clinic>/patients/<str:number>/session/", views.begin, name="begin"),
    path("<slug:clinic>/sessions/<slug:session>.json", views.session_json, name="session_json"),
    path(SESSION, views.session, name="session"),
    path(SESSION + "record/", views.record, name="record"),
    path(SESSION + "events/", views.events, name="events"),
]
