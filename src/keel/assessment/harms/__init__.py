"""Harms beyond the bladder, found in a record: liver, gut, memory and mood, dependence, several drugs, paracetamol.

Rules are `knowledge/data/harms`. May import `instruments`, `interactions` and what lies above them. Start at
`harms.py` (what is said), then `facts.py` (what rules may ask about) and `liver_tests.py`.
"""
