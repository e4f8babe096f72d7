"""PostgreSQL is first class: every test of the web application passes on it as on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.postgresql import postgresql

ROOT = Path(__file__).parents[2]
PLAIN = ("-p", "no:xdist", "-p", "no:cacheprovider")


@pytest.mark.slow
def test_every_test_of_the_web_application_passes_on_postgresql():
    with postgresql() as url:
        tests = [
            sys.executable,
            "-m",
            "pytest",
            "tests/integration/web",
            "-q",
            "-p",
            "no:xdist",
            "-p",
            "no:cacheprovider",
        ]
        run = subprocess.run(  # noqa: S603 - our own tests
            tests,
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
