"""A clinic that is simulated from a seed: its people, tablets and faults, and what must hold after every step.

`script.py` writes a day from a seed, `clinic.py` plays it through the actions of the live room, `stated.py` says slowly
what the protocol says, `invariants.py` compares. `make simulate SEED=1 DAYS=3` plays days and shrinks one that fails.
"""
