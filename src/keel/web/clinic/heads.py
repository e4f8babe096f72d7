"""The end of each clinic's audit, kept off this machine: without it a cut or wholly rewritten chain looks whole.

`KEEL_AUDIT_HEAD` says where it goes: `file:/mnt/elsewhere/heads.log` (a share, a disk that is changed, write-once
storage), `syslog:logs.example:514` (UDP), `syslog:/dev/log`, `mail:somebody@elsewhere.example` (once an hour); several
stand beside each other with spaces between. A head is a line

    keel-audit-head TIME CLINIC SEQUENCE HASH [signed SIGNATURE]

and is found in any file that has it somewhere in a line, as a log server or a mailbox writes it. Mails come from
anywhere, so a head in one is signed (HMAC, by Django) with the key that lies beside the database and in its backups; a
signature that is not ours makes the line none. It shows who sent it, and does not stop whoever owns this machine.

Heads go out a few seconds after the commit, from a thread of their own: a share that hangs holds no write up.
"""

import atexit
import datetime as dt
import logging
import math
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator
from logging.handlers import SysLogHandler
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from keel.web.environment import HeadPlace

EVERY_S = 10
"""Seconds between two heads of a clinic in which something is done all the time; a default of Keel's."""
MAIL_EVERY_S = 3600
"""Seconds between two mails to one address; a default of Keel's."""
HEAD, RESTORED = "keel-audit-head", "keel-audit-restored"
_LINE = re.compile(
    rf"({HEAD}|{RESTORED}) (\S{{1,40}}) ([\w-]{{1,50}}) (\d{{1,12}}) ([0-9a-f]{{64}})\b(?: signed ([\w-]{{20,100}}))?"
)
LONGEST_LINE = 2000
"""Characters of a line in which a head is looked for."""
log = logging.getLogger("keel.web")


class Head(NamedTuple):
    """The last row of a clinic's audit at a time. `is_restore`: from here on a restored copy goes on."""

    at: dt.datetime
    clinic: str
    sequence: int
    digest: str
    is_restore: bool = False

    def line(self) -> str:
        """As it is kept."""
        word = RESTORED if self.is_restore else HEAD
        return f"{word} {self.at.isoformat(timespec='seconds')} {self.clinic} {self.sequence} {self.digest}"


class Kept(NamedTuple):
    """The heads that were kept of one clinic, by sequence; `given_up` went with the restore of an older copy."""

    heads: dict[int, Head]
    given_up: list[Head]


def read_heads(lines: Iterable[str]) -> dict[str, Kept]:
    """The kept heads by clinic. After a restore, heads that lie beyond it are given up and not compared."""
    kept: dict[str, Kept] = {}
    for head in _heads_in(lines):
        of_clinic = kept.setdefault(head.clinic, Kept({}, []))
        if head.is_restore:
            beyond = [number for number in of_clinic.heads if number > head.sequence]
            of_clinic.given_up.extend(of_clinic.heads.pop(number) for number in beyond)
        of_clinic.heads[head.sequence] = head
    return kept


def read_file(path: Path) -> dict[str, Kept]:
    """The kept heads of a file; nothing where there is none yet."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        return read_heads(lines)


def _heads_in(lines: Iterable[str]) -> Iterator[Head]:
    for line in lines:
        found = _LINE.search(line[:LONGEST_LINE])
        if found is None:
            continue
        word, at, clinic, sequence, digest, signature = found.groups()
        if signature is not None and not _is_ours(found[0].partition(" signed ")[0], signature):
            continue
        try:
            yield Head(dt.datetime.fromisoformat(at), clinic, int(sequence), digest, word == RESTORED)
        except ValueError:
            continue


def _signer() -> Signer:
    return Signer(key=settings.FACTOR_KEY, salt="keel.audit-head")


def _is_ours(line: str, signature: str) -> bool:
    return bool(constant_time_compare(_signer().signature(line), signature))


def files() -> list[Path]:
    """The files in which heads are kept."""
    return [Path(place.where) for place in settings.AUDIT_HEAD if place.kind == "file"]


_mailed: dict[HeadPlace, float] = {}
_waiting: dict[tuple[HeadPlace, str], list[Head]] = {}
_lock, _wanted = threading.Lock(), threading.Event()
_threads: dict[int, threading.Thread] = {}


def announce(head: Head) -> None:
    """Sends a head on its way: the newest of each clinic goes out within `EVERY_S`."""
    if not settings.AUDIT_HEAD:
        return
    with _lock:
        for place in settings.AUDIT_HEAD:
            line_up = _waiting.setdefault((place, head.clinic), [])
            line_up[:] = [one for one in line_up if one.is_restore or one.sequence > head.sequence]
            if head.is_restore or not any(one.sequence > head.sequence for one in line_up):
                line_up.append(head)
        if os.getpid() not in _threads:  # a worker that was forked has no threads of its parent
            _threads[os.getpid()] = threading.Thread(target=_keep_sending, name="audit-heads", daemon=True)
            _threads[os.getpid()].start()
            atexit.register(send)
    _wanted.set()


def _keep_sending() -> None:
    pause = threading.Event()
    while True:
        _wanted.wait()
        _wanted.clear()
        pause.wait(EVERY_S)
        if not send():
            _wanted.set()


def send() -> bool:
    """Sends what waits, now; False where a mail waits for its hour, or a place cannot be reached: tried again."""
    with _lock:
        due = [key for key, line_up in _waiting.items() if line_up and _is_due(key[0])]
        waiting = {key: _waiting.pop(key) for key in due}
        failed = any(_waiting.values())
        _mailed.update({place: time.monotonic() for place, _clinic in due if place.kind == "mail"})
    for (place, clinic), line_up in waiting.items():
        try:
            keep(place, line_up)
        except OSError as error:
            failed = True
            log.error("The audit's head could not be kept at a %s: %s", place.kind, error.strerror or type(error))
            with _lock:
                _waiting[place, clinic] = line_up + _waiting.get((place, clinic), [])
    return not failed


def _is_due(place: HeadPlace) -> bool:
    return place.kind != "mail" or time.monotonic() - _mailed.get(place, -math.inf) >= MAIL_EVERY_S


def keep(place: HeadPlace, line_up: Iterable[Head]) -> None:
    """Puts heads into one place. OSError where it cannot be reached."""
    text = [head.line() for head in line_up]
    if place.kind == "file":
        handle = os.open(place.where, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write("".join(f"{line}\n" for line in text).encode())
            file.flush()
            os.fsync(file.fileno())
        return
    if place.kind == "mail":
        signed = "\n".join(f"{line} signed {_signer().signature(line)}" for line in text)
        send_mail("Keel: the end of the audit", f"Keep this mail.\n\n{signed}\n", None, [place.where])
        return
    host, _, port = place.where.rpartition(":")
    handler = SysLogHandler(place.where if place.where.startswith("/") else (host, int(port)))
    handler.ident = "keel: "
    try:
        for line in text:
            _emit(handler, line)
    finally:
        handler.close()


def _emit(handler: SysLogHandler, line: str) -> None:
    """One line; where the handler cannot send, its error escapes instead of being printed."""

    def refuse(record: logging.LogRecord) -> None:
        raise OSError("the log server cannot be reached")

    handler.handleError = refuse  # type: ignore[method-assign]
    handler.emit(logging.LogRecord("keel.audit", logging.INFO, "", 0, line, None, None))
