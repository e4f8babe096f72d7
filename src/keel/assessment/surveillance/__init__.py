"""What is due between sessions, what has changed, and dose beside response.

Schedules and rules are `knowledge/data/surveillance`. May import `instruments`, `protocols`, `exposure` and what lies
above them. Start at `due.py`, then `reviews.py`; `trends.py` compares values, `dose_response.py` lays doses beside
scores.
"""
