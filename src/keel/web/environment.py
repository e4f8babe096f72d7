"""What the settings read from the environment: folder, secret key, database, hosts.

KEEL_FOLDER    folder of the database, the secret key and the collected static files; `var` where it is not set
DATABASE_URL   postgresql://user:password@host:port/name, instead of SQLite in the folder
KEEL_HOSTS     host names that may be asked for, separated by commas; this machine's own always may
KEEL_HTTPS     1 where a proxy serves Keel over HTTPS: cookies are then sent over HTTPS only
KEEL_BRANDS    a TOML file of services that show the check on their own site (`brands.py`)
KEEL_KIOSK     seconds after which a shared screen clears itself; 240 where it is not set
KEEL_DEBUG     1 for Django's debug pages while developing, refused together with KEEL_HTTPS
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from keel.web import sqlite
from keel.web.errors import DatabaseRefused, WebError

SECRET_FILE = "secret-key"  # noqa: S105 - the name of the file, not the secret
DATABASE_FILE = "keel.sqlite3"
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


def hosts(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Host names that requests may name."""
    named = [name.strip() for name in environment.get("KEEL_HOSTS", "").split(",") if name.strip()]
    return [*THIS_MACHINE, *named]


def secret_key(place: Path) -> str:
    """The secret key in the folder; where there is none, one that dies with this process (checks and tests)."""
    file = place / SECRET_FILE
    return file.read_text().strip() if file.exists() else secrets.token_urlsafe(64)


def create_secret_key(place: Path) -> None:
    """Writes a new secret key, readable by its owner only, unless the folder has one."""
    try:
        handle = os.open(place / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")


def database(place: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Django's settings of the one database: PostgreSQL where DATABASE_URL names one, else SQLite in the folder."""
    url = environment.get("DATABASE_URL", "")
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": place / DATABASE_FILE, "OPTIONS": dict(sqlite.OPTIONS)}
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
