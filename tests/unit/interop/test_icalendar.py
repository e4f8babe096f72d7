"""Visits as iCalendar: lines, escapes and folding by RFC 5545, sections 3.1 and 3.3.11."""

import datetime as dt

from keel.interop.icalendar import CalendarEvent, calendar_file
from support.loops import some

AT = dt.datetime(2028, 3, 27, 10, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def test_lines_end_and_fold_and_escape_as_the_standard_asks():
    """A line is 75 octets at most; a letter of two octets is never split; commas and semicolons carry a stroke."""
    event = CalendarEvent("u", AT, AT, 2, "é" * 60 + ", a; b\\", is_cancelled=True)
    made = calendar_file("Visits", [event])
    for line in some(made.split(b"\r\n")):
        assert len(line) <= 75
        line.decode()
    text = made.decode().replace("\r\n ", "")
    assert f"SUMMARY:{'é' * 60}\\, a\\; b\\\\\r\n" in text
    assert "DTSTART:20280327T090000Z\r\n" in text
    assert "SEQUENCE:2\r\n" in text
    assert "STATUS:CANCELLED\r\n" in text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
