"""Reads FHIR R4: Patient, Observation, QuestionnaireResponse, medications, Condition; everything else is reported.

Start at `reader.py`; `envelope.py` takes resources out of bundles and lines, `directory.py` follows references,
`people.py` gathers the facts of one person. `datatypes.py` and `resources.py` are the strict profile.
"""
