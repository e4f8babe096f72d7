"""Makes the rows of the list anew behind the answers: a write that is acknowledged waits for no Picture.

A thread of each worker of the server takes the rows that say themselves that they are old, whoever left them so: a
write in any worker, a process that ended, midnight. It rests three times as long as it worked: others wait for answers
meanwhile. Where no such thread runs (a command, a test) a row is made at once.
"""

import logging
import threading
import time

from django.db import DatabaseError, connections

from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.clinic.summaries import made_behind, outdated, summarise_patient, wanted

log = logging.getLogger("keel.web")

EVERY_S = 30.0
"""Seconds until rows are looked for of which this process was told nothing; a default of Keel's."""
_running = threading.Lock()


def start() -> None:
    """Lets this process make rows from now on, in a thread that ends with it; once a process."""
    if _running.acquire(blocking=False):
        made_behind.set()
        threading.Thread(target=_work, name="keel-rows", daemon=True).start()


def _work() -> None:
    while True:
        wanted.wait(EVERY_S)
        wanted.clear()
        try:
            make_outdated()
        except DatabaseError:
            log.exception("the rows of the lists cannot be reached")
        finally:
            connections.close_all()


def make_outdated() -> None:
    """Makes every row that is old, of every clinic; one that cannot be made stays old and keeps no other waiting."""
    failed: set[int] = set()
    for clinic in Clinic.objects.order_by("pk"):
        while (patient := outdated(clinic, at=clock.now()).exclude(pk__in=failed).first()) is not None:
            began = time.monotonic()
            try:
                summarise_patient(patient, at=clock.now())
            except DatabaseError:
                raise
            except Exception:  # the row says that it is old, and is made before it is shown
                log.exception("the row of a patient could not be made")
                failed.add(patient.pk)
            time.sleep(3 * (time.monotonic() - began))
