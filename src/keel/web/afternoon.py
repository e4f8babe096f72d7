"""The afternoon of the demonstration while it is served: its rooms, its clock, and what happens as time goes on.

Django is imported inside the functions, after the folder is known.
"""

import logging
import time

from keel.web import clock

PLAYED_EVERY_S = 2
"""Seconds between two looks at what happens in the rooms."""


def load_rooms(speed: float) -> None:
    """Begins the afternoon of the demonstration in its rooms; its clock runs at this speed, and never back."""
    from django.db.models import Max

    from keel.web.clinic.models import Fact
    from keel.web.live.demonstration import load

    newest = Fact.objects.aggregate(Max("recorded_at"))["recorded_at__max"]
    clock.run_faster(speed, shown=max(clock.now(), newest))
    load(clock.now())


def play_afternoon() -> None:
    """Keeps the afternoon going, as long as the process runs."""
    from django.db import connection

    from keel.web.live.demonstration import play_on

    while True:
        try:
            play_on(clock.now())
        except Exception:
            logging.getLogger("keel.web").exception("the afternoon of the demonstration")
        connection.close()
        time.sleep(PLAYED_EVERY_S)
