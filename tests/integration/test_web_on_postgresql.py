"""PostgreSQL is first class: every test of the web application passes on it as on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.postgresql import postgresql

ROOT = Path(__file__).parents[2]
PLAIN = ("-p", "no:xdist", "-p", "no:cacheprovider")
NOT_OF_THE_DATABASE = ("test_any_day", "test_texts_of_forms", "test_evidence_pages")
"""Pages and forms whose answer no database can change."""
OF_SQLITE = ("test_unsafe_settings_are_refused", "test_readiness")
"""Settings and errors of SQLite, put in its connection by the test."""


@pytest.mark.slow
def test_every_test_of_the_web_application_passes_on_postgresql():
    with postgresql() as url:
        without = [f"--ignore=tests/integration/web/{name}.py" for name in (*NOT_OF_THE_DATABASE, *OF_SQLITE)]
        tests = [sys.executable, "-m", "pytest", "tests/integration/web", "-q", *PLAIN, *without]
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
