"""Prepares a folder, serves it, and fills it with a demonstration: what `keel serve` and `keel demo` call.

Django is imported inside the functions, after the folder is known.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from keel.messages import Message, joined
from keel.web.environment import DATABASE_FILE, FACTOR_FILE, SECRET_FILE, SQLITE
from keel.web.errors import DatabaseRefused, PortTaken
from keel.web.sqlite import check_database

if TYPE_CHECKING:
    from keel.web.clinic.demonstration import StaffEntry

LOOPBACK = "127.0.0.1"
HEADER_MS = 10_000
"""Milliseconds that a client has to send the head of a request."""
LARGEST_HEAD = 65_536
"""Bytes of the head of a request, its address and cookies among them."""
PRIVATE_FILES = (SECRET_FILE, FACTOR_FILE, DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")
"""Files of the folder that hold secrets or people."""


def prepare(folder: Path, *, with_pages: bool = True) -> None:
    """Makes the folder ready to serve: secret key, database with all migrations, static files.

    DatabaseRefused where the database could lose facts. May be called again; what is there stays. Without `with_pages`
    the static files stay as they are: a server may be running.
    """
    folder = folder.absolute()
    private_from_now_on()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    from keel.web.environment import create_factor_key, create_secret_key

    create_secret_key(folder)
    create_factor_key(folder)
    close_to_others(folder)
    _set_up(folder)
    from django.conf import settings
    from django.core.management import call_command

    from keel.web.database.base import look_through
    from keel.web.static_files import collect

    with _alone(folder):
        if settings.DATABASES["default"]["ENGINE"] == SQLITE:
            look_through(settings.DATABASES["default"]["NAME"])
        check_database()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        _fill_lists()
        if with_pages:
            collect(settings.STATIC_ROOT)


def _fill_lists() -> None:
    """Makes the rows of the lists that an upgrade left missing."""
    from keel.web import clock
    from keel.web.clinic.summaries import rebuild

    rebuild(at=clock.now(), only_missing=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One server at a time prepares a folder; another one may be serving it meanwhile."""
    with (folder / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_folder(folder: Path) -> None:
    """Opens a folder that was prepared before, changing nothing in it; DatabaseRefused where it holds no database."""
    folder = folder.absolute()
    private_from_now_on()
    if not os.environ.get("DATABASE_URL") and not (folder / DATABASE_FILE).exists():
        raise DatabaseRefused(
            Message("There is no database in {folder}. Name the folder of Keel with --folder.", folder=str(folder))
        )
    _set_up(folder)


def _set_up(folder: Path) -> None:
    os.environ["KEEL_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "keel.web.settings"
    import django

    django.setup()


def private_from_now_on() -> None:
    """Files and folders that this process makes are their owner's only, whatever the folder they are in allows."""
    os.umask(0o077)


def close_to_others(folder: Path) -> None:
    """Takes from everyone else what they may do with the files that hold secrets: those of an older version too."""
    for name in PRIVATE_FILES:
        file = folder / name
        if file.exists() and file.stat().st_mode & 0o077:
            file.chmod(0o600)


def run(port: int, workers: int) -> None:
    """Serves on 127.0.0.1 until it is interrupted; `prepare` comes first. PortTaken where another server answers."""
    refuse_taken(port)
    from granian import Granian
    from granian.http import HTTP1Settings

    Granian(
        "keel.web.wsgi:front",
        address=LOOPBACK,
        port=port,
        interface="rsgi",
        workers=workers,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MS, max_buffer_size=LARGEST_HEAD),
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def refuse_taken(port: int) -> None:
    """PortTaken where something listens on the port: granian would share it without a word."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTaken(
                Message(
                    "Port {port} is taken: {reason}. Give another with --port.",
                    port=str(port),
                    reason=error.strerror or "",
                )
            ) from None


def address(port: int) -> Message:
    """Where the application answers, to be printed before it runs."""
    return Message("Keel is at {address} (Ctrl-C ends it)", address=f"http://{LOOPBACK}:{port}/")


def first_start(port: int) -> Message | None:
    """The address at which the first clinic is made, to be printed; None where there is one."""
    from django.urls import reverse

    from keel.web.clinic.models import Clinic
    from keel.web.staff.queries import first_start_token

    if Clinic.objects.exists():
        return None
    path = reverse("staff:first_start", args=[first_start_token()])
    return Message(
        "There is no clinic yet. Make it at this address, which works for a day and once:\n  {address}",
        address=f"http://localhost:{port}{path}",
    )


def load_demo(port: int) -> Message:
    """Loads the demonstration where it is not there yet, and gives the addresses and log-ins to print.

    DemoRefused where the database holds clinics that are not a demonstration.
    """
    from keel.web import clock
    from keel.web.clinic.demonstration import PASSWORD, load
    from keel.web.course.demonstration import load as load_course
    from keel.web.measures.demonstration import load_choices
    from keel.web.therapy.demonstration import load as load_care

    staff = load(clock.now())
    load_choices(clock.now())
    load_care(clock.now())
    load_course(clock.now())
    width = max(len(one.name) for one in staff)
    return joined(
        "\n",
        [
            Message("A demonstration; everybody in it is made up."),
            f"  check     http://{LOOPBACK}:{port}/check/",
            f"  clinic    http://{LOOPBACK}:{port}/clinic/",
            f"  evidence  http://{LOOPBACK}:{port}/evidence/",
            Message("Log-ins of the clinic (name, password):"),
            *(joined("", (f"  {one.name:<{width}}  {PASSWORD}   ", _duty(one))) for one in staff),
        ],
    )


def _duty(one: "StaffEntry") -> Message:
    from keel.web.clinic.roles import ROLES

    roles = joined(", ", [Message(str(ROLES[role].title)) for role in one.roles])
    return Message("{role} at {clinic}", role=roles, clinic=one.clinic)


def warm_up() -> None:
    """What a worker does before its first request: checks the database, sends the audits’ heads, reads the facts."""
    from django.db import connection

    from keel import knowledge
    from keel.web.clinic.audit import announce_all

    check_database()
    announce_all()
    connection.close()
    facts = knowledge.load()
    for table in (facts.hash, facts.claims, facts.sources, facts.criteria, facts.directory, facts.interactions):
        len(table)
