"""Runs the `keel` command as a person would: another process, its output and its exit code."""

import os
import subprocess
import sys
from pathlib import Path


def keel(*arguments: str, stdin: str | None = None, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process of `keel ARGUMENTS`; a wide terminal, no colours."""
    command = [sys.executable, "-c", "from keel.cli import main; main()", *arguments]
    environment = os.environ | {"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(  # noqa: S603 - our own command with the arguments of a test
        command, capture_output=True, text=True, input=stdin, cwd=folder, env=environment, check=False, timeout=120
    )
