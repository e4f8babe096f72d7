"""Mutation tests of the rules: changes one thing in the code at a time, and asks whether a test notices.

`make mutants` takes a seeded sample (`MUTANTS=1000`, `SEED=1`) of the mutants that mutmut makes of what `[tool.mutmut]`
in pyproject.toml names, runs for each only the tests that reach the changed function, and prints how many were killed,
and every survivor by name. `mutmut show NAME` shows what was changed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE = ROOT / "mutants"
RESULTS = {0: "survived", 1: "killed", 3: "killed", 33: "no test", 36: "timeout", -24: "timeout", 24: "timeout"}
"""Exit codes of the tests, as mutmut stores them; a change that makes them run for ever is noticed, too."""
NOTICED = ("killed", "timeout")


def main() -> int:
    """0 where at least the wanted share of the sample was noticed, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=1000, help="how many mutants (1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample (1)")
    parser.add_argument("--least", type=float, default=90.0, help="per cent that must be noticed (90)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    mutmut(
        "run", "--max-children", str(options.jobs), "none-of-these"
    )  # makes the mutants, learns which test reaches what
    names = sorted(results())
    if not names:
        print("No mutants were made: see above.", file=sys.stderr)
        return 1
    chosen = random.Random(options.seed).sample(names, min(options.mutants, len(names)))  # noqa: S311 - a sample
    mutmut("run", "--max-children", str(options.jobs), *chosen)
    found = results()
    return report({name: RESULTS.get(found[name], "not run") for name in chosen}, len(names), options.least)


def mutmut(*arguments: str) -> None:
    """Runs mutmut in the checkout; what it found stands in the files that it writes."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    environment = os.environ | {"QUICK_TESTS": "1", "KEEL_SHARED": str(ROOT.parent / "shared")}
    subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own arguments


def results() -> dict[str, int | None]:
    """Every mutant by name with the exit code of its tests, None where it was not run."""
    found: dict[str, int | None] = {}
    for path in MADE.rglob("*.meta"):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def report(sample: dict[str, str], of: int, least: float) -> int:
    """Prints the counts and the survivors; the exit code."""
    counts = Counter(sample.values())
    noticed = sum(counts[one] for one in NOTICED)
    share = 100 * noticed / len(sample)
    print(f"\n{len(sample)} of {of:,} mutants: {noticed} noticed ({share:.1f}%)", end="")
    print("".join(f", {counts[one]} {one}" for one in sorted(set(counts) - {"killed"})))
    for name, result in sorted(sample.items()):
        if result not in NOTICED:
            print(f"  {result}: {name}")
    return 0 if share >= least else 1


if __name__ == "__main__":
    sys.exit(main())
