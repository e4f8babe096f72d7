"""Typed medicines: load the names, look one up, guess a misspelt one; beside symspellpy and difflib.

Budgets: the index loaded in 1 s, 5 ms a name after that, the whole command from a cold start in 1.5 s. The workload is
500 names drawn from the shipped vocabulary, as they are and with one or two edits; the seed is fixed.
"""

import difflib
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from benchmarks.report import Row, median_seconds

QUERIES = 500
DIFFLIB_QUERIES = 10  # it takes a second for two


def run() -> Iterable[Row]:
    """The figures of this benchmark."""
    from keel.assessment.interactions import check_medicines
    from keel.assessment.interactions.names import Names
    from keel.knowledge import Knowledge, load

    yield Row("knowledge and names loaded, in process", median_seconds(lambda: Names(Knowledge())), "s", 1.0)
    knowledge = load()
    check_medicines(["sertraline"], knowledge=knowledge)
    start = time.perf_counter()
    check_medicines(["sertralne"], knowledge=knowledge)
    yield Row("the first misspelt name in a process", (time.perf_counter() - start) * 1000, "ms", 1000)

    chance = random.Random(4)  # noqa: S311 - the same workload in every run
    names = sorted(Names(knowledge).spelling.names)
    whole = [chance.choice(names) for _ in range(QUERIES)]
    long = [name for name in names if len(name) >= 5 and name.isalpha()]
    truth = [chance.choice(long) for _ in range(QUERIES)]
    typed = [misspelt(name, chance) for name in truth]
    yield _each("a name as it is", whole, lambda name: check_medicines([name], knowledge=knowledge))
    yield _each("a misspelt name", typed, lambda name: check_medicines([name], knowledge=knowledge))
    yield from _peers(names, truth, typed)
    command = [sys.executable, "-c", "from keel.cli import main; main()", "interactions", "Valium, sertralne", "--json"]
    cold = median_seconds(lambda: subprocess.run(command, capture_output=True, check=True), runs=5)  # noqa: S603
    yield Row('keel interactions "Valium, sertralne", cold process', cold, "s", 1.5)


def _each(what: str, queries: list[str], ask: Callable[[str], object]) -> Row:
    start = time.perf_counter()
    for query in queries:
        ask(query)
    return Row(f"{what}, mean of {len(queries)}", (time.perf_counter() - start) / len(queries) * 1000, "ms", 5)


def _peers(names: list[str], truth: list[str], typed: list[str]) -> Iterable[Row]:
    from symspellpy import SymSpell, Verbosity

    from keel.assessment.interactions.spelling import Spelling, allowed_edits

    own = Spelling(names)
    start = time.perf_counter()
    found = [own.near(word) for word in typed]
    each = (time.perf_counter() - start) / len(typed)
    first = sum(bool(near) and near[0].name == name for near, name in zip(found, truth, strict=True)) / len(truth)
    offered = sum(name in [one.name for one in near] for near, name in zip(found, truth, strict=True)) / len(truth)
    rates = f"{len(names):,} names; first {first:.1%}, among the offered {offered:.1%}"
    yield Row("spelling alone, a name (full scan by RapidFuzz)", each * 1000, "ms", 5, rates)

    start = time.perf_counter()
    peer = SymSpell(2, 7)
    for name in names:
        peer.create_dictionary_entry(name, 1)
    peer_build = time.perf_counter() - start
    start = time.perf_counter()
    for word in typed:
        peer.lookup(word, Verbosity.ALL, allowed_edits(word))
    peer_each = (time.perf_counter() - start) / len(typed)
    yield Row("symspellpy: index built", peer_build, "s", remark="ours builds nothing")
    yield Row("symspellpy: a name", peer_each * 1000, "ms", remark=f"{peer_each / each:.2f} x ours")
    start = time.perf_counter()
    for word in typed[:DIFFLIB_QUERIES]:
        difflib.get_close_matches(word, names)
    slow = (time.perf_counter() - start) / DIFFLIB_QUERIES
    yield Row("difflib: a name", slow * 1000, "ms", remark=f"{slow / each:.0f} x ours")


def misspelt(name: str, chance: random.Random) -> str:
    """The name with one edit, or two for every third name: a letter added, dropped, replaced or swapped."""
    letters = list(name)
    for _ in range(2 if len(name) >= 7 and chance.random() < 1 / 3 else 1):
        place, letter = chance.randrange(1, len(letters)), chance.choice("abcdefghijklmnopqrstuvwxyz")
        kind = chance.randrange(4)
        if kind == 0:
            letters.insert(place, letter)
        elif kind == 1:
            del letters[place]
        elif kind == 2:
            letters[place] = letter
        else:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)
