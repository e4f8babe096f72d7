"""Benchmarks: scripts with a stated workload and a budget, run by `make bench`, never part of the tests.

Each module has `run() -> Iterable[Row]`. Machines differ: the ratios to peers and to budgets are what to quote.
"""
