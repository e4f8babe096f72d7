"""`keel session add`: one more event into a session file."""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keel.cli.errors import CommandError
from keel.cli.language import _
from keel.messages import Message

if TYPE_CHECKING:
    from keel.knowledge import Knowledge

_FORM = "keel session add FILE TYPE [--name value …]"
_OF_ALL = ("by", "id", "text", "recorded-at")


def add(words: list[str], *, at: str | None, json: bool, knowledge: "Knowledge") -> None:
    """Adds the event that the words describe; prints what was added and what the gate says now.

    The file is replaced as a whole or not at all, and two people who add at once both get in.
    """
    from keel.assessment.session.fold import fold_session
    from keel.cli.session_view import verdict
    from keel.cli.terminal import console, parse_time, write_json
    from keel.interop import read_session
    from keel.interop.session_file.append import append_event
    from keel.interop.session_file.typed_event import moment_of, now_of, typed_event

    names, options = _parsed(words)
    if len(names) < 2:
        raise CommandError(Message("Name the file and the type of event: {form}.", form=_FORM))
    file = Path(names[0])
    answers = [(name, value) for name, _equals, value in (one.partition("=") for one in names[2:])]
    own = {name: value for name, value in options if name in _OF_ALL}
    said = [(name, value) for name, value in options if name not in _OF_ALL]
    added: dict[str, object] = {}

    def grown(data: bytes) -> bytes:
        session = read_session(data, knowledge=knowledge, filename=file.name)
        now = now_of(session, parse_time(None))
        event = typed_event(names[1], [*answers, *said], session, knowledge=knowledge)
        head: dict[str, str | None] = {
            "id": own.get("id") or str(uuid.uuid4()),
            "at": moment_of(at, session) if at else now,
            "by": own.get("by") or _user(),
        }
        if at or own.get("recorded-at"):
            head["recorded_at"] = own.get("recorded-at") or now
        if own.get("text"):
            head["text"] = own["text"]
        added.update({**head, **event})
        return append_event(data, dict(added), knowledge=knowledge, filename=file.name)

    session = read_session(_replace(file, grown), knowledge=knowledge)
    moment = next(event.at for event in session.events if event.id == added["id"])
    state = fold_session(session, at=moment, knowledge=knowledge)
    if json:
        write_json({"added": added, "state": state})
        return
    out = console()
    out.print(
        _(
            "Added: {type} at {time} by {by} ({id}).",
            **{name: str(added[name]) for name in ("type", "by", "id")},
            time=str(added["at"]),
        )
    )
    out.print(verdict(state), style="bold green" if state.may_proceed else "bold red")


def _parsed(words: list[str]) -> tuple[list[str], list[tuple[str, str | None]]]:
    """Plain words, and options with their values; an option before another one or at the end has none."""
    names: list[str] = []
    options: list[tuple[str, str | None]] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            names.append(word)
            continue
        name, equals, value = word[2:].partition("=")
        if equals:
            options.append((name, value))
        else:
            options.append((name, rest.pop(0) if rest and not rest[0].startswith("--") else None))
    return names, options


def _user() -> str:
    """Who is signed in on this machine."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise CommandError(Message("Say who did or saw it, with --by NAME.")) from None


def _replace(file: Path, change: Callable[[bytes], bytes]) -> bytes:
    """The new content of a file, written beside it and put in its place at once; one writer at a time."""
    import tempfile

    try:
        target = file.resolve(strict=True)
        with _alone(target.parent):
            before = target.read_bytes()
            after = change(before)
            if after == before:
                return after
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(after)
                    out.flush()
                    os.fsync(out.fileno())
                Path(name).chmod(target.stat().st_mode & 0o777)
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        return after
    except OSError as error:
        raise CommandError(
            Message(
                "{file} cannot be written: {reason}. Check the name and the rights; nothing was changed.",
                file=file.name,
                reason=error.strerror or "",
            )
        ) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds off other writers in this folder, where the system can."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
