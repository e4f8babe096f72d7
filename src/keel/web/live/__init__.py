"""The live room: sessions as facts of the clinic, their rooms, the board, and the pages from gate to door.

A session and each of its events are facts of a patient (`clinic.models.Kind`): appended, chained, kept like the others.
`sessions.py` reads them back as the session file that they make up and folds it; nothing of a state is stored. The rows
of `models.py` say what is open where, under which rules.
"""
