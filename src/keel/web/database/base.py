"""SQLite with a turn for writers: who writes waits for the one before, in Python and not in SQLite.

A thread that waits inside SQLite holds its connection. Where the thread that writes then frees a cursor of that
connection (Python's collector does), it waits for the other, which waits for it: twenty seconds in which nobody writes.
The turn is a lock of this process and a lock on a file beside the database, for several processes; both are free again
when the process ends, however it ends.

A disk that fails a write or a sync ends writing: in this process until it is started anew, in the others until the next
start of Keel has looked through the database (`look_through`). What a failed sync left in the memory of the machine
nobody knows (PostgreSQL stops for the same reason, wiki.postgresql.org/wiki/Fsync_Errors). A full disk ends nothing.
"""

import errno
import fcntl
import os
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorWrapper
from django.db.utils import DatabaseErrorWrapper

from keel.web.errors import DatabaseRefused

_LOOK_S = 0.001
"""Seconds between two looks at a file that another process holds."""
_READS = frozenset({"SELECT", "PRAGMA", "EXPLAIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK"})
"""First words of what needs no turn of its own."""
_FAILED = 10
"""SQLITE_IOERR (sqlite.org/rescode.html); the wheel does not tell which of its kinds."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


class _Line:
    """A lock for which threads stand in line: Python's own gives it to whoever comes by."""

    def __init__(self) -> None:
        self._guard, self._waiting, self._is_had = threading.Lock(), deque[threading.Lock](), False

    def acquire(self, *, timeout: float) -> bool:
        """Waits for it, and says whether it came."""
        with self._guard:
            if not self._is_had:
                self._is_had = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine not in self._waiting:  # it came at this moment
                return True
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """Hands it to the first in line."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_had = False


class _Turn:
    """What the threads of this process queue at, the files of the turn that it has opened, whether its disk failed."""

    def __init__(self) -> None:
        self.lock, self.files, self.is_over = _Line(), dict[str, int](), False

    def take(self, database: str, until: float) -> None:
        """Locks the file of the turn. Who waits for it is next: a process that had it stands behind the others."""
        following = self._file(f"{database}-next")
        _lock(following, until)
        try:
            _lock(self._file(f"{database}-turn"), until)
        finally:
            fcntl.flock(following, fcntl.LOCK_UN)

    def give(self, database: str) -> None:
        """Unlocks it."""
        fcntl.flock(self._file(f"{database}-turn"), fcntl.LOCK_UN)

    def _file(self, name: str) -> int:
        """A file beside the database, opened once in a process; whoever asks holds the lock."""
        if name not in self.files:
            try:  # to be read only, so that it keeps no disk from being mounted so
                self.files[name] = os.open(name, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise OperationalError("attempt to write a readonly database") from error
        return self.files[name]


_turn = _Turn()
# A child of a fork opens the file itself: through one that it inherits it would share the parent's turn.
os.register_at_fork(after_in_child=_turn.__init__)  # type: ignore[misc]


class _Cursor(CursorWrapper):
    """A cursor whose writes outside a transaction take a turn too; rows that one gives back are read within it."""

    _has_turn = False

    def _execute(self, sql: str, params: Any, *ignored: Any) -> Any:
        return self._in_turn(super()._execute, sql, params, *ignored)

    def _executemany(self, sql: str, params: Any, *ignored: Any) -> Any:
        return self._in_turn(super()._executemany, sql, params, *ignored)

    def _in_turn(self, execute: Any, sql: str, *rest: Any) -> Any:
        if self._has_turn or sql.lstrip(" \n(")[:9].split(" ", 1)[0].rstrip(";").upper() in _READS:
            return execute(sql, *rest)
        self._has_turn = self.db.take_turn()
        try:
            return execute(sql, *rest)
        finally:
            if self.cursor.description is None:
                self._give_turn()

    def close(self) -> None:
        """Closes the cursor: what it had not read yet is no longer waited for."""
        try:
            self.cursor.close()
        finally:
            self._give_turn()

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self.db.give_turn()


class _Errors(DatabaseErrorWrapper):
    """Django's errors; one of the disk ends writing."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == _FAILED:
            self.wrapper.end_writing()
        super().__exit__(kind, error, trace)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn when a transaction begins and gives it back at its end.

    `waits_s` is how long it waits for the turn; that of the settings where it is None.
    """

    waits_s: float | None = None
    _has_turn = False

    @property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """Django's errors in place of SQLite's."""
        return _Errors(self)

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """A cursor that takes turns."""
        return _Cursor(cursor, self)

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self.give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self.give_turn()

    def take_turn(self) -> bool:
        """Waits for the turn, and says whether it was not had before; OperationalError where it does not come."""
        if self._has_turn or self.is_in_memory_db():
            return False
        name = str(self.settings_dict["NAME"])
        if is_over(name):
            raise OperationalError("the disk failed a write: nothing is written until Keel is started anew")
        usual = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + (usual if self.waits_s is None else self.waits_s)
        if not _turn.lock.acquire(timeout=max(0.0, until - time.monotonic())):
            raise OperationalError("database is locked")
        try:
            _turn.take(name, until)
        except BaseException:
            _turn.lock.release()
            raise
        self._has_turn = True
        return True

    def give_turn(self) -> None:
        """Gives the turn back, where it is had."""
        if self._has_turn:
            self._has_turn = False
            _turn.give(str(self.settings_dict["NAME"]))
            _turn.lock.release()

    def end_writing(self) -> None:
        """Lets nobody write any more, unless the disk has only no room."""
        database = Path(str(self.settings_dict["NAME"]))
        try:
            with tempfile.TemporaryFile(dir=database.parent) as file:
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
            _over(database).touch(0o600)
        except OSError as error:
            if error.errno in _NO_ROOM:
                return
        _turn.is_over = True


def is_over(database: str) -> bool:
    """Whether the disk failed a write, here or in another process, since Keel was started."""
    return _turn.is_over or _over(Path(database)).exists()


def look_through(database: Path) -> None:
    """Lets processes write again that start from now on; DatabaseRefused unless the database is whole."""
    if _over(database).exists():
        with base.Database.connect(database) as opened:
            said = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
        opened.close()
        if said != "ok":
            raise DatabaseRefused(f"The disk failed a write, and the database is not whole: {said}. Restore a backup.")
        _over(database).unlink()


def _over(database: Path) -> Path:
    return database.with_name(f"{database.name}-failed")


def _lock(file: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OperationalError("database is locked") from None
            time.sleep(_LOOK_S)
        else:
            return
