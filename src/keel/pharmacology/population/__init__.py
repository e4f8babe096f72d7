"""Populations: many virtual people after one regimen, drawn, solved and counted in chunks.

Knows one person's packages above it, which know nothing of it. Start at `population.py` and `trials.py` (quantiles,
repeated studies); then `chunks.py` and `plan.py` (what a worker does) and `people.py` (the solvers).
"""
