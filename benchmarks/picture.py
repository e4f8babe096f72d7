"""The main job: a Picture from five years of weekly doses, and the commands from a cold start.

Budgets: Picture 50 ms in process after import; `keel --help` 0.5 s, `keel exposure` 1 s, `keel assess` of the public
US Core examples 3 s, each a whole process.
"""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.report import Row, median_seconds

SHARED = Path(os.environ.get("KEEL_SHARED", Path(__file__).parents[2] / "shared"))
US_CORE = SHARED / "data" / "us-core-9.0.0-examples" / "examples.ndjson"


def run() -> Iterable[Row]:
    """The figures of this benchmark."""
    from keel.assessment.picture import picture_of
    from keel.knowledge import load
    from keel.quantities import Form, Interval
    from keel.record import Answers, Dose, Medicine, Person, Record, Setting

    at = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    doses = tuple(
        Dose(
            substance="racemic",
            route="iv",
            start=at - dt.timedelta(days=7 * week + 1),
            end=at - dt.timedelta(days=7 * week + 1) + dt.timedelta(minutes=40),
            amount_mg=Interval.exactly(35.0),
            form=Form.BASE,
            setting=Setting.CLINIC,
        )
        for week in range(260)
    )
    record = Record(
        person=Person(id="dana", age_years=34, weight_kg=70, country="GB"),
        doses=doses,
        medicines=(Medicine(text="sertraline 50 mg"), Medicine(text="diazepam")),
        answers=(Answers(instrument="phq-9", items={str(item): 1 for item in range(1, 10)}),),
    )
    knowledge = load()
    seconds = median_seconds(lambda: picture_of(record, at=at, knowledge=knowledge))
    yield Row("Picture of 260 weekly doses, in process, warm", seconds * 1000, "ms", 50)
    yield _command("keel --help, cold process", 0.5, "--help")
    yield _command(
        'keel exposure "400 mg weekly for 3 years", cold process', 1.0, "exposure", "400 mg weekly for 3 years"
    )
    if US_CORE.exists():
        yield _command("keel assess of 230 US Core resources, cold process", 3.0, "assess", str(US_CORE), "--json")


def _command(what: str, budget: float, *arguments: str) -> Row:
    command = [sys.executable, "-c", "from keel.cli import main; main()", *arguments]
    seconds = median_seconds(lambda: subprocess.run(command, capture_output=True, check=True), runs=5)  # noqa: S603
    return Row(what, seconds, "s", budget)
