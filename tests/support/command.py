"""Runs the `keel` command as a person would: another process, its output and its exit code; or the same in process."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock


def keel(*arguments: str, stdin: str | None = None, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process of `keel ARGUMENTS`; a wide terminal, no colours."""
    command = [sys.executable, "-c", "from keel.cli import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(  # noqa: S603 - our own command with the arguments of a test
        command, capture_output=True, text=True, input=stdin, cwd=folder, env=environment, check=False, timeout=120
    )


def simulate(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The finished process of `keel simulate WORDS`, which ended with `code`."""
    done = keel_here("simulate", *words)
    assert done.returncode == code, done.stderr
    return done


def keel_here(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same without a process of its own: `main` from its arguments to its exit. A process costs a second.

    What is read once for a process (the facts) is read once for all calls; everything else is as at the terminal. An
    overlay is named by its folder, which here may be another one than in the call before: it is read anew.
    """
    from keel.cli import main
    from keel.knowledge import base

    for overlays in [one for one in base._loaded if one]:
        del base._loaded[overlays]

    out, err, code = io.StringIO(), io.StringIO(), 0
    environment = {"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    with (
        mock.patch.object(sys, "argv", ["keel", *arguments]),
        mock.patch.dict(os.environ, environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(folder or Path.cwd()),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return subprocess.CompletedProcess(["keel", *arguments], code, out.getvalue(), err.getvalue())
