"""The clock is read in the shell alone, so that no page and no answer depends on a hidden today."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "keel"
SHELL = {"web/clock.py", "cli/terminal.py"}
WALL = {
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{name}" for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
    *(f"django.utils.timezone.{name}" for name in ("now", "localtime", "localdate")),
}
STOPWATCH = {f"time.{name}{unit}" for name in ("perf_counter", "monotonic", "process_time") for unit in ("", "_ns")}
MAY_TIME = {
    "pharmacology/population/population.py": "the result says how many seconds it took",
    "web/clinic/heads.py": "mails of heads go out once an hour",
    "web/clinic/rows_behind.py": "who makes the rows of lists rests as long as it worked",
    "web/database/base.py": "a writer waits for its turn so long and no longer",
    "web/live/screens.py": "what a screen shows is asked for at most twice a second",
    "web/live/watcher.py": "how long a round over the rooms took",
    "web/outbox/sender.py": "the next round of messages begins so long after the last",
    "web/guards.py": "the log says how long a request took",
    "web/health.py": "what was found of disk and database holds for two seconds",
}


def reads_of(code: str) -> set[str]:
    """Whole names (`datetime.datetime.now`) of all that the code names, through its imports and their aliases."""
    tree = ast.parse(code)
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {one.asname: one.name for one in node.names if one.asname}
        elif isinstance(node, ast.ImportFrom):
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}

    def whole(node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{whole(node.value)}.{node.attr}"
        return known.get(node.id, node.id) if isinstance(node, ast.Name) else ""

    return {whole(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name)}


@pytest.fixture(scope="module")
def files():
    """What each file reads that imports a module with a clock; none has a clock without an import."""
    imports = re.compile(r"^\s*(import|from) .*\b(datetime|time|timezone)\b", re.MULTILINE)
    texts = {file.relative_to(SOURCE).as_posix(): file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py")}
    return {name: reads_of(text) for name, text in texts.items() if imports.search(text) and "/migrations/" not in name}


def test_only_the_shell_reads_the_clock(files):
    assert {name for name, read in files.items() if read & WALL} == SHELL


def test_a_duration_is_measured_only_where_it_is_said_why(files):
    assert {name for name, read in files.items() if read & STOPWATCH} == set(MAY_TIME)


def test_no_template_prints_the_time_of_its_own():
    templates = [file for file in SOURCE.rglob("templates/**/*") if file.is_file()]
    assert len(templates) > 50
    assert [str(file) for file in templates if "{% now" in file.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "code",
    [
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "import datetime\nx = datetime.date.today",
        "from datetime import datetime as D\nD.utcnow()",
        "from time import time as t\nt()",
        "from django.utils import timezone\ntimezone.now()",
        "import django.utils.timezone as z\nz.localdate()",
    ],
)
def test_it_is_found_however_it_is_written(code):
    assert reads_of(code) & WALL
