"""SQLite with a turn for writers: who begins a transaction waits for the one before, in Python and not in SQLite.

A thread that waits inside SQLite holds its connection. Where the thread that writes then frees a cursor of that
connection (Python's collector does), it waits for the other, which waits for it: twenty seconds in which nobody writes.
The turn is a lock of this process and a lock on a file beside the database, for several processes; both are free again
when the process ends, however it ends.
"""

import fcntl
import os
import threading
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_LOOK_S = 0.002
"""Seconds between two looks at a file that another process holds."""


class _Turn:
    """What the threads of this process queue at, and the files of the turn that it has opened."""

    def __init__(self) -> None:
        self.lock, self.files = threading.Lock(), dict[str, int]()

    def file_beside(self, database: str) -> int:
        """The file of the turn, opened once in a process; whoever asks holds the lock."""
        if database not in self.files:
            try:  # to be read only, so that it keeps no disk from being mounted so
                self.files[database] = os.open(f"{database}-turn", os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise OperationalError("attempt to write a readonly database") from error
        return self.files[database]


_turn = _Turn()
# A child of a fork opens the file itself: through one that it inherits it would share the parent's turn.
os.register_at_fork(after_in_child=_turn.__init__)  # type: ignore[misc]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn when a transaction begins and gives it back at its end."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn()

    def _take_turn(self) -> None:
        if self._has_turn or self.is_in_memory_db():
            return
        until = time.monotonic() + float(self.settings_dict["OPTIONS"].get("timeout", 5))
        if not _turn.lock.acquire(timeout=until - time.monotonic()):
            raise OperationalError("database is locked")
        try:
            _lock(_turn.file_beside(str(self.settings_dict["NAME"])), until)
        except BaseException:
            _turn.lock.release()
            raise
        self._has_turn = True

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            fcntl.flock(_turn.file_beside(str(self.settings_dict["NAME"])), fcntl.LOCK_UN)
            _turn.lock.release()


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
