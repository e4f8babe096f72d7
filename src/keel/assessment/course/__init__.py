"""A course of treatment over months: its plan, what has happened, what is due, letters, the ledger of every dose.

A course is a fold of the steps that the clinic keeps as facts (`steps.py`) with visits and doses beside them. May
import `surveillance`, `protocols` and what lies above them. Start at `plan.py`, then `state.py`, `replan.py`, `due.py`.
"""
