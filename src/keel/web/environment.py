"""What the settings read from the environment: folder, secret key, database, hosts.

KEEL_FOLDER    folder of the database, the secret key and the collected static files; `var` where it is not set
DATABASE_URL   postgresql://user:password@host:port/name, instead of SQLite in the folder
KEEL_HOSTS     host names that may be asked for, separated by commas; this machine's own always may
KEEL_HTTPS     1 where a proxy serves Keel over HTTPS: cookies are then sent over HTTPS only
KEEL_BRANDS    a TOML file of services that show the check on their own site (`brands.py`)
KEEL_KIOSK     seconds after which a shared screen clears itself; 240 where it is not set
KEEL_LOCK      minutes without anybody at the screen after which a staff page locks; 10 where it is not set
KEEL_MAIL      smtp://user:password@host:port, or smtps:// with TLS from the start; without it mails become files in
               the folder `mail` beside the database
KEEL_MAIL_FROM the sender of those mails; keel@ the first of KEEL_HOSTS where it is not set
KEEL_TEXTS     a program that sends text messages, by its whole path (`outbox/ways.py`); without it none go out
KEEL_BREACHED  a file of SHA-1 digests of breached passwords, sorted, one a line, as Have I Been Pwned gives them
KEEL_AUDIT_HEAD where the end of each audit is kept off this machine: file:/path, syslog:host:port, syslog:/dev/log or
               mail:somebody@elsewhere, several with spaces between (`clinic/heads.py`)
KEEL_BACKUPS   folder of the backups, best on another disk; `backups` in the folder of Keel where it is not set
KEEL_BACKUP_KEY public keys of age (age1…) to which backups are encrypted, several with spaces between
KEEL_DEBUG     1 for Django's debug pages while developing, refused together with KEEL_HTTPS
"""

import datetime as dt
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from pyrage import x25519

from keel.web import sqlite
from keel.web.errors import DatabaseRefused, WebError

SECRET_FILE = "secret-key"  # noqa: S105 - the name of the file, not the secret
FACTOR_FILE = "factor-key"
"""The file of the key under which the keys of authenticator apps and recovery codes are stored; backups have it."""
SQLITE = "keel.web.database"
"""Django's SQLite with a turn for writers."""
DATABASE_FILE = "keel.sqlite3"
BACKUPS_STAY = dt.timedelta(days=400)
"""How long a backup stays at most; a default of Keel's (`backups/pruning.py`)."""
THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that Keel writes to, absolute."""
    return Path(environment.get("KEEL_FOLDER") or "var").absolute()


def is_on(name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a switch is set to 1; anything but 1, 0 and nothing is a WebError."""
    value = environment.get(name, "")
    if value not in ("", "0", "1"):
        raise WebError(f"{name} is “{value}”; write 1 or 0.")
    return value == "1"


def brands_file(environment: Mapping[str, str] = os.environ) -> str:
    """The file of brands, empty where there is none."""
    return environment.get("KEEL_BRANDS", "")


def kiosk_seconds(environment: Mapping[str, str] = os.environ) -> int:
    """After how many seconds a page on a shared screen clears itself; WebError outside 30 to 3600."""
    value = environment.get("KEEL_KIOSK") or "240"
    if not value.isdecimal() or not 30 <= int(value) <= 3600:
        raise WebError(f"KEEL_KIOSK is “{value}”; write seconds from 30 to 3600.")
    return int(value)


def lock_minutes(environment: Mapping[str, str] = os.environ) -> int:
    """After how many minutes without anybody there a staff page locks; WebError outside 1 to 60."""
    value = environment.get("KEEL_LOCK") or "10"
    if not value.isdecimal() or not 1 <= int(value) <= 60:
        raise WebError(f"KEEL_LOCK is “{value}”; write minutes from 1 to 60.")
    return int(value)


def mail_goes_out(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether mails leave this machine."""
    return bool(environment.get("KEEL_MAIL"))


def mail(place: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's settings of the mail: a server where KEEL_MAIL names one, else files in the folder."""
    sender = environment.get("KEEL_MAIL_FROM") or f"keel@{(hosts(environment)[3:] or ['localhost'])[0]}"
    url = environment.get("KEEL_MAIL", "")
    if not url:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": place / "mail", "DEFAULT_FROM_EMAIL": sender}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebError("KEEL_MAIL cannot be read. Write smtp://user:password@host:587.") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise WebError("KEEL_MAIL must be smtp://user:password@host:587 or smtps://user:password@host:465.")
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and not is_here,
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": sender,
    }


