"""The staff's door: patients of one's own clinic, facts that are only ever appended, the Picture of each patient.

A write goes through `actions.py`; pages read through `queries.py`. Tables of facts and of the audit refuse UPDATE and
DELETE by trigger (`append_only.py`). Start at `models.py`.
"""
