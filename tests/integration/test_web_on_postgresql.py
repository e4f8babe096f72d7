"""PostgreSQL is first class: every test of the web application passes on it as on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.postgresql import postgresql

ROOT = Path(__file__).parents[2]
PLAIN = ("-p", "no:xdist", "-p", "no:cacheprovider")
NOT_OF_THE_DATABASE = (
    *("test_any_day", "test_charts_models_page", "test_check_answers_an_alarm_first", "test_check_keeps_nothing"),
    *("test_check_says_what_to_fix", "test_check_shows_the_picture", "test_check_speaks_to_the_person"),
    *("test_evidence_pages", "test_every_page_is_guarded", "test_hand_over_of_routes", "test_help_pages"),
    *("test_strangers_see_nothing", "test_texts_of_forms", "test_live_demonstration", "test_live_papers"),
    *("test_session_dose", "test_session_during", "test_session_journeys", "test_simulated_days"),
    "test_the_board_lives",
)
"""Pages whose answer no database can change: those without any row, who may open which, and those of a session, whose
events and alarms are tried by the others."""
OF_SQLITE = ("test_unsafe_settings_are_refused", "test_readiness")
"""Settings and errors of SQLite, put in its connection by the test."""


@pytest.mark.slow
@pytest.mark.first
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
            timeout=900,
        )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
