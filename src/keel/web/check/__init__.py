"""The public door: six optional steps, then the picture. Stores nothing: no row, no session, no cookie but CSRF.

What was told on other steps travels in hidden fields of one form (`forms.py`), by POST only. Start at `views.py`, then
`steps.py`; `picture.py` puts the picture in order, `handover.py` fills the page to hand over, `entrances.py`
has the ways in: the public page, a service’s own site, a shared screen.
"""
