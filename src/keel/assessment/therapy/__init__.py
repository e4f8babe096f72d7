"""Assisted therapy: what was agreed, held and done around doses, and what must be there before the next one.

Pure, as all of `assessment`. Start at `steps.py` (what is written down), then `fold.py` (how it stands at a time).
"""
