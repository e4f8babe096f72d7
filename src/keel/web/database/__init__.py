"""Django's SQLite with writers that queue outside of it: the ENGINE of the settings. All of it is `base.py`."""
