"""/clinic/<clinic>/board/ and /clinic/<clinic>/sessions/"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from keel.web.live import (
    adoption_page,
    alarm_report_page,
    board_views,
    downtime,
    drugs_page,
    emergency,
    fresh,
    handing_over,
    monitor_page,
    papers,
    queue,
    replaying,
    views,
)
from keel.web.live.parts import PARTS

app_name = "live"


class PartConverter(StringConverter):
    """A part of the page of a session."""

    regex = "|".join(PARTS)


register_converter(PartConverter, "part_of_session")
SESSION = "<slug:clinic>/sessions/<slug:session>/"
urlpatterns = [
    path("<slug:clinic>/queue/", queue.queue, name="queue"),
    path("<slug:clinic>/queue/key/", queue.queue_key, name="queue_key"),
    path("<slug:clinic>/board/", board_views.board, name="board"),
    path("<slug:clinic>/board.json", board_views.board_json, name="board_json"),
    path("<slug:clinic>/board/rooms/", board_views.rooms, name="board_rooms"),
    path("<slug:clinic>/board/sound/", board_views.sound, name="sound"),
    path("<slug:clinic>/board/room/", board_views.add_room, name="add_room"),
    path("<slug:clinic>/board/alarms/", alarm_report_page.report, name="alarm_report"),
    path("<slug:clinic>/board/names/", board_views.choose_names, name="board_names"),
    path(SESSION + "alarms/", board_views.alarms, name="alarms"),
    path("<slug:clinic>/monitors/", monitor_page.monitors, name="monitors"),
    path("monitors/<str:identifier>/Observation", monitor_page.observations, name="observations"),
    path("<slug:clinic>/emergency-drugs/", drugs_page.drug_boxes, name="drug_boxes"),
    path("<slug:clinic>/adoption/", adoption_page.adoption, name="adoption"),
    path("<slug:clinic>/adoption/<slug:protocol>.toml", adoption_page.overlay, name="overlay"),
    path("<slug:clinic>/adoption/<path:decision>/", adoption_page.decision, name="decision"),
    path("<slug:clinic>/patients/<str:number>/session/", views.begin, name="begin"),
    path("<slug:clinic>/sessions/<slug:session>.json", views.session_json, name="session_json"),
    path(SESSION, views.session, name="session"),
    path(SESSION + "<part_of_session:part>/", views.session, name="part"),
    path(SESSION + "fresh/", fresh.fresh, name="fresh"),
    path(SESSION + "record/", views.record, name="record"),
    path(SESSION + "events/", views.events, name="events"),
    path(SESSION + "emergency/", emergency.emergency, name="emergency"),
    path(SESSION + "emergency/<slug:card>/", emergency.card, name="emergency_card"),
    path(SESSION + "handover/", handing_over.handover, name="handover"),
    path(SESSION + "replay/", replaying.replay, name="replay"),
    path(SESSION + "record.pdf", papers.record_pdf, name="record_pdf"),
    path(SESSION + "instructions.pdf", papers.instructions, name="instructions"),
    path(SESSION + "sheet/", downtime.sheet, name="sheet"),
    path("<slug:clinic>/downtime/", downtime.downtime, name="downtime"),
    path("<slug:clinic>/downtime/packet.pdf", downtime.packet, name="packet"),
]
