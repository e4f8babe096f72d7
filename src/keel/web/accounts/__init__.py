"""Log-in, second factors, passkeys, the lock, and the gate before every page of the staff. The public has no accounts.

What can be taken from django-allauth is; start at `gate.py` (whom a route is for) and `doors.py` (its addresses).
"""
