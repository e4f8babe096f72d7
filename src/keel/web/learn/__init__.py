"""Pages to read: medical or not side by side, questions, treatment, after stopping, checks of the mind, leaflets.

The words are documents of the knowledge (`data/texts`); pages lay them out. Start at `views.py`.
"""