def texts(environment: Mapping[str, str] = os.environ) -> str:
    """The program that sends text messages, empty where there is none; WebError where it cannot be run."""
    name = environment.get("KEEL_TEXTS", "")
    if name and not (Path(name).is_absolute() and os.access(name, os.X_OK)):
        raise WebError(f"KEEL_TEXTS names “{name}”, which is no program by its whole path.")
    return name


def breached_file(environment: Mapping[str, str] = os.environ) -> str:
    """The file of breached passwords, empty where there is none; WebError where it is named and not there."""
    name = environment.get("KEEL_BREACHED", "")
    if name and not Path(name).is_file():
        raise WebError(f"KEEL_BREACHED names “{name}”, and there is no such file.")
    return name


class HeadPlace(NamedTuple):
    """Where the end of the audit is kept: `kind` is file, syslog or mail, `where` its path, host:port or address."""

    kind: str
    where: str


def audit_head(environment: Mapping[str, str] = os.environ) -> tuple[HeadPlace, ...]:
    """Where the end of each audit goes; WebError where a place cannot be read."""
    return tuple(_head_place(text) for text in environment.get("KEEL_AUDIT_HEAD", "").split())


def _head_place(text: str) -> HeadPlace:
    kind, _, where = text.partition(":")
    host, _, port = where.rpartition(":")
    is_host = bool(host) and port.isdecimal() and 0 < int(port) < 65536
    is_path = kind in ("file", "syslog") and where.startswith("/")
    is_mail = kind == "mail" and re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,255}", where)
    if not (is_path or (kind == "syslog" and is_host) or is_mail):
        raise WebError(
            f"KEEL_AUDIT_HEAD has “{text}”; write file:/path/of/heads.log, syslog:host:514, syslog:/dev/log or "
            "mail:somebody@elsewhere.example."
        )
    return HeadPlace(kind, where)


def backups(place: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the backups."""
    return Path(environment.get("KEEL_BACKUPS") or place / "backups").absolute()


def backup_keys(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The public keys to which backups are encrypted; none where they are not."""
    return tuple(environment.get("KEEL_BACKUP_KEY", "").split())


def hosts(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Host names that requests may name."""
    named = [name.strip() for name in environment.get("KEEL_HOSTS", "").split(",") if name.strip()]
    return [*THIS_MACHINE, *named]


def secret_keys(place: Path) -> list[str]:
    """The secret keys in the folder: the one that signs, then those that still count, so that a change logs nobody out.

    Where there is no file, one key that dies with this process (checks and tests).
    """
    file = place / SECRET_FILE
    kept = file.read_text().split() if file.exists() else []
    return kept or [secrets.token_urlsafe(64)]


def create_secret_key(place: Path) -> None:
    """Writes a new secret key, readable by its owner only, unless the folder has one."""
    _write_once(place / SECRET_FILE, secrets.token_urlsafe(64))


def _write_once(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(f"{text}\n")


def factor_key(place: Path) -> str:
    """The secret age key in the folder; where there is no file, one that dies with this process (checks and tests)."""
    file = place / FACTOR_FILE
    return file.read_text().strip() if file.exists() else str(x25519.Identity.generate())


def create_factor_key(place: Path) -> None:
    """Writes a new key for the keys of authenticator apps, unless the folder has one."""
    _write_once(place / FACTOR_FILE, str(x25519.Identity.generate()))


def change_secret_key(place: Path) -> None:
    """Puts a new secret key before the one that signs now, which still counts; older ones count no more."""
    before = secret_keys(place)[:1]
    fresh = place / f"{SECRET_FILE}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join([secrets.token_urlsafe(64), *before]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place / SECRET_FILE)


def database(place: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's settings of the one database: PostgreSQL where DATABASE_URL names one, else SQLite in the folder."""
    url = environment.get("DATABASE_URL", "")
    if not url:
        return {"ENGINE": SQLITE, "NAME": place / DATABASE_FILE, "OPTIONS": dict(sqlite.OPTIONS)}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DatabaseRefused("DATABASE_URL cannot be read. Write postgresql://user:password@host:port/name.") from None
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise DatabaseRefused("DATABASE_URL must be postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
