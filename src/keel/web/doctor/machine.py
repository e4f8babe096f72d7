"""Files, disk and clock of this machine."""

import ctypes
import os
import shutil
import stat
from pathlib import Path

from keel.messages import Message
from keel.web import environment
from keel.web.doctor.finding import Check, Place, State, look, ok, wrong
from keel.web.errors import WebError
from keel.web.health import LEAST_FREE

FREE_ENOUGH = 0.15
"""Part of the disk below which somebody is to look; a default of Keel's."""
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # struct timex is 208; what is more is not touched


def files(place: Path, name: str = "files") -> Check:
    """Whether files with people or secrets in them are their owner's only."""
    if not place.is_dir():
        there = Message("There is no folder {folder}.", folder=str(place))
        return wrong(name, there, Message("Start keel serve once, or name the folder with --folder."))
    open_ones = sorted(file for file in (place, *place.rglob("*")) if _is_open(file, place))
    foreign = [file for file in (place, *place.iterdir()) if file.stat().st_uid != os.getuid()]
    if open_ones:
        found = Message(
            "{count} files or folders can be read by others, the first is {file}.",
            count=len(open_ones),
            file=str(open_ones[0]),
        )
        return wrong(name, found, Message("chmod -R go-rwx {folder}", folder=str(place)))
    if foreign:
        found = Message("{file} belongs to another account.", file=str(foreign[0]))
        return wrong(name, found, Message("Run keel as one account; chown -R that account {folder}", folder=str(place)))
    return ok(name, Message("Only this account can read {folder}.", folder=str(place)))


def _is_open(file: Path, place: Path) -> bool:
    """Whether others may do anything with it; what is served to everyone anyway does not count."""
    if file.is_symlink() or (place / "static") in (file, *file.parents):
        return False
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def secret(place: Place) -> Check:
    """Whether there is a secret key."""
    file = place.folder / environment.SECRET_FILE
    if not file.exists():
        return wrong("secret", Message("There is no secret key."), Message("Start keel serve once: it makes one."))
    return ok("secret", Message("There is a secret key."))


def disk(folder: Path, name: str = "disk") -> Check:
    """How much of the disk is free."""
    usage = shutil.disk_usage(folder if folder.exists() else folder.parent)
    free = usage.free / usage.total
    told = Message("{part} % of the disk of {folder} is free.", part=round(free * 100), folder=str(folder))
    fix = Message("Make room, or move the folder to a larger disk. Keel stores nothing on a full one.")
    if free < LEAST_FREE:
        return wrong(name, told, fix)
    return look(name, told, fix) if free < FREE_ENOUGH else ok(name, told)


def clock() -> Check:
    """Whether something keeps the clock right: times of doses rest on it."""
    fix = Message("Install chrony or systemd-timesyncd: apt-get install chrony; then chronyc tracking")
    is_kept = is_synchronised()
    if is_kept is None:
        return look("clock", Message("This system does not tell whether its clock is kept right."), fix)
    if not is_kept:
        return wrong("clock", Message("Nothing keeps the clock of this machine right."), fix)
    return ok("clock", Message("The clock is kept right."))


def is_synchronised() -> bool | None:
    """Whether the kernel's clock is kept by a time service; None where the kernel does not say."""
    try:
        said = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (AttributeError, OSError):
        return None
    return None if said < 0 else bool(said != _TIME_ERROR)


def warnings(folder: Path) -> list[Message]:
    """What is said at the start of the server: a disk that is nearly full, a clock that nothing keeps right.

    It starts all the same: a clinic in the middle of a session is better off with a server that says so.
    """
    return [check.found for check in (disk(folder), clock()) if check.state is State.WRONG]


def settings(place: Place) -> list[Check]:
    """Whether each setting can be read, debugging is off, and the address is the one that people use."""
    found = []
    readers = (environment.hosts, environment.kiosk_seconds, environment.lock_minutes, environment.audit_head)
    for read in readers:
        try:
            read(place.environment)
        except WebError as error:
            found.append(wrong("settings", Message("{problem}", problem=str(error)), Message("Correct the setting.")))
    if place.environment.get("KEEL_DEBUG") == "1":
        text = Message("KEEL_DEBUG is on: an error shows what people typed.")
        found.append(wrong("settings", text, Message("Take KEEL_DEBUG out of the environment.")))
    return found or [ok("settings", Message("Every setting can be read."))]
