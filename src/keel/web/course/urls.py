"""Addresses of courses of treatment, surveillance and letters."""

from django.urls import path

from keel.web.course import calendars, letter_views, paper_views, reported_views, views

app_name = "course"
PATIENT = "clinic/<slug:clinic>/patients/<str:number>/"
urlpatterns = [
    path("calendar/<str:token>.ics", calendars.feed, name="calendar_feed"),
    path("clinic/<slug:clinic>/calendar/", calendars.calendar, name="clinic_calendar"),
    path(PATIENT + "calendar/", calendars.calendar, name="calendar"),
    path(PATIENT + "courses/new/", views.open_course, name="open"),
    path(PATIENT + "courses/<slug:course>/", views.course, name="course"),
    path(PATIENT + "courses/<slug:course>/summary.pdf", paper_views.summary_pdf, name="summary_pdf"),
    path(PATIENT + "courses/<slug:course>/<slug:step>/", views.step, name="step"),
    path(PATIENT + "ledger/", views.ledger, name="ledger"),
    path(PATIENT + "ledger/read-in/", reported_views.read_in, name="read_in"),
    path(PATIENT + "letters/to/<slug:template>/", letter_views.write, name="write_letter"),
    path(PATIENT + "letters/<slug:letter>/", letter_views.letter, name="letter"),
    path(PATIENT + "letters/<slug:letter>/letter.pdf", paper_views.letter_pdf, name="letter_pdf"),
]
