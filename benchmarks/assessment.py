"""Assessment: knowledge from cold, one record warm, ten thousand records on one core.

Budgets: all knowledge loaded in 0.7 s from a cold process; a full Picture in 20 ms; 10,000 Pictures in 60 s on one
core (measured on 500 and scaled). The records are made up from a fixed seed: courses, street patterns, medicines,
answers, some with nothing but a name.
"""

import datetime as dt
import random
import subprocess
import sys
import time
from collections.abc import Iterable

from benchmarks.report import Row, median_seconds

RECORDS = 500


def run() -> Iterable[Row]:
    """The figures of this benchmark."""
    from keel.assessment.picture import picture_of
    from keel.knowledge import load

    cold = median_seconds(lambda: subprocess.run([sys.executable, "-c", _load_everything()], check=True), runs=5)  # noqa: S603
    bare = median_seconds(lambda: subprocess.run([sys.executable, "-c", "import msgspec, numpy"], check=True), runs=5)
    yield Row("all knowledge, cold process", cold, "s", 0.7, f"of which {bare:.2f} s Python, msgspec and NumPy")
    knowledge, at = load(), dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    records = list(made_up(RECORDS, at))
    for record in records[:20]:
        picture_of(record, at=at, knowledge=knowledge)
    times = []
    for record in records:
        start = time.perf_counter()
        picture_of(record, at=at, knowledge=knowledge)
        times.append(time.perf_counter() - start)
    times.sort()
    yield Row("a Picture, warm, median", times[len(times) // 2] * 1000, "ms", 20)
    yield Row("a Picture, warm, 95th percentile", times[int(len(times) * 0.95)] * 1000, "ms")
    yield Row("10,000 Pictures on one core (scaled)", sum(times) / RECORDS * 10_000, "s", 60)


def _load_everything() -> str:
    return (
        "from functools import cached_property; from keel.knowledge import Knowledge, load; k = load(); "
        "[getattr(k, n) for n, v in vars(Knowledge).items() if isinstance(v, cached_property)]"
    )


def made_up(count: int, at: dt.datetime) -> Iterable["object"]:
    """Records of made-up people: a third on clinic courses, a third with told patterns, a third with little."""
    from keel.exposure import parse_pattern
    from keel.knowledge import load
    from keel.quantities import Form, Interval
    from keel.record import Answers, Dose, Medicine, Person, Record, Setting

    chance = random.Random(7)  # noqa: S311 - made-up people, not secrets
    names = ["sertraline", "diazepam 5 mg", "venlafaxine", "alcohol", "lithium", "oxycodone", "metformin", "flibbertol"]
    told = [parse_pattern(text, at=at, knowledge=load()) for text in ("400 mg weekly for 3 years", "1-2 g most days")]
    for number in range(count):
        person = Person(id=f"p{number}", age_years=chance.randint(18, 80), weight_kg=chance.randint(45, 120))
        medicines = tuple(Medicine(text=name) for name in chance.sample(names, chance.randint(0, 4)))
        answers = (Answers(instrument="phq-9", items={str(item): chance.randint(0, 3) for item in range(1, 10)}),)
        kind = number % 3
        doses = tuple(
            Dose(
                substance="racemic",
                route="iv",
                start=at - dt.timedelta(days=4 * week + 1),
                end=at - dt.timedelta(days=4 * week + 1) + dt.timedelta(minutes=40),
                amount_mg=Interval.exactly(chance.randint(20, 60)),
                form=Form.BASE,
                setting=Setting.CLINIC,
            )
            for week in range(chance.randint(1, 12) if kind == 0 else 0)
        )
        patterns = chance.choice(told) if kind == 1 else ()
        yield Record(person=person, doses=doses, patterns=patterns, medicines=medicines, answers=answers)
