"""The programme for those whose use became a problem: intake, days, meetings, goals, lapses, leaving, and a year after.

Pure, as all of `assessment`. Start at `steps.py` (what is written down), then `fold.py` (how it stands at a time).
"""
