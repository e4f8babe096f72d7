"""The public door: a pattern or a record in, the Picture out. Stores nothing: no row, no session, no cookie but CSRF.

Start at `views.py`; `forms.py` reads what was typed and says beside the field what is wrong with it.
"""
