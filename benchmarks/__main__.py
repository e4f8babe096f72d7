"""Runs the benchmarks named on the command line, or all of them: `python -m benchmarks picture`."""

import importlib
import pkgutil
import sys

import benchmarks


def main(wanted: list[str]) -> None:
    names = [
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in ("__main__", "report")
    ]
    for unknown in set(wanted) - set(names):
        sys.exit(f"There is no benchmark “{unknown}”. There are: {', '.join(names)}.")
    for name in wanted or names:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        for row in module.run():
            print(f"  {row}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
