"""Mutation tests of the rules: changes one thing in the code at a time, and asks whether a test notices.

`make mutants` takes a seeded sample (`MUTANTS=1000`, `SEED=1`; `MINUTES=30` stops early) of the mutants that mutmut
makes of what `[tool.mutmut]` in pyproject.toml names. Each runs in a fork of one warm process against the tests of its
package (`TESTS`), and the first failure ends it. What no test of its own package notices counts as survived, though a
test elsewhere may notice it. `mutmut show NAME` shows what was changed.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE = ROOT / "mutants"
TESTS = {
    "assessment.session": (
        *("tests/spec/test_session_spec.py", "tests/spec/test_danger_told_spec.py", "tests/spec/test_leaving_spec.py"),
        *("tests/spec/test_told_after_leaving_spec.py", "tests/spec/test_stricter_verb_spec.py"),
        *("tests/unit/assessment/session", "tests/spec/test_risk_latches_spec.py"),
    ),
    "assessment.protocols": (
        *("tests/spec/test_protocols_gates.py", "tests/spec/test_triage_spec.py", "tests/spec/test_session_spec.py"),
        *("tests/spec/test_suicide_on_record_spec.py", "tests/spec/test_concepts_spec.py", "tests/unit/assessment"),
    ),
    "assessment.screening": ("tests/spec/test_triage_spec.py", "tests/unit/assessment/screening"),
    "assessment.instruments": (
        *("tests/spec/test_instruments_spec.py", "tests/unit/assessment/instruments"),
        *("tests/property/test_instruments_properties.py", "tests/spec/test_risk_latches_spec.py"),
    ),
    "exposure": (
        *("tests/unit/exposure", "tests/spec/test_exposure_spec.py", "tests/spec/test_patterns_es_spec.py"),
        "tests/spec/test_patterns_field_spec.py",
        "tests/property/test_exposure_properties.py",
    ),
}
"""Package to the tests that must notice a change in it, the quickest first."""
LONGEST_S = 600
"""Seconds of one mutant; a change that makes the tests run for ever is noticed, too."""
NOTICED = ("killed", "timeout")


def main() -> int:
    """0 where at least the wanted share of what was run was noticed, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=1000, help="how many mutants (1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample and of its order (1)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start none after so many (no limit)")
    parser.add_argument("--least", type=float, default=90.0, help="per cent that must be noticed (90)")
    options = parser.parse_args()
    os.environ |= {"QUICK_TESTS": "1", "KEEL_SHARED": str(ROOT.parent / "shared")}
    if not MADE.exists():
        make()
    names = sorted(made())
    chosen = random.Random(options.seed).sample(names, min(options.mutants, len(names)))  # noqa: S311 - a sample
    warm()
    if unfit := [package for package in packages_of(chosen) if run(f"keel.{package}.unchanged") != "survived"]:
        print(f"The tests fail without a change: {', '.join(unfit)}.", file=sys.stderr)
        return 1
    sample: dict[str, str] = {}
    begun = time.monotonic()
    for name in chosen:
        if time.monotonic() - begun > options.minutes * 60:
            break
        sample[name] = run(name)
        print(f"{sample[name]}: {name}", flush=True)
    return report(sample, len(names), options.least)


def make() -> None:
    """Makes the mutants of all files; those of a folder `mutants` that is there stand."""
    os.chdir(ROOT)
    from mutmut import __main__ as mutmut

    mutmut.set_mutant_under_test("mutant_generation")
    MADE.mkdir(exist_ok=True)
    mutmut.copy_src_dir()
    mutmut.copy_also_copy_files()
    mutmut.setup_source_paths()
    mutmut.store_lines_covered_by_tests()
    mutmut.create_mutants(1)


def made() -> Iterator[str]:
    """Every mutant by name."""
    for path in MADE.rglob("*.meta"):
        yield from json.loads(path.read_text())["exit_code_by_key"]


def warm() -> None:
    """Loads what every test needs, unchanged, so that each fork begins with it."""
    os.chdir(MADE)
    sys.path[:0] = [str(MADE / "src"), str(MADE / "tests")]
    os.environ["MUTANT_UNDER_TEST"] = ""
    import pytest  # noqa: F401

    from keel.assessment.picture import picture_of  # noqa: F401
    from keel.knowledge import load

    known = load()
    assert known.__class__.__module__.startswith("keel."), known  # noqa: S101
    for kind in ("protocols", "instruments", "concepts", "concept_words", "interactions", "clinical_facts"):
        getattr(known, kind)


def package_of(name: str) -> str:
    """The package of `TESTS` in which a mutant stands."""
    return next(one for one in TESTS if name.startswith(f"keel.{one}."))


def packages_of(names: Sequence[str]) -> list[str]:
    """The packages of some mutants, each once."""
    return list(dict.fromkeys(map(package_of, names)))


def run(name: str) -> str:
    """What became of a mutant: killed, survived or timeout."""
    child = os.fork()
    if child == 0:
        import pytest

        os.environ["MUTANT_UNDER_TEST"] = name
        signal.alarm(LONGEST_S)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        flags = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
        os._exit(1 if pytest.main([*flags, *TESTS[package_of(name)]]) else 0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    return "survived" if os.WEXITSTATUS(status) == 0 else "killed"


def report(sample: dict[str, str], of: int, least: float) -> int:
    """Prints the counts and the survivors; the exit code."""
    counts = Counter(sample.values())
    noticed = sum(counts[one] for one in NOTICED)
    share = 100 * noticed / len(sample) if sample else 0.0
    print(f"\n{len(sample)} of {of:,} mutants: {noticed} noticed ({share:.1f}%)", end="")
    print("".join(f", {counts[one]} {one}" for one in sorted(set(counts) - {"killed"})))
    for name, result in sorted(sample.items()):
        if result not in NOTICED:
            print(f"  {result}: {name}")
    return 0 if share >= least else 1


if __name__ == "__main__":
    sys.exit(main())
