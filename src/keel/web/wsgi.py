"""The application: `application` as WSGI, and `front` as granian runs it, behind a reader and queues.

A worker that comes up has checked its database and read the facts.
"""

import os

from django.core.wsgi import get_wsgi_application

from keel.web.front import Front
from keel.web.server import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keel.web.settings")
application = get_wsgi_application()
warm_up()


def _work_beside() -> None:
    """What runs as long as the worker does: the watch over alarms, messages out, and the rows of the lists."""
    from keel.web.clinic import rows_behind  # their tables can be named now
    from keel.web.live import watcher
    from keel.web.measures import watch
    from keel.web.outbox import actions, sender

    watcher.start()
    rows_behind.start()
    sender.start(watch.look_at_alerts, watch.Sending().round, actions.send_due)


front = Front(application, on_start=_work_beside)
