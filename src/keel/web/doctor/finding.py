"""What a check found."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from keel.messages import Message


class State(StrEnum):
    """How a thing stands. Only `WRONG` makes the command exit with 1."""

    OK = "ok"
    LOOK = "look"
    """Somebody decides whether this is meant so."""
    WRONG = "wrong"
    """A clinic must not go on like this."""


class Check(NamedTuple):
    """One thing that was looked at: what was found, and how to fix it where that is needed."""

    name: str
    state: State
    found: Message
    fix: Message | None = None


class Place(NamedTuple):
    """Where the doctor looks: the folder of Keel, the settings, the time."""

    folder: Path
    environment: Mapping[str, str]
    at: dt.datetime


def ok(name: str, found: Message) -> Check:
    """Nothing is to do."""
    return Check(name, State.OK, found)


def look(name: str, found: Message, fix: Message) -> Check:
    """Somebody is to decide."""
    return Check(name, State.LOOK, found, fix)


def wrong(name: str, found: Message, fix: Message) -> Check:
    """Somebody is to act."""
    return Check(name, State.WRONG, found, fix)
