"""The risk programme of a patient as a fold of its steps: enrolment, monitoring forms, reports of events, deadlines.

Steps in, state out; times come as `at` or as days. Start at `standing.py`.
"""
