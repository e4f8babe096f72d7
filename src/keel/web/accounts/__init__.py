"""Log-in, second factors, passkeys, the lock, and the check of access before every page. The public has no accounts.

What can be taken from django-allauth is. Start at `access.py` (whom a route is for) and `allauth_urls.py` (its pages).
"""
