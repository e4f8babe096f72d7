"""Visits as iCalendar (RFC 5545, with the refresh interval of RFC 7986): times and one neutral word, nothing clinical.

Times are written in UTC, so that no calendar needs the rules of a zone. An event that was called off stays, cancelled.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST_LINE = 75
"""Octets of a line; a longer one goes on in the next, behind a space."""
REFRESH = "PT6H"


class CalendarEvent(NamedTuple):
    """An event: `uid` is a name that tells nothing, `sequence` counts its changes, `stamp` is the last of them."""

    uid: str
    start: dt.datetime
    stamp: dt.datetime
    sequence: int
    summary: str
    is_cancelled: bool = False


def calendar_file(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """The calendar with its events, ready to be subscribed to."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Keel//Visits//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _event(event: CalendarEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_moment(event.stamp)}"
    yield f"DTSTART:{_moment(event.start)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"SUMMARY:{_escaped(event.summary)}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which splits a letter."""
    pieces, room = [""], LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append("")
            room = LONGEST_LINE - 1
        pieces[-1] += letter
        room -= size
    return "\r\n ".join(pieces)
